/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a request target; and its path made plain, which has no way up, and stays what it is
 * when it is made plain again.
 */

#include <weft/http_target.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_path(const char *path, size_t length)
{
    g_assert(length > 0 && path[0] == '/' && path[length] == '\0' && strlen(path) == length);
    g_assert(strstr(path, "//") == NULL);
    g_assert(strstr(path, "/../") == NULL && !g_str_has_suffix(path, "/.."));
    g_assert(strstr(path, "/./") == NULL && !g_str_has_suffix(path, "/."));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const methods[] = {"GET", "OPTIONS", "CONNECT"};
    const char *text = (const char *)data;
    WeftHttpTarget target;

    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (!weft_http_target_parse(methods[i], strlen(methods[i]), text, size, &target) ||
            target.path == NULL)
            continue;

        g_autofree char *path = g_malloc(target.path_length + 1);
        ssize_t length = weft_http_path_normalise(target.path, target.path_length, path);
        if (length >= 0)
            check_path(path, (size_t)length);
    }
    return 0;
}
