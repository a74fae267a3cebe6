/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a chunked body, fed whole and in steps, which must agree on what it was.  The first
 * byte of the input is the step.
 */

#include "http/chunked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    WeftHttpChunkedResult result;
    size_t n_body_bytes;
    unsigned n_trailers;
    size_t n_used;
} Outcome;

static Outcome
decode(const char *text, size_t size, size_t step)
{
    Outcome outcome = {.result = WEFT_HTTP_CHUNKED_MORE};
    WeftHttpChunked chunked;
    size_t fed = MIN(step, size);

    weft_http_chunked_init(&chunked);
    for (;;) {
        WeftHttpChunkedPiece piece;
        size_t used = 0;

        outcome.result = weft_http_chunked_next(&chunked, text + outcome.n_used,
                                                fed - outcome.n_used, &used, &piece);
        outcome.n_used += used;
        g_assert(outcome.n_used <= fed);
        switch (outcome.result) {
        case WEFT_HTTP_CHUNKED_DATA:
            g_assert(piece.size > 0);
            outcome.n_body_bytes += piece.size;
            break;
        case WEFT_HTTP_CHUNKED_TRAILER:
            g_assert(piece.value.at + piece.value.length + 2 <= piece.size);
            outcome.n_trailers++;
            break;
        case WEFT_HTTP_CHUNKED_MORE:
            if (fed == size)
                return outcome;
            fed = MIN(fed + step, size);
            break;
        case WEFT_HTTP_CHUNKED_END:
        case WEFT_HTTP_CHUNKED_REFUSED:
            return outcome;
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;

    const char *text = (const char *)data + 1;
    Outcome whole = decode(text, size - 1, size);
    Outcome steps = decode(text, size - 1, data[0] % 64 + 1);
    g_assert(whole.result == steps.result);
    g_assert(whole.n_trailers == steps.n_trailers && whole.n_body_bytes == steps.n_body_bytes);
    return 0;
}
