/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/once.h>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class Once : public FakeClock
{
};

/* Takes a while, and succeeds at the try that it is told. */
struct Work {
    int n_tries;
    int succeeds_at;
};

gboolean
try_it(gpointer data, GError **error)
{
    auto *work = static_cast<Work *>(data);
    const int number = ++work->n_tries;

    if (!weft_fiber_sleep_ms(10, error))
        return FALSE;
    if (number == work->succeeds_at)
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "try %d", number);
    return FALSE;
}

} // namespace

TEST_F(Once, OthersWaitWhileTheFirstRuns)
{
    in_fiber([] {
        g_autoptr(WeftOnce) once = weft_once_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        Work work = {0, 1};
        int n_through = 0;

        for (int i = 0; i < 5; i++) {
            spawn(group, [&] {
                EXPECT_TRUE(weft_once_run(once, try_it, &work, nullptr));
                EXPECT_TRUE(weft_once_is_done(once));
                n_through++;
            });
        }
        settle();
        EXPECT_EQ(n_through, 0);
        join(group);
        EXPECT_EQ(n_through, 5);
        EXPECT_TRUE(weft_once_run(once, try_it, &work, nullptr));
        EXPECT_EQ(work.n_tries, 1);
    });
}

TEST_F(Once, AfterAFailureTheNextOneTries)
{
    in_fiber([] {
        g_autoptr(WeftOnce) once = weft_once_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        Work work = {0, 3};
        int n_failed = 0;

        for (int i = 0; i < 5; i++) {
            spawn(group, [&] {
                g_autoptr(GError) error = nullptr;
                if (!weft_once_run(once, try_it, &work, &error))
                    n_failed += failed_with(&error, WEFT_ERROR_IO);
            });
        }
        join(group);
        EXPECT_EQ(work.n_tries, 3);
        EXPECT_EQ(n_failed, 2);
        EXPECT_TRUE(weft_once_is_done(once));
    });
}

TEST_F(Once, WhoIsCancelledWhileItRunsLeavesItToTheNext)
{
    in_fiber([] {
        g_autoptr(WeftOnce) once = weft_once_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        Work work = {0, 2};

        WeftFiber *first = spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_once_run(once, try_it, &work, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
        });
        spawn(group, [&] { EXPECT_TRUE(weft_once_run(once, try_it, &work, nullptr)); });
        settle();
        weft_fiber_cancel(first, "test");
        join(group);
        EXPECT_TRUE(weft_once_is_done(once));
    });
}
