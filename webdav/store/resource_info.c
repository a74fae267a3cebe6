/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From statx(2) to WeftDavInfo, and the modification times that make entity tags strong.
 */
#include "webdav/store/resource_info.h"

#include <stdatomic.h>
#include <weft/clock.h>

#define NS_PER_S INT64_C(1000000000)

static int64_t
us_of(const struct statx_timestamp *time)
{
    return time->tv_sec * G_USEC_PER_SEC + time->tv_nsec / 1000;
}

void
weft_dav_info_of_statx(const struct statx *st, WeftDavInfo *ret_info)
{
    const gboolean is_collection = S_ISDIR(st->stx_mode);
    const gboolean has_birth = (st->stx_mask & STATX_BTIME) != 0;
    const int64_t modified_us = us_of(&st->stx_mtime);
    const uint64_t modified_ns = (uint64_t)st->stx_mtime.tv_sec * NS_PER_S + st->stx_mtime.tv_nsec;
    const uint64_t size_bytes = is_collection ? 0 : st->stx_size;

    *ret_info = (WeftDavInfo){
        .size_bytes = size_bytes,
        .modified_us = modified_us,
        .created_us = has_birth ? us_of(&st->stx_btime) : modified_us,
        .version = {st->stx_ino, modified_ns, size_bytes},
        .is_collection = is_collection,
        .is_executable = !is_collection && (st->stx_mode & S_IXUSR) != 0,
    };
}

/* max(now, last + 1), over all threads. */
static int64_t
next_stamp_ns(void)
{
    static _Atomic int64_t last_ns;
    const int64_t now_ns = weft_clock_wall_us() * 1000;
    int64_t last = atomic_load_explicit(&last_ns, memory_order_relaxed);
    int64_t next;

    do {
        next = MAX(now_ns, last + 1);
    } while (!atomic_compare_exchange_weak(&last_ns, &last, next));
    return next;
}

gboolean
weft_dav_stamp_modified(int fd)
{
    const int64_t stamp_ns = next_stamp_ns();
    const struct timespec times[2] = {
        {.tv_nsec = UTIME_OMIT},
        {.tv_sec = stamp_ns / NS_PER_S, .tv_nsec = stamp_ns % NS_PER_S},
    };

    return futimens(fd, times) == 0;
}

/* Nanoseconds that repeat only after a whole second of them was given out, begun anywhere so that
 * the next process does not begin with the same. */
static int64_t
next_fraction_ns(void)
{
    static _Atomic uint32_t n_given;
    static atomic_uint_fast32_t start;
    uint_fast32_t begin = atomic_load_explicit(&start, memory_order_relaxed);

    if (G_UNLIKELY(begin == 0)) {
        uint_fast32_t none = 0;

        begin = 1 + g_random_int() % NS_PER_S;
        if (!atomic_compare_exchange_strong(&start, &none, begin))
            begin = none;
    }
    return (int64_t)(((uint64_t)begin + atomic_fetch_add(&n_given, 1)) % NS_PER_S);
}

static struct timespec
time_to_set(int64_t second, int64_t fraction_ns)
{
    if (second == WEFT_DAV_TIME_KEEP)
        return (struct timespec){.tv_nsec = UTIME_OMIT};
    return (struct timespec){.tv_sec = second, .tv_nsec = fraction_ns};
}

gboolean
weft_dav_stamp_times(int fd, const WeftDavAttributes *attributes)
{
    const struct timespec times[2] = {
        time_to_set(attributes->accessed_s, 0),
        time_to_set(attributes->modified_s, next_fraction_ns()),
    };

    return futimens(fd, times) == 0;
}
