/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The words between a program and who started it, as systemd speaks them (sd_listen_fds(3),
 * sd_notify(3)): sockets that are open already, and what state the program is in.  Two environment
 * variables and a datagram, so no library is needed; without a supervisor all of it is nothing.
 */

#include <weft/server.h>

typedef struct {
    int fd;
    char *name; /* as the supervisor calls it: FileDescriptorName=; "" for none */
} WeftDavGivenSocket;

/*
 * The sockets that were given to this process; the variables are taken out of the environment, so
 * that this has an answer once.
 * Returns: (transfer full): of WeftDavGivenSocket, empty as a rule; the descriptors are the
 * caller's
 */
GArray *weft_dav_supervisor_sockets(void);

/* Tell the supervisor, if there is one: "READY=1".  Several lines may be one message. */
void weft_dav_supervisor_notify(const char *state);

/* Where the supervisor keeps a watchdog: tell it again and again that all workers of @server come
 * by, for as long as they do (sd_watchdog_enabled(3)).  In a fiber, once the server runs. */
void weft_dav_supervisor_watch(WeftServer *server);

/* "RELOADING=1", with the time that goes with it; "READY=1" ends it. */
void weft_dav_supervisor_notify_reloading(void);
