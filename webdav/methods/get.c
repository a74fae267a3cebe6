/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET and HEAD (RFC 9110 9.3.1, RFC 4918 9.4): a file, or a page that lists a collection.
 */
#include <string.h>
#include <weft/fiber.h>

#include "webdav/active_content.h"
#include "webdav/address.h"
#include "webdav/digest.h"
#include "webdav/methods/collection_page.h"
#include "webdav/methods/collection_zip.h"
#include "webdav/methods/upload_body.h"
#include "webdav/properties/content_type.h"
#include "webdav/rights.h"
#include "webdav/service.h"
#include "webdav/xml/writer.h"

/* ---- digests on request ---- */

/* Reading a file for nothing but its digest takes time, and anybody may ask: beyond this it is not
 * done.  RFC 9530 4: a wish is not an order. */
#define MAX_DIGEST_BYTES ((uint64_t)1 << 30)

static gboolean
checksum_file(WeftFile *file, GChecksum *checksum, GError **error)
{
    void *piece = weft_dav_piece_take();
    int64_t offset = 0;
    ssize_t n;

    while ((n = weft_file_read_at(file, piece, WEFT_DAV_PIECE_BYTES, offset, error)) > 0) {
        g_checksum_update(checksum, piece, n);
        offset += n;
        if (!weft_fiber_yield(error)) {
            n = -1;
            break;
        }
    }
    weft_dav_piece_put(piece);
    return n == 0;
}

/* The digest of the whole file, whatever range is asked for (RFC 9530 3). */
static gboolean
set_digest(WeftDavCall *call, WeftFile *file, GError **error)
{
    const char *wanted = weft_dav_call_header(call, "Want-Repr-Digest");
    const gboolean is_legacy = wanted == NULL;

    if (is_legacy)
        wanted = weft_dav_call_header(call, "Want-Digest");
    if (wanted == NULL || call->info.size_bytes > MAX_DIGEST_BYTES)
        return TRUE;

    const WeftDavDigestAlgorithm *algorithm = weft_dav_digest_choose(wanted, is_legacy);
    if (algorithm == NULL)
        return TRUE;

    g_autoptr(GChecksum) checksum = g_checksum_new(algorithm->type);
    if (!checksum_file(file, checksum, error))
        return FALSE;
    g_autofree char *value = weft_dav_digest_format(algorithm, checksum, is_legacy);
    weft_http_response_set_header(call->response, is_legacy ? "Digest" : "Repr-Digest", value);
    return TRUE;
}

/* ---- the answer ---- */

static gboolean
answer_file(WeftDavCall *call, WeftFile *file, GError **error)
{
    const char *name = weft_dav_path_name(call->path);
    size_t type_length = 0;
    char etag[WEFT_DAV_ETAG_BYTES];

    weft_dav_info_etag(&call->info, etag);
    const WeftHttpRepresentation representation = {
        .size_bytes = (int64_t)call->info.size_bytes,
        .modified_us = call->info.modified_us,
        .etag = etag,
        .content_type = weft_dav_content_type(name, strlen(name), &type_length),
    };
    weft_dav_disarm_active_content(call->response, representation.content_type);
    return set_digest(call, file, error) &&
           weft_http_response_send_file(call->response, file, &representation, error);
}

/* Relative links of a page need the slash.  Only people with browsers get sent there: other clients
 * mean the collection, and some do not follow (RFC 4918 5.2 lets us answer them). */
static gboolean
wants_slash(WeftDavCall *call)
{
    const char *accept = weft_dav_call_header(call, "Accept");

    return !g_str_has_suffix(weft_http_request_path(call->request), "/") && accept != NULL &&
           strstr(accept, "text/html") != NULL;
}

static gboolean
redirect_to_slash(WeftDavCall *call, GError **error)
{
    const char *query = weft_http_request_query(call->request);
    size_t length = strlen(call->path);
    g_autofree char *encoded = g_malloc(3 * length + 1);

    *weft_dav_xml_put_path(encoded, call->path, length) = '\0';
    g_autofree char *location = g_strconcat(encoded, "/", query != NULL ? "?" : NULL, query, NULL);
    weft_http_response_set_header(call->response, "Location", location);
    return weft_dav_call_answer(call, 301, error);
}

gboolean
weft_dav_get(WeftDavCall *call, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(WeftFile) file =
        call->store->methods->open_read(call->store, call->path, &call->info, &problem);

    if (file != NULL)
        return weft_dav_check_read(call, error) && answer_file(call, file, error);
    if (!g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    weft_dav_call_set_content_location(call);
    if (wants_slash(call))
        return redirect_to_slash(call, error);
    return weft_dav_collection_zip_is_wanted(call) ? weft_dav_collection_zip_answer(call, error)
                                                   : weft_dav_collection_page_answer(call, error);
}
