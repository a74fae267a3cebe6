/* SPDX-License-Identifier: Apache-2.0 */

#include "../in_fiber.h"
#include "c_glib_calculator.h"
#include "c_glib_messages.h"

#include <weft/group.h>
#include <weft/thrift_c_glib.h>

#include <random>

extern "C" {
#include "calc_calculator.h"
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol_factory.h>
}

using namespace weft_test;

namespace
{

constexpr size_t PIPE_BYTES = 64 * 1024;

ThriftProtocolFactory *
compact_factory()
{
    return THRIFT_PROTOCOL_FACTORY(g_object_new(THRIFT_TYPE_COMPACT_PROTOCOL_FACTORY, nullptr));
}

class CGlibService : public FakeClock
{
  protected:
    void SetUp() override
    {
        FakeClock::SetUp();
        service = new_service(nullptr);
    }
    void TearDown() override
    {
        weft_service_free(service);
        FakeClock::TearDown();
    }

    static WeftService *new_service(ThriftProtocolFactory *factory)
    {
        g_autoptr(GError) error = nullptr;
        ThriftProcessor *processor = calculator_processor_new();
        WeftService *made = weft_thrift_c_glib_service_new(processor, factory, &error);

        EXPECT_NE(made, nullptr) << (error != nullptr ? error->message : "");
        g_object_unref(processor);
        return made;
    }

    /* In a fiber: serve one end of a pipe while @talk has the other. */
    void serve(const std::function<void(WeftStream *)> &talk)
    {
        in_fiber([&] {
            g_autoptr(WeftGroup) group = weft_group_new();
            WeftStream *ours;
            WeftStream *theirs;

            weft_stream_pair(PIPE_BYTES, &ours, &theirs);
            spawn(group, [this, theirs] {
                gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service, theirs, nullptr);
            });
            talk(ours);
            join(group);
        });
    }

    /* All that is answered to @sent, after which the client sends no more. */
    std::string answer_to(const std::string &sent)
    {
        std::string heard;

        serve([&](WeftStream *stream) {
            char piece[512];
            ssize_t n_read;

            /* Who is refused may be cut off before all was said. */
            gboolean said G_GNUC_UNUSED =
                weft_stream_write_all(stream, sent.data(), sent.size(), nullptr) &&
                weft_stream_finish(stream, nullptr);
            while ((n_read = weft_stream_read(stream, piece, sizeof piece, nullptr)) > 0)
                heard.append(piece, static_cast<size_t>(n_read));
            weft_stream_free(stream);
        });
        return heard;
    }

    WeftService *service = nullptr;
};

TEST_F(CGlibService, AnswersFramedAndUnframedCallsAsTheyCome)
{
    EXPECT_EQ(answer_to(framed(add_call(40, 2, 7))), framed(add_reply(42, 7)));
    EXPECT_EQ(answer_to(add_call(40, 2, 7)), add_reply(42, 7));
}

TEST_F(CGlibService, AnswersPipelinedCallsInOrder)
{
    std::string sent;
    std::string expected;

    for (int i = 0; i < 200; i++) {
        sent += framed(add_call(i, i, static_cast<uint32_t>(i)));
        expected += framed(add_reply(2 * i, static_cast<uint32_t>(i)));
    }
    EXPECT_EQ(answer_to(sent), expected);
}

TEST_F(CGlibService, SaysNothingToOnewayCalls)
{
    const std::string forget =
        head("forget", ONEWAY, 1) + field(STRING, 1) + text("all") + std::string(1, '\0');

    EXPECT_EQ(answer_to(framed(forget) + framed(add_call(1, 2, 3))), framed(add_reply(3, 3)));
}

TEST_F(CGlibService, AnswersUnknownMethodsWithAnException)
{
    const std::string heard = answer_to(framed(head("subtract", CALL, 5) + std::string(1, '\0')) +
                                        framed(add_call(1, 2, 6)));

    EXPECT_EQ(heard.substr(4, 20), head("subtract", EXCEPTION, 5));
    EXPECT_NE(heard.find(add_reply(3, 6)), std::string::npos);
}

TEST_F(CGlibService, AnswersArgumentsOfAnotherTypeAndGoesOn)
{
    /* A required field is missing: c_glib gives up in the middle. */
    const std::string bad = head("same", CALL, 9) + field(STRUCT, 1) + std::string(2, '\0');
    const std::string heard = answer_to(framed(bad) + framed(add_call(1, 2, 10)));

    EXPECT_EQ(heard.substr(4, 16), head("same", EXCEPTION, 9));
    EXPECT_NE(heard.find(add_reply(3, 10)), std::string::npos);
}

TEST_F(CGlibService, ClosesOnWhatIsNoCallAfterAnsweringWhatWas)
{
    const std::string good = framed(add_call(1, 2, 3));
    const std::string deep = framed(deep_call(100000));
    const std::string bad[] = {
        std::string(4, '\0'),
        "GET / HTTP/1.1\r\n\r\n",
        deep,
        framed(head("add", REPLY, 1) + std::string(1, '\0')),
        framed("\x82\x21\x01\x03"
               "add" +
               std::string(1, '\0')),
    };

    for (const std::string &bytes : bad)
        EXPECT_EQ(answer_to(good + bytes + good), framed(add_reply(3, 3)));
}

TEST_F(CGlibService, AnswersAValidCallAfterEachMutation)
{
    std::mt19937 random(4711);
    const std::string whole = framed(add_call(1, 2, 3));

    for (unsigned i = 0; i < 500; i++) {
        std::string bytes = whole;
        bytes[random() % bytes.size()] = static_cast<char>(random());
        (void)answer_to(bytes);
        ASSERT_EQ(answer_to(whole), framed(add_reply(3, 3))) << "after mutation " << i;
    }
}

TEST_F(CGlibService, GivesUpOnStructsThatNestTooDeepForItsStack)
{
    /* Each child is a list in a struct: half the depth that messages may have. */
    std::string nested = std::string(1, '\0');

    for (unsigned i = 0; i < 30; i++)
        nested = field(LIST, 1) + number(STRUCT, 1) + number(1, 4) + nested + std::string(1, '\0');
    const std::string call =
        head("nest", CALL, 3) + field(STRUCT, 1) + nested + std::string(1, '\0');
    const std::string heard = answer_to(framed(call) + framed(add_call(1, 2, 4)));

    EXPECT_NE(heard.find(add_reply(3, 4)), std::string::npos);
}

/* The client that Apache's compiler made, on a transport of ours. */
struct Client {
    ThriftTransport *transport;
    ThriftProtocol *protocol;
    CalcCalculatorIf *calculator;

    Client(WeftStream *stream, bool is_framed, GType protocol_type)
        : transport(THRIFT_TRANSPORT(weft_thrift_transport_new(stream, is_framed))),
          protocol(THRIFT_PROTOCOL(g_object_new(protocol_type, "transport", transport, nullptr))),
          calculator(
              CALC_CALCULATOR_IF(g_object_new(CALC_TYPE_CALCULATOR_CLIENT, "input_protocol",
                                              protocol, "output_protocol", protocol, nullptr)))
    {
    }
    ~Client()
    {
        g_object_unref(calculator);
        g_object_unref(protocol);
        g_object_unref(transport);
    }
    Client(const Client &) = delete;
};

void
call_all(CalcCalculatorIf *calculator)
{
    g_autoptr(GError) error = nullptr;
    CalcOverflow *overflow = nullptr;
    gint32 sum = 0;
    gchar *repeated = nullptr;

    EXPECT_TRUE(calc_calculator_if_ping(calculator, &error)) << error->message;
    EXPECT_TRUE(calc_calculator_if_add(calculator, &sum, 40, 2, &overflow, &error));
    EXPECT_EQ(sum, 42);
    EXPECT_FALSE(calc_calculator_if_add(calculator, &sum, INT32_MAX, 2, &overflow, &error));
    ASSERT_NE(overflow, nullptr);
    g_object_unref(overflow);
    g_clear_error(&error);

    EXPECT_TRUE(calc_calculator_if_forget(calculator, "this", &error));
    EXPECT_TRUE(calc_calculator_if_repeat(calculator, &repeated, "ab", 3, &error));
    EXPECT_STREQ(repeated, "ababab");
    g_free(g_steal_pointer(&repeated));
    EXPECT_FALSE(calc_calculator_if_repeat(calculator, &repeated, "ab", -1, &error));
    ASSERT_NE(error, nullptr);
    EXPECT_STREQ(error->message, "application error: cannot repeat -1 times");
    g_free(repeated);
}

TEST_F(CGlibService, TalksToGeneratedClients)
{
    for (GType type : {THRIFT_TYPE_BINARY_PROTOCOL, THRIFT_TYPE_COMPACT_PROTOCOL}) {
        ThriftProtocolFactory *factory =
            type == THRIFT_TYPE_COMPACT_PROTOCOL ? compact_factory() : nullptr;
        weft_service_free(service);
        service = new_service(factory);
        g_clear_object(&factory);
        for (bool is_framed : {true, false}) {
            serve([&](WeftStream *stream) {
                Client client(stream, is_framed, type);
                call_all(client.calculator);
            });
        }
    }
}

TEST_F(CGlibService, ServesManyConnectionsAtTheSameTime)
{
    constexpr int n_clients = 100;

    in_fiber([&] {
        g_autoptr(WeftGroup) servers = weft_group_new();
        g_autoptr(WeftGroup) clients = weft_group_new();
        int n_answered = 0;

        for (int i = 0; i < n_clients; i++) {
            WeftStream *ours;
            WeftStream *theirs;

            weft_stream_pair(PIPE_BYTES, &ours, &theirs);
            spawn(servers, [this, theirs] {
                gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service, theirs, nullptr);
            });
            spawn(clients, [ours, &n_answered] {
                Client client(ours, true, THRIFT_TYPE_BINARY_PROTOCOL);
                for (int turn = 0; turn < 3; turn++)
                    EXPECT_TRUE(calc_calculator_if_ping(client.calculator, nullptr));
                n_answered++;
            });
        }
        join(clients);
        join(servers);
        EXPECT_EQ(n_answered, n_clients);
    });
}

TEST_F(CGlibService, RefusesProtocolsItCannotCheck)
{
    g_autoptr(GError) error = nullptr;
    ThriftProcessor *processor = calculator_processor_new();
    const GType type = g_type_register_static_simple(
        THRIFT_TYPE_PROTOCOL_FACTORY, "OtherProtocolFactory", sizeof(ThriftProtocolFactoryClass),
        nullptr, sizeof(ThriftProtocolFactory), nullptr, static_cast<GTypeFlags>(0));
    GObject *other = G_OBJECT(g_object_new(type, nullptr));

    EXPECT_EQ(weft_thrift_c_glib_service_new(processor, THRIFT_PROTOCOL_FACTORY(other), &error),
              nullptr);
    EXPECT_TRUE(failed_with(&error, WEFT_ERROR_INVALID));
    g_object_unref(other);
    g_object_unref(processor);
}

} // namespace
