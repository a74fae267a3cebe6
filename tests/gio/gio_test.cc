/* SPDX-License-Identifier: Apache-2.0 */

#include <unistd.h>
#include <weft/channel.h>
#include <weft/gio.h>

#include <atomic>
#include <string>
#include <thread>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

/* Runs @body with the default context served beside it. */
void
beside_gio(Body body)
{
    in_fiber([&] {
        g_autoptr(WeftGroup) group = weft_group_new();

        ASSERT_NE(weft_gio_serve(group, nullptr, nullptr), nullptr);
        body();
    });
}

gboolean
count_once(gpointer data)
{
    ++*static_cast<int *>(data);
    return G_SOURCE_REMOVE;
}

gboolean
count_to_three(gpointer data)
{
    return ++*static_cast<int *>(data) < 3 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Parks until @done, as a fiber that does other things would look. */
template <typename Done>
void
until(Done done)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(20000);

    while (!done())
        ASSERT_TRUE(weft_fiber_sleep_ms(1, nullptr));
}

std::string
load(const char *path, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(WeftGioCall) call = weft_gio_call_new();
    g_autofree char *text = nullptr;
    gsize size = 0;

    g_file_load_contents_async(file, weft_gio_call_cancellable(call), weft_gio_call_done, call);
    GAsyncResult *result = weft_gio_call_wait(call, error);
    if (result == nullptr ||
        !g_file_load_contents_finish(file, result, &text, &size, nullptr, error))
        return "";
    return {text, size};
}

} // namespace

TEST(Gio, TimeoutsAndIdleFunctionsRunBesideFibers)
{
    beside_gio([] {
        int n_timeouts = 0;
        int n_idle = 0;

        g_timeout_add(5, count_to_three, &n_timeouts);
        g_idle_add(count_once, &n_idle);
        until([&] { return n_timeouts == 3 && n_idle == 1; });
    });
}

TEST(Gio, ASourceThatAFiberAddsLaterIsNoticed)
{
    beside_gio([] {
        int n = 0;

        for (int round = 1; round <= 3; round++) {
            /* Nothing else keeps the loop awake meanwhile. */
            WeftChannel *reached = weft_channel_new(1, nullptr);

            g_timeout_add(
                1,
                [](gpointer channel) -> gboolean {
                    weft_channel_try_send(static_cast<WeftChannel *>(channel), channel);
                    return G_SOURCE_REMOVE;
                },
                reached);
            EXPECT_NE(weft_channel_recv(reached, nullptr), nullptr);
            weft_channel_unref(reached);
            n = round;
        }
        EXPECT_EQ(n, 3);
    });
}

TEST(Gio, WhatAnotherThreadInvokesRunsHere)
{
    beside_gio([] {
        WeftChannel *reached = weft_channel_new(1, nullptr);
        std::thread other([&] {
            g_main_context_invoke(
                nullptr,
                [](gpointer channel) -> gboolean {
                    weft_channel_try_send(static_cast<WeftChannel *>(channel), channel);
                    return G_SOURCE_REMOVE;
                },
                reached);
        });

        EXPECT_NE(weft_channel_recv(reached, nullptr), nullptr);
        other.join();
        weft_channel_unref(reached);
    });
}

TEST(Gio, AnAsynchronousCallReadsAsAStraightLine)
{
    beside_gio([] {
        g_autofree char *path = nullptr;
        g_autoptr(GError) error = nullptr;
        const int fd = g_file_open_tmp("weft-gio-XXXXXX", &path, nullptr);

        EXPECT_EQ(write(fd, "hello", 5), 5);
        close(fd);
        EXPECT_EQ(load(path, &error), "hello");
        EXPECT_EQ(error, nullptr);
        unlink(path);
        EXPECT_EQ(load(path, &error), "");
        EXPECT_TRUE(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
    });
}

TEST(Gio, ManyFibersWaitForCallsAtOnce)
{
    beside_gio([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_loaded = 0;

        for (int i = 0; i < 50; i++)
            spawn(group, [&] {
                if (!load("/proc/self/status", nullptr).empty())
                    n_loaded++;
            });
        join(group);
        EXPECT_EQ(n_loaded, 50);
    });
}

TEST(Gio, SocketsOfGioAndFibersTalkOnOneThread)
{
    beside_gio([] {
        g_autoptr(GSocketService) service = g_socket_service_new();
        g_autoptr(GError) error = nullptr;
        const guint16 port =
            g_socket_listener_add_any_inet_port(G_SOCKET_LISTENER(service), nullptr, &error);

        ASSERT_NE(port, 0) << error->message;
        g_signal_connect(
            service, "incoming",
            G_CALLBACK(+[](GSocketService *, GSocketConnection *connection, GObject *,
                           gpointer) -> gboolean {
                GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
                return g_output_stream_write_all(out, "hi", 2, nullptr, nullptr, nullptr);
            }),
            nullptr);

        g_autoptr(GSocketClient) client = g_socket_client_new();
        g_autoptr(WeftGioCall) connecting = weft_gio_call_new();
        g_socket_client_connect_to_host_async(client, "127.0.0.1", port,
                                              weft_gio_call_cancellable(connecting),
                                              weft_gio_call_done, connecting);
        GAsyncResult *result = weft_gio_call_wait(connecting, &error);
        ASSERT_NE(result, nullptr);
        g_autoptr(GSocketConnection) connection =
            g_socket_client_connect_to_host_finish(client, result, &error);
        ASSERT_NE(connection, nullptr) << error->message;

        char bytes[8];
        g_autoptr(WeftGioCall) reading = weft_gio_call_new();
        GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
        g_input_stream_read_async(in, bytes, sizeof bytes, G_PRIORITY_DEFAULT,
                                  weft_gio_call_cancellable(reading), weft_gio_call_done, reading);
        result = weft_gio_call_wait(reading, &error);
        ASSERT_NE(result, nullptr);
        EXPECT_EQ(g_input_stream_read_finish(in, result, &error), 2);
        g_socket_service_stop(service);
        g_socket_listener_close(G_SOCKET_LISTENER(service));
    });
}

namespace
{

/* A call that never ends by itself: to accept where nobody connects. */
struct Accepting {
    GSocketListener *listener = g_socket_listener_new();
    WeftGioCall *call = weft_gio_call_new();

    Accepting()
    {
        EXPECT_NE(g_socket_listener_add_any_inet_port(listener, nullptr, nullptr), 0);
        g_socket_listener_accept_async(listener, weft_gio_call_cancellable(call),
                                       weft_gio_call_done, call);
    }
    ~Accepting()
    {
        weft_gio_call_free(call);
        g_socket_listener_close(listener);
        g_object_unref(listener);
    }
};

} // namespace

TEST(Gio, ADeadlineEndsACall)
{
    beside_gio([] {
        Accepting accepting;
        GError *error = nullptr;
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(5);

        EXPECT_EQ(weft_gio_call_wait(accepting.call, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        EXPECT_TRUE(g_cancellable_is_cancelled(weft_gio_call_cancellable(accepting.call)));
    });
}

TEST(Gio, CancellingAFiberEndsItsCall)
{
    beside_gio([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        bool has_ended = false;

        WeftFiber *fiber = spawn(group, [&] {
            Accepting accepting;
            GError *error = nullptr;

            EXPECT_EQ(weft_gio_call_wait(accepting.call, &error), nullptr);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
            has_ended = true;
        });
        settle();
        weft_fiber_cancel(fiber, "enough");
        until([&] { return has_ended; });
    });
}

TEST(Gio, ACancellableCancelsAFiber)
{
    in_fiber([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        std::atomic<bool> is_waiting{false};

        spawn(group, [&] {
            g_auto(WeftGioCancelScope) link = weft_gio_cancel_scope(cancellable);
            GError *error = nullptr;

            is_waiting = true;
            EXPECT_FALSE(weft_fiber_sleep_ms(60000, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
        });
        std::thread other([&] {
            while (!is_waiting)
                std::this_thread::yield();
            g_cancellable_cancel(cancellable);
        });
        join(group);
        other.join();
    });
}

TEST(Gio, ACancellableThatWasCancelledBeforeCancelsAtOnce)
{
    in_fiber([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GCancellable) cancellable = g_cancellable_new();

        g_cancellable_cancel(cancellable);
        spawn(group, [&] {
            g_auto(WeftGioCancelScope) link = weft_gio_cancel_scope(cancellable);

            EXPECT_FALSE(weft_fiber_sleep_ms(60000, nullptr));
        });
        join(group);
    });
}

TEST(Gio, AfterTheScopeACancellableIsNobodysBusiness)
{
    in_fiber([] {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        {
            g_auto(WeftGioCancelScope) link = weft_gio_cancel_scope(cancellable);
        }
        g_cancellable_cancel(cancellable);
        settle();
        EXPECT_FALSE(weft_fiber_is_cancelled());
    });
}

TEST(Gio, AContextThatAnotherThreadRunsIsRefused)
{
    in_fiber([] {
        g_autoptr(GMainContext) context = g_main_context_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        std::atomic<bool> is_run{false};
        std::atomic<bool> is_over{false};
        GError *error = nullptr;
        std::thread other([&] {
            g_main_context_acquire(context);
            is_run = true;
            while (!is_over)
                std::this_thread::yield();
            g_main_context_release(context);
        });

        while (!is_run)
            std::this_thread::yield();
        EXPECT_EQ(weft_gio_serve(group, context, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_INVALID));
        is_over = true;
        other.join();
    });
}

TEST(Gio, ItEndsBeforeItBegan)
{
    in_fiber([] {
        for (int round = 0; round < 2; round++) {
            g_autoptr(WeftGroup) group = weft_group_new();
            WeftFiber *fiber = weft_gio_serve(group, nullptr, nullptr);

            ASSERT_NE(fiber, nullptr);
            weft_fiber_cancel(fiber, "at once");
        }
    });
}
