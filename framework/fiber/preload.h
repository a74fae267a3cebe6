/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a preloaded library that makes libc cooperate needs of the program that it is loaded into:
 * it cannot link against that, so it is given a table.
 */

#include "fiber/foreign.h"
#include "fiber/wait.h"
#include <weft/completion.h>
#include <weft/fiber.h>
#include <weft/offload.h>

/* Of both sides; others are left alone. */
#define WEFT_PRELOAD_LAYOUT 1

typedef struct {
    int layout;
    WeftFiber *(*fiber_current)(void);
    gboolean (*fiber_check)(GError **error);
    gboolean (*fiber_yield)(GError **error);
    int (*foreign_wait)(const struct pollfd *fds, size_t n_fds, int64_t until_us, const char *what);
    void (*foreign_close)(int fd);
    int64_t (*clock_now_us)(void);
    gboolean (*offload)(WeftOffloadLane lane, WeftOffloadFunc func, gpointer data,
                        GDestroyNotify abandoned_free, GError **error);
    WeftCompletion *(*completion_new)(void);
    WeftCompletion *(*completion_ref)(WeftCompletion *completion);
    void (*completion_unref)(WeftCompletion *completion);
    void (*completion_post)(WeftCompletion *completion);
    gboolean (*completion_wait)(WeftCompletion *completion, const char *what, GError **error);
} WeftPreloadCalls;

/* The one name that the preloaded library shows, and what it is.  @calls: live for ever */
#define WEFT_PRELOAD_ATTACH "weft_cooperative_attach"
typedef void (*WeftPreloadAttach)(const WeftPreloadCalls *calls);

/* Give the table to the preloaded library, if there is one; once in a process. */
void weft_preload_attach(void);
