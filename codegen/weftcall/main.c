/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weftcall: call any function of any service from the command line.  Arguments and results are
 * JSON; what they are is told by the IDL file, which is read now.
 */

#include <stdio.h>
#include <string.h>
#include <weft/scheduler.h>

#include "codegen/weftcall/arguments.h"
#include "codegen/weftcall/run_time_types.h"
#include "codegen/weftcall/signature.h"

/* What a script tells apart. */
enum { EXIT_RESULT = 0, EXIT_EXCEPTION = 1, EXIT_NO_ANSWER = 2 };

/* Of arguments on standard input. */
#define MAX_INPUT_BYTES ((size_t)64 * 1024 * 1024)

typedef struct {
    char **search_folders;
    char **metadata;
    char *timeout;
    int indent;
    gboolean is_list;
    gboolean is_version;
} Options;

typedef struct {
    WeftThriftClient *client;
    const WeftThriftMethod *method;
    void *arguments;
    void *result; /* NULL: oneway */
    WeftArena *arena;
} Call;

static const char description[] =
    "ADDRESS is HOST:PORT, the path of a unix socket, or a URL:\n"
    "  thrift://HOST:PORT[,HOST:PORT...], thrift+tls://..., thrift+unix:/PATH, "
    "http(s)://HOST/PATH\n"
    "with options such as ?protocol=compact&transport=header&service=NAME&ca=FILE.\n"
    "ARGUMENTS is a JSON object by name, or an array in order; \"-\" reads it from standard "
    "input.\n"
    "\n"
    "Exit status: 0 for a result, 1 for an exception that the IDL declares (printed as JSON, with\n"
    "its type), 2 where there was no answer.";

/* ---- the address ---- */

/* What a person types, as a URL.  (transfer full) */
static char *
url_of(const char *address, const Options *options)
{
    const char *scheme = "";

    if (address[0] == '/')
        scheme = "thrift+unix:";
    else if (g_str_has_prefix(address, "unix:/"))
        scheme = "thrift+";
    else if (strstr(address, "://") == NULL && !g_str_has_prefix(address, "thrift+unix:"))
        scheme = "thrift://";
    /* Options of the command line stand last, so that they count. */
    return g_strconcat(scheme, address,
                       options->timeout != NULL ? strchr(address, '?') != NULL ? "&" : "?" : "",
                       options->timeout != NULL ? "timeout=" : "",
                       options->timeout != NULL ? options->timeout : "", NULL);
}

/* ---- metadata ---- */

static gboolean
add_metadata(WeftClientCall *call, gpointer data, GError **error)
{
    char *const *metadata = data;

    for (; *metadata != NULL; metadata++) {
        const char *equals = strchr(*metadata, '=');
        g_autofree char *name = g_strndup(*metadata, (size_t)(equals - *metadata));

        weft_client_call_set_metadata(call, name, equals + 1);
    }
    return weft_client_call_proceed(call, error);
}

static gboolean
check_metadata(char *const *metadata, const char *url, GError **error)
{
    if (metadata == NULL)
        return TRUE;
    for (; *metadata != NULL; metadata++) {
        if (strchr(*metadata, '=') == NULL || (*metadata)[0] == '=') {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                        "metadata \"%s\": expected NAME=VALUE", *metadata);
            return FALSE;
        }
    }
    if (g_str_has_prefix(url, "http") || strstr(url, "transport=header") != NULL)
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                "metadata needs a transport that carries it: http://, https:// or "
                "?transport=header");
    return FALSE;
}

/* ---- input and output ---- */

/* Returns: (transfer full): NULL with @error set */
static char *
read_input(GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char bytes[1024];
    size_t n_read;

    while ((n_read = fread(bytes, 1, sizeof bytes, stdin)) > 0) {
        if (text->len + n_read > MAX_INPUT_BYTES) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT,
                        "more than %zu bytes of arguments on standard input", MAX_INPUT_BYTES);
            return NULL;
        }
        g_string_append_len(text, bytes, (gssize)n_read);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* JSON inside of JSON that is indented: its lines stand further right.  A newline is nowhere else:
 * strings have it escaped. */
static void
print_nested(const char *json, int indent)
{
    for (; *json != '\0'; json++) {
        putchar(*json);
        if (*json == '\n')
            printf("%*s", indent, "");
    }
}

static int
print_exception(const GError *failure, const Options *options)
{
    const WeftThriftType *type = weft_thrift_caught_type(failure);
    g_autofree char *json =
        weft_thrift_to_json(type, weft_thrift_caught(type, failure), (unsigned)options->indent);

    if (options->indent == 0) {
        printf("{\"exception\":\"%s\",\"value\":%s}\n", type->name, json);
    } else {
        printf("{\n%*s\"exception\": \"%s\",\n%*s\"value\": ", options->indent, "", type->name,
               options->indent, "");
        print_nested(json, options->indent);
        printf("\n}\n");
    }
    return EXIT_EXCEPTION;
}

/* void is null: whoever reads it finds JSON in any case. */
static void
print_result(const Call *call, const Options *options)
{
    const WeftThriftType *type = call->method->result;

    if (type == NULL || type->n_fields == 0 || type->fields[0].id != 0) {
        printf("null\n");
        return;
    }
    g_autofree char *json =
        weft_thrift_to_json(type->fields[0].type, (uint8_t *)call->result + type->fields[0].offset,
                            (unsigned)options->indent);
    printf("%s\n", json);
}

static int
fail(const GError *error)
{
    g_printerr("weftcall: %s\n", error->message);
    return EXIT_NO_ANSWER;
}

/* ---- the call ---- */

static void *
new_value(const WeftThriftType *type, WeftArena *arena)
{
    void *value = weft_arena_alloc0(arena, type->size);

    weft_thrift_init(type, value);
    return value;
}

static gboolean
run_call(gpointer data, GError **error)
{
    Call *call = data;

    return weft_thrift_client_call(call->client, call->method, call->arguments, call->arena,
                                   call->result, error);
}

static gboolean
read_arguments(Call *call, const char *signature, const char *text, GError **error)
{
    g_autofree char *input = NULL;

    call->arguments = new_value(call->method->arguments, call->arena);
    if (text == NULL && call->method->arguments->n_fields > 0) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "arguments are missing: %s", signature);
        return FALSE;
    }
    if (text == NULL)
        return TRUE;
    if (strcmp(text, "-") == 0) {
        input = read_input(error);
        if (input == NULL)
            return FALSE;
        text = input;
    }
    if (weft_arguments_from_json(call->method->arguments, call->arguments, text, strlen(text),
                                 call->arena, error))
        return TRUE;
    g_prefix_error(error, "%s: ", signature);
    return FALSE;
}

static int
call_function(const Options *options, WeftIdlTree *tree, const WeftIdlProgram *program,
              char **words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftRunTimeTypes) types = NULL;
    g_autoptr(WeftThriftClient) client = NULL;
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autofree char *url = url_of(words[0], options);
    const WeftIdlService *service;
    const WeftIdlFunction *function = weft_signature_find(program, words[2], &service, &error);
    Call call = {.arena = arena};

    if (function == NULL)
        return fail(error);
    g_autofree char *signature = weft_signature_text(service, function);
    types = weft_run_time_types_new(tree, &error);
    if (types == NULL || !check_metadata(options->metadata, url, &error))
        return fail(error);
    call.method = weft_run_time_types_method(types, function, &error);
    if (call.method == NULL || !read_arguments(&call, signature, words[3], &error))
        return fail(error);
    call.client = client = weft_thrift_client_new(url, &error);
    if (client == NULL)
        return fail(error);
    if (options->metadata != NULL)
        weft_thrift_client_add_interceptor(client, add_metadata, options->metadata, NULL);
    if (call.method->result != NULL)
        call.result = new_value(call.method->result, arena);

    if (weft_run("weftcall", run_call, &call, &error)) {
        print_result(&call, options);
        return EXIT_RESULT;
    }
    return error->domain == WEFT_THRIFT_EXCEPTION ? print_exception(error, options) : fail(error);
}

/* ---- the command line ---- */

static int
run(const Options *options, unsigned n_words, char **words)
{
    const unsigned file_at = options->is_list && n_words == 1 ? 0 : 1;
    g_autoptr(WeftIdlTree) tree = weft_idl_tree_new();

    for (char **folder = options->search_folders; folder != NULL && *folder != NULL; folder++)
        weft_idl_tree_add_search_folder(tree, *folder);
    const WeftIdlProgram *program = weft_idl_tree_load(tree, words[file_at]);
    if (program == NULL) {
        g_autofree char *errors = weft_idl_errors_text(weft_idl_tree_errors(tree));

        g_printerr("%s", errors);
        return EXIT_NO_ANSWER;
    }
    if (!options->is_list)
        return call_function(options, tree, program, words);
    g_autofree char *list = weft_signature_list(program);
    printf("%s", list);
    return EXIT_RESULT;
}

static gboolean
check_words(const Options *options, unsigned n_words)
{
    if (options->indent < 0 || options->indent > 16)
        g_printerr("weftcall: --indent is a number from 0 to 16\n");
    else if (options->is_list ? n_words < 1 || n_words > 2 : n_words < 3 || n_words > 4)
        g_printerr("weftcall: expected ADDRESS FILE.thrift SERVICE.FUNCTION [ARGUMENTS], or --list "
                   "FILE.thrift; --help says more\n");
    else
        return TRUE;
    return FALSE;
}

static void
clear_options(Options *options)
{
    g_strfreev(options->search_folders);
    g_strfreev(options->metadata);
    g_free(options->timeout);
}

int
main(int argc, char **argv)
{
    Options options = {.indent = 2};
    const GOptionEntry entries[] = {
        {"include", 'I', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.search_folders,
         "Look for included files in FOLDER, too", "FOLDER"},
        {"list", 'l', 0, G_OPTION_ARG_NONE, &options.is_list, "Print the functions there are",
         NULL},
        {"metadata", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &options.metadata,
         "Send metadata with the call (header transport, HTTP)", "NAME=VALUE"},
        {"timeout", 't', 0, G_OPTION_ARG_STRING, &options.timeout,
         "Wait so long for an answer: 200ms, 5s, 1m; default 10s", "TIME"},
        {"indent", 0, 0, G_OPTION_ARG_INT, &options.indent,
         "Of the JSON that is printed; 0: one line; default 2", "N"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options.is_version, "Print the version", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context =
        g_option_context_new("ADDRESS FILE.thrift SERVICE.FUNCTION [ARGUMENTS]");
    int status = EXIT_NO_ANSWER;

    g_option_context_set_summary(context, "Call a function of a Thrift service.");
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fail(error);
    } else if (options.is_version) {
        printf("weftcall " WEFTCALL_VERSION "\n");
        status = EXIT_RESULT;
    } else if (check_words(&options, (unsigned)argc - 1)) {
        status = run(&options, (unsigned)argc - 1, argv + 1);
    }
    clear_options(&options);
    return status;
}
