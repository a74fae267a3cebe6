/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The backtrace of another thread, taken by itself in the handler of a signal.
 */

#include "fiber/fiber.h"

#define WEFT_CAPTURE_MAX_FRAMES 64

/* How far a scheduler has come: the same twice means that one fiber has run all the time, or the
 * event loop has. */
typedef struct {
    const WeftFiber *current;
    uint64_t n_turns;
    unsigned slice_left;
    unsigned slices_left;
} WeftPosition;

/* Of another thread's scheduler, which must live: old as soon as it is there. */
WeftPosition weft_position_of(const WeftScheduler *scheduler);

gboolean weft_position_equal(const WeftPosition *one, const WeftPosition *other);

typedef struct {
    size_t n_frames;
    void *frames[WEFT_CAPTURE_MAX_FRAMES]; /* innermost first */
} WeftCapture;

typedef enum {
    WEFT_CAPTURE_DONE,
    WEFT_CAPTURE_MOVED_ON, /* it has come further than to the position */
    WEFT_CAPTURE_NO_ANSWER,
} WeftCaptureResult;

/* Install the handler; one thread at a time captures. */
void weft_capture_begin(void);
void weft_capture_end(void);

/* Have the thread of @scheduler, which must be in the list of schedulers, begin to capture itself
 * if it is still at @position.  The list is locked: so the thread lives. */
void weft_capture_ask_locked(const WeftScheduler *scheduler, const WeftPosition *position);

/* Wait for that; the list need not be locked any more. */
WeftCaptureResult weft_capture_wait(int64_t timeout_us, WeftCapture *ret_capture);
