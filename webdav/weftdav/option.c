/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options by their kind: the one place where the text of an option is judged, wherever it
 * came from.
 */
#include "webdav/weftdav/option.h"

#include <string.h>
#include <weft/scan.h>

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return FALSE;
}

static gpointer
field_of(const WeftDavOption *option, gpointer options)
{
    return (char *)options + option->offset;
}

static gconstpointer
const_field_of(const WeftDavOption *option, gconstpointer options)
{
    return (const char *)options + option->offset;
}

/* ---- texts ---- */

static gboolean
parse_flag(const char *text, const char *said_as, gboolean *ret_flag, GError **error)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(text, words[i]) == 0) {
            *ret_flag = i % 2 == 1;
            return TRUE;
        }
    return refuse(error, "%s is true or false, not \"%s\"", said_as, text);
}

/* "10M" */
static gboolean
parse_size(const char *text, const char *said_as, int64_t *ret_bytes, GError **error)
{
    static const char units[] = "KMGT";
    uint64_t value = 0;
    const size_t length = strlen(text);
    const size_t used = weft_scan_decimal(text, length, &value);
    unsigned shift = 0;

    if (strcmp(text, "none") == 0) {
        *ret_bytes = -1;
        return TRUE;
    }
    if (used > 0 && used < length && used + 1 == length) {
        const char *unit = strchr(units, g_ascii_toupper(text[used]));

        if (unit == NULL)
            return refuse(error, "bad size \"%s\" for %s", text, said_as);
        shift = 10 * (unsigned)(unit - units + 1);
    } else if (used == 0 || used != length) {
        return refuse(error, "bad size \"%s\" for %s", text, said_as);
    }
    if (value > (uint64_t)INT64_MAX >> shift)
        return refuse(error, "size \"%s\" for %s is too large", text, said_as);
    *ret_bytes = (int64_t)(value << shift);
    return TRUE;
}

static gboolean
parse_count(const WeftDavOption *option, const char *text, const char *said_as, unsigned *ret_count,
            GError **error)
{
    uint64_t value = 0;
    const size_t length = strlen(text);
    const size_t used = weft_scan_decimal(text, length, &value);

    if (used == 0 || used != length || value < option->min || value > option->max)
        return refuse(error, "%s is %u to %u, not \"%s\"", said_as, option->min, option->max, text);
    *ret_count = (unsigned)value;
    return TRUE;
}

/* "error, warning, info or debug" */
static char *
enumerate(char **words)
{
    GString *all = g_string_new(NULL);

    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            g_string_append(all, words[i + 1] != NULL ? ", " : " or ");
        g_string_append(all, words[i]);
    }
    return g_string_free(all, FALSE);
}

static gboolean
parse_choice(const WeftDavOption *option, const char *text, const char *said_as, int *ret_choice,
             GError **error)
{
    g_auto(GStrv) words = g_strsplit(option->value_name, "|", -1);
    g_autofree char *all = enumerate(words);

    for (unsigned i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0) {
            *ret_choice = (int)(option->min + i);
            return TRUE;
        }
    return refuse(error, "%s is %s, not \"%s\"", said_as, all, text);
}

static void
take_string(char **field, char *text)
{
    g_free(*field);
    *field = text;
}

static char *
make_path(const char *text, const char *folder)
{
    return strcmp(text, "-") == 0 ? g_strdup(text) : g_canonicalize_filename(text, folder);
}

static void
take_paths(char ***field, const char *const *texts, const char *folder)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new();

    for (size_t i = 0; texts[i] != NULL; i++)
        g_ptr_array_add(paths, make_path(texts[i], folder));
    g_ptr_array_add(paths, NULL);
    g_strfreev(*field);
    *field = (char **)g_ptr_array_steal(paths, NULL);
}

gboolean
weft_dav_option_set(const WeftDavOption *option, gpointer options, const char *const *texts,
                    const char *said_as, const char *folder, GError **error)
{
    const guint n_texts = g_strv_length((char **)texts);
    const char *text = n_texts > 0 ? texts[n_texts - 1] : "";
    gpointer field = field_of(option, options);

    switch (option->kind) {
    case WEFT_DAV_OPTION_FLAG:
        return parse_flag(text, said_as, field, error);
    case WEFT_DAV_OPTION_SIZE:
        return parse_size(text, said_as, field, error);
    case WEFT_DAV_OPTION_COUNT:
        return parse_count(option, text, said_as, field, error);
    case WEFT_DAV_OPTION_CHOICE:
        return parse_choice(option, text, said_as, field, error);
    case WEFT_DAV_OPTION_LIST:
        g_strfreev(*(char ***)field);
        *(char ***)field = g_strdupv((char **)texts);
        return TRUE;
    case WEFT_DAV_OPTION_PATHS:
        take_paths(field, texts, folder);
        return TRUE;
    case WEFT_DAV_OPTION_STRING:
    case WEFT_DAV_OPTION_PATH:
        if (*text == '\0')
            return refuse(error, "%s needs a value", said_as);
        take_string(field, option->kind == WEFT_DAV_OPTION_PATH ? make_path(text, folder)
                                                                : g_strdup(text));
        return TRUE;
    }
    g_assert_not_reached();
}

/* ---- values ---- */

static size_t
size_of(WeftDavOptionKind kind)
{
    switch (kind) {
    case WEFT_DAV_OPTION_FLAG:
    case WEFT_DAV_OPTION_COUNT:
    case WEFT_DAV_OPTION_CHOICE:
        return sizeof(int);
    case WEFT_DAV_OPTION_SIZE:
        return sizeof(int64_t);
    case WEFT_DAV_OPTION_LIST:
    case WEFT_DAV_OPTION_PATHS:
    case WEFT_DAV_OPTION_STRING:
    case WEFT_DAV_OPTION_PATH:
        return sizeof(gpointer);
    }
    g_assert_not_reached();
}

void
weft_dav_option_clear(const WeftDavOption *option, gpointer options)
{
    gpointer field = field_of(option, options);

    if (weft_dav_option_is_list(option))
        g_clear_pointer((char ***)field, g_strfreev);
    else if (option->kind == WEFT_DAV_OPTION_STRING || option->kind == WEFT_DAV_OPTION_PATH)
        g_clear_pointer((char **)field, g_free);
}

gboolean
weft_dav_option_equal(const WeftDavOption *option, gconstpointer a, gconstpointer b)
{
    gconstpointer one = const_field_of(option, a);
    gconstpointer other = const_field_of(option, b);

    switch (option->kind) {
    case WEFT_DAV_OPTION_FLAG:
    case WEFT_DAV_OPTION_COUNT:
    case WEFT_DAV_OPTION_CHOICE:
    case WEFT_DAV_OPTION_SIZE:
        return memcmp(one, other, size_of(option->kind)) == 0;
    case WEFT_DAV_OPTION_LIST:
    case WEFT_DAV_OPTION_PATHS:
        return g_strv_equal(*(const char *const *const *)one, *(const char *const *const *)other);
    case WEFT_DAV_OPTION_STRING:
    case WEFT_DAV_OPTION_PATH:
        return g_strcmp0(*(const char *const *)one, *(const char *const *)other) == 0;
    }
    g_assert_not_reached();
}

void
weft_dav_option_swap(const WeftDavOption *option, gpointer a, gpointer b)
{
    uint8_t *one = field_of(option, a);
    uint8_t *other = field_of(option, b);

    for (size_t i = 0; i < size_of(option->kind); i++) {
        const uint8_t byte = one[i];

        one[i] = other[i];
        other[i] = byte;
    }
}

gboolean
weft_dav_option_is_list(const WeftDavOption *option)
{
    return option->kind == WEFT_DAV_OPTION_LIST || option->kind == WEFT_DAV_OPTION_PATHS;
}

char *
weft_dav_option_variable(const WeftDavOption *option)
{
    g_autofree char *upper = g_ascii_strup(option->name, -1);

    return g_strconcat("WEFTDAV_", g_strdelimit(upper, "-", '_'), NULL);
}

char **
weft_dav_option_split(const char *text)
{
    char **members = g_strsplit(text, ";", -1);
    size_t n_kept = 0;

    for (size_t i = 0; members[i] != NULL; i++) {
        char *member = g_strstrip(members[i]);

        if (*member != '\0')
            members[n_kept++] = member;
        else
            g_free(member);
    }
    members[n_kept] = NULL;
    return members;
}
