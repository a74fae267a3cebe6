/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a connection: reads and writes that a peer must not delay for ever, and whose time
 * is not the handler's.
 */
#pragma once

#include <weft/deadline.h>
#include <weft/http.h>

G_BEGIN_DECLS

typedef struct {
    WeftStream *stream;
    const WeftHttpLimits *limits;
    int64_t read_waited_us;      /* in the current window, parked in reads */
    uint64_t n_window_bytes;     /* read in the current window */
    unsigned n_reads;            /* so far; every so many let others run */
    int64_t handler_deadline_us; /* WEFT_DEADLINE_NEVER where there is none */
    WeftDeadlineScope handler_scope;
} WeftHttpTransfer;

void weft_http_transfer_init(WeftHttpTransfer *transfer, WeftStream *stream,
                             const WeftHttpLimits *limits);

/** Between these two the fiber has the handler's deadline, moved by what it waits for the peer. */
void weft_http_transfer_begin_handler(WeftHttpTransfer *transfer);
void weft_http_transfer_end_handler(WeftHttpTransfer *transfer);

/**
 * Read a piece of a body; slower than the minimum rate is a WEFT_HTTP_ERROR, 408.
 * Returns: as weft_stream_read()
 */
WEFT_PARKS ssize_t weft_http_transfer_read(WeftHttpTransfer *transfer, void *buffer, size_t size,
                                           GError **error);

/** @pieces: changed; @more_follows: another write comes at once */
WEFT_PARKS gboolean weft_http_transfer_writev(WeftHttpTransfer *transfer, struct iovec *pieces,
                                              size_t n_pieces, gboolean more_follows,
                                              GError **error);

WEFT_PARKS gboolean weft_http_transfer_send_file(WeftHttpTransfer *transfer, WeftFile *file,
                                                 int64_t offset_bytes, int64_t n_bytes,
                                                 GError **error);

G_END_DECLS
