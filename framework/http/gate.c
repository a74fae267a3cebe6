/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way to TLS, and the rates of requests: of one address, and of all.
 */

#include "http/gate.h"

#include "http/request.h"

#include <string.h>
#include <weft/clock.h>

#define HTTPS_PORT 443

/* When to try again, for who was too quick: what is due in a second is seldom more than a burst. */
#define RETRY_AFTER_S "1"

void
weft_http_gate_free(WeftHttpGate *gate)
{
    if (gate == NULL)
        return;
    weft_peer_rates_free(gate->rates);
    weft_peer_rates_free(gate->total);
    g_free(gate);
}

/* Windows asks at the root what a server can do, follows no redirect there, and gives up. */
static gboolean
asks_what_there_is(const WeftHttpRequest *request)
{
    const char *path = weft_http_request_path(request);

    return strcmp(weft_http_request_method(request), "OPTIONS") == 0 &&
           (strcmp(path, "/") == 0 || strcmp(path, "*") == 0);
}

WeftHttpGateState
weft_http_gate_look(const WeftHttpGate *gate, WeftHttpRequest *request)
{
    static const WeftPeer all = {{0, 1}};
    WeftPeer peer;

    /* In this order: who is refused for his own takes nothing from the others. */
    if (gate->rates != NULL && weft_peer_of(request->transfer.stream, &peer) &&
        !weft_peer_rates_take(gate->rates, peer, weft_clock_now_us()))
        return WEFT_HTTP_GATE_TOO_MANY;
    if (gate->total != NULL && !weft_peer_rates_take(gate->total, all, weft_clock_now_us()))
        return WEFT_HTTP_GATE_BUSY;
    if (gate->https_port != 0 && !weft_http_request_is_secure(request) &&
        !asks_what_there_is(request))
        return WEFT_HTTP_GATE_NEEDS_TLS;
    return WEFT_HTTP_GATE_OPEN;
}

/* "localhost" of "localhost:8080", "[::1]" of "[::1]:8080". */
static size_t
host_length(const char *authority)
{
    const char *bracket = strchr(authority, ']');
    const char *colon = strchr(bracket != NULL ? bracket : authority, ':');

    return colon != NULL ? (size_t)(colon - authority) : strlen(authority);
}

/* (transfer full): the same resource over TLS */
static char *
secure_location(const WeftHttpGate *gate, const WeftHttpRequest *request)
{
    const WeftHttpTarget *target = &request->target;
    const char *authority = weft_http_request_authority(request);
    GString *location = g_string_new("https://");

    g_string_append_len(location, authority, (gssize)host_length(authority));
    if (gate->https_port != HTTPS_PORT)
        g_string_append_printf(location, ":%u", gate->https_port);
    if (target->path_length > 0)
        g_string_append_len(location, target->path, (gssize)target->path_length);
    else
        g_string_append_c(location, '/');
    if (target->query != NULL) {
        g_string_append_c(location, '?');
        g_string_append_len(location, target->query, (gssize)target->query_length);
    }
    return g_string_free(location, FALSE);
}

static gboolean
send_text(WeftHttpResponse *response, const char *text, GError **error)
{
    weft_http_response_set_header(response, "Content-Type", "text/plain");
    return weft_http_response_send(response, text, strlen(text), error);
}

/* RFC 9110 15.4.9: 308 keeps method and body; what only reads gets the one that all clients know.
 */
static gboolean
send_to_tls(const WeftHttpGate *gate, WeftHttpRequest *request, WeftHttpResponse *response,
            GError **error)
{
    if (host_length(weft_http_request_authority(request)) == 0) {
        weft_http_response_set_status(response, 400);
        return send_text(response, "This server speaks HTTPS\n", error);
    }

    g_autofree char *location = secure_location(gate, request);
    weft_http_response_set_status(response, request->is_get ? 301 : 308);
    weft_http_response_set_header(response, "Location", location);
    return send_text(response, "This server speaks HTTPS\n", error);
}

gboolean
weft_http_gate_answer(const WeftHttpGate *gate, WeftHttpGateState state, WeftHttpRequest *request,
                      WeftHttpResponse *response, GError **error)
{
    if (state == WEFT_HTTP_GATE_NEEDS_TLS)
        return send_to_tls(gate, request, response, error);
    weft_http_response_set_header(response, "Retry-After", RETRY_AFTER_S);
    if (state == WEFT_HTTP_GATE_BUSY) {
        weft_http_response_set_status(response, 503);
        return send_text(response, "Too many requests at the moment\n", error);
    }
    weft_http_response_set_status(response, 429);
    return send_text(response, "Too many requests from one address\n", error);
}
