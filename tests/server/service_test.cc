/* SPDX-License-Identifier: Apache-2.0 */

#include "../in_fiber.h"
#include "client.h"

using namespace weft_test;

namespace
{
class Service : public FakeClock
{
};
} // namespace

TEST_F(Service, ServesAStreamThatNoServerAccepted)
{
    in_fiber([] {
        g_autoptr(WeftStream) ours = nullptr;
        WeftStream *theirs;
        g_autoptr(WeftService) service = service_of(echo);
        g_autoptr(WeftGroup) group = weft_group_new();
        char bytes[4];

        weft_stream_pair(64, &ours, &theirs);
        spawn(group, [&] { EXPECT_TRUE(weft_service_serve_stream(service, theirs, nullptr)); });
        for (int i = 0; i < 3; i++) {
            EXPECT_TRUE(weft_stream_write_all(ours, "ping", 4, nullptr));
            EXPECT_TRUE(weft_stream_read_exact(ours, bytes, 4, nullptr));
        }
        EXPECT_TRUE(weft_stream_finish(ours, nullptr));
        EXPECT_EQ(weft_stream_read(ours, bytes, 4, nullptr), 0);
        join(group);
    });
}

TEST_F(Service, ASilentStreamEndsAfterTheIdleTimeout)
{
    in_fiber([] {
        g_autoptr(WeftStream) ours = nullptr;
        WeftStream *theirs;
        g_autoptr(WeftService) service = service_of(echo);
        g_autoptr(GError) error = nullptr;
        int64_t begin_us = weft_clock_now_us();

        weft_service_set_idle_timeout_ms(service, 5000);
        weft_stream_pair(64, &ours, &theirs);
        EXPECT_FALSE(weft_service_serve_stream(service, theirs, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_EQ(weft_clock_now_us() - begin_us, 5 * G_USEC_PER_SEC);
    });
}

TEST_F(Service, MaySpeakFirst)
{
    in_fiber([] {
        g_autoptr(WeftStream) ours = nullptr;
        WeftStream *theirs;
        g_autoptr(WeftService) service = service_of([](WeftConnection *connection) {
            WeftStream *stream = weft_connection_stream(connection);

            EXPECT_TRUE(weft_stream_write_all(stream, "220", 3, nullptr));
            return WEFT_SERVE_CLOSE;
        });
        g_autoptr(WeftGroup) group = weft_group_new();
        char bytes[3];

        weft_service_set_speaks_first(service, TRUE);
        weft_stream_pair(64, &ours, &theirs);
        spawn(group, [&] { EXPECT_TRUE(weft_service_serve_stream(service, theirs, nullptr)); });
        EXPECT_TRUE(weft_stream_read_exact(ours, bytes, sizeof bytes, nullptr));
        join(group);
    });
}

TEST_F(Service, IsConsumedThoughTheAddressIsRefused)
{
    bool was_freed = false;
    WeftServer *server = weft_server_new();
    g_autoptr(GError) error = nullptr;
    WeftService *service = weft_service_new(
        "refused", [](WeftConnection *, gpointer) { return WEFT_SERVE_CLOSE; }, &was_freed,
        [](gpointer data) { *static_cast<bool *>(data) = true; });

    EXPECT_FALSE(weft_server_add(server, "nowhere", service, &error));
    EXPECT_TRUE(failed_with(&error, WEFT_ERROR_INVALID));
    EXPECT_TRUE(was_freed);
    weft_server_free(server);
}
