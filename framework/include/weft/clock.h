/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/** Microseconds of the monotonic clock; the clock of all deadlines. */
int64_t weft_clock_now_us(void);

/** Microseconds since 1970 by the wall clock; for dates that people and protocols read. */
int64_t weft_clock_wall_us(void);

/**
 * Replace both clocks in this process by one that stands still until it is advanced; for tests.
 * A scheduler under a fake clock that has nothing to run jumps to its next deadline, so that tests
 * of timeouts take no time.  Called before a scheduler runs.
 * @start_wall_us: what the wall clock shows at first; the monotonic clock starts at 1 s
 */
void weft_clock_fake_begin(int64_t start_wall_us);

/** Move the fake clocks forward. */
void weft_clock_fake_advance_us(int64_t duration_us);

/** Back to the real clocks. */
void weft_clock_fake_end(void);

/** TRUE between weft_clock_fake_begin() and weft_clock_fake_end(). */
gboolean weft_clock_is_fake(void);

G_END_DECLS
