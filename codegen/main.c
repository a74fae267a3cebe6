/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weftgen: Thrift's IDL to C.  The command line, and what each command does with the file it names.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weft/error.h>

#include "codegen/document.h"
#include "codegen/emit.h"
#include "codegen/scaffold.h"
#include "codegen/tree.h"

enum { EXIT_USAGE = 2 };

typedef struct {
    char **search_folders;
    char *folder;  /* -o */
    char *depfile; /* (nullable) */
    char *idl;     /* (nullable): --idl */
    gboolean is_version;
    const char *path; /* what the command is about: a file, or a folder */
} Options;

/* A command: its word, what it is about, and what it does. */
typedef struct {
    const char *word;
    const char *subject;
    const char *summary;
    int (*run)(const Options *options);
} Command;

static int
fail(const GError *error)
{
    g_printerr("weftgen: %s\n", error->message);
    return EXIT_FAILURE;
}

/* Returns: NULL after its errors have been printed */
static const WeftIdlProgram *
load(WeftIdlTree *tree, const Options *options, const char *path)
{
    for (char **folder = options->search_folders; folder != NULL && *folder != NULL; folder++)
        weft_idl_tree_add_search_folder(tree, *folder);
    const WeftIdlProgram *program = weft_idl_tree_load(tree, path);
    if (program == NULL) {
        g_autofree char *errors = weft_idl_errors_text(weft_idl_tree_errors(tree));
        g_printerr("%s", errors);
    }
    return program;
}

/* ---- generate ---- */

/* A file's name as make and ninja read it in a depfile. */
static void
append_dependency(GString *text, const char *path)
{
    for (const char *at = path; *at != '\0'; at++) {
        if (strchr(" #\\", *at) != NULL)
            g_string_append_c(text, '\\');
        if (*at == '$')
            g_string_append_c(text, '$');
        g_string_append_c(text, *at);
    }
}

static gboolean
write_depfile(const Options *options, const WeftIdlTree *tree, const WeftIdlProgram *program,
              GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    static const char *const endings[] = {"weft.c", "weft.h"};

    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *name = g_strdup_printf("%s.%s", program->name, endings[i]);
        g_autofree char *path = g_build_filename(options->folder, name, NULL);
        g_string_append(text, i > 0 ? " " : "");
        append_dependency(text, path);
    }
    g_string_append_c(text, ':');
    for (const WeftIdlProgram *one = weft_idl_tree_programs(tree); one != NULL; one = one->next) {
        g_string_append(text, " \\\n  ");
        append_dependency(text, one->path);
    }
    g_string_append_c(text, '\n');
    return g_file_set_contents(options->depfile, text->str, (gssize)text->len, error);
}

static int
generate(const Options *options)
{
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();
    g_autoptr(GError) error = NULL;
    const WeftIdlProgram *program = load(tree, options, options->path);

    if (program == NULL)
        return EXIT_FAILURE;
    if (g_mkdir_with_parents(options->folder, 0777) != 0) {
        weft_error_set_errno(&error, errno, "make folder \"%s\"", options->folder);
        return fail(error);
    }
    if (!weft_idl_emit(program, options->folder, &error))
        return fail(error);
    if (options->depfile != NULL && !write_depfile(options, tree, program, &error))
        return fail(error);
    return EXIT_SUCCESS;
}

/* ---- check ---- */

static int
check(const Options *options)
{
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();

    return load(tree, options, options->path) != NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- new ---- */

/* Returns: (transfer full) (nullable): the one IDL file in @folder */
static char *
find_only_idl(const char *folder)
{
    g_autofree char *found = NULL;
    const char *name;
    unsigned n_found = 0;

    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (!g_str_has_suffix(name, ".thrift"))
            continue;
        g_free(found);
        found = g_build_filename(folder, name, NULL);
        n_found++;
    }
    return n_found == 1 ? g_steal_pointer(&found) : NULL;
}

static int
make_project(const Options *options)
{
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();
    g_autoptr(GString) report = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_build_filename(options->path, "idl", NULL);
    g_autofree char *path = options->idl != NULL ? g_strdup(options->idl) : find_only_idl(folder);

    if (path == NULL) {
        g_printerr("weftgen: which file? name it by --idl\n");
        return EXIT_USAGE;
    }
    const WeftIdlProgram *program = load(tree, options, path);
    if (program == NULL)
        return EXIT_FAILURE;
    const gboolean is_done = weft_scaffold_copy_idl(program, weft_idl_tree_programs(tree),
                                                    options->path, report, &error) &&
                             weft_scaffold(program, options->path, report, &error);
    g_print("%s", report->str);
    return is_done ? EXIT_SUCCESS : fail(error);
}

/* ---- doc ---- */

static gboolean
write_page(const Options *options, const WeftIdlProgram *program, const char *text, GError **error)
{
    g_autofree char *name = g_strconcat(program->name, ".html", NULL);
    g_autofree char *path = g_build_filename(options->folder, name, NULL);

    if (g_mkdir_with_parents(options->folder, 0777) != 0)
        return weft_error_set_errno(error, errno, "make folder \"%s\"", options->folder);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

static int
document(const Options *options)
{
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();
    g_autoptr(GError) error = NULL;
    const WeftIdlProgram *program = load(tree, options, options->path);

    if (program == NULL)
        return EXIT_FAILURE;
    g_autofree char *text = weft_document(program, weft_idl_tree_programs(tree));
    return write_page(options, program, text, &error) ? EXIT_SUCCESS : fail(error);
}

/* ---- the command line ---- */

static const Command commands[] = {
    {"", "FILE.thrift", "write FILE.weft.h and FILE.weft.c", generate},
    {"check", "FILE.thrift", "say what is wrong, write nothing", check},
    {"doc", "FILE.thrift", "write FILE.html from its comments", document},
    {"new", "DIR [--idl FILE]", "make a project in DIR that serves FILE, or add what is new",
     make_project},
};

static char *
describe_commands(void)
{
    g_autoptr(GString) text = g_string_new("Commands:\n");

    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *call =
            g_strdup_printf("weftgen %s%s%s", commands[i].word,
                            commands[i].word[0] != '\0' ? " " : "", commands[i].subject);
        g_string_append_printf(text, "  %-36s %s\n", call, commands[i].summary);
    }
    g_string_append(text, "\nErrors are FILE:LINE:COLUMN: what was found, what was expected.\n"
                          "Exit status: 0 done, 1 failed, 2 not understood.");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static int
refuse_usage(const char *problem)
{
    g_printerr("weftgen: %s (weftgen --help shows all options)\n", problem);
    return EXIT_USAGE;
}

/* The command that @words begin with; what it is about goes to @options.  NULL: none. */
static const Command *
find_command(int n_words, char **words, Options *options)
{
    for (size_t i = 1; i < G_N_ELEMENTS(commands); i++) {
        if (n_words != 3 || strcmp(words[1], commands[i].word) != 0)
            continue;
        options->path = words[2];
        return &commands[i];
    }
    if (n_words != 2)
        return NULL;
    options->path = words[1];
    return &commands[0];
}

static void
clear_options(Options *options)
{
    g_strfreev(options->search_folders);
    g_free(options->folder);
    g_free(options->depfile);
    g_free(options->idl);
}

static int
run(int argc, char **argv, Options *options)
{
    const GOptionEntry entries[] = {
        {"include", 'I', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->search_folders,
         "Look for included files there, too", "DIR"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->folder,
         "Where files are written (default: the current folder)", "DIR"},
        {"depfile", 0, 0, G_OPTION_ARG_FILENAME, &options->depfile,
         "Write there which files were read, for make and ninja", "FILE"},
        {"idl", 0, 0, G_OPTION_ARG_FILENAME, &options->idl,
         "For new: the file to serve (default: the one in DIR/idl)", "FILE"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->is_version, "Print the version", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[COMMAND] FILE");
    g_autofree char *description = describe_commands();
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context, "Thrift's IDL to C, for programs that link weft.");
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error))
        return refuse_usage(error->message);
    if (options->is_version) {
        g_print("weftgen %s\n", WEFTGEN_VERSION);
        return EXIT_SUCCESS;
    }
    const Command *command = find_command(argc, argv, options);
    if (command == NULL)
        return refuse_usage(argc < 2 ? "no file is named" : "that is no command");
    if (options->folder == NULL)
        options->folder = g_strdup(".");
    return command->run(options);
}

int
main(int argc, char **argv)
{
    Options options = {0};
    const int status = run(argc, argv, &options);

    clear_options(&options);
    return status;
}
