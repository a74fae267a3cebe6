/* SPDX-License-Identifier: Apache-2.0 */

#include <gtest/gtest.h>

extern "C" {
#include "io/block.h"
}

TEST(Block, TheLastOnePutIsTheNextOneTaken)
{
    gpointer first = weft_block_take(WEFT_BLOCK_SMALL);
    gpointer second = weft_block_take(WEFT_BLOCK_SMALL);

    weft_block_put(WEFT_BLOCK_SMALL, first);
    weft_block_put(WEFT_BLOCK_SMALL, second);
    EXPECT_EQ(weft_block_take(WEFT_BLOCK_SMALL), second);
    EXPECT_EQ(weft_block_take(WEFT_BLOCK_SMALL), first);
    g_free(first);
    g_free(second);
}

TEST(Block, TrimFreesWhatNobodyNeededSinceTheLastOne)
{
    gpointer blocks[8];

    for (auto &block : blocks)
        block = weft_block_take(WEFT_BLOCK_LARGE);
    for (auto &block : blocks)
        weft_block_put(WEFT_BLOCK_LARGE, block);
    EXPECT_TRUE(weft_block_trim()) << "all were needed lately";
    weft_block_put(WEFT_BLOCK_LARGE, weft_block_take(WEFT_BLOCK_LARGE));
    EXPECT_TRUE(weft_block_trim()) << "one was needed";
    EXPECT_FALSE(weft_block_trim());
    EXPECT_FALSE(weft_block_trim());
}
