/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is connected, asked from a handler.
 */

#include <weft/metrics.h>

#include <vector>

#include "client.h"

using namespace weft_test;

namespace
{

struct Seen {
    std::string peer;
    bool is_parked;
};

std::vector<Seen>
list(WeftServer *server, size_t max)
{
    g_autoptr(GError) error = nullptr;
    std::vector<Seen> all;
    GArray *infos = weft_server_list_connections(server, max, &error);

    EXPECT_NE(infos, nullptr) << error->message;
    for (guint i = 0; infos != nullptr && i < infos->len; i++) {
        const WeftConnectionInfo *info = &g_array_index(infos, WeftConnectionInfo, i);

        EXPECT_STREQ(info->protocol, "test service");
        EXPECT_GE(info->since_us, 0);
        all.push_back({info->peer, info->is_parked != FALSE});
    }
    g_array_unref(infos);
    return all;
}

} // namespace

TEST(ConnectionList, HasServedAndParkedOnesOfAllWorkers)
{
    WeftServer *asked = nullptr;
    std::vector<Seen> seen;
    std::vector<Seen> two;
    Running running(
        [&](WeftConnection *connection) {
            WeftBuffer *input = weft_connection_input(connection);
            ssize_t n_read = weft_stream_read(weft_connection_stream(connection), input->data,
                                              weft_buffer_room(input), nullptr);

            if (n_read > 0 && input->data[0] == '?') {
                seen = list(asked, 100);
                two = list(asked, 2);
            }
            const gboolean said =
                n_read > 0 &&
                weft_stream_write_all(weft_connection_stream(connection), "!", 1, nullptr);
            return said ? WEFT_SERVE_PARK : WEFT_SERVE_CLOSE;
        },
        "127.0.0.1:0", [&](WeftServer *server) { weft_server_set_workers(server, 2); });

    asked = running.server;
    Client first(running.address);
    Client second(running.address);
    Client asking(running.address);
    for (Client *client : {&first, &second}) {
        client->say("x");
        EXPECT_EQ(client->hear(1), "!");
    }
    running.await([](const WeftServerMetrics &now) { return now.n_parked == 3; });
    asking.say("?");
    EXPECT_EQ(asking.hear(1), "!");
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_FALSE(seen[0].is_parked);
    EXPECT_TRUE(seen[1].is_parked && seen[2].is_parked);
    EXPECT_EQ(seen[0].peer.substr(0, 10), "127.0.0.1:");
    ASSERT_EQ(two.size(), 2u);
    EXPECT_FALSE(two[0].is_parked);
}
