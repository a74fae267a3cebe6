/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/server.h>

G_BEGIN_DECLS

/** The control service of a server: what weftctl asks. */

typedef struct {
    const char *program; /* "weftdav" */
    const char *version;
    WeftService *thrift; /* (nullable): a Thrift service whose methods are among the metrics */
    gboolean has_http;   /* requests of HTTP are, too: weft/http_metrics.h */
} WeftControlInfo;

/**
 * Answer questions about @server on a unix socket that its own user and root may open, and nobody
 * else.  Before the server runs, and before it has threads.
 * @address: "unix:/PATH"
 * @info: copied; its service outlives the server
 */
gboolean weft_control_listen(WeftServer *server, const char *address, const WeftControlInfo *info,
                             GError **error);

G_END_DECLS
