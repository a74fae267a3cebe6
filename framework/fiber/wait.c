/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wait queues: a list through the fibers that wait.
 */

#include "fiber/wait.h"
#include "fiber/dispatch.h"

gboolean
weft_wait(WeftWaitQueue *queue, const char *what, GError **error)
{
    WeftScheduler *scheduler = weft_scheduler_here;

    return weft_wait_here(scheduler, scheduler->current, queue, what, error);
}

WeftFiber *
weft_wait_queue_wake_oldest(WeftWaitQueue *queue)
{
    WeftFiber *oldest = queue->oldest;

    if (oldest != NULL)
        weft_wait_queue_serve(queue, oldest);
    return oldest;
}

void
weft_wait_queue_wake_all(WeftWaitQueue *queue)
{
    weft_wait_queue_serve_all(queue);
}

void
weft_wait_queue_close(WeftWaitQueue *queue)
{
    while (queue->oldest != NULL)
        weft_wait_end(queue->oldest, WEFT_WAKE_CLOSED);
}
