/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LISTEN_FDS and NOTIFY_SOCKET.
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
#include <weft/log.h>
#include <weft/scan.h>

/* sd_listen_fds(3): SD_LISTEN_FDS_START */
#define FIRST_FD 3
#define MAX_SOCKETS 64

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
