/* SPDX-License-Identifier: Apache-2.0 */

#include <netinet/in.h>
#include <signal.h>
#include <sys/stat.h>
#include <weft/clock.h>
#include <weft/deadline.h>
#include <weft/fiber.h>

#include <atomic>
#include <memory>
#include <vector>

#include "client.h"

using namespace weft_test;

namespace
{

bool
one_is_parked(const WeftServerMetrics &metrics)
{
    return metrics.n_parked == 1 && metrics.n_active == 0;
}

/* A temporary folder for a socket file. */
struct Folder {
    char *path = g_dir_make_tmp("weft-server-XXXXXX", nullptr);
    std::string file = std::string(path) + "/socket";

    ~Folder()
    {
        rmdir(path);
        g_free(path);
    }
};

bool
exists(const std::string &path)
{
    struct stat status;

    return lstat(path.c_str(), &status) == 0;
}

off_t
size_of(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 ? status.st_size : -1;
}

/* Reads two bytes, then answers with what it knows of the drain. */
WeftServeResult
answer_after_two(WeftConnection *connection)
{
    WeftStream *stream = weft_connection_stream(connection);
    char bytes[2];

    if (!weft_stream_read_exact(stream, bytes, 2, nullptr))
        return WEFT_SERVE_CLOSE;
    bool draining = weft_connection_is_draining(connection);
    if (!weft_stream_write_all(stream, draining ? "last" : "more", 4, nullptr))
        return WEFT_SERVE_CLOSE;
    return draining ? WEFT_SERVE_CLOSE : WEFT_SERVE_PARK;
}

/* What an observer heard; other threads look. */
struct Events {
    std::atomic<int> n_runs{0};
    std::atomic<int> n_reloads{0};
    std::atomic<int> n_stops{0};
    std::atomic<int> n_ends{0};
    std::atomic<int64_t> n_active_at_end{-1};
};

void
count_event(WeftServer *server, WeftServerEvent event, gpointer data)
{
    Events *events = static_cast<Events *>(data);

    if (event == WEFT_SERVER_RUNS)
        events->n_runs++;
    else if (event == WEFT_SERVER_RELOAD)
        events->n_reloads++;
    else if (event == WEFT_SERVER_STOPS)
        events->n_stops++;
    else {
        WeftServerMetrics metrics;

        weft_server_get_metrics(server, &metrics);
        events->n_active_at_end = metrics.n_active;
        events->n_ends++;
    }
}

/* A socket that somebody else opened and listens on; its address in @ret_address. */
int
open_elsewhere(std::string *ret_address)
{
    struct sockaddr_in address = {};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd, reinterpret_cast<struct sockaddr *>(&address), size), 0);
    EXPECT_EQ(listen(fd, 16), 0);
    EXPECT_EQ(getsockname(fd, reinterpret_cast<struct sockaddr *>(&address), &size), 0);
    *ret_address = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    return fd;
}

} // namespace

TEST(Server, ServesOverEachFamily)
{
    Folder folder;
    std::string local = "unix:" + folder.file;

    for (const char *at : {"127.0.0.1:0", "[::1]:0", "localhost:0", local.c_str()}) {
        SCOPED_TRACE(at);
        Running running(echo, at);
        Client client(running.address);

        client.say("hello");
        EXPECT_EQ(client.hear(5), "hello");
    }
    EXPECT_FALSE(exists(folder.file));
}

/* More than are given fibers at once come in one turn of the event loop, and each waits in its
 * handler until all are in theirs. */
TEST(Server, ABurstIsServedWhoeverParks)
{
    constexpr size_t N_CLIENTS = 100;
    std::atomic<bool> is_held{true};
    size_t n_inside = 0;
    Running running([&](WeftConnection *connection) {
        char byte;

        if (weft_stream_read(weft_connection_stream(connection), &byte, 1, nullptr) != 1)
            return WEFT_SERVE_CLOSE;
        while (byte == 'h' && is_held)
            sched_yield(); /* the thread, not the fiber */
        n_inside += byte == 'c';
        while (byte == 'c' && n_inside < N_CLIENTS)
            EXPECT_TRUE(weft_fiber_yield(nullptr));
        EXPECT_TRUE(weft_stream_write_all(weft_connection_stream(connection), &byte, 1, nullptr));
        return WEFT_SERVE_PARK;
    });
    std::vector<std::unique_ptr<Client>> clients;
    Client holder(running.address);

    for (size_t i = 0; i < N_CLIENTS; i++)
        clients.push_back(std::make_unique<Client>(running.address));
    running.await([](const WeftServerMetrics &now) { return now.n_parked == N_CLIENTS + 1; });
    holder.say("h");
    running.await([](const WeftServerMetrics &now) { return now.n_active == 1; });
    for (auto &client : clients)
        client->say("c");
    is_held = false;
    for (auto &client : clients)
        EXPECT_EQ(client->hear(1), "c");
    EXPECT_EQ(holder.hear(1), "h");
    running.await([](const WeftServerMetrics &now) { return now.n_active == 0; });
    EXPECT_EQ(running.metrics().n_served, static_cast<int64_t>(N_CLIENTS) + 1);
}

TEST(Server, AConnectionThatWaitsHoldsNoFiber)
{
    Running running(echo);
    Client client(running.address);

    running.await(one_is_parked);
    for (int i = 1; i <= 3; i++) {
        client.say("again");
        EXPECT_EQ(client.hear(5), "again");
        running.await(one_is_parked);
        EXPECT_EQ(running.metrics().n_served, i);
    }
    client.hang_up();
    running.await([](const WeftServerMetrics &now) { return now.n_parked == 0; });
    EXPECT_EQ(running.metrics().n_accepted, 1);
}

TEST(Server, InputThatCameMeanwhileIsServedAtOnce)
{
    Running running([](WeftConnection *connection) {
        WeftStream *stream = weft_connection_stream(connection);
        char byte;

        if (weft_stream_read(stream, &byte, 1, nullptr) != 1 ||
            !weft_stream_write_all(stream, &byte, 1, nullptr))
            return WEFT_SERVE_CLOSE;
        return WEFT_SERVE_PARK;
    });
    Client client(running.address);

    client.say("abcdef");
    EXPECT_EQ(client.hear(6), "abcdef");
    client.finish();
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, AnEndThatComesWithTheLastBytesIsSeen)
{
    Running running(echo);
    Client client(running.address);

    client.say("bye");
    client.finish();
    EXPECT_EQ(client.hear(3), "bye");
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, StopClosesParkedConnectionsAndLetsTheRequestUnderWayFinish)
{
    Running running(answer_after_two);
    Client idle(running.address);
    Client busy(running.address);

    busy.say("1");
    running.await(
        [](const WeftServerMetrics &now) { return now.n_parked == 1 && now.n_active == 1; });
    running.stop();
    EXPECT_TRUE(idle.is_closed());
    busy.say("2");
    EXPECT_EQ(busy.hear(5), "last");
    running.join();
}

TEST(Server, AfterTheGracePeriodTheRestIsCancelled)
{
    std::atomic<bool> was_cancelled{false};
    Running running(
        [&](WeftConnection *) {
            g_autoptr(GError) error = nullptr;
            EXPECT_FALSE(weft_fiber_sleep_ms(1000000, &error));
            was_cancelled = g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED);
            return WEFT_SERVE_CLOSE;
        },
        "127.0.0.1:0", [](WeftServer *server) { weft_server_set_grace_ms(server, 20); });
    Client client(running.address);

    client.say("1");
    running.await([](const WeftServerMetrics &now) { return now.n_active == 1; });
    running.stop();
    EXPECT_TRUE(client.is_closed());
    running.join();
    EXPECT_TRUE(was_cancelled);
}

TEST(Server, TheFirstSignalDrainsAndTheSecondCancels)
{
    struct sigaction before;
    struct sigaction after;
    sigaction(SIGTERM, nullptr, &before);
    {
        Running running(answer_after_two, "127.0.0.1:0",
                        [](WeftServer *server) { weft_server_set_grace_ms(server, 1000000); });
        Client idle(running.address);
        Client busy(running.address);

        busy.say("1");
        running.await(
            [](const WeftServerMetrics &now) { return now.n_parked == 1 && now.n_active == 1; });
        kill(getpid(), SIGTERM);
        EXPECT_TRUE(idle.is_closed());
        kill(getpid(), SIGINT);
        EXPECT_TRUE(busy.is_closed());
        running.join();
    }
    sigaction(SIGTERM, nullptr, &after);
    EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(Server, SigUsr1ShowsAllFibers)
{
    testing::internal::CaptureStderr();
    {
        Running running(answer_after_two);
        Client client(running.address);

        client.say("1");
        running.await([](const WeftServerMetrics &now) { return now.n_active == 1; });
        kill(getpid(), SIGUSR1);
        while (size_of(STDERR_FILENO) == 0)
            sched_yield();
        client.say("2");
        EXPECT_EQ(client.hear(4), "more");
    }
    EXPECT_NE(testing::internal::GetCapturedStderr().find("test service"), std::string::npos);
}

TEST(Server, TellsItsObserverOfTheStartOfSigHupAndOfTheEnd)
{
    Events events;
    {
        Running running(echo, "127.0.0.1:0", [&events](WeftServer *server) {
            weft_server_set_workers(server, 2);
            weft_server_set_observer(server, count_event, &events);
        });

        while (events.n_runs == 0)
            sched_yield();
        kill(getpid(), SIGHUP);
        while (events.n_reloads == 0)
            sched_yield();
        Client client(running.address);
        client.say("still there");
        EXPECT_EQ(client.hear(11), "still there");
        EXPECT_EQ(events.n_stops, 0);
    }
    EXPECT_EQ(events.n_runs, 1);
    EXPECT_EQ(events.n_reloads, 1);
    EXPECT_EQ(events.n_stops, 1);
    EXPECT_EQ(events.n_ends, 1);
    EXPECT_EQ(events.n_active_at_end, 0);
}

TEST(Server, ServesASocketThatListensAlready)
{
    std::string address;
    int fd = open_elsewhere(&address);
    WeftService *service = service_of(echo);
    g_autoptr(WeftServer) server = weft_server_new();
    g_autoptr(GError) error = nullptr;

    weft_server_set_workers(server, 2);
    ASSERT_TRUE(weft_server_add_socket(server, fd, service, &error)) << error->message;
    g_autofree char *bound = weft_server_bound_address(server, 0);
    EXPECT_EQ(bound, address);
    std::thread thread([server] { EXPECT_TRUE(weft_server_run(server, nullptr)); });
    for (int i = 0; i < 10; i++) {
        Client client(address);
        client.say("given");
        EXPECT_EQ(client.hear(5), "given");
    }
    weft_server_stop(server);
    thread.join();
}

TEST(Server, RefusesADescriptorThatDoesNotListen)
{
    g_autoptr(WeftServer) server = weft_server_new();
    g_autoptr(GError) error = nullptr;
    int ends[2];

    ASSERT_EQ(pipe(ends), 0);
    EXPECT_FALSE(weft_server_add_socket(server, ends[0], service_of(echo), &error));
    g_clear_error(&error);
    EXPECT_FALSE(
        weft_server_add_socket(server, socket(AF_INET, SOCK_STREAM, 0), service_of(echo), &error));
    EXPECT_NE(std::string(error->message).find("does not listen"), std::string::npos);
    close(ends[1]);
}

TEST(Server, AnIdleConnectionIsClosedAfterItsTime)
{
    weft_clock_fake_begin(G_GINT64_CONSTANT(1700000000) * G_USEC_PER_SEC);
    int64_t begin_us = weft_clock_now_us();
    {
        WeftServer *server = weft_server_new();
        WeftService *service = service_of(echo);
        weft_service_set_idle_timeout_ms(service, 30000);
        ASSERT_TRUE(weft_server_add(server, "127.0.0.1:0", service, nullptr));
        g_autofree char *address = weft_server_bound_address(server, 0);
        std::thread client_thread([&] {
            Client client(address);
            EXPECT_TRUE(client.is_closed());
            weft_server_stop(server);
        });

        EXPECT_TRUE(weft_server_run(server, nullptr));
        client_thread.join();
        weft_server_free(server);
    }
    int64_t passed_us = weft_clock_now_us() - begin_us;
    EXPECT_GE(passed_us, 30 * G_USEC_PER_SEC);
    EXPECT_LE(passed_us, 32 * G_USEC_PER_SEC);
    weft_clock_fake_end();
}

TEST(Server, AClientThatHangsUpInTheMiddleHarmsNobody)
{
    Running running(answer_after_two);
    Client patient(running.address);

    for (int i = 0; i < 5; i++) {
        Client rude(running.address);
        rude.say("1");
        running.await([](const WeftServerMetrics &now) { return now.n_active == 1; });
        rude.slam();
        running.await([](const WeftServerMetrics &now) { return now.n_active == 0; });
    }
    patient.say("12");
    EXPECT_EQ(patient.hear(4), "more");
}

TEST(Server, AHandlerMayStopTheServer)
{
    WeftServer *server = nullptr;
    Running running(
        [&](WeftConnection *connection) {
            weft_server_stop(server);
            return echo(connection);
        },
        "127.0.0.1:0", [&](WeftServer *made) { server = made; });
    Client client(running.address);

    client.say("stop");
    EXPECT_EQ(client.hear(4), "stop");
    running.join();
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, AStopBeforeTheRunIsHeard)
{
    Running running(echo, "127.0.0.1:0", [](WeftServer *server) { weft_server_stop(server); });

    running.join();
}

TEST(Server, SeveralWorkersShareThePort)
{
    Folder folder;
    std::string local = "unix:" + folder.file;

    for (const char *at : {"127.0.0.1:0", local.c_str()}) {
        SCOPED_TRACE(at);
        Running running(echo, at, [](WeftServer *server) { weft_server_set_workers(server, 2); });
        std::vector<std::unique_ptr<Client>> clients;

        for (int i = 0; i < 64; i++) {
            clients.push_back(std::make_unique<Client>(running.address));
            clients.back()->say("ping");
        }
        for (auto &client : clients)
            EXPECT_EQ(client->hear(4), "ping");
        running.await([](const WeftServerMetrics &now) { return now.n_parked == 64; });
        EXPECT_EQ(running.metrics().n_accepted, 64);
        running.stop();
        for (auto &client : clients)
            EXPECT_TRUE(client->is_closed());
    }
}

TEST(Server, MoreConnectionsThanAllowedWaitTheirTurn)
{
    Running running(echo, "127.0.0.1:0",
                    [](WeftServer *server) { weft_server_set_max_connections(server, 1); });
    Client first(running.address);

    first.say("1");
    EXPECT_EQ(first.hear(1), "1");
    Client second(running.address);
    second.say("2");
    first.say("1");
    EXPECT_EQ(first.hear(1), "1");
    EXPECT_EQ(running.metrics().n_accepted, 1);
    first.hang_up();
    EXPECT_EQ(second.hear(1), "2");
    EXPECT_EQ(running.metrics().n_accepted, 2);
}

TEST(Server, AnAddressWithTooManyConnectionsIsTurnedAway)
{
    static const WeftProtocol protocol = {nullptr, nullptr, "too many\n"};
    Running running(echo, "127.0.0.1:0", [&](WeftServer *server) {
        weft_service_set_protocol(running.service, &protocol);
        weft_server_set_max_connections_per_address(server, 2);
    });
    Client first(running.address);
    Client second(running.address);

    first.say("1");
    EXPECT_EQ(first.hear(1), "1");
    second.say("2");
    EXPECT_EQ(second.hear(1), "2");
    {
        Client third(running.address);
        EXPECT_EQ(third.hear(100), "too many\n");
        EXPECT_TRUE(third.is_closed());
    }
    first.hang_up();
    running.await([](const WeftServerMetrics &now) { return now.n_parked == 1; });
    Client fourth(running.address);
    fourth.say("4");
    EXPECT_EQ(fourth.hear(1), "4");
    EXPECT_EQ(running.metrics().n_refused, 1);
}

TEST(Server, WhatIsPreparedListensBeforeItRuns)
{
    Running running(echo, "127.0.0.1:0", [](WeftServer *server) {
        weft_server_set_workers(server, 2);
        EXPECT_TRUE(weft_server_prepare(server, nullptr));
    });
    Client client(running.address);

    client.say("hello");
    EXPECT_EQ(client.hear(5), "hello");
}

TEST(Server, APortThatIsTakenIsOneClearSentence)
{
    Running running(echo);
    WeftServer *other = weft_server_new();
    g_autoptr(GError) error = nullptr;

    EXPECT_FALSE(weft_server_add(other, running.address.c_str(), service_of(echo), &error));
    EXPECT_EQ(std::string(error->message),
              "listen on " + running.address + ": Address already in use");
    weft_server_free(other);
}

TEST(Server, AServiceMayHaveSeveralAddresses)
{
    std::string second_address;
    WeftService *service = service_of(echo);
    WeftServer *server = weft_server_new();

    ASSERT_TRUE(weft_server_add(server, "127.0.0.1:0", service, nullptr));
    ASSERT_TRUE(weft_server_add_address(server, "[::1]:0", service, nullptr));
    g_autofree char *address = weft_server_bound_address(server, 1);
    std::thread client_thread([&] {
        Client client(address);
        client.say("v6");
        EXPECT_EQ(client.hear(2), "v6");
        weft_server_stop(server);
    });
    EXPECT_TRUE(weft_server_run(server, nullptr));
    client_thread.join();
    weft_server_free(server);
}

TEST(Server, AServiceThatSpeaksFirstGreetsWhoIsSilent)
{
    WeftServer *server = weft_server_new();
    WeftService *service = service_of([](WeftConnection *connection) {
        WeftStream *stream = weft_connection_stream(connection);

        EXPECT_TRUE(weft_stream_write_all(stream, "hello ", 6, nullptr));
        echo(connection);
        return WEFT_SERVE_CLOSE;
    });

    weft_service_set_speaks_first(service, TRUE);
    ASSERT_TRUE(weft_server_add(server, "127.0.0.1:0", service, nullptr));
    g_autofree char *address = weft_server_bound_address(server, 0);
    std::thread client_thread([&] {
        Client client(address);
        EXPECT_EQ(client.hear(6), "hello ");
        client.say("you");
        EXPECT_EQ(client.hear(3), "you");
        EXPECT_TRUE(client.is_closed());
        weft_server_stop(server);
    });
    EXPECT_TRUE(weft_server_run(server, nullptr));
    client_thread.join();
    weft_server_free(server);
}
