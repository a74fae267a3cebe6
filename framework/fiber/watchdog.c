/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor: a thread that remembers how far each scheduler had come when it last looked.  What a
 * scheduler's thread does anyway (turns of its loop, dispatches left in a slice) tells whether it
 * has come further; where it has not, and does not sleep in the event loop, one fiber has held it.
 *
 * The real monotonic clock, whatever the tests have in its place: threads block in real time.
 */

#include <weft/watchdog.h>

#include "fiber/backtrace.h"
#include "fiber/capture.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <weft/log.h>
#include <weft/statistics.h>

/* Looks in the time of the limit. */
#define LOOKS 4
/* Of a name, in a report. */
#define NAME_BYTES 64
#define MIN_LIMIT_MS LOOKS
/* For so many limits a thread that has no processor is left in peace. */
#define PATIENCE 20

/* What is known of one scheduler. */
typedef struct {
    const WeftScheduler *scheduler; /* not followed, only compared */
    WeftPosition position;
    int64_t since_us;  /* it has been there since, at least */
    int64_t cpu_us;    /* its thread's clock then */
    int64_t report_us; /* how long it must be there for the next report */
    gboolean was_seen; /* in this round */
} Watch;

/* A scheduler to be reported, while the list is not locked. */
typedef struct {
    const WeftScheduler *scheduler;
    int64_t blocked_us;
    int64_t on_cpu_us;
    pid_t thread_id;
    char state; /* the kernel's letter, before the signal came */
    gboolean is_first;
    uint64_t fiber_id; /* 0: the event loop */
    char fiber_name[NAME_BYTES];
} Blockage;

static struct {
    pthread_mutex_t mutex; /* for is_stopping */
    pthread_cond_t stop;
    pthread_t thread;
    gboolean is_running; /* of who starts and stops */
    gboolean is_stopping;

    /* The monitor's. */
    int64_t limit_us;
    int fd;
    GArray *watches;
    int64_t looked_us;
    int64_t longest_us;
    WeftStatistic *n_blockages;
    WeftStatistic *longest;
} dog = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static int64_t
read_clock_us(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static int64_t
cpu_time_us(const WeftScheduler *scheduler)
{
    clockid_t clock;

    return pthread_getcpuclockid(scheduler->thread, &clock) == 0 ? read_clock_us(clock) : 0;
}

/* ---- reports ---- */

static void
say(const char *line)
{
    if (dog.fd < 0)
        weft_log(WEFT_LOG_WARNING, "%s", line);
    else
        dprintf(dog.fd, "%s\n", line);
}

static void
say_frames(const WeftCapture *capture)
{
    char line[WEFT_BACKTRACE_LINE_BYTES];

    for (size_t i = 0; i < capture->n_frames; i++) {
        weft_backtrace_format(capture->frames[i], line, sizeof line);
        say(line);
    }
}

/* The kernel's letter for what a thread does: "R", "S", "D"; "?" if it cannot be told. */
static char
thread_state(pid_t thread_id)
{
    char path[64];
    char text[256] = "";

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread_id);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return '?';
    const size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    /* `12 (any ) name) S ...` */
    const char *close = strrchr(text, ')');
    return close != NULL && close[1] == ' ' ? close[2] : '?';
}

static const char *
what_it_does(const Blockage *blockage)
{
    if (blockage->on_cpu_us >= blockage->blocked_us / 2)
        return "it computes";
    switch (blockage->state) {
    case 'D':
        return "it waits for a disk";
    case 'R':
        return "it runs, or waits for a processor";
    default:
        return "it waits in a system call";
    }
}

static void
report(const Blockage *blockage, WeftCaptureResult result, const WeftCapture *capture)
{
    char line[256];
    const char *state = what_it_does(blockage);
    const int blocked_ms = (int)(blockage->blocked_us / 1000);

    const char *no_answer = result == WEFT_CAPTURE_NO_ANSWER ? ", and takes no signal" : "";

    if (blockage->fiber_id == 0)
        snprintf(line, sizeof line, "watchdog: the event loop has held thread %d for %d ms: %s%s",
                 (int)blockage->thread_id, blocked_ms, state, no_answer);
    else
        snprintf(line, sizeof line,
                 "watchdog: fiber %" G_GUINT64_FORMAT " \"%s\" has held thread %d for %d ms: %s%s",
                 blockage->fiber_id, blockage->fiber_name, (int)blockage->thread_id, blocked_ms,
                 state, no_answer);
    say(line);
    if (result == WEFT_CAPTURE_DONE)
        say_frames(capture);
}

static void
say_that_it_is_over(const Watch *watch, int64_t now_us)
{
    char line[128];

    snprintf(line, sizeof line, "watchdog: thread %d goes on, after some %d ms",
             (int)watch->scheduler->thread_id, (int)((now_us - watch->since_us) / 1000));
    say(line);
}

/* ---- looking ---- */

static Watch *
watch_of(const WeftScheduler *scheduler)
{
    for (size_t i = 0; i < dog.watches->len; i++) {
        Watch *watch = &g_array_index(dog.watches, Watch, i);
        if (watch->scheduler == scheduler)
            return watch;
    }
    const Watch watch = {.scheduler = scheduler};
    g_array_append_val(dog.watches, watch);
    return &g_array_index(dog.watches, Watch, dog.watches->len - 1);
}

static void
start_over(Watch *watch, const WeftScheduler *scheduler, const WeftPosition *position,
           int64_t now_us)
{
    watch->position = *position;
    watch->since_us = now_us;
    watch->cpu_us = cpu_time_us(scheduler);
    watch->report_us = dog.limit_us;
}

static void
note_duration(int64_t blocked_us)
{
    dog.longest_us = MAX(dog.longest_us, blocked_us);
    weft_statistic_set(dog.longest, dog.longest_us);
}

/* A thread that gets no processor has no fiber to blame; unless it goes on for long. */
static gboolean
is_starved(const Blockage *blockage)
{
    return blockage->state == 'R' && blockage->on_cpu_us < dog.limit_us / 2 &&
           blockage->blocked_us < PATIENCE * dog.limit_us;
}

/* It stands still, so that its name stays; and should it go on just now, its memory stays, too,
 * while the list is locked. */
__attribute__((no_sanitize("thread"))) static void
note_fiber_locked(const WeftPosition *position, Blockage *blockage)
{
    blockage->fiber_id = position->current->id;
    g_strlcpy(blockage->fiber_name, position->current->name, sizeof blockage->fiber_name);
}

/* TRUE: it has been where it is for too long, and was asked for its backtrace. */
static gboolean
look_at_locked(const WeftScheduler *scheduler, int64_t now_us, gboolean is_anew,
               Blockage *ret_blockage)
{
    const WeftPosition position = weft_position_of(scheduler);
    Watch *watch = watch_of(scheduler);
    const gboolean was_reported = watch->report_us > dog.limit_us;

    watch->was_seen = TRUE;
    if (is_anew || atomic_load(&scheduler->is_asleep) ||
        !weft_position_equal(&position, &watch->position)) {
        if (was_reported) {
            say_that_it_is_over(watch, now_us);
            note_duration(now_us - watch->since_us);
        }
        start_over(watch, scheduler, &position, now_us);
        return FALSE;
    }
    if (now_us - watch->since_us < watch->report_us)
        return FALSE;

    Blockage blockage = {
        .scheduler = scheduler,
        .blocked_us = now_us - watch->since_us,
        .on_cpu_us = cpu_time_us(scheduler) - watch->cpu_us,
        .thread_id = scheduler->thread_id,
        .state = thread_state(scheduler->thread_id),
        .is_first = !was_reported,
    };
    if (is_starved(&blockage))
        return FALSE;
    note_fiber_locked(&position, &blockage);
    *ret_blockage = blockage;
    watch->report_us = 2 * MAX(watch->report_us, now_us - watch->since_us);
    weft_capture_ask_locked(scheduler, &position);
    return TRUE;
}

static void
finish_report(const Blockage *blockage)
{
    WeftCapture capture;
    /* One that waits for a disk does not answer. */
    const int64_t patience_us = blockage->state == 'R' ? dog.limit_us : dog.limit_us / LOOKS;
    const WeftCaptureResult result = weft_capture_wait(patience_us, &capture);

    /* Who waits for a processor cannot answer before it has one; not for ever, though. */
    const gboolean will_answer = result == WEFT_CAPTURE_NO_ANSWER && blockage->state == 'R' &&
                                 blockage->blocked_us < PATIENCE * dog.limit_us;

    if (result == WEFT_CAPTURE_MOVED_ON || will_answer) {
        if (blockage->is_first)
            watch_of(blockage->scheduler)->report_us = dog.limit_us;
        return;
    }
    if (blockage->is_first)
        weft_statistic_add(dog.n_blockages, 1);
    note_duration(blockage->blocked_us);
    report(blockage, result, &capture);
}

/* At the first one from @skip on that is blocked.  Returns: how many were looked at; @ret_blockage
 * is filled in if it was not all */
static size_t
look_from(size_t skip, int64_t now_us, gboolean is_anew, Blockage *ret_blockage)
{
    size_t n_looked_at = 0;

    ret_blockage->scheduler = NULL;
    weft_schedulers_lock();
    for (const WeftScheduler *one = weft_schedulers; one != NULL; one = one->next)
        if (n_looked_at++ >= skip && look_at_locked(one, now_us, is_anew, ret_blockage))
            break;
    weft_schedulers_unlock();
    return n_looked_at;
}

static void
forget_those_that_ended(void)
{
    for (size_t i = dog.watches->len; i-- > 0;) {
        Watch *watch = &g_array_index(dog.watches, Watch, i);

        if (!watch->was_seen)
            g_array_remove_index_fast(dog.watches, (guint)i);
        else
            watch->was_seen = FALSE;
    }
}

/* If we have not run ourselves for so long, the process was stopped: nobody is to blame. */
static void
look_at_all(void)
{
    const int64_t now_us = read_clock_us(CLOCK_MONOTONIC);
    const gboolean is_anew = now_us - dog.looked_us >= dog.limit_us;
    Blockage blockage;
    size_t n_looked_at = 0;

    dog.looked_us = now_us;
    do {
        n_looked_at = look_from(n_looked_at, now_us, is_anew, &blockage);
        if (blockage.scheduler != NULL)
            finish_report(&blockage);
    } while (blockage.scheduler != NULL);
    forget_those_that_ended();
}

/* FALSE: it is time to stop. */
static gboolean
pause_locked(void)
{
    const int64_t until_us = read_clock_us(CLOCK_MONOTONIC) + dog.limit_us / LOOKS;
    const struct timespec until = {.tv_sec = until_us / G_USEC_PER_SEC,
                                   .tv_nsec = until_us % G_USEC_PER_SEC * 1000};

    while (!dog.is_stopping && pthread_cond_timedwait(&dog.stop, &dog.mutex, &until) != ETIMEDOUT)
        ;
    return !dog.is_stopping;
}

static void *
watch_all(G_GNUC_UNUSED void *data)
{
    dog.looked_us = read_clock_us(CLOCK_MONOTONIC);
    pthread_mutex_lock(&dog.mutex);
    while (pause_locked()) {
        pthread_mutex_unlock(&dog.mutex);
        look_at_all();
        pthread_mutex_lock(&dog.mutex);
    }
    pthread_mutex_unlock(&dog.mutex);
    return NULL;
}

/* ---- starting and stopping ---- */

static gboolean
start_thread(void)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int failure = pthread_create(&dog.thread, NULL, watch_all, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure == 0;
}

static void
prepare(int64_t limit_ms, int fd)
{
    pthread_condattr_t attributes;

    dog.limit_us = MAX(limit_ms, MIN_LIMIT_MS) * 1000;
    dog.fd = fd;
    dog.is_stopping = FALSE;
    dog.longest_us = 0;
    dog.watches = g_array_new(FALSE, FALSE, sizeof(Watch));
    dog.n_blockages = weft_statistic_counter("runtime.watchdog.blockages",
                                             "Times that a fiber held its thread too long.");
    dog.longest =
        weft_statistic_gauge("runtime.watchdog.longest_us",
                             "The longest time that a fiber was seen to hold its thread.");
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&dog.stop, &attributes);
    pthread_condattr_destroy(&attributes);
    weft_capture_begin();
}

static void
clean_up(void)
{
    weft_capture_end();
    pthread_cond_destroy(&dog.stop);
    g_array_free(g_steal_pointer(&dog.watches), TRUE);
}

gboolean
weft_watchdog_start(int64_t limit_ms, int fd, GError **error)
{
    if (dog.is_running) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "there is a watchdog already");
        return FALSE;
    }
    prepare(limit_ms, fd);
    if (!start_thread()) {
        clean_up();
        return weft_error_set_errno(error, EAGAIN, "a thread for the watchdog");
    }
    dog.is_running = TRUE;
    return TRUE;
}

void
weft_watchdog_stop(void)
{
    if (!dog.is_running)
        return;
    pthread_mutex_lock(&dog.mutex);
    dog.is_stopping = TRUE;
    pthread_cond_signal(&dog.stop);
    pthread_mutex_unlock(&dog.mutex);
    pthread_join(dog.thread, NULL);
    clean_up();
    dog.is_running = FALSE;
}
