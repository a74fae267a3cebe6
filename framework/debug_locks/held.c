/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of held locks, and the looks at it: after each batch of the scheduler (who holds one and
 * is parked then?), when one is taken (does a parked fiber of this thread hold it?), and when one
 * is released (have others run since it was taken?).  So the switch itself need not know of all
 * this.
 *
 * Called from inside of pthread_mutex_lock(): allocates nothing, and takes no lock.
 */

#include "debug_locks/held.h"

#include "fiber/backtrace.h"
#include "fiber/capture.h"
#include "fiber/observer.h"
#include <stdio.h>
#include <unistd.h>
#include <weft/debug_locks.h>

/* Of a thread; more are not looked at. */
#define MAX_HELD 64
/* Places that are told apart. */
#define MAX_PLACES 256
#define MAX_FRAMES 32

typedef struct {
    const void *lock;
    const WeftFiber *fiber;
    uint64_t fiber_id;
    const void *taken_at;
    WeftPosition taken_when;
} HeldLock;

static __thread struct {
    HeldLock locks[MAX_HELD];
    size_t n_locks;
    gboolean is_reporting; /* which may take locks */
} held;

static atomic_int report_fd = STDERR_FILENO;
static atomic_uint n_found;
static const void *_Atomic places[MAX_PLACES];

void
weft_debug_locks_set_fd(int fd)
{
    atomic_store(&report_fd, fd);
}

unsigned
weft_debug_locks_n_found(void)
{
    return atomic_load(&n_found);
}

/* TRUE the first time. */
static gboolean
is_new_place(const void *place)
{
    for (size_t i = 0; i < MAX_PLACES; i++) {
        const void *there = NULL;

        if (atomic_compare_exchange_strong(&places[i], &there, place))
            return TRUE;
        if (there == place)
            return FALSE;
    }
    return FALSE;
}

static void
print_place(int fd, const void *place)
{
    void *frame = (void *)(uintptr_t)place;

    weft_backtrace_print(fd, &frame, 1);
}

static void
print_fiber(int fd, const WeftFiber *fiber)
{
    void *frames[MAX_FRAMES];

    weft_backtrace_print(fd, frames, weft_backtrace_fiber(fiber, frames, MAX_FRAMES));
}

/* The fiber is parked now, or was in between: then its backtrace would be that of later. */
static void
report(const HeldLock *one, gboolean is_parked)
{
    const int fd = atomic_load(&report_fd);

    if (!is_new_place(one->taken_at))
        return;
    held.is_reporting = TRUE;
    atomic_fetch_add(&n_found, 1);
    dprintf(fd,
            "debug locks: fiber %" G_GUINT64_FORMAT
            " \"%s\" %s in %s with lock %p held, taken at\n",
            one->fiber_id, one->fiber->name, is_parked ? "is parked" : "was parked",
            one->fiber->waits_for, one->lock);
    print_place(fd, one->taken_at);
    if (is_parked) {
        dprintf(fd, "  parked at\n");
        print_fiber(fd, one->fiber);
    }
    held.is_reporting = FALSE;
}

static gboolean
is_alive(const HeldLock *one)
{
    return one->fiber->id == one->fiber_id;
}

static void
look_after_batch(G_GNUC_UNUSED WeftScheduler *scheduler)
{
    for (size_t i = 0; i < held.n_locks; i++) {
        const HeldLock *one = &held.locks[i];

        if (is_alive(one) && one->fiber->is_parked)
            report(one, TRUE);
    }
}

/* (nullable) */
static const WeftFiber *
running_fiber(void)
{
    return held.is_reporting ? NULL : weft_fiber_current();
}

void
weft_held_check(const void *lock, const void *caller)
{
    const WeftFiber *self = running_fiber();

    if (self == NULL)
        return;
    for (size_t i = 0; i < held.n_locks; i++) {
        const HeldLock *one = &held.locks[i];
        if (one->lock != lock || one->fiber == self || !is_alive(one))
            continue;

        const int fd = atomic_load(&report_fd);
        report(one, one->fiber->is_parked);
        held.is_reporting = TRUE;
        dprintf(fd,
                "debug locks: fiber %" G_GUINT64_FORMAT
                " \"%s\" wants lock %p, which fiber %" G_GUINT64_FORMAT
                " \"%s\" of the same thread holds: the thread stops here\n",
                self->id, self->name, lock, one->fiber_id, one->fiber->name);
        print_place(fd, caller);
        held.is_reporting = FALSE;
    }
}

void
weft_held_add(const void *lock, const void *caller)
{
    const WeftFiber *self = running_fiber();

    if (self == NULL || held.n_locks == MAX_HELD)
        return;
    held.locks[held.n_locks++] = (HeldLock){
        .lock = lock,
        .fiber = self,
        .fiber_id = self->id,
        .taken_at = caller,
        .taken_when = weft_position_of(weft_scheduler_here),
    };
}

void
weft_held_remove(const void *lock)
{
    size_t i = held.n_locks;

    if (held.is_reporting)
        return;
    while (i > 0 && held.locks[i - 1].lock != lock)
        i--;
    if (i == 0)
        return;

    const HeldLock one = held.locks[--i];
    held.locks[i] = held.locks[--held.n_locks];
    if (weft_scheduler_here == NULL || !is_alive(&one))
        return;
    const WeftPosition now = weft_position_of(weft_scheduler_here);
    if (!weft_position_equal(&now, &one.taken_when))
        report(&one, FALSE);
}

__attribute__((constructor)) static void
observe(void)
{
    weft_observer_add(look_after_batch);
}
