/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The running program: what main() puts together, and a reload changes.
 */

#include <weft/server.h>
#include <weft/tls.h>

#include "webdav/locks/lock_store.h"
#include "webdav/weftdav/access.h"
#include "webdav/weftdav/options.h"

typedef struct {
    int argc;
    char **argv;
    WeftDavProgramOptions options; /* in force; nobody keeps pointers into them, they may change */
    WeftServer *server;            /* owned */
    WeftService *service;          /* the server's, once it listens */
    WeftDavAccess *access;         /* owned; outlives the service */
    WeftTlsContext *tls;           /* (nullable): owned */
    WeftDavLockStore *locks;       /* the service's */
    size_t n_addresses;            /* of the server's listeners: the service's, first */
    int64_t started_us;            /* wall clock */
    int access_log_fd;             /* -1: none; the same number for ever, reopened under it */
} WeftDavProgram;
