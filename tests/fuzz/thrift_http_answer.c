/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the head of an answer by HTTP.  What is understood has a body that ends in one way.
 */

#include "thrift/client_http.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(WeftArena) arena;
    WeftThriftHttpAnswer answer;
    WeftThriftHttpAnswer without_pairs;
    g_autoptr(GError) error = NULL;
    const char *text = (const char *)data;

    weft_arena_init(&arena, SIZE_MAX);
    if (!weft_thrift_http_answer_parse(&answer, text, size, &arena, &error)) {
        g_assert(error != NULL);
        return 0;
    }
    g_assert(answer.status >= 100 && answer.status <= 999);
    g_assert(!answer.is_chunked || answer.content_length == -1);
    g_assert(answer.reason >= text && answer.reason + answer.reason_length <= text + size);
    for (uint32_t i = 0; i < answer.n_pairs; i++)
        g_assert(strlen(answer.pairs[i].name.data) == answer.pairs[i].name.length);
    g_assert(weft_thrift_http_answer_parse(&without_pairs, text, size, NULL, NULL));
    g_assert(without_pairs.content_length == answer.content_length);
    return 0;
}
