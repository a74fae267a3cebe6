/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file and all it includes: found, read once each, then sent through the passes of resolve.h,
 * what is included before what includes.
 */

#include "codegen/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <weft/error.h>

#include "codegen/parser.h"
#include "codegen/resolve.h"
#include "codegen/scope.h"

struct WeftIdlTree {
    WeftArena arena;
    WeftIdlErrors errors;
    GPtrArray *search_folders; /* of char; owned */
    GHashTable *by_identity;   /* a file's real path, owned, to WeftIdlProgram */
    GPtrArray *open;           /* WeftIdlProgram: each is being included by the one before it */
    WeftIdlProgram *programs;  /* the latest first, until all are read */
};

WeftIdlTree *
weft_idl_tree_new(void)
{
    WeftIdlTree *tree = g_new0(WeftIdlTree, 1);

    weft_arena_init(&tree->arena, SIZE_MAX);
    weft_idl_errors_init(&tree->errors);
    tree->search_folders = g_ptr_array_new_with_free_func(g_free);
    tree->by_identity = g_hash_table_new_full(g_str_hash, g_str_equal, free, NULL);
    tree->open = g_ptr_array_new();
    return tree;
}

void
weft_idl_tree_free(WeftIdlTree *tree)
{
    if (tree == NULL)
        return;
    for (WeftIdlProgram *one = tree->programs; one != NULL; one = one->next)
        weft_idl_scope_free(one->scope);
    g_ptr_array_unref(tree->open);
    g_hash_table_unref(tree->by_identity);
    g_ptr_array_unref(tree->search_folders);
    weft_idl_errors_clear(&tree->errors);
    weft_arena_clear(&tree->arena);
    g_free(tree);
}

void
weft_idl_tree_add_search_folder(WeftIdlTree *tree, const char *folder)
{
    g_ptr_array_add(tree->search_folders, g_strdup(folder));
}

const WeftIdlProgram *
weft_idl_tree_programs(const WeftIdlTree *tree)
{
    return tree->programs;
}

const WeftIdlErrors *
weft_idl_tree_errors(const WeftIdlTree *tree)
{
    return &tree->errors;
}

/* ---- files ---- */

static gboolean
read_file(const char *path, char **ret_text, size_t *ret_size, GError **error)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return weft_error_set_errno(error, errno, "open \"%s\"", path);
    if (!S_ISREG(status.st_mode)) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "\"%s\" is no file", path);
        return FALSE;
    }
    if (status.st_size > WEFT_IDL_MAX_FILE_BYTES) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "\"%s\" is larger than %d MiB", path,
                    WEFT_IDL_MAX_FILE_BYTES >> 20);
        return FALSE;
    }
    return g_file_get_contents(path, ret_text, ret_size, error);
}

static WeftIdlProgram *
add_program(WeftIdlTree *tree, const char *path)
{
    WeftIdlProgram *program = weft_arena_alloc0(&tree->arena, sizeof *program);
    g_autofree char *name = g_path_get_basename(path);
    char *dot = strrchr(name, '.');

    if (dot != NULL && dot != name)
        *dot = '\0';
    program->path = weft_arena_strndup(&tree->arena, path, strlen(path));
    program->name = weft_arena_strndup(&tree->arena, name, strlen(name));
    program->c_prefix = "";
    return program;
}

/* "a.thrift, b.thrift, a.thrift" */
static char *
cycle_text(const WeftIdlTree *tree, const WeftIdlProgram *program)
{
    g_autoptr(GString) text = g_string_new(NULL);
    bool is_within = false;

    for (unsigned i = 0; i < tree->open->len; i++) {
        const WeftIdlProgram *one = g_ptr_array_index(tree->open, i);
        is_within = is_within || one == program;
        if (is_within)
            g_string_append_printf(text, "%s, ", one->path);
    }
    g_string_append(text, program->path);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static WeftIdlProgram *load_file(WeftIdlTree *tree, const char *path,
                                 const WeftIdlInclude *include);

/* Where the file is that @include of @program names: beside it, then in the search folders.
 * Returns: (transfer full) (nullable) */
static char *
find_included(const WeftIdlTree *tree, const WeftIdlProgram *program, const WeftIdlInclude *include)
{
    g_autofree char *beside = g_path_get_dirname(program->path);
    g_autofree char *path = NULL;

    if (g_path_is_absolute(include->path))
        return g_strdup(include->path);
    path = strcmp(beside, ".") == 0 && !g_str_has_prefix(program->path, "./")
               ? g_strdup(include->path)
               : g_build_filename(beside, include->path, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&path);
    for (unsigned i = 0; i < tree->search_folders->len; i++) {
        g_autofree char *other =
            g_build_filename(g_ptr_array_index(tree->search_folders, i), include->path, NULL);
        if (g_file_test(other, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&other);
    }
    return NULL;
}

static void
load_includes(WeftIdlTree *tree, const WeftIdlProgram *program)
{
    for (WeftIdlInclude *one = program->includes; one != NULL; one = one->next) {
        g_autofree char *path = find_included(tree, program, one);
        if (path == NULL)
            weft_idl_errors_add(&tree->errors, one->position,
                                "found include \"%s\", expected a file beside this one or in a "
                                "folder given by -I",
                                one->path);
        else
            one->program = load_file(tree, path, one);
    }
}

static void
load_text(WeftIdlTree *tree, WeftIdlProgram *program, const char *text, size_t size)
{
    weft_idl_parse(program, text, size, &tree->arena, &tree->errors);
    g_ptr_array_add(tree->open, program);
    load_includes(tree, program);
    g_ptr_array_set_size(tree->open, (int)tree->open->len - 1);
    program->next = tree->programs;
    tree->programs = program;
}

static bool
is_open(const WeftIdlTree *tree, const WeftIdlProgram *program)
{
    return g_ptr_array_find(tree->open, program, NULL);
}

/* Returns: (nullable): NULL: errors were told, at @include */
static WeftIdlProgram *
load_file(WeftIdlTree *tree, const char *path, const WeftIdlInclude *include)
{
    WeftIdlPosition position = {path, 1, 1};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    size_t size = 0;
    char *identity = realpath(path, NULL);
    WeftIdlProgram *program =
        identity == NULL ? NULL : g_hash_table_lookup(tree->by_identity, identity);

    if (include != NULL)
        position = include->position;
    if (program != NULL) {
        free(identity);
        if (!is_open(tree, program))
            return program;
        g_autofree char *cycle = cycle_text(tree, program);
        weft_idl_errors_add(&tree->errors, position,
                            "found include that goes in a circle (%s), expected an end", cycle);
        return NULL;
    }
    program = add_program(tree, path);
    if (include == NULL)
        position.path = program->path;
    if (identity != NULL)
        g_hash_table_insert(tree->by_identity, identity, program);
    if (tree->open->len >= WEFT_IDL_MAX_INCLUDE_DEPTH) {
        weft_idl_errors_add(&tree->errors, position,
                            "found includes deeper than %d files, expected less",
                            WEFT_IDL_MAX_INCLUDE_DEPTH);
        return NULL;
    }
    if (!read_file(path, &text, &size, &error)) {
        weft_idl_errors_add(&tree->errors, position, "%s", error->message);
        return NULL;
    }
    load_text(tree, program, text, size);
    return program;
}

/* ---- passes ---- */

static WeftIdlProgram *
finish(WeftIdlTree *tree, WeftIdlProgram *root)
{
    WeftIdlProgram *reversed = NULL;
    WeftIdlProgram *next;

    for (WeftIdlProgram *one = tree->programs; one != NULL; one = next) {
        next = one->next;
        one->next = reversed;
        reversed = one;
    }
    tree->programs = reversed;
    /* What cannot be read has nothing to say: no follow-up errors about names that are missing. */
    if (weft_idl_errors_count(&tree->errors) > 0)
        return NULL;
    for (WeftIdlProgram *one = tree->programs; one != NULL; one = one->next) {
        one->scope = weft_idl_scope_new(one, &tree->errors);
        weft_idl_resolve(one, &tree->errors);
        weft_idl_check(one, &tree->errors);
        weft_idl_embed(one, &tree->errors);
        weft_idl_fit(one, &tree->arena, &tree->errors);
        weft_idl_name(one, &tree->arena, &tree->errors);
    }
    return weft_idl_errors_count(&tree->errors) > 0 ? NULL : root;
}

const WeftIdlProgram *
weft_idl_tree_load(WeftIdlTree *tree, const char *path)
{
    g_return_val_if_fail(tree->programs == NULL, NULL);
    return finish(tree, load_file(tree, path, NULL));
}

const WeftIdlProgram *
weft_idl_tree_load_text(WeftIdlTree *tree, const char *path, const char *text, size_t size)
{
    g_return_val_if_fail(tree->programs == NULL && size <= WEFT_IDL_MAX_FILE_BYTES, NULL);
    WeftIdlProgram *program = add_program(tree, path);
    load_text(tree, program, text, size);
    return finish(tree, program);
}
