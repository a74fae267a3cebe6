/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: what a proxy tells in Forwarded, and base URLs.
 */
#include <string.h>
#include <weft/http_target.h>

#include "webdav/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *value = g_strndup((const char *)data, size);
    g_autofree char *host = weft_dav_forwarded_host(value);
    g_autofree char *authority = NULL;
    g_autofree char *path = NULL;

    if (host != NULL)
        g_assert(host[0] != '\0' && weft_http_authority_is_valid(host, strlen(host)));
    if (weft_dav_base_url_parse(value, &authority, &path)) {
        g_assert(authority[0] != '\0');
        g_assert(path[0] == '\0' || path[0] == '/');
        g_assert(!g_str_has_suffix(path, "/") && strstr(path, "//") == NULL);
    }
    return 0;
}
