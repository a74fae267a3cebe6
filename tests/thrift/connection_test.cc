/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thrift on a connection, byte by byte, under a clock that jumps.
 */

#include "calculator.h"

#include "thrift/header.h"

#include <string>

using namespace weft_test;
using namespace std::string_literals;

namespace
{

class Connection : public FakeClock
{
};

struct Dialect {
    const char *name;
    std::string question; /* add(40, 2), number 7 */
    std::string answer;
};

const Dialect dialects[] = {
    {"binary", call_add(7, 40, 2), sum_of(7, 42)},
    {"old binary", string("add") + "\x01"s + i32(7) + add_fields(40, 2) + "\0"s,
     string("add") + "\x02"s + i32(7) + field(WEFT_THRIFT_I32, 0, i32(42)) + "\0"s},
    {"compact", "\x82\x21\x07\x03"s + "add" + "\x15\x50\x15\x04\0"s,
     "\x82\x41\x07\x03"s + "add" + "\x05\0\x54\0"s},
    {"json", "[1,\"add\",1,7,{\"1\":{\"i32\":40},\"2\":{\"i32\":2}}]",
     "[1,\"add\",2,7,{\"0\":{\"i32\":42}}]"},
};

std::string
in_header(const std::string &infos, const std::string &content)
{
    std::string padded = infos;

    while (padded.size() % 4 != 0)
        padded += '\0';
    return frame("\x0f\xff\0\0\0\0\0\x07"s + i16((int)padded.size() / 4) + padded + content);
}

std::string
in_frame_of_header(const WeftThriftHeaderPair *pairs, uint32_t n_pairs, bool is_compressed,
                   const std::string &content)
{
    WeftArena *arena = weft_arena_new();
    const WeftThriftHeader header = {
        WEFT_THRIFT_PROTOCOL_BINARY, 0, 7, is_compressed, n_pairs, pairs};
    const struct iovec payload = {(void *)content.data(), content.size()};
    uint32_t n_pieces = 0;
    const struct iovec *pieces =
        weft_thrift_header_write(&header, &payload, 1, arena, &n_pieces, nullptr);
    std::string whole;

    for (uint32_t i = 0; i < n_pieces; i++)
        whole.append((const char *)pieces[i].iov_base, pieces[i].iov_len);
    weft_arena_free(arena);
    return whole;
}

} // namespace

/* ---- what is spoken ---- */

TEST_F(Connection, EveryProtocolIsSpokenFramedAndUnframed)
{
    in_fiber([] {
        for (const Dialect &dialect : dialects) {
            SCOPED_TRACE(dialect.name);
            Conversation conversation;

            conversation.say(frame(dialect.question));
            conversation.expect(frame(dialect.answer));
            conversation.say(dialect.question);
            conversation.expect(dialect.answer);
        }
    });
}

TEST_F(Connection, OneConnectionMaySpeakThemAll)
{
    in_fiber([] {
        Conversation conversation;
        std::string questions;
        std::string answers;

        for (const Dialect &dialect : dialects) {
            questions += frame(dialect.question) + dialect.question;
            answers += frame(dialect.answer) + dialect.answer;
        }
        conversation.say(questions);
        conversation.expect(answers);
    });
}

TEST_F(Connection, ItDoesNotMatterInWhichPiecesMessagesCome)
{
    in_fiber([] {
        Conversation conversation;

        for (const Dialect &dialect : dialects) {
            SCOPED_TRACE(dialect.name);
            for (const char byte : frame(dialect.question) + dialect.question) {
                conversation.say(std::string(1, byte));
                settle();
            }
            conversation.expect(frame(dialect.answer) + dialect.answer);
        }
    });
}

TEST_F(Connection, TheHeaderTransportIsAnsweredInKind)
{
    in_fiber([] {
        Conversation conversation;

        conversation.say(in_header("\0\0"s, call_add(7, 40, 2)));
        conversation.expect(in_header("\0\0"s, sum_of(7, 42)));
        conversation.say(in_header("\x02\0"s, dialects[2].question));
        conversation.expect(in_header("\x02\0"s, dialects[2].answer));
        conversation.say(in_frame_of_header(nullptr, 0, true, call_add(7, 40, 2)));
        conversation.expect(in_frame_of_header(nullptr, 0, true, sum_of(7, 42)));
    });
}

TEST_F(Connection, MetadataGoesBothWays)
{
    in_fiber([] {
        const WeftThriftHeaderPair user = {WEFT_STRING("user"), WEFT_STRING("ann"), false};
        const WeftThriftHeaderPair greeting = {WEFT_STRING("greeting"), WEFT_STRING("hello ann"),
                                               false};
        Conversation conversation;

        conversation.calculator.before_add = [](WeftCall *call, GError **) {
            const char *name = weft_call_metadata(call, "User");

            weft_call_set_metadata(call, "greeting",
                                   weft_arena_printf(weft_call_arena(call), "hello %s", name));
            EXPECT_EQ(weft_call_metadata(call, "other"), nullptr);
            return TRUE;
        };
        conversation.say(in_frame_of_header(&user, 1, false, call_add(7, 40, 2)));
        conversation.expect(in_frame_of_header(&greeting, 1, false, sum_of(7, 42)));
    });
}

TEST_F(Connection, MetadataMayPersist)
{
    in_fiber([] {
        const WeftThriftHeaderPair user = {WEFT_STRING("User"), WEFT_STRING("ann"), true};
        const WeftThriftHeaderPair other = {WEFT_STRING("user"), WEFT_STRING("bob"), false};
        Conversation conversation;
        std::vector<std::string> users;

        conversation.calculator.before_add = [&](WeftCall *call, GError **) {
            const char *name = weft_call_metadata(call, "USER");

            users.emplace_back(name != nullptr ? name : "nobody");
            return TRUE;
        };
        const std::string answer = in_frame_of_header(nullptr, 0, false, sum_of(7, 42));
        for (const WeftThriftHeaderPair *pair : {&user, &other}) {
            conversation.say(in_frame_of_header(pair, 1, false, call_add(7, 40, 2)));
            conversation.expect(answer);
            conversation.say(in_frame_of_header(nullptr, 0, false, call_add(7, 40, 2)));
            conversation.expect(answer);
        }
        conversation.connect();
        conversation.say(in_frame_of_header(nullptr, 0, false, call_add(7, 40, 2)));
        conversation.expect(answer);
        EXPECT_EQ(users, (std::vector<std::string>{"ann", "ann", "bob", "ann", "nobody"}));
    });
}

TEST_F(Connection, WhatPersistsHasALimit)
{
    in_fiber([] {
        Conversation conversation;
        const std::string answer = in_frame_of_header(nullptr, 0, false, sum_of(7, 42));

        for (int i = 0; i < 32; i++) {
            const std::string name = "name " + std::to_string(i);
            const WeftThriftHeaderPair pair = {weft_string(name.c_str()), WEFT_STRING("x"), true};
            conversation.say(in_frame_of_header(&pair, 1, false, call_add(7, 40, 2)));
            conversation.expect(answer);
        }
        const WeftThriftHeaderPair more = {WEFT_STRING("more"), WEFT_STRING("x"), true};
        conversation.say(in_frame_of_header(&more, 1, false, call_add(7, 40, 2)));
        conversation.expect_close();
    });
}

TEST_F(Connection, LargeMessagesAreWhole)
{
    in_fiber([] {
        Conversation conversation;

        for (size_t size : {4095, 4096, 16000, 16384, 20000, 200000, 262144, 300000, 1000000}) {
            const std::string text(size, 'x');

            conversation.say(frame(call_echo(1, text)) + frame(call_add(2, 1, 2)));
            conversation.expect(frame(echoed(1, text)) + frame(sum_of(2, 3)));
            conversation.say(call_echo(1, text) + call_add(2, 1, 2));
            conversation.expect(echoed(1, text) + sum_of(2, 3));
        }
    });
}

TEST_F(Connection, WhatIsNoThriftIsClosedWithoutAWord)
{
    in_fiber([] {
        Conversation conversation;

        for (const std::string &bytes :
             {"GET / HTTP/1.1\r\n\r\n"s, "\x16\x03\x01\x02\0"s, "\x01\0\0\0\x05PLAIN"s, "\0\0\0\0"s,
              "\x7f\xff\xff\xff"s, "\xff\xff\xff\xff"s, frame("\x80\x01\0\x01\xff\xff\xff\xff"s),
              frame("\x0f\xff\0\0\0\0\0\0\xff\xff"s), "\x80\x01\0\x01\xff\xff\xff\xff"s}) {
            conversation.say(bytes);
            conversation.expect_close();
            conversation.connect();
        }
    });
}

TEST_F(Connection, WhatWasRightBeforeNonsenseIsAnswered)
{
    in_fiber([] {
        Conversation conversation;

        for (const std::string &nonsense :
             {frame("\x80\x01\0\x01\x7f\xff\xff\xff"s), "GET / HTTP"s}) {
            conversation.say(frame(call_add(7, 40, 2)) + nonsense);
            conversation.expect(frame(sum_of(7, 42)));
            conversation.expect_close();
            conversation.connect();
        }
    });
}

TEST_F(Connection, HalfAFrameAndAHangupHarmNobody)
{
    in_fiber([] {
        const std::string whole = frame(call_add(7, 40, 2));
        Conversation conversation;

        for (size_t size = 1; size < whole.size(); size++) {
            conversation.say(whole.substr(0, size));
            settle();
            conversation.connect();
        }
        conversation.say(whole);
        conversation.expect(frame(sum_of(7, 42)));
    });
}

TEST_F(Connection, AMessageThatComesTooSlowlyIsGivenUp)
{
    in_fiber([] {
        Conversation conversation;

        sleep_ms(5000);
        for (const char byte : frame(call_add(7, 40, 2)).substr(0, 12)) {
            conversation.say(std::string(1, byte));
            sleep_ms(500);
        }
        conversation.expect_close();
        EXPECT_EQ(conversation.seconds(), 15);
    });
}

/* ---- calls ---- */

TEST_F(Connection, CallsThatComeTogetherAreAnsweredInOrder)
{
    in_fiber([] {
        Conversation conversation;
        std::string questions;
        std::string answers;

        for (int i = 0; i < 1000; i++) {
            questions += frame(call_add(i, i, 1));
            answers += frame(sum_of(i, i + 1));
        }
        conversation.say(questions);
        conversation.expect(answers);
    });
}

TEST_F(Connection, AnAnswerDoesNotWaitForTheNextCall)
{
    in_fiber([] {
        Conversation conversation;

        conversation.say(frame(call_add(1, 1, 2)) + frame(call_nap(2, 30000)) +
                         frame(call_add(3, 3, 4)));
        conversation.expect(frame(sum_of(1, 3)));
        EXPECT_EQ(conversation.seconds(), 0);
        conversation.expect(frame(napped(2)) + frame(sum_of(3, 7)));
        EXPECT_EQ(conversation.seconds(), 30);
    });
}

TEST_F(Connection, OnewayCallsAreNotAnswered)
{
    in_fiber([] {
        Conversation conversation;

        conversation.say(frame(note("one")) + frame(note("two")) + frame(call_add(1, 1, 2)));
        conversation.expect(frame(sum_of(1, 3)));
        EXPECT_EQ(conversation.calculator.notes, (std::vector<std::string>{"one", "two"}));
    });
}

TEST_F(Connection, MultiplexedCallsNameTheirService)
{
    in_fiber([] {
        Conversation conversation;

        conversation.say(frame(call_add(1, 1, 2, "Calculator:add")));
        conversation.expect(frame(sum_of(1, 3)));
        conversation.say(frame(call_add(2, 1, 2, "Other:add")));
        conversation.expect(frame(failed("Other:add", 2, WEFT_THRIFT_ERROR_UNKNOWN_METHOD,
                                         "unknown method \"Other:add\"")));
    });
}

TEST_F(Connection, AMethodIsFoundByAllOfItsName)
{
    in_fiber([] {
        Conversation conversation;

        for (const std::string &name : {"ad"s, "addd"s, "a"s, ""s, "z"s, ":"s, "Calculator:"s,
                                        ":add"s, "Calculator:ad"s, "calculator:add"s}) {
            conversation.say(frame(call_add(1, 1, 2, name)));
            conversation.expect(frame(failed(name, 1, WEFT_THRIFT_ERROR_UNKNOWN_METHOD,
                                             "unknown method \"" + name + "\"")));
        }
        for (const std::string &name : {"add\0"s, "add\0and a tail as long as this"s}) {
            conversation.say(frame(call_add(1, 1, 2, name)));
            conversation.expect(
                frame(failed(name, 1, WEFT_THRIFT_ERROR_UNKNOWN_METHOD, "unknown method \"add\"")));
        }
    });
}

TEST_F(Connection, WhatIsWrongBehindTheHeadIsAnswered)
{
    in_fiber([] {
        Conversation conversation;

        conversation.say(frame(call_add(1, 1, 2, "multiply")));
        conversation.expect(frame(failed("multiply", 1, WEFT_THRIFT_ERROR_UNKNOWN_METHOD,
                                         "unknown method \"multiply\"")));
        conversation.say(frame(sum_of(2, 3)));
        conversation.expect(frame(
            failed("add", 2, WEFT_THRIFT_ERROR_INVALID_MESSAGE_TYPE, "this message is no call")));
        conversation.say(frame(call_add(3, 1, 2) + "x"));
        conversation.expect(frame(
            failed("add", 3, WEFT_THRIFT_ERROR_PROTOCOL, "there are bytes behind the arguments")));
    });
}

TEST_F(Connection, EveryTruncationOfArgumentsIsAnsweredAndTheNextCallServed)
{
    in_fiber([] {
        const std::string whole = call_add(7, 40, 2);
        const size_t head_size = whole.size() - add_fields(40, 2).size() - 1;
        Conversation conversation;

        for (size_t size = head_size; size < whole.size(); size++) {
            conversation.say(frame(whole.substr(0, size)));
            const std::string length = conversation.hear(4);
            ASSERT_EQ(length.size(), 4u);
            const std::string answer = conversation.hear((uint8_t)length[3]);
            EXPECT_EQ(answer.substr(0, 15), "\x80\x01\0\x03"s + string("add") + i32(7));
            EXPECT_EQ(answer.substr(answer.size() - 5), i32(WEFT_THRIFT_ERROR_PROTOCOL) + "\0"s);
        }
        conversation.say(frame(whole));
        conversation.expect(frame(sum_of(7, 42)));
    });
}

TEST_F(Connection, DeclaredExceptionsAreResults)
{
    in_fiber([] {
        Conversation conversation;

        conversation.say(frame(call_add(1, INT32_MAX, 1)));
        conversation.expect(frame(
            message(REPLY, "add", 1,
                    field(WEFT_THRIFT_STRUCT, 1,
                          field(WEFT_THRIFT_STRING, 1, string("2147483647 and 1")) + "\0"s))));
    });
}

TEST_F(Connection, OtherErrorsKeepTheirMessageToThemselves)
{
    in_fiber([] {
        Conversation conversation;

        conversation.calculator.before_add = [](WeftCall *, GError **error) {
            g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, "open \"/etc/secret\": no");
            return FALSE;
        };
        conversation.say(frame(call_add(1, 1, 2)));
        conversation.expect(frame(failed("add", 1, WEFT_THRIFT_ERROR_INTERNAL, "internal error")));

        conversation.calculator.before_add = [](WeftCall *, GError **error) {
            g_set_error_literal(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_MISSING_RESULT,
                                "nothing there");
            return FALSE;
        };
        conversation.say(frame(call_add(2, 1, 2)));
        conversation.expect(
            frame(failed("add", 2, WEFT_THRIFT_ERROR_MISSING_RESULT, "nothing there")));
    });
}

/* ---- limits ---- */

TEST_F(Connection, ACallHasItsTime)
{
    in_fiber([] {
        WeftThriftServiceLimits limits = small_limits();
        limits.call_timeout_ms = 20000;
        Conversation conversation(limits);

        conversation.say(frame(call_nap(1, 19000)));
        conversation.expect(frame(napped(1)));
        conversation.say(frame(call_nap(2, 60000)));
        conversation.expect(
            frame(failed("nap", 2, WEFT_THRIFT_ERROR_INTERNAL, "the call took too long")));
        EXPECT_EQ(conversation.seconds(), 39);
    });
}

TEST_F(Connection, ACallersOwnTimeIsKept)
{
    in_fiber([] {
        const WeftThriftHeaderPair timeout = {WEFT_STRING("timeout-ms"), WEFT_STRING("3000"),
                                              false};
        Conversation conversation;

        conversation.say(in_frame_of_header(&timeout, 1, false, call_nap(7, 60000)));
        conversation.expect(in_frame_of_header(
            nullptr, 0, false,
            failed("nap", 7, WEFT_THRIFT_ERROR_INTERNAL, "the call took too long")));
        EXPECT_EQ(conversation.seconds(), 3);
    });
}

TEST_F(Connection, TooManyCallsAreRefusedAtOnce)
{
    in_fiber([] {
        WeftThriftServiceLimits limits = small_limits();
        limits.max_concurrent_calls = 2;
        limits.max_pipelined_calls = 8;
        Conversation conversation(limits);

        conversation.say(frame(call_nap(1, 1000)) + frame(call_nap(2, 1000)) +
                         frame(call_nap(3, 1000)));
        conversation.expect(
            frame(failed("nap", 3, WEFT_THRIFT_ERROR_OVERLOADED, "too many calls are under way")));
        EXPECT_EQ(conversation.seconds(), 0);
        conversation.expect(frame(napped(1)) + frame(napped(2)));
    });
}

TEST_F(Connection, PipelinedCallsAreAnsweredAsTheyAreReady)
{
    in_fiber([] {
        WeftThriftServiceLimits limits = small_limits();
        limits.max_pipelined_calls = 3;
        Conversation conversation(limits);

        for (int round = 0; round < 3; round++) {
            conversation.say(frame(call_nap(1, 3000)) + frame(call_nap(2, 1000)) +
                             frame(call_add(3, 1, 2)) + frame(call_nap(4, 1000)) +
                             frame(call_echo(5, std::string(100000, 'x'))));
            conversation.expect(frame(sum_of(3, 3)));
            EXPECT_EQ(conversation.seconds(), 3 * round);
            conversation.expect(frame(napped(2)) + frame(napped(4)));
            conversation.expect(frame(echoed(5, std::string(100000, 'x'))));
            EXPECT_EQ(conversation.seconds(), 3 * round + 1);
            conversation.expect(frame(napped(1)));
            EXPECT_EQ(conversation.seconds(), 3 * (round + 1));
        }
    });
}

TEST_F(Connection, AClientThatLeavesEndsItsPipelinedCalls)
{
    in_fiber([] {
        WeftThriftServiceLimits limits = small_limits();
        limits.max_pipelined_calls = 3;
        Conversation conversation(limits);

        conversation.say(frame(call_nap(1, 60000)) + frame(call_nap(2, 60000)));
        settle();
        g_clear_pointer(&conversation.stream, weft_stream_free);
        join(conversation.group);
        EXPECT_EQ(conversation.seconds(), 0);
    });
}

TEST_F(Connection, AClientThatTakesNoAnswersIsGivenUp)
{
    in_fiber([] {
        Conversation conversation;
        const std::string text(1000000, 'x');

        for (int i = 0; i < 8; i++)
            conversation.say(frame(call_echo(i, text)));
        sleep_ms(20000);
        join(conversation.group);
        EXPECT_EQ(conversation.seconds(), 20);
        const std::string heard = conversation.hear();
        EXPECT_GT(heard.size(), text.size());
        EXPECT_LT(heard.size(), 8 * text.size());
    });
}

/* ---- what stands around calls ---- */

namespace
{

struct Guard {
    std::string name;
    std::vector<std::string> *log;
    bool refuses;
};

gboolean
guard(WeftCall *call, gpointer data, GError **error)
{
    auto *self = static_cast<Guard *>(data);

    self->log->push_back(self->name + " " + weft_call_service_name(call) + "." +
                         weft_call_method_name(call));
    if (self->refuses) {
        g_set_error_literal(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN, "not you");
        return FALSE;
    }
    const gboolean succeeded = weft_call_proceed(call, error);
    self->log->push_back(self->name + (succeeded ? " done" : " failed"));
    return succeeded;
}

} // namespace

TEST_F(Connection, InterceptorsStandAroundCalls)
{
    in_fiber([] {
        std::vector<std::string> log;
        Guard outer = {"outer", &log, false};
        Guard inner = {"inner", &log, false};
        Conversation conversation(small_limits(), [&](WeftThriftProcessor *processor) {
            weft_thrift_processor_add_interceptor(processor, guard, &outer, nullptr);
            weft_thrift_processor_add_interceptor(processor, guard, &inner, nullptr);
        });

        conversation.say(frame(call_add(1, 1, 2)));
        conversation.expect(frame(sum_of(1, 3)));
        EXPECT_EQ(log, (std::vector<std::string>{"outer Calculator.add", "inner Calculator.add",
                                                 "inner done", "outer done"}));
        inner.refuses = true;
        conversation.say(frame(call_add(2, 1, 2)));
        conversation.expect(frame(failed("add", 2, WEFT_THRIFT_ERROR_UNKNOWN, "not you")));
        EXPECT_EQ(log.back(), "outer failed");
    });
}

namespace
{

void
add_metrics(const WeftThriftMethodMetrics *metrics, gpointer data)
{
    static_cast<std::vector<WeftThriftMethodMetrics> *>(data)->push_back(*metrics);
}

} // namespace

TEST_F(Connection, MethodsAreCounted)
{
    in_fiber([] {
        Conversation conversation;
        std::vector<WeftThriftMethodMetrics> all;

        conversation.say(frame(call_add(1, 1, 2)) + frame(call_add(2, INT32_MAX, 1)) +
                         frame(call_nap(3, 1000)) + frame(message(CALL, "add", 4, "\x7f")));
        for (int i = 0; i < 4; i++) {
            const std::string length = conversation.hear(4);
            conversation.hear((uint8_t)length[3]);
        }
        weft_thrift_service_visit_metrics(conversation.service, add_metrics, &all);
        ASSERT_EQ(all.size(), 5u);
        EXPECT_STREQ(all[0].method, "health");
        EXPECT_STREQ(all[1].method, "add");
        EXPECT_EQ(all[1].n_calls, 3u);
        EXPECT_EQ(all[1].n_exceptions, 1u);
        EXPECT_EQ(all[1].n_errors, 1u);
        EXPECT_EQ(all[1].n_by_latency[0], 3u);
        EXPECT_STREQ(all[3].method, "nap");
        EXPECT_EQ(all[3].n_by_latency[20], 1u);
        EXPECT_EQ(all[3].latency_sum_us, 1000000u);
    });
}

TEST_F(Connection, HealthIsAnswered)
{
    in_fiber([] {
        Conversation conversation;

        for (const char *name : {"weft.health", "weft:health"}) {
            weft_thrift_service_set_healthy(conversation.service, TRUE);
            conversation.say(frame(message(CALL, name, 1, "")));
            std::string answer = conversation.hear(4);
            answer = conversation.hear((uint8_t)answer[3]);
            EXPECT_EQ(answer.substr(answer.size() - 5), field(WEFT_THRIFT_BOOL, 0, "\x01") + "\0"s);
            weft_thrift_service_set_healthy(conversation.service, FALSE);
            conversation.say(frame(message(CALL, name, 1, "")));
            answer = conversation.hear(4);
            answer = conversation.hear((uint8_t)answer[3]);
            EXPECT_EQ(answer.substr(answer.size() - 5), field(WEFT_THRIFT_BOOL, 0, "\0"s) + "\0"s);
        }
    });
}
