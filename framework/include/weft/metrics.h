/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/server.h>

G_BEGIN_DECLS

/** What a server has counted, over all its workers. */
typedef struct {
    int64_t n_accepted; /* connections, since the start */
    int64_t n_refused;  /* of those, at once: too many of one address */
    int64_t n_active;   /* a fiber serves them now */
    int64_t n_parked;   /* wait without a fiber */
    int64_t n_served;   /* times that a service was called and returned */

    int64_t n_handshakes;        /* of TLS, done */
    int64_t n_failed_handshakes; /* of TLS, or none where there should be one */
} WeftServerMetrics;

/** From any thread, while the server runs and afterwards. */
void weft_server_get_metrics(WeftServer *server, WeftServerMetrics *ret_metrics);

/** A connection, as it was a moment ago. */
typedef struct {
    uint64_t id;
    char *peer;           /* owned */
    const char *protocol; /* the name of its service */
    gboolean is_secure;
    gboolean is_parked; /* waits without a fiber; else it is served */
    int64_t since_us;   /* how long that has been so */
    uint64_t n_received_bytes;
    uint64_t n_sent_bytes;
} WeftConnectionInfo;

/**
 * Those of all workers, at most @max, served ones first; of a worker that does not answer within a
 * second: none.
 * Returns: (transfer full): of WeftConnectionInfo
 */
WEFT_PARKS GArray *weft_server_list_connections(WeftServer *server, size_t max, GError **error);

G_END_DECLS
