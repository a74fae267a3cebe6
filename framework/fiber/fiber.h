/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The control block of a fiber, and of a scheduler: what the files of this folder share.  Debuggers
 * read both (gdb/weft_gdb.py): bump WEFT_DEBUG_LAYOUT when a field they use changes its meaning.
 */

#include "fiber/context.h"
#include "fiber/sanitizer.h"
#include "fiber/scheduler.h"
#include "fiber/stack.h"
#include "fiber/timer.h"
#include "fiber/wait.h"
#include <pthread.h>
#include <stdatomic.h>
#include <weft/deadline.h>
#include <weft/group.h>

typedef struct WeftBelongings WeftBelongings;

#define WEFT_DEBUG_LAYOUT 1

/* Why a wait ended; the first cause is written, later ones find no waiter. */
typedef enum {
    WEFT_WAKE_GIVEN, /* what was waited for */
    WEFT_WAKE_TIMED_OUT,
    WEFT_WAKE_CANCELLED,
    WEFT_WAKE_CLOSED, /* what was waited for has ended */
} WeftWakeCause;

/* Of a fiber that waits in several queues at once; on its stack. */
typedef struct {
    WeftWaiter *waiters;
    size_t n_waiters;
    WeftWaiter *served; /* the one that it was woken for; NULL: by something else */
} WeftWaitSet;

/* Lies at the top of its own stack; the memory outlives the fiber and serves the next one. */
struct WeftFiber {
    WeftContext context; /* first: weft_context_main() gets a pointer to it */
    WeftFiber *next;     /* in the ready circle, or in the pool's list */
    WeftScheduler *scheduler;

    uint8_t is_parked; /* otherwise it runs, is ready, or (id 0) its stack waits in the pool */
    uint8_t cause;     /* of the last wake-up */
    uint8_t is_cancelled;
    uint8_t n_shields;
    uint32_t timer_index : 24; /* in the timer heap, if timer_us is not WEFT_DEADLINE_NEVER */
    uint32_t priority : 8;     /* WeftPriority; on the cache line that a wake-up touches anyway */
    int64_t timer_us;    /* when the timer fires; may be earlier than the deadline, never later */
    int64_t deadline_us; /* in force: the earliest of all scopes */

    WeftWaiter waiter; /* its place where it waits in one queue */
    const char *waits_for;
    int64_t waiting_since_us;
    WeftWaitSet *wait_set; /* while it waits in several; NULL from the moment of waking */

    WeftFiberFunc func;
    gpointer data;
    GDestroyNotify data_free;

    const char *name;
    WeftGroup *group;
    WeftFiber *older; /* in the group */
    WeftFiber *newer;
    char *cancel_reason; /* owned */
    void *spawned_at;    /* code address */
    uint64_t id;

    WeftFiber *parent; /* never NULL, but in the event loop */
    WeftFiber *newest_child;
    WeftFiber *older_sibling;
    WeftFiber **link_here;      /* what points at us: the parent's, or a sibling's */
    WeftBelongings *belongings; /* owned; NULL: none */
    uint8_t awaits_children;    /* parked until newest_child is NULL; FALSE where no fiber is */

    WeftSanitizerStack sanitizer;
};

struct WeftGroup {
    WeftScheduler *scheduler;
    WeftFiber *newest; /* list of its fibers; the order is for dumps only */
    size_t n_fibers;
    WeftWaitQueue waiters; /* for n_fibers == 0 */
    GError *error;         /* the first failure */
    char *cancel_reason;   /* not NULL: cancelled */
    gboolean keeps_going;  /* a failure does not cancel the others: the root group */
    WeftGroup *older;      /* in the scheduler's list, for dumps */
    WeftGroup *newer;
};

typedef struct WeftReactor WeftReactor;

struct WeftScheduler {
    WeftFiber *current; /* the running fiber; &loop between fibers */
    WeftFiber *left;    /* who switched last, for sanitizers */
    /* A circle: newest_ready->next is the oldest, and the running fiber stays in it as such, so
     * that to yield is only to step on.  NULL: empty. */
    WeftFiber *newest_ready;
    unsigned slice_left;     /* dispatches before the clock is looked at */
    unsigned slices_left;    /* before the event loop gets its turn */
    unsigned n_jumps;        /* dispatches before their turn, in a row */
    unsigned jumped_at;      /* slice_left at the last of them */
    unsigned overtakes_left; /* of system fibers, in this slice */
    gboolean is_forked;      /* a copy in a child process: no fiber runs on */
    int64_t now_us;          /* read once each turn of the loop */
    int64_t batch_end_us;

    WeftFiber loop; /* the thread's own stack: where the event loop runs */
    WeftStackPool stacks;
    int64_t trim_at_us;
    WeftTimerHeap timers;
    WeftReactor *reactor;
    WeftGroup root;
    WeftGroup *newest_group;

    WeftPost *_Atomic inbox; /* newest first */
    atomic_bool is_asleep;   /* a post must wake the event loop */
    atomic_int n_refs;
    size_t n_completions_awaited;   /* the fake clock stands still for them */
    int64_t idle_poll_us;           /* 0: sleep at once */
    WeftBeforePollFunc before_poll; /* NULL: none */
    gpointer before_poll_data;

    uint32_t chance; /* a small generator, for fair choices; 0: not begun */
    uint64_t n_spawned;
    uint64_t n_turns;
    size_t n_live;       /* stored atomically: other threads look at it */
    int *errno_here;     /* errno of the thread: fibers never change threads */
    pthread_t thread;    /* which this is */
    pid_t thread_id;     /* its number for the kernel */
    void *signal_stack;  /* of the thread, if it is ours */
    WeftScheduler *next; /* in the process-wide list */
};

/* The calling thread's scheduler; NULL if it is none. */
extern __thread WeftScheduler *weft_scheduler_here __attribute__((tls_model("initial-exec")));

/* End the wait of a parked fiber with @cause, taking it out of its queue; no-op if it is not
 * parked. */
void weft_fiber_interrupt(WeftFiber *fiber, WeftWakeCause cause);

/* Set @error to what interrupted the running fiber in @what.  FALSE, for return. */
gboolean weft_fiber_fail(WeftWakeCause cause, const char *what, GError **error)
    __attribute__((cold, noinline));

static inline gboolean
weft_fiber_is_interrupted(const WeftFiber *self)
{
    return G_UNLIKELY(self->is_cancelled) && self->n_shields == 0;
}

/* Neither cancelled nor late. */
static inline gboolean
weft_fiber_may_go_on(const WeftScheduler *scheduler, const WeftFiber *self)
{
    return G_LIKELY(!weft_fiber_is_interrupted(self)) && self->deadline_us > scheduler->now_us;
}

/* weft_fiber_check() for those who know who they are. */
static inline gboolean
weft_fiber_check_self(const WeftScheduler *scheduler, const WeftFiber *self, const char *what,
                      GError **error)
{
    if (G_LIKELY(weft_fiber_may_go_on(scheduler, self)))
        return TRUE;
    return weft_fiber_fail(
        weft_fiber_is_interrupted(self) ? WEFT_WAKE_CANCELLED : WEFT_WAKE_TIMED_OUT, what, error);
}

/* As weft_stack_pool_take_cold(): the one that was given back last, which the caches still hold. */
static inline WeftFiber *
weft_stack_pool_take(WeftStackPool *pool)
{
    WeftFiber *fiber = pool->warm;

    if (++pool->n_lent > pool->peak_lent)
        pool->peak_lent = pool->n_lent;
    if (G_UNLIKELY(fiber == NULL))
        return weft_stack_pool_take_cold(pool);
    pool->warm = fiber->next;
    pool->n_warm--;
    return fiber;
}

/* What weft_group_spawn() does, without inheriting a deadline. */
WeftFiber *weft_fiber_new(WeftGroup *group, const char *name, WeftFiberFunc func, gpointer data,
                          GDestroyNotify data_free);

/* The part of a fiber's end that concerns its group: record, cancel siblings, wake who waits.
 * @error: (transfer full) (nullable) */
void weft_group_leave(WeftGroup *group, WeftFiber *fiber, GError *error);

void weft_group_init(WeftGroup *group, WeftScheduler *scheduler);
void weft_group_clear(WeftGroup *group);

/* Run fibers until the queue is empty or the batch is used up (in dispatches, or in time: fairness
 * towards I/O and timers); on the loop's own stack. */
void weft_scheduler_run_batch(WeftScheduler *scheduler);

/* How often a fiber ran in the last batch; the last one of an emptied queue was not counted. */
size_t weft_scheduler_n_dispatched(const WeftScheduler *scheduler);

/* All schedulers of the process, newest first; hold the lock while you look. */
extern WeftScheduler *weft_schedulers;
extern const int weft_debug_layout; /* for debuggers */
void weft_schedulers_lock(void);
void weft_schedulers_unlock(void);

WeftScheduler *weft_scheduler_ref(WeftScheduler *scheduler);
void weft_scheduler_unref(WeftScheduler *scheduler);
