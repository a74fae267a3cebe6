/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sleeping.
 */

#include "cooperative/hook.h"
#include <errno.h>
#include <unistd.h>
#include <weft/clock.h>

/* FALSE: errno is ECANCELED or ETIMEDOUT, of the fiber. */
static gboolean
sleep_until(int64_t until_us, const char *what)
{
    const int errno_before = errno;

    do {
        if (!weft_hook_wait(NULL, 0, until_us, what))
            return FALSE;
    } while (weft_clock_now_us() < until_us);
    errno = errno_before;
    return TRUE;
}

/* As nanosleep(2), with what is left if it fails. */
static gboolean
sleep_for(const struct timespec *duration, struct timespec *ret_left, const char *what)
{
    const int64_t until_us = weft_hook_after_us(duration);

    if (sleep_until(until_us, what))
        return TRUE;
    if (ret_left != NULL) {
        const int64_t left_us = MAX(until_us - weft_clock_now_us(), 0);

        *ret_left = (struct timespec){left_us / G_USEC_PER_SEC, left_us % G_USEC_PER_SEC * 1000};
    }
    return FALSE;
}

int
nanosleep(const struct timespec *duration, struct timespec *left)
{
    if (duration == NULL || !weft_hook_is_duration(duration) || !weft_hook_enter())
        return weft_real.nanosleep(duration, left);
    return sleep_for(duration, left, "libc nanosleep") ? 0 : -1;
}

/* How long until @time of @clock. */
static struct timespec
time_until(clockid_t clock, const struct timespec *time)
{
    struct timespec now;

    clock_gettime(clock, &now);
    struct timespec left = {time->tv_sec - now.tv_sec, time->tv_nsec - now.tv_nsec};
    if (left.tv_nsec < 0) {
        left.tv_sec--;
        left.tv_nsec += 1000000000;
    }
    return left.tv_sec < 0 ? (struct timespec){0} : left;
}

int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    const gboolean is_wall = clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC ||
                             clock == CLOCK_BOOTTIME || clock == CLOCK_TAI;

    /* Clocks of processor time do not go on while the fiber is parked. */
    if (!is_wall || time == NULL || !weft_hook_is_duration(time) || !weft_hook_enter())
        return weft_real.clock_nanosleep(clock, flags, time, left);

    const int errno_before = errno;
    const gboolean is_point = (flags & TIMER_ABSTIME) != 0;
    const struct timespec duration = is_point ? time_until(clock, time) : *time;
    if (sleep_for(&duration, is_point ? NULL : left, "libc clock_nanosleep"))
        return 0;
    const int failure = errno;
    errno = errno_before;
    return failure;
}

int
usleep(useconds_t duration_us)
{
    const struct timespec duration = {duration_us / G_USEC_PER_SEC,
                                      duration_us % G_USEC_PER_SEC * 1000L};

    if (!weft_hook_enter())
        return weft_real.usleep(duration_us);
    return sleep_for(&duration, NULL, "libc usleep") ? 0 : -1;
}

unsigned
sleep(unsigned duration_s)
{
    const struct timespec duration = {.tv_sec = duration_s};
    struct timespec left;

    if (!weft_hook_enter())
        return weft_real.sleep(duration_s);
    if (sleep_for(&duration, &left, "libc sleep"))
        return 0;
    return (unsigned)(left.tv_sec + (left.tv_nsec > 0));
}
