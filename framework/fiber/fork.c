/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fork copies all fibers of the calling thread, and shares its event loop's epoll set with the
 * parent: two processes would answer the same peers, and one's changes would blind the other.  So
 * in the child nobody runs but the fiber that forked, and it cannot park: it may exec or _exit.
 */

#include "fiber/fork.h"
#include "fiber/fiber.h"
#include <pthread.h>
#include <weft/group.h>

/* The threads of other schedulers do not exist in the child. */
static void
forget_others(void)
{
    weft_schedulers = NULL;
    weft_schedulers_unlock();
}

static void
stop_fibers(void)
{
    WeftScheduler *scheduler = weft_scheduler_here;

    forget_others();
    if (scheduler == NULL)
        return;
    scheduler->is_forked = TRUE;
    scheduler->slice_left = scheduler->slices_left = 1; /* the next switch goes to the loop */
    if (scheduler->current != &scheduler->loop)
        weft_fiber_cancel(scheduler->current,
                          "a fork of a program with fibers can only exec or _exit");
}

static void
watch(void)
{
    pthread_atfork(weft_schedulers_lock, weft_schedulers_unlock, stop_fibers);
}

void
weft_fork_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, watch);
}
