/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is spoken, by its first bytes.
 */

#include "thrift/detect.h"

#include <gtest/gtest.h>

#include <string>

using namespace std::string_literals;

namespace
{

const uint32_t MAX_FRAME_BYTES = 16U << 20;

WeftThriftDetected
detect(const std::string &bytes)
{
    return weft_thrift_detect((const uint8_t *)bytes.data(), bytes.size(), MAX_FRAME_BYTES);
}

void
expect_frame(const std::string &content, WeftThriftProtocol protocol)
{
    const WeftThriftDetected detected = detect("\0\0\0\x2a"s + content);

    EXPECT_EQ(detected.spoken, WEFT_THRIFT_SPOKEN_FRAMED);
    EXPECT_EQ(detected.protocol, protocol);
    EXPECT_EQ(detected.frame_bytes, 42u);
}

void
expect_unframed(const std::string &bytes, WeftThriftProtocol protocol)
{
    const WeftThriftDetected detected = detect(bytes);

    EXPECT_EQ(detected.spoken, WEFT_THRIFT_SPOKEN_UNFRAMED);
    EXPECT_EQ(detected.protocol, protocol);
}

} // namespace

TEST(Detect, FramesAreToldByWhatIsBehindTheirLength)
{
    expect_frame("\x80\x01\0\x01"s, WEFT_THRIFT_PROTOCOL_BINARY);
    expect_frame("\x82\x21"s, WEFT_THRIFT_PROTOCOL_COMPACT);
    expect_frame("[1,\"add\""s, WEFT_THRIFT_PROTOCOL_JSON);
    expect_frame("\0\0\0\x03"s + "add", WEFT_THRIFT_PROTOCOL_BINARY);
}

TEST(Detect, MessagesWithoutAFrameSayWhatTheyAre)
{
    expect_unframed("\x80\x01\0\x01"s, WEFT_THRIFT_PROTOCOL_BINARY);
    expect_unframed("\x82\x21"s, WEFT_THRIFT_PROTOCOL_COMPACT);
    expect_unframed("["s, WEFT_THRIFT_PROTOCOL_JSON);
    expect_unframed("\0\0\0\x03"s + "add", WEFT_THRIFT_PROTOCOL_BINARY);
}

TEST(Detect, AFrameOfTheHeaderTransportHasItsMagic)
{
    EXPECT_EQ(detect("\0\0\0\x2a\x0f\xff"s).spoken, WEFT_THRIFT_SPOKEN_HEADER);
}

TEST(Detect, TooFewBytesAreNoReasonToRefuse)
{
    const std::string frames[] = {
        "\0\0\0\x2a\x80\x01"s, "\0\0\0\x2a\x82\x21"s,           "\0\0\0\x2a["s,
        "\0\0\0\x2a\x0f\xff"s, "\0\0\0\x2a\0\0\0\x03"s + "add", "\0\0\0\x03"s + "add",
    };

    for (const std::string &frame : frames) {
        size_t size = 0;
        while (size < frame.size() &&
               detect(frame.substr(0, size)).spoken == WEFT_THRIFT_SPOKEN_MORE)
            size++;
        const WeftThriftSpoken spoken = detect(frame.substr(0, size)).spoken;
        EXPECT_NE(spoken, WEFT_THRIFT_SPOKEN_OTHER);
        EXPECT_EQ(spoken, detect(frame).spoken);
    }
}

TEST(Detect, WhatIsNoThriftIsNamed)
{
    EXPECT_STREQ(detect("GET / HTTP/1.1").refusal, "this is HTTP, which has a port of its own");
    EXPECT_STREQ(detect("\x16\x03\x01\x02\x00"s).refusal, "this is TLS, which is not spoken here");
    EXPECT_STREQ(detect("\x01\0\0\0\x05PLAIN"s).refusal,
                 "this is the SASL transport, which is not spoken here");
    EXPECT_STREQ(detect("\0\0\0\0"s).refusal, "this frame is empty");
    EXPECT_STREQ(detect("\x7f\xff\xff\xff"s).refusal,
                 "this is no Thrift, or a frame above the limit");
    EXPECT_STREQ(detect("\xff\xff\xff\xff"s).refusal,
                 "this is no Thrift, or a frame above the limit");
    EXPECT_STREQ(detect("\0\0\0\x2a\x01\x02\x03\x04\x05"s).refusal,
                 "this frame has no message of Thrift in it");
    EXPECT_STREQ(detect("\0\0\0\x02\x01\x02"s).refusal,
                 "this frame has no message of Thrift in it");
}
