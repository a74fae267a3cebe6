/* SPDX-License-Identifier: Apache-2.0 */

#include <atomic>

#include "../in_fiber.h"
#include "client.h"

using namespace weft_test;

namespace
{

void
run_two_workers(WeftServer *server)
{
    weft_server_set_workers(server, 2);
}

} // namespace

TEST(ServerPing, ComesBackWhenAllWorkersHaveComeBy)
{
    Running running(echo, "127.0.0.1:0", run_two_workers);
    Client client(running.address);

    client.say("up");
    EXPECT_EQ(client.hear(2), "up");
    in_fiber([&] {
        for (int i = 0; i < 3; i++)
            EXPECT_TRUE(weft_server_ping(running.server, nullptr));
    });
}

TEST(ServerPing, DoesNotComeBackWhileAWorkerIsBlocked)
{
    std::atomic<bool> is_blocked{false};
    std::atomic<bool> may_go_on{false};
    Running running(
        [&](WeftConnection *connection) {
            is_blocked = true;
            while (!may_go_on)
                sched_yield(); /* the thread, as no handler may do it */
            return echo(connection);
        },
        "127.0.0.1:0", run_two_workers);
    Client client(running.address);

    client.say("block");
    while (!is_blocked)
        sched_yield();
    in_fiber([&] {
        g_autoptr(GError) error = nullptr;
        {
            g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(20);
            EXPECT_FALSE(weft_server_ping(running.server, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        }
        may_go_on = true;
        EXPECT_TRUE(weft_server_ping(running.server, nullptr));
    });
    EXPECT_EQ(client.hear(5), "block");
}

TEST(ServerPing, NobodyIsAskedWhereNothingRuns)
{
    g_autoptr(WeftServer) server = weft_server_new();

    in_fiber([&] { EXPECT_TRUE(weft_server_ping(server, nullptr)); });
}
