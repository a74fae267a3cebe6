/* SPDX-License-Identifier: Apache-2.0 */
#include <weft/thrift_error.h>

#include <gtest/gtest.h>
#include <string>

#include "kinds.h"

TEST(Error, AnExceptionIsADeepCopy)
{
    GError *error = nullptr;
    Kinds kinds;
    {
        std::string text = "what was thrown";
        weft_thrift_init(&kinds_type, &kinds);
        kinds.text = WeftString{text.data(), static_cast<uint32_t>(text.size())};
        EXPECT_FALSE(weft_thrift_throw(&kinds_type, &kinds, &error));
    }
    ASSERT_TRUE(g_error_matches(error, WEFT_THRIFT_EXCEPTION, 0));
    EXPECT_EQ(std::string(error->message).find("Kinds{truth: false"), 0U);
    EXPECT_EQ(weft_thrift_caught_type(error), &kinds_type);

    g_autoptr(GError) copy = g_error_copy(error);
    g_clear_error(&error);
    const auto *caught = static_cast<const Kinds *>(weft_thrift_caught(&kinds_type, copy));
    ASSERT_NE(caught, nullptr);
    EXPECT_STREQ(caught->text.data, "what was thrown");
    EXPECT_EQ(weft_thrift_caught(&kinds_choice_type, copy), nullptr);
}

TEST(Error, OthersAreNoExceptions)
{
    g_autoptr(GError) error = g_error_new(WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_INTERNAL, "x");
    Kinds kinds;

    EXPECT_EQ(weft_thrift_caught(&kinds_type, error), nullptr);
    EXPECT_EQ(weft_thrift_caught(&kinds_type, nullptr), nullptr);
    EXPECT_EQ(weft_thrift_caught_type(error), nullptr);
    weft_thrift_init(&kinds_type, &kinds);
    EXPECT_FALSE(weft_thrift_throw(&kinds_type, &kinds, nullptr));
}

TEST(Error, ALiteralOfTheDomainCarriesNothing)
{
    g_autoptr(GError) error = g_error_new(WEFT_THRIFT_EXCEPTION, 0, "x");
    g_autoptr(GError) copy = g_error_copy(error);

    EXPECT_EQ(weft_thrift_caught_type(copy), nullptr);
    EXPECT_EQ(weft_thrift_caught(&kinds_type, copy), nullptr);
}
