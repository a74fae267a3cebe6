/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A service as its server sees it.
 */

#include <weft/service.h>

struct WeftService {
    const char *name; /* a literal */
    WeftServeFunc serve;
    gpointer data;
    GDestroyNotify data_free;
    int64_t idle_timeout_ms;      /* 0: none */
    gboolean speaks_first;        /* serves without having seen input */
    const WeftProtocol *protocol; /* not NULL; its members may be */
};
