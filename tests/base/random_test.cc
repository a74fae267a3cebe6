/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/random.h>

#include <gtest/gtest.h>

#include <set>
#include <string>

TEST(Random, FillsAllOfIt)
{
    /* More than the kernel gives at once when a signal comes; each byte is 0 now and then only. */
    std::string bytes(1000, '\0');
    std::string ever(bytes.size(), '\0');

    for (int i = 0; i < 20; i++) {
        weft_random_fill(&bytes[0], bytes.size());
        for (size_t at = 0; at < bytes.size(); at++)
            ever[at] = static_cast<char>(ever[at] | bytes[at]);
    }
    EXPECT_EQ(ever.find('\0'), std::string::npos);
}

TEST(Random, NeverTellsTheSameTwice)
{
    std::set<std::string> seen;

    for (int i = 0; i < 1000; i++) {
        std::string bytes(16, '\0');
        weft_random_fill(&bytes[0], bytes.size());
        EXPECT_TRUE(seen.insert(bytes).second);
    }
}

TEST(Random, NothingMayBeAskedFor)
{
    char byte = 'x';

    weft_random_fill(&byte, 0);
    EXPECT_EQ(byte, 'x');
}
