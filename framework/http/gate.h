/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service asks of all requests before a handler sees them: that they come over TLS, and not
 * too many from one address, or from all.
 */
#pragma once

#include "server/peer_table.h"

#include <weft/http.h>

G_BEGIN_DECLS

/* A service that asks for nothing has none. */
typedef struct {
    unsigned https_port;  /* where to send who comes without TLS; 0: nowhere */
    WeftPeerRates *rates; /* (nullable): of each address */
    WeftPeerRates *total; /* (nullable): of all together, who are one peer to it */
} WeftHttpGate;

void weft_http_gate_free(WeftHttpGate *gate);

typedef enum {
    WEFT_HTTP_GATE_OPEN,
    WEFT_HTTP_GATE_TOO_MANY,
    WEFT_HTTP_GATE_BUSY,
    WEFT_HTTP_GATE_NEEDS_TLS,
} WeftHttpGateState;

/** What @gate is for this request, which is counted. */
WeftHttpGateState weft_http_gate_look(const WeftHttpGate *gate, WeftHttpRequest *request);

/** Answer instead of the handler; @state: not OPEN */
WEFT_PARKS gboolean weft_http_gate_answer(const WeftHttpGate *gate, WeftHttpGateState state,
                                          WeftHttpRequest *request, WeftHttpResponse *response,
                                          GError **error);

G_END_DECLS
