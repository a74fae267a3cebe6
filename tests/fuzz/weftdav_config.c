/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a configuration file.  Every group and key that it has can be asked for, and every
 * problem is one line that names the file.
 */
#include <string.h>

#include "webdav/weftdav/config_file.h"
#include "webdav/weftdav/option.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const WeftDavConfigFile *file, GPtrArray *problems)
{
    static const char *const known[] = {"listen", "max-upload", NULL};
    g_autofree const char **groups = weft_dav_config_file_groups(file);

    for (size_t i = 0; groups[i] != NULL; i++) {
        weft_dav_config_file_check_keys(file, groups[i], known, problems);
        for (size_t k = 0; known[k] != NULL; k++) {
            g_autofree char *value = weft_dav_config_file_get(file, groups[i], known[k], problems);
            g_auto(GStrv) members = value != NULL ? weft_dav_option_split(value) : NULL;

            for (size_t m = 0; members != NULL && members[m] != NULL; m++)
                g_assert(*members[m] != '\0' && strchr(members[m], ';') == NULL);
        }
        (void)weft_dav_config_nearest(groups[i], known);
        weft_dav_config_file_complain(file, groups[i], NULL, problems, "seen");
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(WeftDavConfigFile) file =
        weft_dav_config_file_parse("file.conf", (const char *)data, size, problems);

    g_assert(file != NULL || problems->len > 0);
    if (file != NULL)
        ask(file, problems);
    for (size_t i = 0; i < problems->len; i++)
        g_assert(g_str_has_prefix(g_ptr_array_index(problems, i), "file.conf"));
    return 0;
}
