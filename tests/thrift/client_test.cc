/* SPDX-License-Identifier: Apache-2.0 */

#include "peer.h"

#include <algorithm>

using namespace weft_test;

namespace
{

class Client : public FakeClock
{
};

const char *const URL = "thrift://a:1";

/* What a call of add fails with. */
std::string
failure_of_add(World &world, GQuark domain, int code)
{
    GError *error = nullptr;
    int32_t sum;
    std::string message;

    EXPECT_FALSE(add(world.client, 1, 2, &sum, &error));
    if (error == nullptr)
        return "";
    EXPECT_TRUE(g_error_matches(error, domain, code)) << error->message;
    message = error->message;
    g_clear_error(&error);
    return message;
}

int32_t
sum_of_add(World &world)
{
    GError *error = nullptr;
    int32_t sum = -1;

    EXPECT_TRUE(add(world.client, 1, 2, &sum, &error)) << (error != nullptr ? error->message : "");
    g_clear_error(&error);
    return sum;
}

Script
answering(std::function<std::string(const Heard &)> answer)
{
    return [answer](Peer &peer) {
        const std::string frame = peer.hear_frame();

        if (!frame.empty())
            peer.say(answer(hear_message(frame)));
    };
}

const std::string CALL_ADD("\x00\x00\x00\x1e"
                           "\x80\x01\x00\x01\x00\x00\x00\x03"
                           "add\x00\x00\x00\x01"
                           "\x08\x00\x01\x00\x00\x00\x01\x08\x00\x02\x00\x00\x00\x02\x00",
                           34);

const std::string REPLY_ADD("\x80\x01\x00\x02\x00\x00\x00\x03"
                            "add\x00\x00\x00\x01"
                            "\x08\x00\x00\x00\x00\x00\x07\x00",
                            23);

} // namespace

TEST_F(Client, SaysAFrameAndTakesItsAnswer)
{
    in_fiber([] {
        World world([](Peer &peer) {
            std::string heard(CALL_ADD.size(), '\0');
            EXPECT_TRUE(weft_stream_read_exact(peer.stream, heard.data(), heard.size(), nullptr));
            EXPECT_EQ(heard, CALL_ADD);
            peer.say(framed(REPLY_ADD));
            EXPECT_EQ(peer.hear_all(), "");
        });

        world.open(URL);
        EXPECT_EQ(world.asked.size(), 0u); /* nothing is connected before it is needed */
        EXPECT_EQ(sum_of_add(world), 7);
        EXPECT_EQ(world.metrics().n_open, 1u);
        EXPECT_EQ(world.metrics().n_busy, 0u);
        EXPECT_EQ(world.metrics().n_connected, 1u);
    });
}

TEST_F(Client, CallsGoOnOverOneConnection)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });

        world.open(URL);
        for (int i = 0; i < 5; i++)
            EXPECT_EQ(sum_of_add(world), 0);
        EXPECT_EQ(world.asked.size(), 1u);
    });
}

TEST_F(Client, AnAnswerMayComeByteForByte)
{
    in_fiber([] {
        World world([](Peer &peer) {
            peer.hear_frame();
            for (char byte : framed(REPLY_ADD)) {
                peer.say(std::string(1, byte));
                peer.pause();
            }
        });

        world.open(URL);
        EXPECT_EQ(sum_of_add(world), 7);
    });
}

TEST_F(Client, StringsAreInTheCallersArena)
{
    in_fiber([] {
        const std::string large(100000, 'x');
        World world([&](Peer &peer) {
            for (const std::string &text : {std::string("Ann"), large}) {
                Heard call = hear_message(peer.hear_frame());
                GetResult result = {
                    {text.data(), static_cast<uint32_t>(text.size())}, nullptr, {true}};
                peer.say(framed(message(WEFT_THRIFT_MESSAGE_REPLY, "get", call.sequence_id,
                                        &get_result, &result)));
            }
            peer.hear_all();
        });
        g_auto(WeftArena) arena;
        WeftString name = {};
        WeftString text = {};

        weft_arena_init(&arena, SIZE_MAX);
        world.open(URL);
        EXPECT_TRUE(get(world.client, &arena, 1, &name, nullptr));
        EXPECT_TRUE(get(world.client, &arena, 2, &text, nullptr));
        EXPECT_STREQ(name.data, "Ann");
        EXPECT_EQ(std::string(text.data, text.length), large);
    });
}

TEST_F(Client, LargeArgumentsLeaveWhole)
{
    in_fiber([] {
        const std::string large(300000, 'y');
        std::string heard;
        World world([&](Peer &peer) { heard = hear_message(peer.hear_frame()).body; });

        world.open(URL);
        EXPECT_TRUE(note(world.client, large, nullptr));
        settle();
        EXPECT_EQ(heard,
                  std::string("\x0b\x00\x01\x00\x04\x93\xe0", 7) + large + std::string("\x00", 1));
    });
}

TEST_F(Client, ADeclaredExceptionIsAnError)
{
    in_fiber([] {
        World world([](Peer &peer) {
            NotFound missing = {WEFT_STRING("nobody")};
            GetResult result = {{}, &missing, {false}};
            Heard call = hear_message(peer.hear_frame());
            peer.say(framed(
                message(WEFT_THRIFT_MESSAGE_REPLY, "get", call.sequence_id, &get_result, &result)));
            peer.serve_add();
        });
        g_auto(WeftArena) arena;
        g_autoptr(GError) error = nullptr;
        WeftString name;

        weft_arena_init(&arena, SIZE_MAX);
        world.open(URL);
        EXPECT_FALSE(get(world.client, &arena, 1, &name, &error));
        ASSERT_TRUE(g_error_matches(error, WEFT_THRIFT_EXCEPTION, error->code));
        const auto *missing =
            static_cast<const NotFound *>(weft_thrift_caught(&not_found_type, error));
        ASSERT_NE(missing, nullptr);
        EXPECT_STREQ(missing->why.data, "nobody");

        /* The connection is as good as before. */
        EXPECT_EQ(sum_of_add(world), 0);
        EXPECT_EQ(world.metrics().n_evicted, 0u);
    });
}

TEST_F(Client, ARefusalOfTheServerKeepsItsCode)
{
    in_fiber([] {
        World world([](Peer &peer) {
            const WeftThriftApplicationException exception = {WEFT_STRING("no add here"), 1};
            Heard call = hear_message(peer.hear_frame());
            peer.say(framed(message(WEFT_THRIFT_MESSAGE_EXCEPTION, "add", call.sequence_id,
                                    &weft_thrift_application_exception_type, &exception)));
            peer.serve_add();
        });

        world.open(URL);
        EXPECT_EQ(failure_of_add(world, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD),
                  "add: no add here");
        EXPECT_EQ(sum_of_add(world), 0);
        EXPECT_EQ(world.asked.size(), 1u);
    });
}

TEST_F(Client, AnAnswerIsChecked)
{
    in_fiber([] {
        AddResult none = {};
        AddResult seven = {7, {true}};
        const std::string reply = REPLY_ADD;
        const struct {
            std::string answer;
            int code;
            const char *said;
        } cases[] = {
            {message(2, "add", 2, &add_result, &seven), WEFT_THRIFT_ERROR_BAD_SEQUENCE_ID,
             "add: the answer is that to another call"},
            {message(2, "sub", 1, &add_result, &seven), WEFT_THRIFT_ERROR_WRONG_METHOD_NAME,
             "add: the answer is that of another method"},
            {message(1, "add", 1, &add_result, &seven), WEFT_THRIFT_ERROR_INVALID_MESSAGE_TYPE,
             "add: the answer is no answer"},
            {message(2, "add", 1, &add_result, &none), WEFT_THRIFT_ERROR_MISSING_RESULT,
             "add: the answer has neither a result nor an exception"},
            {reply + "x", WEFT_THRIFT_ERROR_PROTOCOL, "add: the answer has bytes behind its end"},
            {reply.substr(0, reply.size() - 1), WEFT_THRIFT_ERROR_PROTOCOL, nullptr},
            {reply.substr(0, 9), WEFT_THRIFT_ERROR_PROTOCOL, nullptr},
            {"", WEFT_THRIFT_ERROR_PROTOCOL, nullptr},
            {"\x80\x01", WEFT_THRIFT_ERROR_PROTOCOL, nullptr},
        };

        for (const auto &one : cases) {
            World world(answering([&](const Heard &) { return framed(one.answer); }));

            world.open(URL);
            const std::string said = failure_of_add(world, WEFT_THRIFT_ERROR, one.code);
            if (one.said != nullptr) {
                EXPECT_EQ(said, one.said);
            }
            EXPECT_EQ(world.metrics().n_retries, 0u);
            /* Nobody reads on after bytes that could not be read; an answer without a result is
             * one all the same. */
            EXPECT_EQ(world.metrics().n_open,
                      one.code == WEFT_THRIFT_ERROR_MISSING_RESULT ? 1u : 0u);
        }
    });
}

TEST_F(Client, AnAnswerThatIsNoneLeavesTheArenaItsLimit)
{
    in_fiber([] {
        for (const std::string &answer : {std::string("\x80"), message(2, "sub", 1, &nothing, ""),
                                          REPLY_ADD.substr(0, 12), REPLY_ADD}) {
            World world(answering([&](const Heard &) { return framed(answer); }));
            g_auto(WeftArena) arena;
            WeftString name;

            weft_arena_init(&arena, SIZE_MAX);
            world.open(URL);
            EXPECT_FALSE(get(world.client, &arena, 1, &name, nullptr));
            EXPECT_EQ(arena.max_bytes, SIZE_MAX);
        }
    });
}

TEST_F(Client, AFrameTooLargeIsRefusedBeforeItIsRead)
{
    in_fiber([] {
        World world(answering([](const Heard &) { return std::string("HTTP/1.1 400"); }));

        world.open(URL);
        EXPECT_EQ(failure_of_add(world, WEFT_ERROR, WEFT_ERROR_LIMIT),
                  "add: answer of a:1: 1213486160 bytes are too many, 16777216 are allowed");
    });
}

/* ---- other transports ---- */

TEST_F(Client, BufferedHasNoLengthBeforeMessages)
{
    in_fiber([] {
        World world([](Peer &peer) {
            std::string heard(CALL_ADD.size() - 4, '\0');
            EXPECT_TRUE(weft_stream_read_exact(peer.stream, heard.data(), heard.size(), nullptr));
            EXPECT_EQ(heard, CALL_ADD.substr(4));
            peer.say(REPLY_ADD.substr(0, 10));
            peer.pause();
            peer.say(REPLY_ADD.substr(10));
            peer.hear_all();
        });

        world.open("thrift://a:1?transport=buffered");
        EXPECT_EQ(sum_of_add(world), 7);
        EXPECT_EQ(world.metrics().n_open, 1u);
    });
}

TEST_F(Client, MultiplexedCallsNameTheService)
{
    in_fiber([] {
        std::vector<std::string> names;
        World world([&](Peer &peer) {
            for (const char *echoed : {"add", "Sums:add", "Other:add"}) {
                Heard call = hear_message(peer.hear_frame());
                AddResult result = {3, {true}};
                names.push_back(call.name);
                peer.say(framed(message(WEFT_THRIFT_MESSAGE_REPLY, echoed, call.sequence_id,
                                        &add_result, &result)));
            }
        });

        world.open("thrift://a:1?service=Sums");
        EXPECT_EQ(sum_of_add(world), 3);
        EXPECT_EQ(sum_of_add(world), 3);
        failure_of_add(world, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_WRONG_METHOD_NAME);
        EXPECT_EQ(names, std::vector<std::string>(3, "Sums:add"));
    });
}

TEST_F(Client, HttpIsAPost)
{
    in_fiber([] {
        const std::string body = CALL_ADD.substr(4);
        World world([&](Peer &peer) {
            EXPECT_EQ(peer.hear_until("\r\n\r\n"), "POST /rpc HTTP/1.1\r\nHost: a:80\r\n"
                                                   "Content-Type: application/x-thrift\r\n"
                                                   "Accept: application/x-thrift\r\n"
                                                   "User-Agent: weft\r\nContent-Length: 30\r\n"
                                                   "timeout-ms: 10000\r\n\r\n");
            std::string heard(body.size(), '\0');
            EXPECT_TRUE(weft_stream_read_exact(peer.stream, heard.data(), heard.size(), nullptr));
            EXPECT_EQ(heard, body);
            peer.say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n" +
                     REPLY_ADD);
            EXPECT_EQ(peer.hear_until("\r\n\r\n").substr(0, 9), "POST /rpc");
            EXPECT_TRUE(weft_stream_read_exact(peer.stream, heard.data(), heard.size(), nullptr));
            std::string second = REPLY_ADD;
            second[14] = 2; /* the sequence id */
            peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n" +
                     second.substr(0, 9) + "\r\n");
            peer.pause();
            peer.say("e\r\n" + second.substr(9) + "\r\n0\r\nX-Trailer: 1\r\n\r\n");
            peer.hear_all();
        });

        world.open("http://a/rpc");
        EXPECT_EQ(sum_of_add(world), 7);
        EXPECT_EQ(sum_of_add(world), 7);
        EXPECT_EQ(world.asked.size(), 1u);
        EXPECT_EQ(world.metrics().n_open, 1u);
    });
}

TEST_F(Client, HttpWithoutALengthEndsWithTheStream)
{
    in_fiber([] {
        World world([](Peer &peer) {
            peer.hear_until("\r\n\r\n");
            peer.say("HTTP/1.0 200 OK\r\n\r\n" + REPLY_ADD);
        });

        world.open("http://a/");
        EXPECT_EQ(sum_of_add(world), 7);
        EXPECT_EQ(world.metrics().n_open, 0u);
        EXPECT_EQ(world.metrics().n_evicted, 0u);
    });
}

TEST_F(Client, HttpSaysWhatTheStatusWas)
{
    in_fiber([] {
        const struct {
            const char *answer;
            GQuark domain;
            int code;
            const char *said;
        } cases[] = {
            {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", WEFT_ERROR, WEFT_ERROR_IO,
             "add: a:80 answered POST /x with 404 Not Found"},
            {"HTTP/1.1 503 Busy\r\n\r\n", WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_OVERLOADED,
             "add: a:80 answered POST /x with 503 Busy"},
            {"SSH-2.0-OpenSSH\r\n\r\n", WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL,
             "add: answer by HTTP: it does not begin with a status line"},
            {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", WEFT_THRIFT_ERROR,
             WEFT_THRIFT_ERROR_PROTOCOL, "add: answer by HTTP: unknown Transfer-Encoding"},
            {"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", WEFT_ERROR, WEFT_ERROR_LIMIT,
             "add: answer of a:80: 99999999 bytes are too many, 16777216 are allowed"},
            {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", WEFT_ERROR,
             WEFT_ERROR_LIMIT,
             "add: answer of a:80: 4294967295 bytes are too many, 16777216 are allowed"},
        };

        for (const auto &one : cases) {
            World world([&](Peer &peer) {
                peer.hear_until("\r\n\r\n");
                peer.say(one.answer);
            });

            world.open("http://a/x?retries=0");
            EXPECT_EQ(failure_of_add(world, one.domain, one.code), one.said);
            EXPECT_EQ(world.metrics().n_open, 0u);
        }
    });
}

TEST_F(Client, AOnewayCallByHttpHasAnEmptyAnswer)
{
    in_fiber([] {
        World world([](Peer &peer) {
            peer.hear_until("\r\n\r\n");
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            peer.hear_all();
        });

        world.open("http://a/");
        EXPECT_TRUE(note(world.client, "x", nullptr));
        EXPECT_EQ(world.metrics().n_open, 1u);
    });
}

/* ---- connections ---- */

TEST_F(Client, AConnectionThatTheServerClosedFailsNoCall)
{
    in_fiber([] {
        World world(answering([](const Heard &call) { return framed(sum_answer(call, 4)); }));
        GError *error = nullptr;

        world.open(URL);
        EXPECT_EQ(sum_of_add(world), 4);
        settle();
        EXPECT_EQ(sum_of_add(world), 4);
        settle();
        EXPECT_FALSE(ping(world.client, &error)); /* another answer, over a third connection */
        g_clear_error(&error);
        EXPECT_EQ(world.asked.size(), 3u);
        EXPECT_EQ(world.metrics().n_retries, 0u);
    });
}

TEST_F(Client, WhatNobodyAskedForEndsAConnection)
{
    in_fiber([] {
        World world([](Peer &peer) {
            peer.say(framed(sum_answer(hear_message(peer.hear_frame()), 4)) + "and more");
            peer.hear_all();
        });

        world.open(URL);
        EXPECT_EQ(sum_of_add(world), 4);
        EXPECT_EQ(world.metrics().n_open, 0u);
        EXPECT_EQ(sum_of_add(world), 4);
    });
}

TEST_F(Client, IdleConnectionsEnd)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });

        world.open("thrift://a:1?idle=3s");
        sum_of_add(world);
        sleep_ms(2000);
        EXPECT_EQ(world.metrics().n_open, 1u);
        sum_of_add(world);
        sleep_ms(2000);
        EXPECT_EQ(world.metrics().n_open, 1u);
        sleep_ms(1500);
        EXPECT_EQ(world.metrics().n_open, 0u);
        EXPECT_EQ(sum_of_add(world), 1);
    });
}

TEST_F(Client, ConnectionsThatIdleForEverEndWithTheScheduler)
{
    World *world = nullptr;

    in_fiber([&] {
        world = new World([](Peer &peer) { peer.serve_add(); });
        world->open("thrift://a:1?idle=0s");
        sum_of_add(*world);
        sleep_ms(1000000);
        EXPECT_EQ(world->metrics().n_open, 1u);
        weft_group_free(world->group);
        world->group = nullptr;
    });
    EXPECT_EQ(world->metrics().n_open, 0u);
    delete world;
}

TEST_F(Client, FibersWaitInOrderForAConnection)
{
    in_fiber([] {
        World world([](Peer &peer) {
            for (std::string frame; !(frame = peer.hear_frame()).empty();) {
                peer.pause(100);
                peer.say(framed(sum_answer(hear_message(frame), 0)));
            }
        });
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<int> ended;

        world.open("thrift://a:1?connections=2");
        for (int i = 0; i < 8; i++) {
            spawn(group, [&, i] {
                sum_of_add(world);
                ended.push_back(i);
            });
        }
        settle();
        EXPECT_EQ(world.metrics().n_busy, 2u);
        EXPECT_EQ(world.metrics().n_waiting, 6u);
        join(group);
        EXPECT_EQ(ended, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
        EXPECT_EQ(world.asked.size(), 2u);
        EXPECT_EQ(world.metrics().n_waiting, 0u);
    });
}

TEST_F(Client, WhoWaitsForAConnectionHasADeadline)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.hear_all(); });
        g_autoptr(WeftGroup) group = weft_group_new();

        world.open("thrift://a:1?connections=1&timeout=5s");
        spawn(group, [&] { failure_of_add(world, WEFT_ERROR, WEFT_ERROR_CANCELLED); });
        settle();
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(200);
        EXPECT_EQ(failure_of_add(world, WEFT_ERROR, WEFT_ERROR_TIMED_OUT)
                      .substr(0, strlen("add: wait for one of 1 connections: ")),
                  "add: wait for one of 1 connections: ");
        weft_group_cancel(group, "enough");
    });
}

TEST_F(Client, ALateCallClosesItsConnection)
{
    in_fiber([] {
        World world([](Peer &peer) {
            Heard call = hear_message(peer.hear_frame());
            if (peer.number == 0)
                peer.pause(500);
            peer.say(framed(sum_answer(call, static_cast<int32_t>(peer.number))));
            peer.hear_all();
        });
        const int64_t begun_us = weft_clock_now_us();

        world.open("thrift://a:1?timeout=300ms");
        failure_of_add(world, WEFT_ERROR, WEFT_ERROR_TIMED_OUT);
        EXPECT_EQ((weft_clock_now_us() - begun_us) / 1000, 300);
        EXPECT_EQ(world.metrics().n_open, 0u);
        EXPECT_EQ(world.metrics().n_evicted, 1u);
        EXPECT_EQ(world.metrics().n_retries, 0u);
        sleep_ms(1000);
        EXPECT_EQ(sum_of_add(world), 1);
    });
}

TEST_F(Client, ACancelledCallClosesItsConnection)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.hear_all(); });
        g_autoptr(WeftGroup) group = weft_group_new();
        bool has_ended = false;

        world.open(URL);
        spawn(group, [&] {
            failure_of_add(world, WEFT_ERROR, WEFT_ERROR_CANCELLED);
            has_ended = true;
        });
        settle();
        EXPECT_EQ(world.metrics().n_busy, 1u);
        weft_group_cancel(group, "nobody wants to know");
        settle();
        EXPECT_TRUE(has_ended);
        EXPECT_EQ(world.metrics().n_open, 0u);
        EXPECT_EQ(world.metrics().n_evicted, 1u);
    });
}

TEST_F(Client, AFiberThatIsLateAlreadyTouchesNoConnection)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });

        world.open(URL);
        EXPECT_EQ(sum_of_add(world), 0);
        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(0);
            failure_of_add(world, WEFT_ERROR, WEFT_ERROR_TIMED_OUT);
        }
        EXPECT_EQ(sum_of_add(world), 0);
        EXPECT_EQ(world.asked.size(), 1u);
    });
}

/* ---- trying again ---- */

TEST_F(Client, AnIdempotentCallIsMadeAgain)
{
    in_fiber([] {
        World world([](Peer &peer) {
            Heard call = hear_message(peer.hear_frame());
            if (peer.number == 1)
                peer.say(framed(sum_answer(call, 1)));
        });

        world.open(URL);
        EXPECT_EQ(sum_of_add(world), 1);
        EXPECT_EQ(world.metrics().n_retries, 1u);
        EXPECT_EQ(world.metrics().n_evicted, 1u);
    });
}

TEST_F(Client, AnIdempotentCallIsMadeAgainSoOften)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.hear_frame(); });

        world.open("thrift://a:1?retries=2");
        EXPECT_EQ(failure_of_add(world, WEFT_ERROR, WEFT_ERROR_CLOSED),
                  "add: memory closed the connection before its answer");
        EXPECT_EQ(world.asked.size(), 3u);
        EXPECT_EQ(world.metrics().n_retries, 2u);
    });
}

TEST_F(Client, OtherCallsAreNotMadeTwice)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.hear_frame(); });
        GError *error = nullptr;

        world.open("thrift://a:1?retries=5");
        EXPECT_FALSE(ping(world.client, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_EQ(world.asked.size(), 1u);
    });
}

TEST_F(Client, ACallThatCouldNotBeSentIsMadeAgain)
{
    in_fiber([] {
        const std::string large(100000, 'z');
        World world([&](Peer &peer) {
            if (peer.number == 0) {
                peer.hear_until("z"); /* and leaves in the middle of it */
                return;
            }
            EXPECT_EQ(hear_message(peer.hear_frame()).name, "note");
        });

        world.capacity = 1024;
        world.open(URL);
        EXPECT_TRUE(note(world.client, large, nullptr));
        settle();
        EXPECT_EQ(world.asked.size(), 2u);
        EXPECT_EQ(world.metrics().n_retries, 1u);
    });
}

/* ---- several hosts ---- */

TEST_F(Client, HostsTakeTurns)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });

        world.open("thrift://a:1,b:2,c:3");
        for (int i = 0; i < 6; i++)
            EXPECT_EQ(sum_of_add(world), i % 3);
        EXPECT_EQ(world.asked, (std::vector<std::string>{"a:1", "b:2", "c:3"}));
    });
}

TEST_F(Client, AHostThatFailsIsLeftAloneForAWhile)
{
    in_fiber([] {
        World world;

        world.hosts["b:2"] = [](Peer &peer) { peer.serve_add(); };
        world.open("thrift://a:1,b:2");
        for (int i = 0; i < 10; i++)
            EXPECT_EQ(sum_of_add(world), 1);
        EXPECT_EQ(std::count(world.asked.begin(), world.asked.end(), "a:1"), 1);
        sleep_ms(150);
        sum_of_add(world);
        sum_of_add(world);
        EXPECT_EQ(std::count(world.asked.begin(), world.asked.end(), "a:1"), 2);
        sleep_ms(150); /* the second time it is left alone longer */
        sum_of_add(world);
        sum_of_add(world);
        EXPECT_EQ(std::count(world.asked.begin(), world.asked.end(), "a:1"), 2);

        /* It comes back. */
        world.hosts["a:1"] = world.hosts["b:2"];
        sleep_ms(100);
        sum_of_add(world);
        sum_of_add(world);
        EXPECT_EQ(std::count(world.asked.begin(), world.asked.end(), "a:1"), 3);
        EXPECT_EQ(world.metrics().n_open, 2u);
    });
}

TEST_F(Client, FailsWhereNoHostAnswers)
{
    in_fiber([] {
        World world;

        world.open("thrift://a:1,b:2,c:3");
        EXPECT_EQ(failure_of_add(world, WEFT_ERROR, WEFT_ERROR_IO),
                  "add: connect to c:3: Connection refused");
        EXPECT_EQ(world.asked, (std::vector<std::string>{"a:1", "b:2", "c:3"}));
        /* All failed lately, but asking is better than failing. */
        failure_of_add(world, WEFT_ERROR, WEFT_ERROR_IO);
        EXPECT_EQ(world.asked.size(), 6u);
    });
}

TEST_F(Client, AHostThatCannotBeConnectedToCostsNoMoreThanItsTime)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });
        const int64_t begun_us = weft_clock_now_us();

        world.silent_host = "a:1";
        world.open("thrift://a:1,b:2?connect_timeout=300ms");
        EXPECT_EQ(sum_of_add(world), 1);
        EXPECT_EQ((weft_clock_now_us() - begun_us) / 1000, 300);
        EXPECT_EQ(sum_of_add(world), 1);
        EXPECT_EQ(world.asked, (std::vector<std::string>{"a:1", "b:2"}));

        /* Where the caller's time ends first, nobody else is asked. */
        world.open("thrift://a:1,b:2?timeout=100ms");
        world.asked.clear();
        failure_of_add(world, WEFT_ERROR, WEFT_ERROR_TIMED_OUT);
        EXPECT_EQ(world.asked, std::vector<std::string>{"a:1"});
    });
}

TEST_F(Client, AHostThatNeverAnswersIsLeftAloneToo)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.hear_all(); });
        int n_failed = 0;

        world.hosts["b:2"] = [](Peer &peer) { peer.serve_add(); };
        world.open("thrift://a:1,b:2?timeout=10ms");
        for (int i = 0; i < 20; i++) {
            int32_t sum;
            GError *error = nullptr;

            n_failed += add(world.client, 1, 2, &sum, &error) ? 0 : 1;
            g_clear_error(&error);
        }
        EXPECT_EQ(n_failed, 5);
    });
}

TEST_F(Client, NoIdleConnectionIsClosedForTheTurnsSake)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });

        world.open("thrift://a:1,b:2?connections=1");
        for (int i = 0; i < 4; i++)
            EXPECT_EQ(sum_of_add(world), 0);
        EXPECT_EQ(world.asked.size(), 1u);
    });
}

/* ---- around calls ---- */

TEST_F(Client, InterceptorsStandAroundCalls)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });
        std::vector<std::string> log;
        struct Named {
            std::vector<std::string> *log;
            std::string name;
        } outer = {&log, "outer"}, inner = {&log, "inner"};
        const WeftThriftClientInterceptor intercept = [](WeftClientCall *call, gpointer data,
                                                         GError **error) -> gboolean {
            auto *named = static_cast<Named *>(data);

            named->log->push_back(named->name + " " + weft_client_call_method_name(call));
            gboolean is_done = weft_client_call_proceed(call, error);
            named->log->push_back(named->name + " done");
            return is_done;
        };

        world.open(URL);
        weft_thrift_client_add_interceptor(world.client, intercept, &outer, nullptr);
        weft_thrift_client_add_interceptor(world.client, intercept, &inner, nullptr);
        EXPECT_EQ(sum_of_add(world), 0);
        EXPECT_EQ(log,
                  (std::vector<std::string>{"outer add", "inner add", "inner done", "outer done"}));
    });
}

TEST_F(Client, AnInterceptorMayRefuse)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.serve_add(); });

        world.open(URL);
        weft_thrift_client_add_interceptor(
            world.client,
            [](WeftClientCall *, gpointer, GError **error) -> gboolean {
                g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "not today");
                return FALSE;
            },
            nullptr, nullptr);
        EXPECT_EQ(failure_of_add(world, WEFT_ERROR, WEFT_ERROR_LIMIT), "add: not today");
        EXPECT_EQ(world.asked.size(), 0u);
    });
}

TEST_F(Client, MetadataGoesWithHttp)
{
    in_fiber([] {
        std::string head;
        std::string seen;
        World world([&](Peer &peer) {
            head = peer.hear_until("\r\n\r\n");
            peer.say("HTTP/1.1 200 OK\r\nX-Trace: back\r\nContent-Length: 23\r\n\r\n" + REPLY_ADD);
        });

        world.open("http://a/?timeout=0s");
        weft_thrift_client_add_interceptor(
            world.client,
            [](WeftClientCall *call, gpointer data, GError **error) -> gboolean {
                weft_client_call_set_metadata(call, "X-Trace", "one");
                weft_client_call_set_metadata(call, "x-trace", "two");
                if (!weft_client_call_proceed(call, error))
                    return FALSE;
                static_cast<std::string *>(data)->assign(
                    weft_client_call_metadata(call, "x-TRACE"));
                EXPECT_EQ(weft_client_call_metadata(call, "x-other"), nullptr);
                return TRUE;
            },
            &seen, nullptr);
        EXPECT_EQ(sum_of_add(world), 7);
        EXPECT_NE(head.find("\r\nx-trace: two\r\n\r\n"), std::string::npos) << head;
        EXPECT_EQ(seen, "back");
    });
}

TEST_F(Client, MetadataCannotForgeFieldsOfHttp)
{
    in_fiber([] {
        World world([](Peer &peer) { peer.hear_all(); });

        world.open("http://a/");
        weft_thrift_client_add_interceptor(
            world.client,
            [](WeftClientCall *call, gpointer, GError **error) -> gboolean {
                weft_client_call_set_metadata(call, "X-A", "b\r\nX-C: d");
                return weft_client_call_proceed(call, error);
            },
            nullptr, nullptr);
        EXPECT_EQ(failure_of_add(world, WEFT_ERROR, WEFT_ERROR_INVALID),
                  "add: metadata \"X-A\" cannot be a field of HTTP");
        EXPECT_EQ(world.metrics().n_open, 1u); /* nothing was said on it */
    });
}
