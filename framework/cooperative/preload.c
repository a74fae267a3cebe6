/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime as the preloaded library sees it: whatever the other files here call goes on to the
 * program, once that has attached.  Until then nobody is a fiber, so everything goes to libc.
 */

#include "fiber/preload.h"
#include <stdatomic.h>
#include <weft/clock.h>

static const WeftPreloadCalls *_Atomic program;

/* Looked up by the program: fiber/preload.c. */
void weft_cooperative_attach(const WeftPreloadCalls *calls);

void
weft_cooperative_attach(const WeftPreloadCalls *calls)
{
    if (calls->layout == WEFT_PRELOAD_LAYOUT)
        atomic_store(&program, calls);
}

static const WeftPreloadCalls *
attached(void)
{
    return atomic_load_explicit(&program, memory_order_acquire);
}

WeftFiber *
weft_fiber_current(void)
{
    const WeftPreloadCalls *calls = attached();

    return calls != NULL ? calls->fiber_current() : NULL;
}

void
weft_foreign_close(int fd)
{
    const WeftPreloadCalls *calls = attached();

    if (calls != NULL)
        calls->foreign_close(fd);
}

/* ---- only in fibers, so it is attached ---- */

gboolean
weft_fiber_check(GError **error)
{
    return attached()->fiber_check(error);
}

gboolean
weft_fiber_yield(GError **error)
{
    return attached()->fiber_yield(error);
}

int
weft_foreign_wait(const struct pollfd *fds, size_t n_fds, int64_t until_us, const char *what)
{
    return attached()->foreign_wait(fds, n_fds, until_us, what);
}

int64_t
weft_clock_now_us(void)
{
    return attached()->clock_now_us();
}

gboolean
weft_offload(WeftOffloadLane lane, WeftOffloadFunc func, gpointer data,
             GDestroyNotify abandoned_free, GError **error)
{
    return attached()->offload(lane, func, data, abandoned_free, error);
}

WeftCompletion *
weft_completion_new(void)
{
    return attached()->completion_new();
}

WeftCompletion *
weft_completion_ref(WeftCompletion *completion)
{
    return attached()->completion_ref(completion);
}

void
weft_completion_unref(WeftCompletion *completion)
{
    attached()->completion_unref(completion);
}

void
weft_completion_post(WeftCompletion *completion)
{
    attached()->completion_post(completion);
}

gboolean
weft_completion_wait(WeftCompletion *completion, const char *what, GError **error)
{
    return attached()->completion_wait(completion, what, error);
}
