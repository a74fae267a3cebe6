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
        WeftHttpTrailer trailer;
        size_t used = 0;

        outcome.result = weft_http_chunked_next(&chunked, text + outcome.n_used,
                                                fed - outcome.n_used, &used, &trailer);
        outcome.n_used += used;
        g_assert(outcome.n_used <= fed);
        switch (outcome.result) {
        case WEFT_HTTP_CHUNKED_DATA: {
            size_t n_data = (size_t)MIN(chunked.data_left, fed - outcome.n_used);
            weft_http_chunked_take_data(&chunked, n_data);
            outcome.n_used += n_data;
            outcome.n_body_bytes += n_data;
            if (n_data == 0 && fed == size)
                return outcome;
            if (n_data == 0)
                fed = MIN(fed + step, size);
            break;
        }
        case WEFT_HTTP_CHUNKED_TRAILER:
            g_assert(trailer.name >= text && trailer.value > trailer.name);
            g_assert(trailer.value + trailer.value_length + 2 <= text + outcome.n_used);
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
