/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weftdav: serves a folder over WebDAV.  Reads top to bottom: options, folders, service, listeners,
 * what it tells, then it serves.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/dav.h>
#include <weft/log.h>

#include "webdav/weftdav/options.h"
#include "webdav/weftdav/state_folder.h"

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
refuse_folder(const WeftDavProgramOptions *options, const char *reason, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "cannot serve %s: %s", options->directory,
                reason);
    return FALSE;
}

static gboolean
check_folder(const WeftDavProgramOptions *options, GError **error)
{
    struct stat info;

    if (stat(options->directory, &info) != 0)
        return refuse_folder(options, errno == ENOENT ? "no such folder" : g_strerror(errno),
                             error);
    if (!S_ISDIR(info.st_mode))
        return refuse_folder(options, "not a folder", error);
    if (faccessat(AT_FDCWD, options->directory, R_OK | X_OK, AT_EACCESS) != 0)
        return refuse_folder(options, "not readable", error);
    if (!options->read_only && faccessat(AT_FDCWD, options->directory, W_OK, AT_EACCESS) != 0)
        return refuse_folder(options, "not writable; --read-only serves it as it is", error);
    return TRUE;
}

static gboolean
open_access_log(const WeftDavProgramOptions *options, WeftService *service, GError **error)
{
    int fd = STDOUT_FILENO;

    if (options->access_log == NULL)
        return TRUE;
    if (strcmp(options->access_log, "-") != 0)
        fd = open(options->access_log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        return weft_error_set_errno(error, errno, "cannot write the access log %s",
                                    options->access_log);
    weft_http_service_set_access_log(service, options->access_log_format, fd);
    return TRUE;
}

/* Returns: (transfer full) (nullable) */
static WeftService *
make_service(const WeftDavProgramOptions *options, GError **error)
{
    WeftDavOptions dav_options = weft_dav_options_default();

    if (!check_folder(options, error))
        return NULL;

    WeftDavStore *store = weft_dav_dir_store_new(options->directory, error);
    if (store == NULL)
        return NULL;
    weft_dav_dir_store_set_durability(store, options->durability);

    dav_options.read_only = options->read_only;
    dav_options.max_upload_bytes = options->max_upload_bytes;
    g_autoptr(WeftService) service = weft_dav_service_new(store, &dav_options);
    if (!open_access_log(options, service, error))
        return NULL;
    return g_steal_pointer(&service);
}

/* The first address takes the service over, the others share it. */
static gboolean
listen_on_all(WeftServer *server, const WeftDavProgramOptions *options, WeftService *service,
              GError **error)
{
    for (size_t i = 0; options->listen[i] != NULL; i++) {
        const char *address = options->listen[i];
        gboolean ok = i == 0 ? weft_server_add(server, address, service, error)
                             : weft_server_add_address(server, address, service, error);

        if (!ok)
            return FALSE;
    }
    return TRUE;
}

static void
print_banner(const WeftServer *server, const WeftDavProgramOptions *options)
{
    g_autofree char *first = weft_server_bound_address(server, 0);

    g_print("weftdav " WEFT_VERSION " serves %s (%s)\n", options->directory,
            options->read_only ? "read-only" : "read and write");
    for (size_t i = 0; options->listen[i] != NULL; i++) {
        g_autofree char *bound = weft_server_bound_address(server, i);

        if (g_str_has_prefix(bound, "unix:"))
            g_print("  %s\n", bound);
        else
            g_print("  http://%s/\n", bound);
    }
    if (!g_str_has_prefix(first, "unix:"))
        g_print("Mount it:\n"
                "  mount -t davfs http://%s/ /mnt\n"
                "  rclone mount :webdav: /mnt --webdav-url http://%s/\n"
                "  gio mount dav://%s/\n",
                first, first, first);
    g_print("Ctrl-C stops it.\n");
}

/* --check-config: all that is wrong, not only the first. */
static int
report(const WeftDavProgramOptions *options, GPtrArray *problems)
{
    g_autoptr(GError) error = NULL;

    if (!check_folder(options, &error))
        g_ptr_array_add(problems, g_strdup(error->message));
    for (size_t i = 0; i < problems->len; i++)
        g_printerr("weftdav: %s\n", (const char *)g_ptr_array_index(problems, i));
    if (problems->len > 0)
        return EXIT_RUNTIME;
    g_print("weftdav: the configuration is good\n");
    return 0;
}

int
main(int argc, char **argv)
{
    g_auto(WeftDavProgramOptions) options = {0};
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    weft_dav_program_options_gather(&options, argc, argv, problems);
    if (options.checks_config)
        return report(&options, problems);
    if (problems->len > 0)
        return refuse_usage(g_ptr_array_index(problems, 0));
    if (options.shows_version) {
        g_print("weftdav " WEFT_VERSION "\n");
        return 0;
    }
    weft_log_set_level(options.log_level);

    if (options.state != NULL && !weft_dav_state_folder_claim(options.state, &error))
        return fail(error);
    WeftService *service = make_service(&options, &error);
    if (service == NULL)
        return fail(error);

    g_autoptr(WeftServer) server = weft_server_new();
    weft_server_set_workers(server, options.n_workers);
    if (!listen_on_all(server, &options, service, &error))
        return fail(error);
    print_banner(server, &options);
    if (!weft_server_run(server, &error))
        return fail(error);
    return 0;
}
