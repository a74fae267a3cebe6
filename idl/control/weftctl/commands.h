/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What weftctl can be asked to do.
 */

#include "control.weft.h"

typedef struct {
    WeftControlClient *client;
    WeftArena *arena;
    gboolean is_json;
    int limit;             /* of connections */
    int interval_ms;       /* of top */
    int n_rounds;          /* of top; 0: for ever */
    const char *parameter; /* (nullable): behind the command */
} WeftCtlRequest;

typedef struct {
    const char *name;
    const char *parameter; /* (nullable): what --help calls it */
    const char *help;
    gboolean (*run)(const WeftCtlRequest *request, GError **error); /* parks */
} WeftCtlCommand;

/* In the order of --help; a NULL name behind the last. */
extern const WeftCtlCommand weft_ctl_commands[];
