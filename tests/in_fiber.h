/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Tests whose body is a fiber, under a clock that jumps to the next deadline when nothing runs.
 */

#include <gtest/gtest.h>
#include <weft/clock.h>
#include <weft/deadline.h>
#include <weft/scheduler.h>

#include <functional>
#include <utility>

namespace weft_test
{

using Body = std::function<void()>;

inline gboolean
run_body(gpointer data, GError **)
{
    (*static_cast<Body *>(data))();
    return TRUE;
}

inline void
free_body(gpointer data)
{
    delete static_cast<Body *>(data);
}

/* Run @body as the first fiber of a scheduler, until all fibers have ended. */
inline void
in_fiber(Body body)
{
    GError *error = nullptr;

    EXPECT_TRUE(weft_run("test", run_body, &body, &error)) << (error ? error->message : "");
    g_clear_error(&error);
}

inline WeftFiber *
spawn(WeftGroup *group, Body body)
{
    return weft_group_spawn(group, "spawned", run_body, new Body(std::move(body)), free_body);
}

/* Let everything that is ready run as far as it gets. */
inline void
settle()
{
    for (int turn = 0; turn < 8; turn++)
        EXPECT_TRUE(weft_fiber_yield(nullptr));
}

inline void
sleep_ms(int64_t duration_ms)
{
    EXPECT_TRUE(weft_fiber_sleep_ms(duration_ms, nullptr));
}

inline void
join(WeftGroup *group)
{
    GError *error = nullptr;

    EXPECT_TRUE(weft_group_wait(group, &error)) << (error ? error->message : "");
    g_clear_error(&error);
}

/* TRUE if @error is the one asked for; clears it. */
inline bool
failed_with(GError **error, int code)
{
    bool matches = *error != nullptr && g_error_matches(*error, WEFT_ERROR, code);

    if (*error != nullptr && !matches)
        ADD_FAILURE() << "another error: " << (*error)->message;
    g_clear_error(error);
    return matches;
}

class FakeClock : public testing::Test
{
  protected:
    void SetUp() override
    {
        weft_clock_fake_begin(G_GINT64_CONSTANT(1700000000) * G_USEC_PER_SEC);
    }
    void TearDown() override
    {
        weft_clock_fake_end();
    }
};

} // namespace weft_test
