/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks for a preloaded library when the first scheduler starts.
 */

#include "fiber/preload.h"
#include <dlfcn.h>
#include <pthread.h>
#include <weft/clock.h>

static const WeftPreloadCalls calls = {
    .layout = WEFT_PRELOAD_LAYOUT,
    .fiber_current = weft_fiber_current,
    .fiber_check = weft_fiber_check,
    .fiber_yield = weft_fiber_yield,
    .foreign_wait = weft_foreign_wait,
    .foreign_close = weft_foreign_close,
    .clock_now_us = weft_clock_now_us,
    .offload = weft_offload,
    .completion_new = weft_completion_new,
    .completion_ref = weft_completion_ref,
    .completion_unref = weft_completion_unref,
    .completion_post = weft_completion_post,
    .completion_wait = weft_completion_wait,
};

static void
attach_once(void)
{
    /* By way of a pointer, because C has no conversion from data to function. */
    WeftPreloadAttach attach = NULL;

    *(void **)&attach = dlsym(RTLD_DEFAULT, WEFT_PRELOAD_ATTACH);
    if (attach != NULL)
        attach(&calls);
}

void
weft_preload_attach(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, attach_once);
}
