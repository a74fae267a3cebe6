/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of writing a message: blocks that grow, and pieces that gather what is not copied.
 */

#include <weft/thrift_wire.h>

enum {
    FIRST_BLOCK_BYTES = 1024,
    LARGEST_STEP_BYTES = 1 << 20, /* where pieces are gathered, blocks stop doubling here */
    FIRST_PIECES = 8,
    GATHER_BYTES = 4096, /* a string that is referred to costs two pieces */
};

void
weft_thrift_writer_init(WeftThriftWriter *writer, WeftArena *arena, size_t max_bytes, bool gathers)
{
    *writer = (WeftThriftWriter){.arena = arena,
                                 .max_bytes = max_bytes,
                                 .gather_bytes = gathers ? GATHER_BYTES : UINT32_MAX};
}

static bool
gathers(const WeftThriftWriter *writer)
{
    return writer->gather_bytes != UINT32_MAX;
}

void
weft_thrift_writer_clear(WeftThriftWriter *writer)
{
    if (writer->arena == NULL) {
        g_slist_free_full(writer->own_blocks, g_free);
        g_free(writer->block);
        g_free(writer->pieces);
    }
    weft_thrift_writer_init(writer, writer->arena, writer->max_bytes, gathers(writer));
}

uint8_t *
weft_thrift_writer_fail(WeftThriftWriter *writer, WeftThriftFailure failure,
                        const WeftThriftType *where)
{
    if (writer->failure == WEFT_THRIFT_FINE) {
        writer->failure = (uint8_t)failure;
        writer->where_type = where;
    }
    return NULL;
}

/* Note that [data, data + size) is the next piece of what is written. */
static bool
add_piece(WeftThriftWriter *writer, const void *data, size_t size)
{
    if (size == 0)
        return true;
    if (writer->n_pieces == writer->n_pieces_room) {
        const uint32_t room = MAX(writer->n_pieces_room * 2, (uint32_t)FIRST_PIECES);
        struct iovec *pieces = NULL;
        if (writer->arena == NULL) {
            pieces = g_try_renew(struct iovec, writer->pieces, room);
        } else {
            pieces = weft_arena_try_alloc(writer->arena, room * sizeof *pieces);
            if (pieces != NULL && writer->n_pieces > 0)
                memcpy(pieces, writer->pieces, writer->n_pieces * sizeof *pieces);
        }
        if (pieces == NULL)
            return false;
        writer->pieces = pieces;
        writer->n_pieces_room = room;
    }
    writer->pieces[writer->n_pieces++] = (struct iovec){(void *)data, size};
    writer->n_closed_bytes += size;
    return true;
}

/* The last thing in the arena may become larger where it is. */
static bool
grow_in_place(WeftThriftWriter *writer, uint8_t *at, size_t size)
{
    WeftArena *arena = writer->arena;

    if (arena == NULL || writer->limit == NULL || arena->at != writer->limit)
        return false;
    if (size > (size_t)(arena->end - at))
        return false;
    const size_t step = MAX((size_t)(writer->limit - writer->block), size);
    const size_t room = MIN(step, (size_t)(arena->end - writer->limit));
    writer->limit += room & ~(size_t)7;
    arena->at = writer->limit;
    return size <= (size_t)(writer->limit - at);
}

static uint8_t *
new_block(WeftThriftWriter *writer, size_t size)
{
    if (writer->arena != NULL)
        return weft_arena_try_alloc(writer->arena, size);
    return g_try_malloc(size);
}

/* Keep what was filled as a piece, and go on in a block of its own. */
static uint8_t *
open_next_block(WeftThriftWriter *writer, uint8_t *at, size_t block_size)
{
    uint8_t *block = new_block(writer, block_size);

    if (block == NULL)
        return NULL;
    if (!add_piece(writer, writer->begin, (size_t)(at - writer->begin))) {
        if (writer->arena == NULL)
            g_free(block);
        return NULL;
    }
    if (writer->arena == NULL && writer->block != NULL)
        writer->own_blocks = g_slist_prepend(writer->own_blocks, writer->block);
    writer->block = writer->begin = block;
    writer->limit = block + block_size;
    return block;
}

/* All bytes stay together: move them. */
static uint8_t *
move_to_larger_block(WeftThriftWriter *writer, uint8_t *at, size_t block_size)
{
    const size_t n_filled = (size_t)(at - writer->begin);
    uint8_t *block = NULL;

    if (writer->arena == NULL) {
        block = g_try_realloc(writer->block, block_size);
    } else {
        block = weft_arena_try_alloc(writer->arena, block_size);
        if (block != NULL && n_filled > 0)
            memcpy(block, writer->begin, n_filled);
    }
    if (block == NULL)
        return NULL;
    writer->block = writer->begin = block;
    writer->limit = block + block_size;
    return block + n_filled;
}

uint8_t *
weft_thrift_writer_grow(WeftThriftWriter *writer, uint8_t *at, size_t size)
{
    const size_t n_filled = (size_t)(at - writer->begin);
    const size_t n_written = writer->n_closed_bytes + n_filled;
    const size_t n_before = (size_t)(writer->limit - writer->block);

    if (n_written > writer->max_bytes || size > writer->max_bytes - n_written)
        return weft_thrift_writer_fail(writer, WEFT_THRIFT_TOO_LARGE, NULL);
    if (grow_in_place(writer, at, size))
        return at;

    const size_t n_left = writer->max_bytes - n_written;
    size_t step = MIN(MAX(n_before * 2, (size_t)FIRST_BLOCK_BYTES), n_filled + n_left);
    uint8_t *moved = NULL;
    if (gathers(writer)) {
        step = MIN(step, (size_t)LARGEST_STEP_BYTES);
        moved = open_next_block(writer, at, (MAX(step, size) + 7) & ~(size_t)7);
    } else {
        moved = move_to_larger_block(writer, at, (MAX(step, n_filled + size) + 7) & ~(size_t)7);
    }
    if (moved == NULL)
        return weft_thrift_writer_fail(writer, WEFT_THRIFT_NO_MEMORY, NULL);
    return moved;
}

uint8_t *
weft_thrift_writer_refer(WeftThriftWriter *writer, uint8_t *at, WeftString string)
{
    const size_t n_written = writer->n_closed_bytes + (size_t)(at - writer->begin);

    if (n_written > writer->max_bytes || string.length > writer->max_bytes - n_written)
        return weft_thrift_writer_fail(writer, WEFT_THRIFT_TOO_LARGE, NULL);
    if (!add_piece(writer, writer->begin, (size_t)(at - writer->begin)) ||
        !add_piece(writer, string.data, string.length))
        return weft_thrift_writer_fail(writer, WEFT_THRIFT_NO_MEMORY, NULL);
    writer->begin = at;
    return at;
}

const struct iovec *
weft_thrift_writer_pieces(WeftThriftWriter *writer, uint8_t *at, uint32_t *ret_n_pieces,
                          size_t *ret_size)
{
    if (!add_piece(writer, writer->begin, (size_t)(at - writer->begin)))
        g_error("thrift: no memory for %u pieces", writer->n_pieces + 1);
    writer->begin = at;
    *ret_n_pieces = writer->n_pieces;
    *ret_size = writer->n_closed_bytes;
    return writer->pieces;
}
