/* SPDX-License-Identifier: Apache-2.0 */

#include "c_glib_messages.h"

#include <gtest/gtest.h>

#include <random>

extern "C" {
#include "thrift/c_glib_intake.h"
}

using namespace weft_test;

namespace
{

class CGlibIntake : public testing::Test
{
  protected:
    void SetUp() override
    {
        weft_intake_init(&intake);
    }
    void TearDown() override
    {
        weft_intake_clear(&intake);
    }

    void come(const std::string &bytes)
    {
        ASSERT_TRUE(weft_intake_append(&intake, bytes.data(), bytes.size(), nullptr));
    }

    /* "" where there is no whole message, "bad" where there is none to come. */
    std::string next()
    {
        WeftIntakeMessage message;
        g_autoptr(GError) error = nullptr;

        switch (weft_intake_next(&intake, &message, &error)) {
        case WEFT_INTAKE_MORE:
            return "";
        case WEFT_INTAKE_BAD:
            EXPECT_NE(error, nullptr);
            return "bad";
        case WEFT_INTAKE_MESSAGE:
            break;
        }
        return {reinterpret_cast<const char *>(message.data), message.size};
    }

    WeftIntake intake = {};
};

TEST_F(CGlibIntake, HandsOutFramedMessagesOneAfterTheOther)
{
    come(framed(add_call(1, 2, 3)) + framed(add_call(4, 5, 6)));
    EXPECT_EQ(next(), add_call(1, 2, 3));
    EXPECT_EQ(next(), add_call(4, 5, 6));
    EXPECT_EQ(next(), "");
    EXPECT_TRUE(weft_intake_is_empty(&intake));
}

TEST_F(CGlibIntake, FindsTheEndOfUnframedMessages)
{
    come(add_call(1, 2, 3) + add_call(4, 5, 6) + "\x80");
    EXPECT_EQ(next(), add_call(1, 2, 3));
    EXPECT_EQ(next(), add_call(4, 5, 6));
    EXPECT_EQ(next(), "");
    EXPECT_FALSE(weft_intake_is_empty(&intake));
}

TEST_F(CGlibIntake, TakesMessagesByteByByte)
{
    for (const std::string &whole : {framed(add_call(1, 2, 3)), add_call(1, 2, 3)}) {
        for (size_t i = 0; i + 1 < whole.size(); i++) {
            come(whole.substr(i, 1));
            ASSERT_EQ(next(), "") << "after byte " << i;
        }
        come(whole.substr(whole.size() - 1));
        EXPECT_EQ(next(), add_call(1, 2, 3));
    }
}

TEST_F(CGlibIntake, RefusesAnEmptyFrame)
{
    come(std::string(4, '\0') + framed(add_call(1, 2, 3)));
    EXPECT_EQ(next(), "bad");
}

TEST_F(CGlibIntake, RefusesAFrameThatEndsInsideItsMessage)
{
    const std::string message = add_call(1, 2, 3);

    for (size_t size = 5; size < message.size(); size++) {
        weft_intake_reset(&intake);
        come(framed(message.substr(0, size)));
        EXPECT_EQ(next(), "bad") << size;
    }
}

TEST_F(CGlibIntake, RefusesAFrameWithMoreThanItsMessage)
{
    come(framed(add_call(1, 2, 3) + "x"));
    EXPECT_EQ(next(), "bad");
}

TEST_F(CGlibIntake, RefusesWhatIsTooDeep)
{
    come(framed(deep_call(60)));
    EXPECT_EQ(next(), deep_call(60));
    come(framed(deep_call(100000)));
    EXPECT_EQ(next(), "bad");
}

TEST_F(CGlibIntake, RefusesSizesThatCannotBe)
{
    const std::string begin = head("add", CALL, 1);

    for (uint64_t size : {0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        const std::string messages[] = {
            begin + field(STRING, 1) + number(size, 4) + "abc",
            begin + field(LIST, 1) + number(I64, 1) + number(size, 4) + "abc",
            begin + field(LIST, 1) + number(STRUCT, 1) + number(size, 4) + "abc",
            begin + field(MAP, 1) + number(STRING, 1) + number(I32, 1) + number(size, 4) + "abc",
            number(0x80010001U, 4) + number(size, 4) + "add",
        };
        for (const std::string &message : messages) {
            weft_intake_reset(&intake);
            come(framed(message));
            EXPECT_EQ(next(), "bad");
        }
        weft_intake_reset(&intake);
        come(number(size, 4));
        EXPECT_NE(next(), add_call(1, 2, 3));
    }
}

TEST_F(CGlibIntake, KeepsNoMoreThanHasCome)
{
    /* 16 MB announced, 20 bytes there. */
    come(number(16000000, 4) + add_call(1, 2, 3).substr(0, 16));
    EXPECT_EQ(next(), "");
    EXPECT_LE(intake.bytes.capacity, 64U * 1024);
}

TEST_F(CGlibIntake, SurvivesMutations)
{
    std::mt19937 random(4711);
    const std::string whole = framed(add_call(1, 2, 3)) + add_call(4, 5, 6);

    for (unsigned i = 0; i < 5000; i++) {
        std::string bytes = whole;
        for (unsigned n = 1 + random() % 3; n > 0; n--)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        weft_intake_reset(&intake);
        come(bytes);
        for (std::string message = next(); message != "" && message != "bad";)
            message = next();
    }
}

} // namespace
