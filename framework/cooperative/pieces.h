/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Arrays of pieces of memory, part of which is done.
 */

#include <sys/uio.h>
#include <weft/base.h>

/* Pieces of a rest that are given to the system in one call. */
#define WEFT_PIECES_WINDOW 16

static inline size_t
weft_pieces_size(const struct iovec *pieces, size_t n_pieces)
{
    size_t size = 0;

    for (size_t i = 0; i < n_pieces; i++)
        size += pieces[i].iov_len;
    return size;
}

/* Fill @window with what is behind the first @n_done bytes, as far as it goes.  Returns: pieces */
static inline size_t
weft_pieces_rest(const struct iovec *pieces, size_t n_pieces, size_t n_done, struct iovec *window)
{
    size_t n = 0;

    for (size_t i = 0; i < n_pieces && n < WEFT_PIECES_WINDOW; i++) {
        if (n_done >= pieces[i].iov_len) {
            n_done -= pieces[i].iov_len;
            continue;
        }
        window[n].iov_base = (char *)pieces[i].iov_base + n_done;
        window[n++].iov_len = pieces[i].iov_len - n_done;
        n_done = 0;
    }
    return n;
}
