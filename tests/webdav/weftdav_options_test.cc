/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/weftdav/options.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace
{

gboolean
Parse(WeftDavProgramOptions *options, std::vector<const char *> arguments, GError **error = nullptr)
{
    arguments.insert(arguments.begin(), "weftdav");
    const int argc = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    return weft_dav_program_options_parse(options, argc, const_cast<char **>(arguments.data()),
                                          error);
}

std::string
Refusal(const std::vector<const char *> &arguments)
{
    g_auto(WeftDavProgramOptions) options = {};
    g_autoptr(GError) error = nullptr;

    EXPECT_FALSE(Parse(&options, arguments, &error));
    return error != nullptr ? error->message : "";
}

} // namespace

TEST(WeftdavOptions, ServesTheCurrentFolderOnLoopbackByDefault)
{
    g_auto(WeftDavProgramOptions) options = {};
    g_autofree char *current = g_get_current_dir();

    ASSERT_TRUE(Parse(&options, {}));
    EXPECT_STREQ(options.directory, current);
    EXPECT_STREQ(options.listen[0], "127.0.0.1:8080");
    EXPECT_EQ(options.listen[1], nullptr);
    EXPECT_GE(options.n_workers, 1u);
    EXPECT_EQ(options.durability, WEFT_DAV_DURABILITY_POWER);
    EXPECT_EQ(options.max_upload_bytes, -1);
    EXPECT_EQ(options.access_log, nullptr);
}

TEST(WeftdavOptions, TakesThemAll)
{
    g_auto(WeftDavProgramOptions) options = {};

    ASSERT_TRUE(Parse(&options,
                      {"--listen", "localhost:1", "--listen=[::1]:2", "--read-only", "--workers=3",
                       "--durability", "process", "--max-upload", "10M", "--access-log", "-",
                       "--access-log-format", "json", "--log-level", "debug", "/srv"}));
    EXPECT_STREQ(options.directory, "/srv");
    EXPECT_STREQ(options.listen[1], "[::1]:2");
    EXPECT_TRUE(options.read_only);
    EXPECT_EQ(options.n_workers, 3u);
    EXPECT_EQ(options.durability, WEFT_DAV_DURABILITY_PROCESS);
    EXPECT_EQ(options.max_upload_bytes, 10 * 1024 * 1024);
    EXPECT_EQ(options.access_log_format, WEFT_HTTP_LOG_JSON);
    EXPECT_EQ(options.log_level, WEFT_LOG_DEBUG);
}

TEST(WeftdavOptions, RefusesOtherMachinesUnlessAnonymous)
{
    g_auto(WeftDavProgramOptions) options = {};

    for (const char *address : {"0.0.0.0:80", "[::]:80", "192.0.2.1:80", "127.example.org:80",
                                ":80", "example.org:80", "localhost.example.org:80"}) {
        EXPECT_FALSE(weft_dav_program_is_local(address)) << address;
        EXPECT_NE(Refusal({"--listen", address}).find("--anonymous"), std::string::npos);
    }
    for (const char *address :
         {"127.0.0.1:80", "127.1.2.3:80", "[::1]:0", "unix:/x", "localhost:1"})
        EXPECT_TRUE(weft_dav_program_is_local(address)) << address;
    EXPECT_TRUE(Parse(&options, {"--anonymous", "--listen", "0.0.0.0:80"}));
}

TEST(WeftdavOptions, RefusesBadValues)
{
    EXPECT_NE(Refusal({"--max-upload", "10X"}), "");
    EXPECT_NE(Refusal({"--max-upload", "M"}), "");
    EXPECT_NE(Refusal({"--max-upload", "10MB"}), "");
    EXPECT_NE(Refusal({"--max-upload", "9999999T"}), "");
    EXPECT_NE(Refusal({"--max-upload", ""}), "");
    EXPECT_NE(Refusal({"--workers", "-1"}), "");
    EXPECT_NE(Refusal({"--workers", "x"}), "");
    EXPECT_NE(Refusal({"--durability", "none"}), "");
    EXPECT_NE(Refusal({"--log-level", "loud"}), "");
    EXPECT_NE(Refusal({"--access-log-format", "xml"}), "");
    EXPECT_NE(Refusal({"--no-such-option"}), "");
    EXPECT_NE(Refusal({"a", "b"}), "");
}
