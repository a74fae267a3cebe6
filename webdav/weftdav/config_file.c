/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GKeyFile knows values and not lines: a pass of our own finds where each group and key stands, and
 * judges their form; GKeyFile then decodes the values.
 */
#include "webdav/weftdav/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Beyond this it is another kind of file. */
#define MAX_FILE_BYTES ((size_t)256 * 1024)
/* Names longer than this are not compared with known ones. */
#define MAX_COMPARED_BYTES 63

typedef struct {
    const char *group; /* interned in the file's names */
    const char *key;   /* NULL: the line of the group itself */
    unsigned line;
} Place;

struct WeftDavConfigFile {
    char *path;
    char *folder;
    GStringChunk *names;
    GArray *places; /* Place, by line */
    GKeyFile *values;
};

static void
complain_at(const WeftDavConfigFile *file, unsigned line, GPtrArray *problems, const char *message)
{
    g_ptr_array_add(problems, line > 0
                                  ? g_strdup_printf("%s, line %u: %s", file->path, line, message)
                                  : g_strdup_printf("%s: %s", file->path, message));
}

/* ---- places ---- */

static const char *
intern(WeftDavConfigFile *file, const char *text, size_t length)
{
    g_autofree char *name = g_strndup(text, length);

    return g_string_chunk_insert_const(file->names, g_strchomp(name));
}

static void
add_place(WeftDavConfigFile *file, const char *group, const char *key, unsigned line)
{
    const Place place = {.group = group, .key = key, .line = line};

    g_array_append_val(file->places, place);
}

/* One line; @group: the one it stands in, changed by a group's own line.  FALSE: it is nothing. */
static gboolean
place_line(WeftDavConfigFile *file, const char *text, unsigned line, const char **group)
{
    const char *end;

    if (*text == '#' || *text == '\0')
        return TRUE;
    if (*text == '[') {
        end = strchr(text, ']');
        if (end == NULL || end[1] != '\0' || end == text + 1)
            return FALSE;
        *group = intern(file, text + 1, (size_t)(end - text - 1));
        add_place(file, *group, NULL, line);
        return TRUE;
    }
    end = strchr(text, '=');
    if (end == NULL || end == text || *group == NULL)
        return FALSE;
    add_place(file, *group, intern(file, text, (size_t)(end - text)), line);
    return TRUE;
}

static gboolean
find_places(WeftDavConfigFile *file, const char *text, GPtrArray *problems)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *group = NULL;
    gboolean succeeded = TRUE;

    for (unsigned i = 0; lines[i] != NULL; i++) {
        if (place_line(file, g_strstrip(lines[i]), i + 1, &group))
            continue;
        complain_at(file, i + 1, problems,
                    group == NULL && *lines[i] != '[' ? "a value must stand below a [group]"
                                                      : "neither key=value nor [group]");
        succeeded = FALSE;
    }
    return succeeded;
}

/* (nullable) */
static const Place *
find_place(const WeftDavConfigFile *file, const char *group, const char *key)
{
    for (size_t i = 0; i < file->places->len; i++) {
        const Place *place = &g_array_index(file->places, Place, i);

        if (strcmp(place->group, group) == 0 && g_strcmp0(place->key, key) == 0)
            return place;
    }
    return NULL;
}

/* ---- reading ---- */

WeftDavConfigFile *
weft_dav_config_file_parse(const char *path, const char *text, size_t length, GPtrArray *problems)
{
    g_autoptr(WeftDavConfigFile) file = g_new0(WeftDavConfigFile, 1);
    g_autoptr(GError) error = NULL;

    file->path = g_strdup(path);
    file->folder = g_path_get_dirname(path);
    file->names = g_string_chunk_new(256);
    file->places = g_array_new(FALSE, FALSE, sizeof(Place));
    file->values = g_key_file_new();
    if (length > MAX_FILE_BYTES || memchr(text, '\0', length) != NULL ||
        !g_utf8_validate(text, (gssize)length, NULL)) {
        complain_at(file, 0, problems, "not a text in UTF-8, or too large");
        return NULL;
    }

    g_autofree char *whole = g_strndup(text, length);
    if (!find_places(file, whole, problems))
        return NULL;
    if (length > 0 &&
        !g_key_file_load_from_data(file->values, whole, length, G_KEY_FILE_NONE, &error)) {
        complain_at(file, 0, problems, error->message);
        return NULL;
    }
    return g_steal_pointer(&file);
}

WeftDavConfigFile *
weft_dav_config_file_load(const char *path, GPtrArray *problems)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    size_t length = 0;

    if (!g_file_get_contents(path, &text, &length, &error)) {
        g_ptr_array_add(problems,
                        g_strdup_printf("cannot read the configuration: %s", error->message));
        return NULL;
    }
    return weft_dav_config_file_parse(path, text, length, problems);
}

void
weft_dav_config_file_free(WeftDavConfigFile *file)
{
    if (file == NULL)
        return;
    g_free(file->path);
    g_free(file->folder);
    g_string_chunk_free(file->names);
    g_array_unref(file->places);
    g_key_file_unref(file->values);
    g_free(file);
}

/* ---- asking ---- */

const char *
weft_dav_config_file_folder(const WeftDavConfigFile *file)
{
    return file->folder;
}

const char **
weft_dav_config_file_groups(const WeftDavConfigFile *file)
{
    GPtrArray *groups = g_ptr_array_new();

    for (size_t i = 0; i < file->places->len; i++) {
        const Place *place = &g_array_index(file->places, Place, i);

        if (place->key == NULL && find_place(file, place->group, NULL) == place)
            g_ptr_array_add(groups, (gpointer)place->group);
    }
    g_ptr_array_add(groups, NULL);
    return (const char **)g_ptr_array_free(groups, FALSE);
}

/* GLib warns on stderr of a value with two bad escapes: it does not get to see one. */
static gboolean
has_good_escapes(const char *raw)
{
    for (const char *at = strchr(raw, '\\'); at != NULL; at = strchr(at + 2, '\\'))
        if (at[1] == '\0' || strchr("sntr\\", at[1]) == NULL)
            return FALSE;
    return TRUE;
}

char *
weft_dav_config_file_get(const WeftDavConfigFile *file, const char *group, const char *key,
                         GPtrArray *problems)
{
    g_autofree char *raw = g_key_file_get_value(file->values, group, key, NULL);

    if (raw == NULL)
        return NULL;
    if (has_good_escapes(raw))
        return g_key_file_get_string(file->values, group, key, NULL);
    weft_dav_config_file_complain(
        file, group, key, problems,
        "bad escape in \"%s\": behind a backslash comes s, n, t, r or a backslash", raw);
    return NULL;
}

static void
check_key(const WeftDavConfigFile *file, const Place *place, const char *const *known,
          GPtrArray *problems)
{
    g_autofree char *message = NULL;

    if (!g_strv_contains(known, place->key)) {
        const char *nearest = weft_dav_config_nearest(place->key, known);

        message = nearest != NULL
                      ? g_strdup_printf("no key \"%s\" in [%s]: did you mean \"%s\"?", place->key,
                                        place->group, nearest)
                      : g_strdup_printf("no key \"%s\" in [%s]", place->key, place->group);
    } else {
        const Place *first = find_place(file, place->group, place->key);

        if (first == place)
            return;
        message = g_strdup_printf("\"%s\" was given on line %u already", place->key, first->line);
    }
    complain_at(file, place->line, problems, message);
}

void
weft_dav_config_file_check_keys(const WeftDavConfigFile *file, const char *group,
                                const char *const *known, GPtrArray *problems)
{
    for (size_t i = 0; i < file->places->len; i++) {
        const Place *place = &g_array_index(file->places, Place, i);

        if (place->key != NULL && strcmp(place->group, group) == 0)
            check_key(file, place, known, problems);
    }
}

void
weft_dav_config_file_complain(const WeftDavConfigFile *file, const char *group, const char *key,
                              GPtrArray *problems, const char *format, ...)
{
    const Place *place = find_place(file, group, key);
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    complain_at(file, place != NULL ? place->line : 0, problems, message);
}

/* ---- names that somebody may have meant ---- */

/* Levenshtein's distance: how many letters to insert, drop or replace. */
static size_t
distance(const char *a, const char *b)
{
    const size_t n_b = strlen(b);
    size_t row[MAX_COMPARED_BYTES + 1];

    for (size_t k = 0; k <= n_b; k++)
        row[k] = k;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= n_b; k++) {
            const size_t replaced = diagonal + (a[i - 1] != b[k - 1]);

            diagonal = row[k];
            row[k] = MIN(replaced, MIN(row[k], row[k - 1]) + 1);
        }
    }
    return row[n_b];
}

const char *
weft_dav_config_nearest(const char *name, const char *const *known)
{
    const char *nearest = NULL;
    size_t best = strlen(name) / 3 + 2;

    if (strlen(name) > MAX_COMPARED_BYTES)
        return NULL;
    for (size_t i = 0; known[i] != NULL; i++) {
        if (strlen(known[i]) > MAX_COMPARED_BYTES)
            continue;

        const size_t apart = distance(name, known[i]);
        if (apart < best) {
            best = apart;
            nearest = known[i];
        }
    }
    return nearest;
}
