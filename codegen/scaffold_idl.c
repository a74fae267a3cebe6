/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IDL files of a new project: copied as they include each other.
 */

#include "codegen/scaffold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weft/error.h>

typedef struct {
    char *folder;        /* the project's idl */
    GHashTable *targets; /* WeftIdlProgram to where it goes below folder, owned */
    GString *report;
} Copy;

/* Whether @path lies below @folder; both are there. */
static bool
is_below(const char *path, const char *folder)
{
    char *real_path = realpath(path, NULL);
    char *real_folder = realpath(folder, NULL);
    const size_t length = real_folder == NULL ? 0 : strlen(real_folder);
    const bool is_inside = length > 0 && real_path != NULL &&
                           strncmp(real_path, real_folder, length) == 0 && real_path[length] == '/';

    free(real_path);
    free(real_folder);
    return is_inside;
}

/* Below the project's folder as the including file says: beside it, or from a search folder, which
 * the folder is in the project. */
static gboolean
place_includes(Copy *copy, const WeftIdlProgram *program, const char *target, GError **error)
{
    g_autofree char *source_folder = g_path_get_dirname(program->path);
    g_autofree char *target_folder = g_path_get_dirname(target);

    for (const WeftIdlInclude *one = program->includes; one != NULL; one = one->next) {
        if (g_hash_table_contains(copy->targets, one->program))
            continue;
        g_autofree char *beside = g_build_filename(source_folder, one->path, NULL);
        const bool is_beside =
            g_strcmp0(target_folder, ".") != 0 && g_file_test(beside, G_FILE_TEST_EXISTS);
        g_autofree char *joined =
            is_beside ? g_build_filename(target_folder, one->path, NULL) : g_strdup(one->path);
        g_autofree char *rooted = g_strconcat("/", joined, NULL);
        g_autofree char *plain = g_canonicalize_filename(rooted, "/");
        g_autofree char *back = g_canonicalize_filename(joined, "/idl");
        if (g_path_is_absolute(one->path) || !g_str_has_prefix(back, "/idl/")) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                        "\"%s\" includes \"%s\", which would lie outside of the project: copy the "
                        "files into its folder \"idl\" yourself, and name that one",
                        program->path, one->path);
            return FALSE;
        }
        char *place = g_strdup(plain + 1);
        g_hash_table_insert(copy->targets, one->program, place);
        if (!place_includes(copy, one->program, place, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
copy_file(const Copy *copy, const WeftIdlProgram *program, const char *target, GError **error)
{
    g_autofree char *path = g_build_filename(copy->folder, target, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = NULL;
    g_autofree char *present = NULL;
    size_t size, present_size;

    if (!g_file_get_contents(program->path, &text, &size, error))
        return FALSE;
    if (g_file_get_contents(path, &present, &present_size, NULL)) {
        if (present_size == size && memcmp(text, present, size) == 0)
            return TRUE;
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                    "\"%s\" is there and differs from \"%s\": name the one that is right by --idl, "
                    "after removing the other where that is the project's",
                    path, program->path);
        return FALSE;
    }
    if (g_mkdir_with_parents(folder, 0777) != 0)
        return weft_error_set_errno(error, errno, "make folder \"%s\"", folder);
    if (!g_file_set_contents_full(path, text, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0666,
                                  error))
        return FALSE;
    g_string_append_printf(copy->report, "made idl/%s\n", target);
    return TRUE;
}

gboolean
weft_scaffold_copy_idl(const WeftIdlProgram *program, const WeftIdlProgram *programs,
                       const char *folder, GString *report, GError **error)
{
    g_autoptr(GHashTable) targets = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_autofree char *into = g_build_filename(folder, "idl", NULL);
    g_autofree char *name = g_path_get_basename(program->path);
    Copy copy = {into, targets, report};

    if (is_below(program->path, into))
        return TRUE;
    g_hash_table_insert(targets, (gpointer)program, g_strdup(name));
    if (!place_includes(&copy, program, name, error))
        return FALSE;
    for (const WeftIdlProgram *one = programs; one != NULL; one = one->next) {
        if (!copy_file(&copy, one, g_hash_table_lookup(targets, one), error))
            return FALSE;
    }
    return TRUE;
}
