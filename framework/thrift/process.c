/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls whose messages come some other way than over a connection of ours.
 */

#include "thrift/process.h"

static gboolean
answer(WeftCall *call, GBytes **ret_answer)
{
    WeftThriftWriter writer;
    uint32_t n_pieces;
    size_t size;

    weft_thrift_writer_init(&writer, &call->arena, call->limits->message.max_frame_bytes, false);
    uint8_t *at = weft_thrift_call_write(call, NULL, &writer);
    if (at == NULL)
        return FALSE;
    const struct iovec *pieces = weft_thrift_writer_pieces(&writer, at, &n_pieces, &size);
    g_assert(n_pieces == 1);
    *ret_answer = g_bytes_new(pieces[0].iov_base, size);
    return TRUE;
}

gboolean
weft_thrift_process(WeftCall *call, WeftThriftProtocol protocol, struct iovec message,
                    GBytes **ret_answer, GError **error)
{
    *ret_answer = NULL;
    if (!weft_thrift_call_read(call, protocol, message.iov_base, message.iov_len, error))
        return FALSE;
    weft_thrift_call_run(call);
    if (!weft_thrift_call_is_answered(call))
        return TRUE;
    if (answer(call, ret_answer) || answer(call, ret_answer))
        return TRUE;
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "the answer is above the limit");
    return FALSE;
}

gboolean
weft_thrift_processor_process(const WeftThriftProcessor *processor, WeftThriftProtocol protocol,
                              uint8_t *message, size_t size, GBytes **ret_answer, GError **error)
{
    const WeftThriftServiceLimits limits = weft_thrift_service_limits_default();
    WeftCall call;

    weft_thrift_call_init(&call, processor, &limits);
    const gboolean succeeded =
        weft_thrift_process(&call, protocol, (struct iovec){message, size}, ret_answer, error);
    weft_thrift_call_clear(&call);
    return succeeded;
}
