/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two clocks of a process, and the fake ones that tests put in their place.
 */

#include <weft/clock.h>

#include <stdatomic.h>
#include <time.h>

#define FAKE_START_US G_USEC_PER_SEC

static atomic_bool is_fake;
static atomic_int_fast64_t fake_now_us;
static atomic_int_fast64_t fake_wall_offset_us;

static int64_t
read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

int64_t
weft_clock_now_us(void)
{
    if (G_UNLIKELY(atomic_load_explicit(&is_fake, memory_order_relaxed)))
        return atomic_load(&fake_now_us);
    return read_clock(CLOCK_MONOTONIC);
}

int64_t
weft_clock_wall_us(void)
{
    if (G_UNLIKELY(atomic_load_explicit(&is_fake, memory_order_relaxed)))
        return atomic_load(&fake_now_us) + atomic_load(&fake_wall_offset_us);
    return read_clock(CLOCK_REALTIME);
}

void
weft_clock_fake_begin(int64_t start_wall_us)
{
    atomic_store(&fake_now_us, FAKE_START_US);
    atomic_store(&fake_wall_offset_us, start_wall_us - FAKE_START_US);
    atomic_store(&is_fake, TRUE);
}

void
weft_clock_fake_advance_us(int64_t duration_us)
{
    atomic_fetch_add(&fake_now_us, duration_us);
}

void
weft_clock_fake_end(void)
{
    atomic_store(&is_fake, FALSE);
}

gboolean
weft_clock_is_fake(void)
{
    return atomic_load_explicit(&is_fake, memory_order_relaxed);
}
