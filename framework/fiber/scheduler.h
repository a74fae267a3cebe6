/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The scheduler of one thread: ready queue, timers, event loop, and the inbox through which other
 * threads reach it.  Recurring work is a fiber in weft_root_group() that sleeps in a loop.
 */

#include <weft/scheduler.h>

typedef struct WeftScheduler WeftScheduler;

/* Returns: (nullable): the calling thread's scheduler */
WeftScheduler *weft_scheduler_current(void);

/* The monotonic clock as it was read last, at the beginning of this turn of the loop: for what need
 * not be exact.  On a scheduler's thread only. */
int64_t weft_scheduler_now_us(void);

/* A message to a scheduler: lies in the sender's own struct, belongs to the inbox until it runs. */
typedef struct WeftPost WeftPost;
struct WeftPost {
    WeftPost *next;
    void (*run)(WeftPost *post); /* on the scheduler's thread, outside of fibers: must not park */
};

/*
 * Have post->run called on @scheduler's thread; from any thread.  The caller knows that @scheduler
 * lives: it holds something that ends before the scheduler does.
 */
void weft_scheduler_post(WeftScheduler *scheduler, WeftPost *post);

/*
 * Called at each turn before the event loop polls, outside of fibers: it may wake fibers, and must
 * not park.  Returns: until when (monotonic clock) the loop may sleep for its sake
 */
typedef int64_t (*WeftBeforePollFunc)(gpointer data);

/* For another event loop that lives inside this one.  One at a time; NULL takes it back. */
void weft_scheduler_set_before_poll(WeftBeforePollFunc func, gpointer data);
