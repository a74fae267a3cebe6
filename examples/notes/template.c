/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Templates: read once, filled for each page.
 */
#include "template.h"

#include <string.h>

struct Templates {
    GHashTable *texts; /* name -> text */
};

static gboolean
load(Templates *templates, const char *folder, const char *file_name, GError **error)
{
    g_autofree char *path = g_build_filename(folder, file_name, NULL);
    char *text;

    if (!g_file_get_contents(path, &text, NULL, error))
        return FALSE;
    g_hash_table_insert(templates->texts, g_strndup(file_name, strlen(file_name) - strlen(".html")),
                        text);
    return TRUE;
}

Templates *
templates_load(const char *folder, GError **error)
{
    GDir *files = g_dir_open(folder, 0, error);
    const char *file_name;
    gboolean loaded = TRUE;

    if (files == NULL)
        return NULL;
    Templates *templates = g_new(Templates, 1);
    templates->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    while (loaded && (file_name = g_dir_read_name(files)) != NULL)
        if (g_str_has_suffix(file_name, ".html"))
            loaded = load(templates, folder, file_name, error);
    g_dir_close(files);
    if (!loaded)
        g_clear_pointer(&templates, templates_free);
    return templates;
}

void
templates_free(Templates *templates)
{
    g_hash_table_unref(templates->texts);
    g_free(templates);
}

/* Returns: (nullable): the value of what is called @name, @length bytes long */
static const char *
find_value(const GPtrArray *pairs, const char *name, size_t length)
{
    for (guint i = 0; i + 1 < pairs->len; i += 2)
        if (strlen(pairs->pdata[i]) == length && memcmp(pairs->pdata[i], name, length) == 0)
            return pairs->pdata[i + 1];
    return NULL;
}

static void
append_value(GString *page, const char *value, gboolean is_markup)
{
    g_autofree char *harmless = is_markup ? g_strdup(value) : g_markup_escape_text(value, -1);

    g_string_append(page, harmless);
}

static char *
fill(const char *text, const GPtrArray *pairs)
{
    GString *page = g_string_new(NULL);
    const char *open;

    while ((open = strstr(text, "{{")) != NULL) {
        const gboolean is_markup = open[2] == '{';
        const char *name = open + (is_markup ? 3 : 2);
        const char *close = strstr(name, is_markup ? "}}}" : "}}");
        if (close == NULL)
            break;
        const char *value = find_value(pairs, name, close - name);

        g_string_append_len(page, text, open - text);
        if (value != NULL)
            append_value(page, value, is_markup);
        text = close + (is_markup ? 3 : 2);
    }
    g_string_append(page, text);
    return g_string_free(page, FALSE);
}

char *
templates_fill(const Templates *templates, const char *name, ...)
{
    const char *text = g_hash_table_lookup(templates->texts, name);
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    va_list arguments;
    char *word;

    g_return_val_if_fail(text != NULL, NULL);
    va_start(arguments, name);
    while ((word = va_arg(arguments, char *)) != NULL)
        g_ptr_array_add(pairs, word);
    va_end(arguments);
    return fill(text, pairs);
}
