/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a request head, whole and in two pieces, which must agree; then its target.
 */

#include "http/head.h"

#include <weft/http_target.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const WeftHttpLimits limits = {
    .max_request_line_bytes = 1024,
    .max_head_bytes = 4096,
    .max_fields = 32,
};

static void
check_spans(const WeftHttpHead *head, size_t size)
{
    g_assert(head->position <= size);
    g_assert(head->target.at + head->target.length <= head->position);
    for (unsigned i = 0; i < head->n_fields; i++) {
        const WeftHttpField *field = &head->fields[i];

        g_assert(field->name.length > 0 && field->name.at + field->name.length < field->value.at);
        g_assert(field->value.at + field->value.length + 2 <= head->position);
        g_assert(field->next == 0 || field->next > i + 1);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static WeftHttpHead whole;
    static WeftHttpHead pieces;
    const char *text = (const char *)data;

    weft_http_head_init(&whole);
    WeftHttpHeadState state = weft_http_head_parse(&whole, &limits, text, size);

    weft_http_head_init(&pieces);
    WeftHttpHeadState piecewise = weft_http_head_parse(&pieces, &limits, text, size / 2);
    if (piecewise == WEFT_HTTP_HEAD_MORE)
        piecewise = weft_http_head_parse(&pieces, &limits, text, size);
    g_assert(piecewise == state && pieces.refusal_status == whole.refusal_status);

    if (state == WEFT_HTTP_HEAD_DONE) {
        WeftHttpTarget target;

        check_spans(&whole, size);
        weft_http_target_parse(text + whole.method.at, whole.method.length, text + whole.target.at,
                               whole.target.length, &target);
    }
    return 0;
}
