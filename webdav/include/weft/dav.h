/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>
#include <weft/http.h>
#include <weft/server.h>

G_BEGIN_DECLS

/** A WebDAV server (RFC 4918, class 1) over a store. */

/** What a share allows.  weft_dav_options_default() has a value for each. */
typedef struct {
    gboolean read_only;            /* methods that write answer 403 */
    gboolean allow_depth_infinity; /* PROPFIND; otherwise 403 propfind-finite-depth */
    int64_t max_upload_bytes;      /* 413 beyond; -1: none */
} WeftDavOptions;

WeftDavOptions weft_dav_options_default(void);

/**
 * Serve @store over HTTP.
 * @store: (transfer full)
 * @options: (nullable): copied; NULL for the defaults
 */
WeftService *weft_dav_service_new(WeftDavStore *store, const WeftDavOptions *options);

/** The same as an HTTP handler and its data, for a router: weft_dav_handle(request, response, dav).
 */
typedef struct WeftDav WeftDav;
WeftDav *weft_dav_new(WeftDavStore *store, const WeftDavOptions *options);
void weft_dav_free(WeftDav *dav);
gboolean weft_dav_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer dav,
                         GError **error);

G_END_DECLS
