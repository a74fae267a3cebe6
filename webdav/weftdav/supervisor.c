/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LISTEN_FDS, NOTIFY_SOCKET and WATCHDOG_USEC.
 */
#include "webdav/weftdav/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <weft/deadline.h>
#include <weft/fiber.h>
#include <weft/log.h>
#include <weft/scan.h>
#include <weft/scheduler.h>

/* sd_listen_fds(3): SD_LISTEN_FDS_START */
#define FIRST_FD 3
#define MAX_SOCKETS 64

/* So often within the time after which the supervisor gives us up. */
#define SIGNS_OF_LIFE 3

static gboolean
read_number(const char *variable, uint64_t *ret_value)
{
    const char *text = g_getenv(variable);
    const size_t length = text != NULL ? strlen(text) : 0;

    return length > 0 && weft_scan_decimal(text, length, ret_value) == length;
}

static void
given_socket_clear(gpointer data)
{
    WeftDavGivenSocket *given = data;

    g_free(given->name);
}

GArray *
weft_dav_supervisor_sockets(void)
{
    GArray *sockets = g_array_new(FALSE, FALSE, sizeof(WeftDavGivenSocket));
    const char *names_text = g_getenv("LISTEN_FDNAMES");
    g_auto(GStrv) names = g_strsplit(names_text != NULL ? names_text : "", ":", MAX_SOCKETS);
    uint64_t pid = 0;
    uint64_t n_sockets = 0;

    g_array_set_clear_func(sockets, given_socket_clear);
    /* For another process: a shell in between has passed the variables on. */
    if (!read_number("LISTEN_PID", &pid) || pid != (uint64_t)getpid() ||
        !read_number("LISTEN_FDS", &n_sockets))
        n_sockets = 0;
    for (unsigned i = 0; i < MIN(n_sockets, MAX_SOCKETS); i++) {
        WeftDavGivenSocket given = {.fd = FIRST_FD + (int)i};

        fcntl(given.fd, F_SETFD, FD_CLOEXEC);
        given.name = g_strdup(i < g_strv_length(names) ? names[i] : "");
        g_array_append_val(sockets, given);
    }
    g_unsetenv("LISTEN_PID");
    g_unsetenv("LISTEN_FDS");
    g_unsetenv("LISTEN_FDNAMES");
    return sockets;
}

/* A path, or '@' and a name without a file.  FALSE: neither, or too long. */
static gboolean
find_address(const char *text, struct sockaddr_un *ret_address, socklen_t *ret_size)
{
    const size_t length = strlen(text);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if ((text[0] != '/' && text[0] != '@') || length < 2 || length >= sizeof address.sun_path)
        return FALSE;
    memcpy(address.sun_path, text, length);
    if (text[0] == '@')
        address.sun_path[0] = '\0';
    *ret_address = address;
    *ret_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return TRUE;
}

void
weft_dav_supervisor_notify(const char *state)
{
    const char *where = g_getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    socklen_t size;

    if (where == NULL || !find_address(where, &address, &size))
        return;

    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const ssize_t n_sent = fd < 0 ? -1
                                  : sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                                           (const struct sockaddr *)&address, size);
    if (n_sent < 0)
        weft_log(WEFT_LOG_WARNING, "cannot notify the supervisor at %s: %s", where,
                 g_strerror(errno));
    if (fd >= 0)
        close(fd);
}

void
weft_dav_supervisor_notify_reloading(void)
{
    struct timespec now;

    /* sd_notify(3): by which the supervisor tells this reload from the one before. */
    clock_gettime(CLOCK_MONOTONIC, &now);
    g_autofree char *state =
        g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
                        (int64_t)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000);
    weft_dav_supervisor_notify(state);
}

/* ---- the watchdog ---- */

typedef struct {
    WeftServer *server;
    int64_t interval_ms;
} Watch;

static gboolean
all_answer(const Watch *watch)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(watch->interval_ms);
    g_autoptr(GError) error = NULL;

    if (weft_server_ping(watch->server, &error))
        return TRUE;
    if (g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT))
        weft_log(WEFT_LOG_WARNING, "a worker has not answered for %" G_GINT64_FORMAT " ms",
                 watch->interval_ms);
    return FALSE;
}

static gboolean
keep_telling(gpointer data, GError **error)
{
    const Watch *watch = data;

    do {
        if (all_answer(watch))
            weft_dav_supervisor_notify("WATCHDOG=1");
    } while (weft_fiber_sleep_ms(watch->interval_ms, error));
    return FALSE;
}

void
weft_dav_supervisor_watch(WeftServer *server)
{
    uint64_t patience_us = 0;
    uint64_t pid = 0;

    if (!read_number("WATCHDOG_USEC", &patience_us) || patience_us > INT64_MAX ||
        (read_number("WATCHDOG_PID", &pid) && pid != (uint64_t)getpid()))
        return;

    Watch *watch = g_new(Watch, 1);
    watch->server = server;
    watch->interval_ms = MAX((int64_t)patience_us / SIGNS_OF_LIFE / 1000, 1);
    weft_group_spawn(weft_root_group(), "watchdog", keep_telling, watch, g_free);
}
