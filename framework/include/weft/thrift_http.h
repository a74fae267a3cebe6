/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/http.h>
#include <weft/thrift_service.h>

G_BEGIN_DECLS

/**
 * Answer a POST whose body is one Thrift message, as Apache's THttpClient sends it; a
 * WeftHttpHandler for a route.  The protocol is told by the first bytes of the body.  405 for other
 * methods, 400 where the body has no readable head.
 * @data: a WeftThriftProcessor, which outlives the service
 */
WEFT_PARKS gboolean weft_thrift_http_handle(WeftHttpRequest *request, WeftHttpResponse *response,
                                            gpointer data, GError **error);

G_END_DECLS
