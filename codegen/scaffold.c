/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A project that serves an IDL file's services: which files there are, what is written anew, what
 * is left alone, and what is put behind it.
 */

#include "codegen/scaffold.h"

#include <errno.h>
#include <string.h>
#include <weft/error.h>

#include "codegen/scaffold_text.h"

typedef struct {
    WeftScaffoldProject project;
    const char *folder;
    GString *report;
} Scaffold;

typedef char *(*Text)(const WeftScaffoldProject *project);
typedef char *(*ServiceText)(const WeftScaffoldProject *project, const WeftIdlService *service);
typedef char *(*FunctionText)(const WeftScaffoldProject *project, const WeftIdlService *service,
                              const WeftIdlFunction *function);
typedef char *(*Mark)(const WeftIdlService *service, const WeftIdlFunction *function);

/* A file that grows with its service. */
typedef struct {
    const char *format; /* of its name, with the service's c_lower */
    ServiceText head;
    FunctionText part;
    Mark mark;
    const char *what; /* of its parts */
} Growing;

static gboolean
write_file(const Scaffold *scaffold, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(scaffold->folder, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_mkdir_with_parents(folder, 0777) != 0)
        return weft_error_set_errno(error, errno, "make folder \"%s\"", folder);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

/* Returns: (transfer full) (nullable): what stands in @name; NULL: it is not there */
static char *
read_file(const Scaffold *scaffold, const char *name)
{
    g_autofree char *path = g_build_filename(scaffold->folder, name, NULL);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

/* A file that is its reader's from then on. */
static gboolean
write_once(const Scaffold *scaffold, const char *name, Text make, GError **error)
{
    g_autofree char *path = g_build_filename(scaffold->folder, name, NULL);
    g_autofree char *text = NULL;

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    text = make(&scaffold->project);
    if (!write_file(scaffold, name, text, error))
        return FALSE;
    g_string_append_printf(scaffold->report, "made %s\n", name);
    return TRUE;
}

/* A file that is ours. */
static gboolean
write_anew(const Scaffold *scaffold, const char *name, Text make, GError **error)
{
    g_autofree char *present = read_file(scaffold, name);
    g_autofree char *text = make(&scaffold->project);

    if (g_strcmp0(present, text) == 0)
        return TRUE;
    if (!write_file(scaffold, name, text, error))
        return FALSE;
    g_string_append_printf(scaffold->report, "%s %s\n", present != NULL ? "renewed" : "made", name);
    return TRUE;
}

/* Put what is new behind what is there. */
static gboolean
grow(const Scaffold *scaffold, const Growing *growing, const WeftIdlService *service,
     GError **error)
{
    const WeftScaffoldProject *project = &scaffold->project;
    g_autofree char *name = g_strdup_printf(growing->format, service->definition.c_lower);
    g_autofree char *present = read_file(scaffold, name);
    g_autofree char *head = present != NULL ? NULL : growing->head(project, service);
    g_autoptr(GString) text = g_string_new(present != NULL ? present : head);
    unsigned n_parts = 0;

    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        g_autofree char *mark = growing->mark(service, one);
        if (present != NULL && strstr(present, mark) != NULL)
            continue;
        g_autofree char *part = growing->part(project, service, one);
        g_string_append(text, part);
        n_parts++;
    }
    if (present != NULL && n_parts == 0)
        return TRUE;
    if (!write_file(scaffold, name, text->str, error))
        return FALSE;
    if (present == NULL)
        g_string_append_printf(scaffold->report, "made %s\n", name);
    else
        g_string_append_printf(scaffold->report, "added %u %s%s to %s\n", n_parts, growing->what,
                               n_parts == 1 ? "" : "s", name);
    return TRUE;
}

static gboolean
grow_all(const Scaffold *scaffold, GError **error)
{
    static const Growing files[] = {
        {"handlers/%s.c", weft_scaffold_handlers_head, weft_scaffold_handler,
         weft_scaffold_handler_mark, "handler"},
        {"tests/%s_test.cc", weft_scaffold_tests_head, weft_scaffold_test, weft_scaffold_test_mark,
         "test"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        for (unsigned j = 0; j < scaffold->project.services->len; j++) {
            if (!grow(scaffold, &files[i], g_ptr_array_index(scaffold->project.services, j), error))
                return FALSE;
        }
    }
    return TRUE;
}

/* Behind the one it extends. */
static void
add_service(GPtrArray *services, const WeftIdlService *service)
{
    if (g_ptr_array_find(services, service, NULL))
        return;
    if (service->base != NULL)
        add_service(services, service->base);
    g_ptr_array_add(services, (gpointer)service);
}

/* A name for targets of CMake: the folder's, of letters, digits, '-' and '_'. */
static char *
project_name(const char *folder)
{
    g_autofree char *path = g_canonicalize_filename(folder, NULL);
    char *name = g_path_get_basename(path);

    g_strcanon(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", '-');
    return name;
}

static gboolean
write_all(const Scaffold *scaffold, GError **error)
{
    return write_once(scaffold, "CMakeLists.txt", weft_scaffold_cmake, error) &&
           write_once(scaffold, "server.c", weft_scaffold_server, error) &&
           write_once(scaffold, "client.c", weft_scaffold_client, error) &&
           grow_all(scaffold, error) &&
           write_anew(scaffold, "handlers/handlers.h", weft_scaffold_table_header, error) &&
           write_anew(scaffold, "handlers/handlers.c", weft_scaffold_table, error);
}

gboolean
weft_scaffold(const WeftIdlProgram *program, const char *folder, GString *report, GError **error)
{
    g_autofree char *name = project_name(folder);
    g_autoptr(GPtrArray) services = g_ptr_array_new();
    Scaffold scaffold = {
        .project = {.name = name, .services = services},
        .folder = folder,
        .report = report,
    };
    gboolean is_done;

    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            add_service(services, (const WeftIdlService *)one);
    }
    if (services->len == 0) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "\"%s\" has no service", program->path);
        return FALSE;
    }
    weft_emit_file_init(&scaffold.project.file, program);
    is_done = write_all(&scaffold, error);
    weft_emit_file_clear(&scaffold.project.file);
    return is_done;
}
