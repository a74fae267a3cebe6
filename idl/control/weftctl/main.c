/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weftctl: asks a running server about itself, over its control socket.
 */

#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <weft/scheduler.h>

enum { EXIT_RUNTIME = 1, EXIT_USAGE = 2 };

#define DEFAULT_SOCKET "/run/weftdav/control"
#define SOCKET_VARIABLE "WEFT_CONTROL"
#define DEFAULT_LIMIT 100
#define DEFAULT_INTERVAL_MS 1000

static const char summary[] = "Asks a running weft server about itself.";

typedef struct {
    char *socket; /* a path */
    gboolean shows_version;
    char **words; /* the command and its parameter */
    WeftCtlRequest request;
} Program;

static int
refuse_usage(const char *format, const char *word)
{
    g_autofree char *problem = g_strdup_printf(format, word);

    g_printerr("weftctl: %s (weftctl --help shows all)\n", problem);
    return EXIT_USAGE;
}

static char *
describe_commands(void)
{
    GString *text = g_string_new("Commands:\n");

    for (const WeftCtlCommand *each = weft_ctl_commands; each->name != NULL; each++) {
        g_autofree char *name =
            g_strdup_printf("%s %s", each->name, each->parameter != NULL ? each->parameter : "");

        g_string_append_printf(text, "  %-20s%s\n", name, each->help);
    }
    g_string_append(text, "\nPATH may have unix: in front.  Exit status: 0 done, 1 failed, 2 not "
                          "understood.");
    return g_string_free(text, FALSE);
}

static gboolean
read_options(Program *program, int *argc, char ***argv, GError **error)
{
    WeftCtlRequest *request = &program->request;
    const GOptionEntry entries[] = {
        {"socket", 's', 0, G_OPTION_ARG_FILENAME, &program->socket,
         "The server's control socket (default: $" SOCKET_VARIABLE ", or " DEFAULT_SOCKET ")",
         "PATH"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &request->is_json, "Print JSON, for programs", NULL},
        {"limit", 'n', 0, G_OPTION_ARG_INT, &request->limit, "Connections to list (default: 100)",
         "N"},
        {"interval", 'i', 0, G_OPTION_ARG_INT, &request->interval_ms,
         "Milliseconds between two looks of top (default: 1000)", "MS"},
        {"rounds", 0, 0, G_OPTION_ARG_INT, &request->n_rounds,
         "Looks of top, then end (default: 0, for ever)", "N"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &program->shows_version, "Print the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &program->words, NULL,
         "COMMAND [PARAMETER]"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autofree char *commands = describe_commands();

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, commands);
    return g_option_context_parse(context, argc, argv, error);
}

static const WeftCtlCommand *
find_command(const char *name)
{
    const WeftCtlCommand *command = weft_ctl_commands;

    while (command->name != NULL && strcmp(command->name, name) != 0)
        command++;
    return command->name != NULL ? command : NULL;
}

static WeftControlClient *
open_client(const Program *program, GError **error)
{
    const char *path = program->socket != NULL ? program->socket : g_getenv(SOCKET_VARIABLE);

    if (path == NULL)
        path = DEFAULT_SOCKET;
    if (g_str_has_prefix(path, "unix:"))
        path += strlen("unix:");
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *url = g_strconcat("thrift+unix:", absolute, NULL);
    return weft_control_client_new(url, error);
}

typedef struct {
    Program *program;
    const WeftCtlCommand *command;
} Run;

static gboolean
run(gpointer data, GError **error)
{
    const Run *self = data;
    WeftCtlRequest request = self->program->request;
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autoptr(WeftControlClient) client = open_client(self->program, error);

    if (client == NULL)
        return FALSE;
    request.client = client;
    request.arena = arena;
    return self->command->run(&request, error);
}

static int
run_command(Program *program)
{
    g_autoptr(GError) error = NULL;

    if (program->words == NULL)
        return refuse_usage("%s is missing", "a command");
    Run self = {program, find_command(program->words[0])};
    if (self.command == NULL)
        return refuse_usage("there is no command \"%s\"", program->words[0]);
    program->request.parameter = program->words[1];
    if (program->words[1] != NULL && (self.command->parameter == NULL || program->words[2] != NULL))
        return refuse_usage("\"%s\" is too much", program->words[self.command->parameter ? 2 : 1]);
    if (weft_run("weftctl", run, &self, &error))
        return EXIT_SUCCESS;
    g_printerr("weftctl: %s\n", error->message);
    return EXIT_RUNTIME;
}

int
main(int argc, char **argv)
{
    Program program = {
        .request = {.limit = DEFAULT_LIMIT, .interval_ms = DEFAULT_INTERVAL_MS},
    };
    g_autoptr(GError) error = NULL;
    int status = EXIT_SUCCESS;

    if (!read_options(&program, &argc, &argv, &error))
        status = refuse_usage("%s", error->message);
    else if (program.shows_version)
        g_print("weftctl " WEFT_VERSION "\n");
    else
        status = run_command(&program);
    g_strfreev(program.words);
    g_free(program.socket);
    return status;
}
