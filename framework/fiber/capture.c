/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handler of SIGURG (which debuggers let pass, and which does nothing where it is not awaited)
 * only collects addresses; everything else is for the thread that asked.  The compiler's unwinder
 * goes by tables, through code without frame pointers as libc is; it does not allocate, and finds
 * its tables without a lock since glibc 2.35.
 */

#include "fiber/capture.h"
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unwind.h>

typedef enum { IDLE, ASKED, ANSWERING, ANSWERED } CaptureState;

static struct {
    atomic_int state;
    sem_t answered;
    const WeftScheduler *scheduler; /* who is asked; not followed, only compared */
    WeftPosition position;
    gboolean has_moved_on;
    WeftCapture capture;
} request;

static struct sigaction before;

/* The scheduler's thread writes these as it goes. */
__attribute__((no_sanitize("thread"))) WeftPosition
weft_position_of(const WeftScheduler *scheduler)
{
    return (WeftPosition){
        .current = __atomic_load_n(&scheduler->current, __ATOMIC_RELAXED),
        .n_turns = __atomic_load_n(&scheduler->n_turns, __ATOMIC_RELAXED),
        .slice_left = __atomic_load_n(&scheduler->slice_left, __ATOMIC_RELAXED),
        .slices_left = __atomic_load_n(&scheduler->slices_left, __ATOMIC_RELAXED),
    };
}

gboolean
weft_position_equal(const WeftPosition *one, const WeftPosition *other)
{
    return one->current == other->current && one->n_turns == other->n_turns &&
           one->slice_left == other->slice_left && one->slices_left == other->slices_left;
}

static uintptr_t
interrupted_at(const ucontext_t *machine)
{
#if defined(__x86_64__)
    return (uintptr_t)machine->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)machine->uc_mcontext.pc;
#else
    (void)machine;
    return 0;
#endif
}

/* The handler's own frames come first: drop them, if the interrupted one is found. */
static void
drop_inner_frames(WeftCapture *capture, uintptr_t first)
{
    size_t i = 0;

    while (i < capture->n_frames && (uintptr_t)capture->frames[i] != first)
        i++;
    if (i == capture->n_frames)
        return;
    capture->n_frames -= i;
    memmove(capture->frames, capture->frames + i, capture->n_frames * sizeof *capture->frames);
}

static _Unwind_Reason_Code
note_frame(struct _Unwind_Context *context, void *data)
{
    WeftCapture *capture = data;

    const uintptr_t address = _Unwind_GetIP(context);

    if (address == 0 || capture->n_frames == WEFT_CAPTURE_MAX_FRAMES)
        return _URC_END_OF_STACK;
    capture->frames[capture->n_frames++] = (void *)address;
    return _URC_NO_REASON;
}

static void
capture_here(const ucontext_t *machine)
{
    WeftCapture *capture = &request.capture;
    _Unwind_Backtrace(note_frame, capture);
    drop_inner_frames(capture, interrupted_at(machine));
}

static void
handle_urgent(G_GNUC_UNUSED int signal_number, G_GNUC_UNUSED siginfo_t *info, void *machine)
{
    const int saved_errno = errno;
    const WeftScheduler *scheduler = weft_scheduler_here;
    int expected = ASKED;

    if (scheduler == NULL || !atomic_compare_exchange_strong(&request.state, &expected, ANSWERING))
        return;
    const WeftPosition position = weft_position_of(scheduler);
    request.has_moved_on =
        scheduler != request.scheduler || !weft_position_equal(&position, &request.position);
    if (!request.has_moved_on)
        capture_here(machine);
    atomic_store(&request.state, ANSWERED);
    sem_post(&request.answered);
    errno = saved_errno;
}

void
weft_capture_begin(void)
{
    struct sigaction action = {.sa_sigaction = handle_urgent,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};

    sem_init(&request.answered, 0, 0);
    atomic_store(&request.state, IDLE);
    sigemptyset(&action.sa_mask);
    sigaction(SIGURG, &action, &before);
}

void
weft_capture_end(void)
{
    sigaction(SIGURG, &before, NULL);
    sem_destroy(&request.answered);
}

void
weft_capture_ask_locked(const WeftScheduler *scheduler, const WeftPosition *position)
{
    request.scheduler = scheduler;
    request.position = *position;
    memset(&request.capture, 0, sizeof request.capture);
    atomic_store(&request.state, ASKED);
    pthread_kill(scheduler->thread, SIGURG);
}

/* TRUE once the answer is there; who has begun to answer will be through at once. */
static gboolean
await_answer(int64_t timeout_us)
{
    struct timespec until;
    int expected = ASKED;

    clock_gettime(CLOCK_MONOTONIC, &until);
    const int64_t until_ns = until.tv_nsec + timeout_us % G_USEC_PER_SEC * 1000;
    until.tv_sec += timeout_us / G_USEC_PER_SEC + until_ns / 1000000000;
    until.tv_nsec = until_ns % 1000000000;
    while (sem_clockwait(&request.answered, CLOCK_MONOTONIC, &until) != 0) {
        if (errno == EINTR)
            continue;
        if (atomic_compare_exchange_strong(&request.state, &expected, IDLE))
            return FALSE;
        while (sem_wait(&request.answered) != 0)
            ;
        return TRUE;
    }
    return TRUE;
}

WeftCaptureResult
weft_capture_wait(int64_t timeout_us, WeftCapture *ret_capture)
{
    if (!await_answer(timeout_us))
        return WEFT_CAPTURE_NO_ANSWER;
    if (atomic_exchange(&request.state, IDLE) != ANSWERED)
        g_assert_not_reached();
    if (request.has_moved_on)
        return WEFT_CAPTURE_MOVED_ON;
    *ret_capture = request.capture;
    return WEFT_CAPTURE_DONE;
}
