/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first question in production: what is everybody waiting for?  Each scheduler writes about its
 * own fibers, on its own thread, asked by a post.
 */

#include "fiber/backtrace.h"
#include "fiber/completion.h"
#include "fiber/fiber.h"
#include <stdio.h>
#include <weft/clock.h>

#define MAX_FRAMES 32
/* A scheduler that does not answer within this time is blocked, and that is worth a line, too. */
#define PATIENCE_MS 1000

typedef struct {
    WeftPost post;
    int fd;
    WeftScheduler *scheduler;
    WeftCompletion *done;
} DumpRequest;

static const char *
state_name(const WeftFiber *fiber)
{
    if (fiber->is_parked)
        return "parked";
    return fiber == fiber->scheduler->current ? "running" : "ready";
}

static void
dump_fiber(int fd, const WeftFiber *fiber, int64_t now_us)
{
    void *frames[MAX_FRAMES];

    dprintf(fd, "  fiber %" G_GUINT64_FORMAT " \"%s\" %s", fiber->id, fiber->name,
            state_name(fiber));
    if (fiber->is_parked)
        dprintf(fd, " in %s for %.3f s", fiber->waits_for,
                (double)(now_us - fiber->waiting_since_us) / G_USEC_PER_SEC);
    if (fiber->deadline_us != WEFT_DEADLINE_NEVER)
        dprintf(fd, ", deadline in %.3f s", (double)(fiber->deadline_us - now_us) / G_USEC_PER_SEC);
    if (fiber->is_cancelled)
        dprintf(fd, ", cancelled: %s", fiber->cancel_reason);
    dprintf(fd, ", stack %zu of %zu KiB\n", weft_stack_used_bytes(fiber) / 1024,
            WEFT_STACK_BYTES / 1024);

    const size_t n_frames = weft_backtrace_fiber(fiber, frames, MAX_FRAMES);
    weft_backtrace_print(fd, frames, n_frames);
}

static void
dump_scheduler(int fd, const WeftScheduler *scheduler)
{
    const int64_t now_us = weft_clock_now_us();

    dprintf(fd, "scheduler %p: %zu fibers, %" G_GUINT64_FORMAT " spawned, %zu stacks warm\n",
            (const void *)scheduler, scheduler->n_live, scheduler->n_spawned,
            scheduler->stacks.n_warm);
    for (const WeftGroup *group = scheduler->newest_group; group != NULL; group = group->older)
        for (const WeftFiber *fiber = group->newest; fiber != NULL; fiber = fiber->older)
            dump_fiber(fd, fiber, now_us);
}

static void
answer(WeftPost *post)
{
    DumpRequest *request = (DumpRequest *)post;

    dump_scheduler(request->fd, request->scheduler);
    weft_completion_post(request->done);
    weft_completion_unref(request->done);
    weft_scheduler_unref(request->scheduler);
    g_free(request);
}

static void
ask(WeftScheduler *scheduler, int fd)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(PATIENCE_MS);
    g_autoptr(WeftCompletion) done = weft_completion_new();
    DumpRequest *request = g_new0(DumpRequest, 1);

    *request = (DumpRequest){
        .post.run = answer, .fd = fd, .scheduler = scheduler, .done = weft_completion_ref(done)};
    weft_scheduler_post(scheduler, &request->post);
    if (!weft_completion_wait(done, "another scheduler's dump", NULL))
        dprintf(fd, "scheduler %p: no answer for %d ms, its thread is busy or blocked\n",
                (const void *)scheduler, PATIENCE_MS);
}

size_t
weft_count_fibers(void)
{
    size_t n_fibers = 0;

    weft_schedulers_lock();
    for (const WeftScheduler *one = weft_schedulers; one != NULL; one = one->next)
        n_fibers += __atomic_load_n(&one->n_live, __ATOMIC_RELAXED);
    weft_schedulers_unlock();
    return n_fibers;
}

void
weft_dump_fibers(int fd)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new();

    dump_scheduler(fd, weft_scheduler_here);

    weft_schedulers_lock();
    for (WeftScheduler *other = weft_schedulers; other != NULL; other = other->next)
        if (other != weft_scheduler_here)
            g_ptr_array_add(others, weft_scheduler_ref(other));
    weft_schedulers_unlock();

    for (size_t i = 0; i < others->len; i++)
        ask(others->pdata[i], fd);
}
