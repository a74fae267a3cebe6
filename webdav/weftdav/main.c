/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weftdav: serves a folder over WebDAV.  Reads top to bottom: options, folders, service, listeners,
 * what it tells, then it serves.
 */
#include <string.h>
#include <weft/clock.h>
#include <weft/dav.h>
#include <weft/log.h>
#include <weft/watchdog.h>

#include "webdav/weftdav/access.h"
#include "webdav/weftdav/access_log.h"
#include "webdav/weftdav/confine.h"
#include "webdav/weftdav/doctor/doctor.h"
#include "webdav/weftdav/kept_state.h"
#include "webdav/weftdav/layers.h"
#include "webdav/weftdav/listeners.h"
#include "webdav/weftdav/page/page.h"
#include "webdav/weftdav/passwd.h"
#include "webdav/weftdav/reach.h"
#include "webdav/weftdav/reload.h"
#include "webdav/weftdav/served.h"
#include "webdav/weftdav/state_folder.h"
#include "webdav/weftdav/supervisor.h"
#include "webdav/weftdav/tls.h"

enum { EXIT_RUNTIME = 1, EXIT_USAGE = 2 };

/* One clear sentence, and the exit status. */
static int
fail(const GError *error)
{
    g_printerr("weftdav: %s\n", error->message);
    return EXIT_RUNTIME;
}

static int
refuse_usage(const char *problem)
{
    g_printerr("weftdav: %s (weftdav --help shows all options)\n", problem);
    return EXIT_USAGE;
}

static gboolean
make_service(WeftDavProgram *program, GError **error)
{
    const WeftDavProgramOptions *options = &program->options;
    WeftDavOptions dav_options = weft_dav_options_default();
    g_autofree char *prefix = weft_dav_layers_prefix(options);
    g_autoptr(WeftDavStore) store = weft_dav_served_open(options, error);

    if (store == NULL)
        return FALSE;
    program->access = weft_dav_access_new(options, error);
    if (program->access == NULL)
        return FALSE;
    dav_options.locks = weft_dav_kept_locks_new(options, error);
    if (dav_options.locks == NULL)
        return FALSE;

    program->locks = dav_options.locks;
    dav_options.read_only = options->read_only;
    dav_options.page = &weft_dav_program_page;
    dav_options.max_upload_bytes = options->max_upload_bytes;
    dav_options.base_url = options->base_url;
    dav_options.prefix = prefix;
    store = weft_dav_layers_below(g_steal_pointer(&store), prefix);
    program->service =
        weft_dav_access_serve(program->access, g_steal_pointer(&store), &dav_options);
    return TRUE;
}

/* Nobody vouches for a certificate that signs itself: people compare this. */
static void
print_fingerprint(const WeftDavProgram *program)
{
    if (!program->options.tls_self_signed)
        return;

    g_autofree char *fingerprint = weft_tls_context_fingerprint(program->tls);
    g_print("The certificate signs itself; its SHA-256 fingerprint is\n  %s\n", fingerprint);
}

static void
print_banner(const WeftDavProgram *program)
{
    const WeftServer *server = program->server;
    g_autofree char *first = weft_server_bound_address(server, 0);
    const gboolean is_tls = weft_server_is_tls(server, 0);
    const char *scheme = weft_dav_tls_scheme(program, 0);

    g_autofree char *title = weft_dav_served_title(&program->options);

    g_print("weftdav " WEFT_VERSION " serves %s (%s)\n", title,
            program->options.read_only ? "read-only" : "read and write");
    for (size_t i = 0; i < weft_server_n_listeners(server); i++) {
        g_autofree char *bound = weft_server_bound_address(server, i);
        const char *path = i < program->n_addresses ? "" : "metrics";

        if (g_str_has_prefix(bound, "unix:"))
            g_print("  %s\n", bound);
        else
            g_print("  %s://%s/%s\n", weft_dav_tls_scheme(program, i), bound, path);
    }
    print_fingerprint(program);
    if (!g_str_has_prefix(first, "unix:"))
        g_print("Mount it:\n"
                "  mount -t davfs %s://%s/ /mnt\n"
                "  rclone mount :webdav: /mnt --webdav-url %s://%s/\n"
                "  gio mount %s://%s/\n",
                scheme, first, scheme, first, is_tls ? "davs" : "dav", first);
    g_print("Ctrl-C stops it.\n");
}

/* Once, even where two parts of the program find it. */
static void
add_problem(GPtrArray *problems, const char *message)
{
    for (size_t i = 0; i < problems->len; i++)
        if (strcmp(g_ptr_array_index(problems, i), message) == 0)
            return;
    g_ptr_array_add(problems, g_strdup(message));
}

/* --check-config: all that is wrong, not only the first. */
static int
report(const WeftDavProgramOptions *options, GPtrArray *problems)
{
    g_autoptr(GError) folders = NULL;
    g_autoptr(GError) users = NULL;
    g_autoptr(GError) certificate = NULL;

    if (!weft_dav_served_check_folders(options, &folders))
        add_problem(problems, folders->message);
    if (!weft_dav_access_check_files(options, &users))
        add_problem(problems, users->message);
    if (!weft_dav_tls_check_files(options, &certificate))
        add_problem(problems, certificate->message);
    for (size_t i = 0; i < problems->len; i++)
        g_printerr("weftdav: %s\n", (const char *)g_ptr_array_index(problems, i));
    if (problems->len > 0)
        return EXIT_RUNTIME;
    g_print("weftdav: the configuration is good\n");
    return 0;
}

/* What a supervisor hears, and what a signal asks for. */
static void
observe(WeftServer *server, WeftServerEvent event, gpointer data)
{
    switch (event) {
    case WEFT_SERVER_RUNS:
        weft_dav_supervisor_notify("READY=1");
        weft_dav_supervisor_watch(server);
        break;
    case WEFT_SERVER_RELOAD:
        weft_dav_supervisor_notify_reloading();
        weft_dav_program_reload(data);
        weft_dav_supervisor_notify("READY=1");
        break;
    case WEFT_SERVER_STOPS:
        weft_dav_supervisor_notify("STOPPING=1");
        break;
    case WEFT_SERVER_ENDED:
        break;
    }
}

static void
set_limits(WeftDavProgram *program)
{
    const WeftDavProgramOptions *options = &program->options;
    const unsigned n_requests = options->max_requests_per_address;

    weft_server_set_workers(program->server, options->n_workers);
    if (options->max_connections > 0)
        weft_server_set_max_connections(program->server, options->max_connections);
    if (options->max_connections_per_address > 0)
        weft_server_set_max_connections_per_address(program->server,
                                                    options->max_connections_per_address);
    /* What was not asked for in this second may be asked for at once. */
    if (n_requests > 0)
        weft_http_service_set_max_rate(program->service, n_requests, n_requests);
    if (options->max_requests > 0)
        weft_http_service_set_max_total_rate(program->service, options->max_requests,
                                             options->max_requests);
}

/* Before there are threads: be the user who serves, and reach only what serving needs.
 * @ret_done: for the log */
static gboolean
give_up_reach(const WeftDavProgramOptions *options, const char **ret_done, GError **error)
{
    g_autoptr(WeftDavConfinement) reach = weft_dav_reach_of(options);

    if (options->user != NULL && !weft_dav_user_begin(options->user, error))
        return FALSE;
    if (options->state != NULL && !weft_dav_state_folder_claim(options->state, error))
        return FALSE;
    if (reach != NULL)
        weft_dav_confinement_add(reach, options->state, WEFT_DAV_CONFINE_WRITE);
    /* Where a large sort would otherwise put its files: a folder that is out of reach. */
    if (options->state != NULL)
        g_setenv("SQLITE_TMPDIR", options->state, FALSE);
    *ret_done = weft_dav_confine(reach);
    return TRUE;
}

/* It tells the log; without it the server serves all the same. */
static void
watch_workers(const WeftDavProgramOptions *options)
{
    g_autoptr(GError) error = NULL;

    if (options->report_blocked_ms > 0 &&
        !weft_watchdog_start(options->report_blocked_ms, -1, &error))
        weft_log(WEFT_LOG_WARNING, "%s", error->message);
}

static gboolean
serve(WeftDavProgram *program, GError **error)
{
    const WeftDavProgramOptions *options = &program->options;
    const char *confined = NULL;

    if (!weft_dav_tls_open(program, error) || !give_up_reach(options, &confined, error) ||
        !make_service(program, error))
        return FALSE;
    if (!weft_dav_access_log_open(program, error)) {
        weft_service_free(program->service);
        return FALSE;
    }

    program->started_us = weft_clock_wall_us();
    program->server = weft_server_new();
    set_limits(program);
    weft_server_set_observer(program->server, observe, program);
    weft_dav_user_pause();
    if (!weft_dav_program_listen(program, error) || !weft_server_prepare(program->server, error))
        return FALSE;
    weft_dav_user_commit();
    print_banner(program);
    weft_log(WEFT_LOG_INFO, "%s", confined);
    watch_workers(options);
    const gboolean succeeded = weft_server_run(program->server, error);
    weft_watchdog_stop();
    return succeeded;
}

int
main(int argc, char **argv)
{
    WeftDavProgram program = {.argc = argc, .argv = argv};
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    int status = 0;

    if (argc > 1 && strcmp(argv[1], "passwd") == 0)
        return weft_dav_passwd(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "doctor") == 0)
        return weft_dav_doctor(argc - 1, argv + 1);
    weft_dav_program_options_gather(&program.options, argc, argv, problems);
    if (program.options.checks_config) {
        status = report(&program.options, problems);
    } else if (problems->len > 0) {
        status = refuse_usage(g_ptr_array_index(problems, 0));
    } else if (program.options.shows_version) {
        g_print("weftdav " WEFT_VERSION "\n");
    } else {
        weft_log_set_level(program.options.log_level);
        if (!serve(&program, &error))
            status = fail(error);
    }
    weft_server_free(program.server);
    weft_dav_access_free(program.access);
    weft_tls_context_unref(program.tls);
    weft_dav_program_options_clear(&program.options);
    return status;
}
