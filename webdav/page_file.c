/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the page that a program lays over listings.  Their path holds a digest of what is in
 * them: it clashes with no file but one made to clash, and then these win, because whoever may
 * write to a share must not be able to put a script into other people's pages.
 */
#include "webdav/page_file.h"

#include <string.h>

const WeftDavPageFile *
weft_dav_page_file_find(const WeftDavCall *call)
{
    const WeftDavPage *page = call->options->page;
    const char *prefix = call->options->prefix;
    const char *at = call->path;

    if (prefix != NULL && g_str_has_prefix(at, prefix))
        at += strlen(prefix);
    if (page == NULL || strncmp(at, WEFT_DAV_PAGE_FOLDER, strlen(WEFT_DAV_PAGE_FOLDER)) != 0)
        return NULL;
    at += strlen(WEFT_DAV_PAGE_FOLDER);
    if (strncmp(at, page->version, strlen(page->version)) != 0 || at[strlen(page->version)] != '/')
        return NULL;
    at += strlen(page->version) + 1;
    for (size_t i = 0; i < page->n_files; i++)
        if (strcmp(at, page->files[i].name) == 0)
            return &page->files[i];
    return NULL;
}

gboolean
weft_dav_page_file_answer(WeftDavCall *call, const WeftDavPageFile *file, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(file->bytes, file->size);
    g_autoptr(WeftFile) open = weft_file_new_for_bytes(bytes);
    g_autofree char *etag = g_strdup_printf("\"%s\"", call->options->page->version);
    const WeftHttpRepresentation representation = {
        .size_bytes = (int64_t)file->size,
        .modified_us = -1,
        .etag = etag,
        .content_type = file->content_type,
    };

    weft_http_response_set_header(call->response, "Cache-Control",
                                  "public, max-age=31536000, immutable");
    weft_http_response_set_header(call->response, "X-Content-Type-Options", "nosniff");
    return weft_http_response_send_file(call->response, open, &representation, error);
}
