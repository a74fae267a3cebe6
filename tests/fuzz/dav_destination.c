/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the fields of RFC 4918 10; above all Destination, and the path that comes of it:
 * absolute, text, with no way up.
 */
#include <string.h>

#include "webdav/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *value = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = weft_dav_path_of_destination(value, "host:8080", &error);
    WeftDavDepth depth = WEFT_DAV_DEPTH_0;
    gboolean overwrite = FALSE;

    g_assert((path == NULL) == (error != NULL));
    if (path != NULL) {
        g_assert(path[0] == '/');
        g_assert(path[1] == '\0' || !g_str_has_suffix(path, "/"));
        g_assert(strstr(path, "//") == NULL && strstr(path, "/../") == NULL);
        g_assert(!g_str_has_suffix(path, "/..") && !g_str_has_suffix(path, "/."));
        g_assert(g_utf8_validate(path, -1, NULL));
    }
    (void)weft_dav_parse_depth(value, &depth, NULL);
    (void)weft_dav_parse_overwrite(value, &overwrite, NULL);
    g_assert(weft_dav_parse_timeout(value) > 0);

    g_autofree char *token = weft_dav_parse_lock_token(value, NULL);
    g_assert(token == NULL || strpbrk(token, "<> ") == NULL);
    return 0;
}
