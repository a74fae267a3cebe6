/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The self-test: content with this program, and with what it says of one where the hook stands in a
 * library that was loaded too late (misplaced.c).
 */

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <weft/cooperative.h>

namespace
{

TEST(SelfTest, IsContentWithALinkedProgram)
{
    GError *error = nullptr;

    EXPECT_TRUE(weft_cooperative_self_test(&error)) << error->message;
    g_clear_error(&error);
}

TEST(SelfTest, SaysWhenTheHookIsBypassed)
{
    void *library = dlopen(MISPLACED, RTLD_NOW);
    ASSERT_NE(library, nullptr) << dlerror();
    auto *ask = reinterpret_cast<char *(*)()>(dlsym(library, "misplaced_self_test"));
    ASSERT_NE(ask, nullptr);
    g_autofree char *message = ask();

    ASSERT_NE(message, nullptr);
    EXPECT_THAT(message,
                testing::MatchesRegex("poll\\(\\) is that of \".*\", not .*link weft::.*"));
}

} // namespace
