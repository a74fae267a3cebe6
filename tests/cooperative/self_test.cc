/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The self-test: content with this program, and with what it says of one where the hook stands in a
 * library that was loaded too late (misplaced.c).
 */

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <weft/cooperative.h>

namespace
{

TEST(SelfTest, IsContentWithALinkedProgram)
{
    GError *error = nullptr;

    EXPECT_TRUE(weft_cooperative_self_test(&error)) << error->message;
    g_clear_error(&error);
}

} // namespace
