/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a frame of the header transport.  What can be read can be written, and read again to
 * the same.
 */

#include "thrift/header.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_PAYLOAD_BYTES 65536
#define MAX_MEMORY_BYTES ((size_t)4 << 20)
#define LENGTH_BYTES 4

static uint8_t *
join(const struct iovec *pieces, uint32_t n_pieces, size_t *ret_size)
{
    size_t size = 0;

    for (uint32_t i = 0; i < n_pieces; i++)
        size += pieces[i].iov_len;
    uint8_t *whole = g_malloc(size);
    for (uint32_t i = 0, at = 0; i < n_pieces; at += pieces[i++].iov_len)
        memcpy(whole + at, pieces[i].iov_base, pieces[i].iov_len);
    *ret_size = size;
    return whole;
}

static gboolean
have_same_text(WeftString left, WeftString right)
{
    return left.length == right.length && memcmp(left.data, right.data, left.length + 1) == 0;
}

static void
compare(const WeftThriftHeader *header, const WeftThriftHeader *again)
{
    g_assert(header->protocol == again->protocol);
    g_assert(header->sequence_id == again->sequence_id);
    g_assert(header->n_pairs == again->n_pairs);
    /* Those that persist are written behind the others. */
    for (uint32_t i = 0; i < header->n_pairs; i++) {
        gboolean found = FALSE;

        for (uint32_t k = 0; k < again->n_pairs && !found; k++)
            found = have_same_text(header->pairs[i].name, again->pairs[k].name) &&
                    have_same_text(header->pairs[i].value, again->pairs[k].value);
        g_assert(found);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(WeftArena) arena;
    WeftThriftHeader header;
    WeftThriftHeader again;
    struct iovec payload;
    struct iovec payload_again;
    uint32_t n_pieces;

    weft_arena_init(&arena, MAX_MEMORY_BYTES);
    if (!weft_thrift_header_read(&header, (struct iovec){(void *)data, size}, MAX_PAYLOAD_BYTES,
                                 &arena, &payload, NULL))
        return 0;
    const struct iovec *pieces =
        weft_thrift_header_write(&header, &payload, 1, &arena, &n_pieces, NULL);
    if (pieces == NULL)
        return 0;

    g_autofree uint8_t *whole = join(pieces, n_pieces, &size);
    const struct iovec frame = {whole + LENGTH_BYTES, size - LENGTH_BYTES};
    if (!weft_thrift_header_read(&again, frame, MAX_PAYLOAD_BYTES, &arena, &payload_again, NULL))
        return 0;
    compare(&header, &again);
    g_assert(payload.iov_len == payload_again.iov_len);
    g_assert(payload.iov_len == 0 ||
             memcmp(payload.iov_base, payload_again.iov_base, payload.iov_len) == 0);
    return 0;
}
