/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams in memory: two pipes, crosswise.  A pipe is a ring of bytes with a queue of those who
 * wait for bytes and one of those who wait for room.
 */

#include <weft/sys/stream.h>

#include "fiber/wait.h"

#include <string.h>

#define WOULD_PARK (-2)

/* Operations in a row that succeed at once before a fiber lets others run. */
#define MEMORY_BUDGET 32

typedef struct {
    size_t capacity;
    size_t n_bytes;
    size_t begin;          /* index of the first byte */
    gboolean has_ended;    /* the writer will write no more */
    gboolean is_abandoned; /* the reader is gone */
    WeftWaitQueue readers;
    WeftWaitQueue writers;
    uint8_t *ring;
} Pipe;

/* What the two ends share; freed with the second of them. */
typedef struct {
    unsigned n_ends;
    Pipe pipes[2];
} Pair;

typedef struct {
    WeftStream base;
    Pair *pair;
    Pipe *in;
    Pipe *out;
    unsigned n_spent; /* see MEMORY_BUDGET */
} MemoryStream;

static void
copy_in(Pipe *pipe, const uint8_t *from, size_t size)
{
    size_t at = (pipe->begin + pipe->n_bytes) % pipe->capacity;
    size_t first = MIN(size, pipe->capacity - at);

    memcpy(pipe->ring + at, from, first);
    memcpy(pipe->ring, from + first, size - first);
    pipe->n_bytes += size;
}

static void
copy_out(Pipe *pipe, uint8_t *to, size_t size)
{
    size_t first = MIN(size, pipe->capacity - pipe->begin);

    memcpy(to, pipe->ring + pipe->begin, first);
    memcpy(to + first, pipe->ring, size - first);
    pipe->begin = (pipe->begin + size) % pipe->capacity;
    pipe->n_bytes -= size;
}

static gboolean
spend(MemoryStream *memory, GError **error)
{
    if (++memory->n_spent % MEMORY_BUDGET != 0)
        return weft_fiber_check(error);
    return weft_fiber_yield(error);
}

static ssize_t
memory_try_read(WeftStream *stream, void *buffer, size_t size, G_GNUC_UNUSED GError **error)
{
    Pipe *pipe = ((MemoryStream *)stream)->in;

    if (pipe->n_bytes == 0)
        return pipe->has_ended ? 0 : WOULD_PARK;
    size = MIN(size, pipe->n_bytes);
    copy_out(pipe, buffer, size);
    weft_wait_queue_wake_all(&pipe->writers);
    return (ssize_t)size;
}

static gboolean
memory_wait_readable(WeftStream *stream, GError **error)
{
    Pipe *pipe = ((MemoryStream *)stream)->in;
    if (pipe->n_bytes > 0 || pipe->has_ended)
        return weft_fiber_check(error);
    return weft_wait(&pipe->readers, "stream read", error);
}

static ssize_t
memory_read(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    if (!spend((MemoryStream *)stream, error))
        return -1;
    for (;;) {
        ssize_t n_read = memory_try_read(stream, buffer, size, error);
        if (n_read != WOULD_PARK)
            return n_read;
        if (!memory_wait_readable(stream, error))
            return -1;
    }
}

/* Returns: bytes taken, which is 0 while the pipe is full; -1 with @error set */
static ssize_t
write_some(MemoryStream *memory, const uint8_t *data, size_t size, GError **error)
{
    Pipe *pipe = memory->out;

    if (pipe->is_abandoned || pipe->has_ended) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "write: the peer is gone");
        return -1;
    }
    size_t some = MIN(size, pipe->capacity - pipe->n_bytes);
    if (some > 0) {
        copy_in(pipe, data, some);
        weft_wait_queue_wake_all(&pipe->readers);
        memory->base.n_written += some;
    }
    return (ssize_t)some;
}

static ssize_t
memory_try_write(WeftStream *stream, const void *data, size_t size, GError **error)
{
    ssize_t n_taken = write_some((MemoryStream *)stream, data, size, error);

    return n_taken == 0 ? WOULD_PARK : n_taken;
}

static gboolean
write_piece(MemoryStream *memory, const uint8_t *data, size_t size, GError **error)
{
    while (size > 0) {
        ssize_t n_taken = write_some(memory, data, size, error);

        if (n_taken < 0)
            return FALSE;
        if (n_taken == 0 && !weft_wait(&memory->out->writers, "stream write", error))
            return FALSE;
        data += n_taken;
        size -= (size_t)n_taken;
    }
    return TRUE;
}

static gboolean
memory_writev_all(WeftStream *stream, const struct iovec *pieces, size_t n_pieces,
                  G_GNUC_UNUSED gboolean more_follows, GError **error)
{
    MemoryStream *memory = (MemoryStream *)stream;

    if (!spend(memory, error))
        return FALSE;
    for (size_t i = 0; i < n_pieces; i++)
        if (!write_piece(memory, pieces[i].iov_base, pieces[i].iov_len, error))
            return FALSE;
    return TRUE;
}

static gboolean
memory_finish(WeftStream *stream, GError **error)
{
    Pipe *pipe = ((MemoryStream *)stream)->out;

    if (!weft_fiber_check(error))
        return FALSE;
    pipe->has_ended = TRUE;
    weft_wait_queue_wake_all(&pipe->readers);
    return TRUE;
}

static char *
memory_describe_peer(G_GNUC_UNUSED WeftStream *stream)
{
    return g_strdup("memory");
}

static void
memory_free(WeftStream *stream)
{
    MemoryStream *memory = (MemoryStream *)stream;
    Pair *pair = memory->pair;

    memory->out->has_ended = TRUE;
    memory->in->is_abandoned = TRUE;
    /* This end's own waits fail; the peer's look again and see the end. */
    weft_wait_queue_close(&memory->in->readers);
    weft_wait_queue_close(&memory->out->writers);
    weft_wait_queue_wake_all(&memory->out->readers);
    weft_wait_queue_wake_all(&memory->in->writers);
    g_free(memory);
    if (--pair->n_ends > 0)
        return;
    g_free(pair->pipes[0].ring);
    g_free(pair->pipes[1].ring);
    g_free(pair);
}

static const WeftStreamMethods memory_methods = {
    .read = memory_read,
    .try_read = memory_try_read,
    .wait_readable = memory_wait_readable,
    .writev_all = memory_writev_all,
    .try_write = memory_try_write,
    .finish = memory_finish,
    .describe_peer = memory_describe_peer,
    .free = memory_free,
};

static WeftStream *
memory_stream_new(Pair *pair, unsigned in)
{
    MemoryStream *memory = g_new0(MemoryStream, 1);

    memory->base.methods = &memory_methods;
    memory->pair = pair;
    memory->in = &pair->pipes[in];
    memory->out = &pair->pipes[1 - in];
    return &memory->base;
}

void
weft_stream_pair(size_t capacity_bytes, WeftStream **ret_left, WeftStream **ret_right)
{
    Pair *pair = g_new0(Pair, 1);

    g_assert(capacity_bytes > 0);
    pair->n_ends = 2;
    for (unsigned i = 0; i < 2; i++) {
        pair->pipes[i].capacity = capacity_bytes;
        pair->pipes[i].ring = g_malloc(capacity_bytes);
    }
    *ret_left = memory_stream_new(pair, 0);
    *ret_right = memory_stream_new(pair, 1);
}
