/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls as bodies of HTTP requests.
 */

#include <weft/thrift_http.h>

#include "thrift/detect.h"
#include "thrift/process.h"

#include <string.h>

#define CONTENT_TYPE "application/x-thrift"

static const char *
callers_peer(gpointer transport)
{
    return weft_http_request_peer(transport);
}

static const char *
callers_metadata(gpointer transport, const char *name)
{
    return weft_http_request_header(transport, name);
}

static const WeftThriftCallerMethods methods = {
    .peer = callers_peer,
    .metadata = callers_metadata,
};

static gboolean
call_message(WeftCall *call, uint8_t *message, size_t size, WeftHttpResponse *response,
             GError **error)
{
    g_autoptr(GBytes) answer = NULL;
    g_autoptr(GError) failure = NULL;
    WeftThriftProtocol protocol;

    if (!weft_thrift_detect_protocol(message, size, &protocol)) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "the body is no message of Thrift");
        return FALSE;
    }
    if (!weft_thrift_process(call, protocol, (struct iovec){message, size}, &answer, &failure)) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, failure->message);
        return FALSE;
    }
    for (uint32_t i = 0; i < call->n_pairs; i++)
        weft_http_response_set_header(response, call->pairs[i].name.data,
                                      call->pairs[i].value.data);
    weft_http_response_set_header(response, "Content-Type", CONTENT_TYPE);
    return weft_http_response_send(response, answer != NULL ? g_bytes_get_data(answer, NULL) : "",
                                   answer != NULL ? g_bytes_get_size(answer) : 0, error);
}

gboolean
weft_thrift_http_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data,
                        GError **error)
{
    const WeftThriftServiceLimits limits = weft_thrift_service_limits_default();
    WeftCall call;

    if (strcmp(weft_http_request_method(request), "POST") != 0) {
        weft_http_response_set_header(response, "Allow", "POST");
        g_set_error_literal(error, WEFT_HTTP_ERROR, 405, "a call of Thrift is a POST");
        return FALSE;
    }
    GBytes *body = weft_http_request_read_all(request, limits.message.max_frame_bytes, error);
    if (body == NULL)
        return FALSE;

    size_t size;
    g_autofree uint8_t *message = g_bytes_unref_to_data(body, &size);
    weft_thrift_call_init(&call, data, &limits);
    call.caller = &methods;
    call.transport = request;
    const gboolean succeeded = call_message(&call, message, size, response, error);
    weft_thrift_call_clear(&call);
    return succeeded;
}
