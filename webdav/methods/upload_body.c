/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A body in pieces, to an upload that nobody sees.
 */
#include "webdav/methods/upload_body.h"

#include <string.h>
#include <weft/scan.h>

#include "webdav/digest.h"

#define MAX_SPARE_PIECES 8 /* that a thread keeps for the next uploads */

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

void *
weft_dav_piece_take(void)
{
    Pieces *pieces = pieces_of_thread();

    return pieces->n_spare > 0 ? pieces->spare[--pieces->n_spare] : g_malloc(WEFT_DAV_PIECE_BYTES);
}

void
weft_dav_piece_put(void *piece)
{
    Pieces *pieces = pieces_of_thread();

    if (pieces->n_spare < MAX_SPARE_PIECES)
        pieces->spare[pieces->n_spare++] = piece;
    else
        g_free(piece);
}

/* ---- what is announced ---- */

gboolean
weft_dav_upload_check_size(const WeftDavCall *call, int64_t size_bytes, GError **error)
{
    const int64_t max_bytes = call->options->max_upload_bytes;

    if (max_bytes < 0 || size_bytes <= max_bytes)
        return TRUE;
    g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "larger than uploads may be");
    return FALSE;
}

/* Finder sends its files chunked, and says beside how long they are. */
static gboolean
read_announced_size(WeftDavCall *call, int64_t *ret_size_bytes, GError **error)
{
    const int64_t length = weft_http_request_content_length(call->request);
    const char *value = weft_dav_call_header(call, "X-Expected-Entity-Length");
    uint64_t expected = 0;

    if (length >= 0 || value == NULL) {
        *ret_size_bytes = length;
        return TRUE;
    }
    if (value[0] == '\0' || weft_scan_decimal(value, strlen(value), &expected) != strlen(value) ||
        expected > INT64_MAX) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "bad X-Expected-Entity-Length");
        return FALSE;
    }
    *ret_size_bytes = (int64_t)expected;
    return TRUE;
}

static gboolean
read_digests(WeftDavCall *call, WeftDavDigests *digests, GError **error)
{
    static const struct {
        const char *field;
        WeftDavDigestForm form;
    } fields[] = {
        {"Repr-Digest", WEFT_DAV_DIGEST_STRUCTURED}, {"Content-Digest", WEFT_DAV_DIGEST_STRUCTURED},
        {"Digest", WEFT_DAV_DIGEST_LEGACY},          {"Content-MD5", WEFT_DAV_DIGEST_MD5},
        {"OC-Checksum", WEFT_DAV_DIGEST_OC},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *value = weft_dav_call_header(call, fields[i].field);

        if (value != NULL && !weft_dav_digests_add(digests, fields[i].form, value, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- the body ---- */

static gboolean
receive_pieces(WeftDavCall *call, WeftDavDigests *digests, GError **error)
{
    void *piece = weft_dav_piece_take();
    ssize_t n;

    call->received_bytes = 0;
    while ((n = weft_http_request_read(call->request, piece, WEFT_DAV_PIECE_BYTES, error)) > 0) {
        call->received_bytes += n;
        weft_dav_digests_update(digests, piece, (size_t)n);
        if (!weft_dav_upload_check_size(call, call->received_bytes, error) ||
            !call->store->methods->upload_write(call->upload, piece, (size_t)n, error)) {
            n = -1;
            break;
        }
    }
    weft_dav_piece_put(piece);
    return n == 0;
}

gboolean
weft_dav_upload_receive(WeftDavCall *call, GError **error)
{
    g_auto(WeftDavDigests) digests = {.n = 0};
    int64_t size_bytes = -1;

    if (!read_announced_size(call, &size_bytes, error) ||
        !weft_dav_upload_check_size(call, size_bytes, error) ||
        !read_digests(call, &digests, error))
        return FALSE;
    call->upload = call->store->methods->upload_new(call->store, call->path, size_bytes, error);
    if (call->upload == NULL || !receive_pieces(call, &digests, error))
        return FALSE;
    if (size_bytes >= 0 && call->received_bytes != size_bytes) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "the body is not as long as announced");
        return FALSE;
    }
    return weft_dav_digests_verify(&digests, error);
}
