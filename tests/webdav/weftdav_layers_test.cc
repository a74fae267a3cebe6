/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/weftdav/layers.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace
{

/* The prefix of options, "none" without one, "bad" where they are refused. */
std::string
Prefix(std::vector<const char *> arguments)
{
    WeftDavProgramOptions options;
    std::vector<char *> argv = {const_cast<char *>("weftdav")};

    for (const char *argument : arguments)
        argv.push_back(const_cast<char *>(argument));
    argv.push_back(nullptr);
    if (!weft_dav_program_options_parse(&options, (int)argv.size() - 1, argv.data(), nullptr)) {
        weft_dav_program_options_clear(&options);
        return "bad";
    }
    g_autofree char *prefix = weft_dav_layers_prefix(&options);
    const std::string text = prefix != nullptr ? prefix : "none";
    weft_dav_program_options_clear(&options);
    return text;
}

TEST(Layers, PrefixIsWhatClientsSee)
{
    EXPECT_EQ(Prefix({}), "none");
    EXPECT_EQ(Prefix({"--prefix", "/"}), "none");
    EXPECT_EQ(Prefix({"--prefix", "/dav"}), "/dav");
    EXPECT_EQ(Prefix({"--prefix", "/dav//x/"}), "/dav/x");
    EXPECT_EQ(Prefix({"--base-url", "https://h"}), "none");
    EXPECT_EQ(Prefix({"--base-url", "https://h/dav/"}), "/dav");
    EXPECT_EQ(Prefix({"--base-url", "https://h/dav", "--prefix", "/files"}), "/dav/files");
    EXPECT_EQ(Prefix({"--prefix", "dav"}), "bad");
    EXPECT_EQ(Prefix({"--prefix", "/%zz"}), "bad");
    EXPECT_EQ(Prefix({"--prefix", "/.well-known/dav"}), "bad");
    EXPECT_EQ(Prefix({"--base-url", "/dav"}), "bad");
}

} // namespace
