/* SPDX-License-Identifier: Apache-2.0 */
#include "thrift/message.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "kinds.h"

namespace
{

struct Message : testing::Test {
    Message()
    {
        weft_arena_init(&arena, SIZE_MAX);
    }
    ~Message() override
    {
        weft_arena_clear(&arena);
    }

    static std::string write(WeftThriftProtocol protocol, const WeftThriftMessage &message)
    {
        WeftThriftWriter writer;
        const char nothing = 0;
        const WeftThriftType empty = kinds_struct_type("Empty", nullptr, 0, 1);

        weft_thrift_writer_init(&writer, nullptr, SIZE_MAX, false);
        uint8_t *at = weft_thrift_write_message(protocol, &message, writer.begin, &writer);
        at = weft_thrift_write(&empty, protocol, &nothing, at, &writer);
        at = weft_thrift_write_message_end(protocol, at, &writer);
        const std::string text(writer.begin, at);
        weft_thrift_writer_clear(&writer);
        return text;
    }

    /* FALSE: @reader has the failure */
    bool read(WeftThriftProtocol protocol, const std::string &text, WeftThriftMessage *message)
    {
        std::vector<char> exact(text.begin(), text.end());
        exact.shrink_to_fit();
        weft_thrift_reader_init(&reader, exact.data(), exact.size(), &arena, nullptr, false);
        const uint8_t *at = weft_thrift_read_message(protocol, reader.begin, &reader, message);
        if (at != nullptr)
            at = weft_thrift_skip_struct(protocol, at, &reader);
        if (at != nullptr)
            at = weft_thrift_read_message_end(protocol, at, &reader);
        weft_thrift_reader_finish(&reader);
        return at != nullptr && at == reader.end;
    }

    WeftArena arena;
    WeftThriftReader reader;
};

constexpr WeftThriftProtocol protocols[] = {
    WEFT_THRIFT_PROTOCOL_BINARY, WEFT_THRIFT_PROTOCOL_COMPACT, WEFT_THRIFT_PROTOCOL_JSON};

TEST_F(Message, HeadsAreThoseOfApache)
{
    const WeftThriftMessage call = {WEFT_STRING("add"), 7, WEFT_THRIFT_MESSAGE_CALL, false};
    WeftThriftMessage old = call;
    old.is_old = true;

    EXPECT_EQ(write(WEFT_THRIFT_PROTOCOL_BINARY, call),
              std::string("\x80\x01\x00\x01\x00\x00\x00\x03"
                          "add\x00\x00\x00\x07\x00",
                          16));
    EXPECT_EQ(write(WEFT_THRIFT_PROTOCOL_BINARY, old), std::string("\x00\x00\x00\x03"
                                                                   "add\x01\x00\x00\x00\x07\x00",
                                                                   13));
    EXPECT_EQ(write(WEFT_THRIFT_PROTOCOL_COMPACT, call), std::string("\x82\x21\x07\x03"
                                                                     "add\x00",
                                                                     8));
    EXPECT_EQ(write(WEFT_THRIFT_PROTOCOL_JSON, call), R"([1,"add",1,7,{}])");
}

TEST_F(Message, HeadsAreReadAgain)
{
    for (WeftThriftProtocol protocol : protocols) {
        for (uint8_t kind = WEFT_THRIFT_MESSAGE_CALL; kind <= WEFT_THRIFT_MESSAGE_ONEWAY; kind++) {
            const WeftThriftMessage message = {WEFT_STRING("Service:call"), -5, kind, false};
            WeftThriftMessage again = {};
            const std::string text = write(protocol, message);
            WeftThriftProtocol detected = WEFT_THRIFT_PROTOCOL_JSON;
            ASSERT_TRUE(read(protocol, text, &again));
            EXPECT_STREQ(again.name.data, "Service:call");
            EXPECT_EQ(again.sequence_id, -5);
            EXPECT_EQ(again.kind, kind);
            EXPECT_FALSE(again.is_old);
            EXPECT_TRUE(weft_thrift_protocol_of(static_cast<uint8_t>(text[0]), &detected));
            EXPECT_EQ(detected, protocol);
            for (size_t size = 0; size < text.size(); size++) {
                ASSERT_FALSE(read(protocol, text.substr(0, size), &again));
                ASSERT_EQ(reader.failure, WEFT_THRIFT_TRUNCATED) << size;
            }
        }
    }
}

TEST_F(Message, TheOldFormIsRememberedForTheAnswer)
{
    const WeftThriftMessage old = {WEFT_STRING("add"), 7, WEFT_THRIFT_MESSAGE_ONEWAY, true};
    WeftThriftMessage again = {};

    ASSERT_TRUE(read(WEFT_THRIFT_PROTOCOL_BINARY, write(WEFT_THRIFT_PROTOCOL_BINARY, old), &again));
    EXPECT_TRUE(again.is_old);
    EXPECT_EQ(again.kind, WEFT_THRIFT_MESSAGE_ONEWAY);
    EXPECT_STREQ(again.name.data, "add");
}

TEST_F(Message, WhatIsNoHeadIsRefused)
{
    WeftThriftMessage message;

    EXPECT_FALSE(read(WEFT_THRIFT_PROTOCOL_BINARY, std::string("\x80\x02\x00\x01", 4), &message));
    EXPECT_EQ(reader.failure, WEFT_THRIFT_MALFORMED);
    EXPECT_FALSE(read(WEFT_THRIFT_PROTOCOL_COMPACT, "\x82\x22\x07\x01x", &message));
    EXPECT_EQ(reader.failure, WEFT_THRIFT_MALFORMED);
    EXPECT_FALSE(read(WEFT_THRIFT_PROTOCOL_JSON, R"([2,"x",1,1,{}])", &message));
    EXPECT_EQ(reader.failure, WEFT_THRIFT_MALFORMED);
    EXPECT_FALSE(read(WEFT_THRIFT_PROTOCOL_JSON, R"([1,"x",5,1,{}])", &message));
    EXPECT_EQ(reader.failure, WEFT_THRIFT_MALFORMED);

    WeftThriftProtocol protocol;
    EXPECT_FALSE(weft_thrift_protocol_of('G', &protocol));
}

TEST_F(Message, ApplicationExceptionsTravelAsAStruct)
{
    const WeftThriftApplicationException failure = {WEFT_STRING("no such method"),
                                                    WEFT_THRIFT_ERROR_UNKNOWN_METHOD};
    for (WeftThriftProtocol protocol : protocols) {
        WeftThriftApplicationException again = {};
        g_autoptr(GBytes) bytes = weft_thrift_encode(&weft_thrift_application_exception_type,
                                                     protocol, &failure, nullptr);
        size_t size = 0;
        const void *data = g_bytes_get_data(bytes, &size);
        ASSERT_TRUE(weft_thrift_decode(&weft_thrift_application_exception_type, protocol, &again,
                                       data, size, &arena, nullptr));
        EXPECT_STREQ(again.message.data, "no such method");
        EXPECT_EQ(again.code, 1);
    }
}

} // namespace
