/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PUT (RFC 9110 9.3.4, RFC 4918 9.7): the body goes in pieces to an upload that nobody sees, and
 * takes its place in one step once it is whole.  A client that goes away has changed nothing.
 */
#include <string.h>

#include "webdav/methods/oc_mtime.h"
#include "webdav/rights.h"

/* One piece of a body, and how many of them a thread keeps for the next uploads. */
#define PIECE_BYTES (128 * 1024)
#define MAX_SPARE_PIECES 8

/* ---- pieces ---- */

typedef struct {
    void *spare[MAX_SPARE_PIECES];
    size_t n_spare;
} Pieces;

static void
pieces_free(gpointer data)
{
    Pieces *pieces = data;

    while (pieces->n_spare > 0)
        g_free(pieces->spare[--pieces->n_spare]);
    g_free(pieces);
}

static Pieces *
pieces_of_thread(void)
{
    static GPrivate private = G_PRIVATE_INIT(pieces_free);
    Pieces *pieces = g_private_get(&private);

    if (pieces == NULL) {
        pieces = g_new0(Pieces, 1);
        g_private_set(&private, pieces);
    }
    return pieces;
}

static void *
take_piece(void)
{
    Pieces *pieces = pieces_of_thread();

    return pieces->n_spare > 0 ? pieces->spare[--pieces->n_spare] : g_malloc(PIECE_BYTES);
}

static void
put_piece(void *piece)
{
    Pieces *pieces = pieces_of_thread();

    if (pieces->n_spare < MAX_SPARE_PIECES)
        pieces->spare[pieces->n_spare++] = piece;
    else
        g_free(piece);
}

/* ---- the upload ---- */

static gboolean
refuse_too_large(GError **error)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "larger than uploads may be");
    return FALSE;
}

static gboolean
receive_pieces(WeftDavCall *call, void *piece, GError **error)
{
    int64_t max_bytes = call->options->max_upload_bytes;
    int64_t received_bytes = 0;

    for (;;) {
        ssize_t n = weft_http_request_read(call->request, piece, PIECE_BYTES, error);
        if (n <= 0)
            return n == 0;

        received_bytes += n;
        if (max_bytes >= 0 && received_bytes > max_bytes)
            return refuse_too_large(error);
        if (!call->store->methods->upload_write(call->upload, piece, (size_t)n, error))
            return FALSE;
    }
}

gboolean
weft_dav_put_receive(WeftDavCall *call, GError **error)
{
    const char *path = weft_http_request_path(call->request);
    int64_t size_bytes = weft_http_request_content_length(call->request);
    int64_t modified_s;

    /* RFC 9110 14.5: to take a part for the whole would destroy the file. */
    if (weft_dav_call_header(call, "Content-Range") != NULL) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "PUT of a part (Content-Range)");
        return FALSE;
    }
    if (call->on == WEFT_DAV_ON_NOTHING && g_str_has_suffix(path, "/")) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 405, "PUT to the name of a collection");
        return FALSE;
    }
    if (call->options->max_upload_bytes >= 0 && size_bytes > call->options->max_upload_bytes)
        return refuse_too_large(error);
    if (!weft_dav_read_oc_mtime(call, &modified_s, error))
        return FALSE;

    call->upload = call->store->methods->upload_new(call->store, call->path, size_bytes, error);
    if (call->upload == NULL)
        return FALSE;
    call->upload->has_modified = modified_s != WEFT_DAV_TIME_KEEP;
    call->upload->modified_s = modified_s;

    void *piece = take_piece();
    gboolean ok = receive_pieces(call, piece, error);
    put_piece(piece);
    return ok;
}

gboolean
weft_dav_put(WeftDavCall *call, GError **error)
{
    const char *if_none_match = weft_dav_call_header(call, "If-None-Match");
    gboolean may_replace = (if_none_match == NULL || strcmp(if_none_match, "*") != 0) &&
                           weft_dav_may_replace(call, call->path);
    gboolean is_new = call->on == WEFT_DAV_ON_NOTHING;
    char etag[WEFT_DAV_ETAG_BYTES];
    WeftDavInfo info;

    if (!call->store->methods->upload_commit(call->upload, may_replace, &info, error))
        return FALSE;
    weft_dav_info_etag(&info, etag);
    weft_http_response_set_header(call->response, "ETag", etag);
    if (call->upload->has_modified)
        weft_dav_accept_oc_mtime(call);
    return weft_dav_call_answer(call, is_new ? 201 : 204, error);
}
