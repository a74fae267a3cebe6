/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/http.h>
#include <weft/statistics.h>

G_BEGIN_DECLS

/**
 * A handler that shows the tree of weft/statistics.h: in Prometheus' text format, or as JSON if the
 * query has "format=json".  "path=server.http" shows a part of it.  It is for who may see it: on an
 * address of its own, or behind a filter.
 *
 *     weft_http_router_add(router, "GET", "/metrics", weft_http_statistics_handle, "chat");
 *
 * @data: (nullable): a string that is put before all names in Prometheus' format; outlives the
 * router
 */
WEFT_PARKS gboolean weft_http_statistics_handle(WeftHttpRequest *request,
                                                WeftHttpResponse *response, gpointer data,
                                                GError **error);

G_END_DECLS
