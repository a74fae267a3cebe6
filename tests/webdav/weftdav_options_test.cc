/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/weftdav/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>
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

/* A configuration file for the length of a test. */
class File
{
  public:
    explicit File(const std::string &text)
    {
        const int fd = g_file_open_tmp("weftdav-XXXXXX.conf", &path_, nullptr);

        EXPECT_GE(fd, 0);
        EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
        close(fd);
    }
    ~File()
    {
        unlink(path_);
        g_free(path_);
    }
    const char *path() const
    {
        return path_;
    }

  private:
    char *path_ = nullptr;
};

/* Each problem that a file has, without the file's name in front. */
std::vector<std::string>
Problems(const std::string &text)
{
    const File file(text);
    const char *arguments[] = {"weftdav", "--config", file.path(), nullptr};
    g_auto(WeftDavProgramOptions) options = {};
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    std::vector<std::string> all;

    weft_dav_program_options_gather(&options, 3, const_cast<char **>(arguments), problems);
    for (size_t i = 0; i < problems->len; i++) {
        const std::string problem = static_cast<char *>(g_ptr_array_index(problems, i));

        EXPECT_EQ(problem.find(file.path()), 0u) << problem;
        all.push_back(problem.substr(strlen(file.path())));
    }
    return all;
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

TEST(WeftdavOptions, CommandLineBeatsEnvironmentBeatsFileBeatsDefault)
{
    const File file("[weftdav]\nworkers = 2\ndurability = process\nread-only = yes\n"
                    "listen = localhost:1; localhost:2\nmax-upload = 1K\n");
    g_auto(WeftDavProgramOptions) options = {};

    g_setenv("WEFTDAV_WORKERS", "3", TRUE);
    g_setenv("WEFTDAV_MAX_UPLOAD", "2K", TRUE);
    g_setenv("WEFTDAV_LOG_LEVEL", "", TRUE);
    const gboolean ok = Parse(&options, {"--config", file.path(), "--workers=4", "--no-read-only"});
    g_unsetenv("WEFTDAV_WORKERS");
    g_unsetenv("WEFTDAV_MAX_UPLOAD");
    g_unsetenv("WEFTDAV_LOG_LEVEL");

    ASSERT_TRUE(ok);
    EXPECT_EQ(options.n_workers, 4u);
    EXPECT_EQ(options.max_upload_bytes, 2048);
    EXPECT_EQ(options.durability, WEFT_DAV_DURABILITY_PROCESS);
    EXPECT_FALSE(options.read_only);
    EXPECT_STREQ(options.listen[1], "localhost:2");
    EXPECT_EQ(options.log_level, WEFT_LOG_INFO);
}

TEST(WeftdavOptions, EnvironmentNamesTheFileAndItsOwnMistakes)
{
    const File file("[weftdav]\nworkers = 2\n");
    g_auto(WeftDavProgramOptions) options = {};

    g_setenv("WEFTDAV_CONFIG", file.path(), TRUE);
    g_setenv("WEFTDAV_READ_ONLY", "perhaps", TRUE);
    EXPECT_EQ(Refusal({}), "WEFTDAV_READ_ONLY is true or false, not \"perhaps\"");
    g_unsetenv("WEFTDAV_READ_ONLY");
    EXPECT_TRUE(Parse(&options, {}));
    g_unsetenv("WEFTDAV_CONFIG");
    EXPECT_EQ(options.n_workers, 2u);
}

TEST(WeftdavOptions, TakesPathsInAFileFromWhereItLies)
{
    const File file("[weftdav]\ndirectory = shared\naccess-log = -\n");
    g_auto(WeftDavProgramOptions) options = {};
    g_autofree char *folder = g_path_get_dirname(file.path());

    ASSERT_TRUE(Parse(&options, {"--config", file.path()}));
    EXPECT_EQ(options.directory, std::string(folder) + "/shared");
    EXPECT_STREQ(options.access_log, "-");
}

TEST(WeftdavOptions, NamesEveryMistakeInAFileWithItsLine)
{
    EXPECT_THAT(Problems("# comment\n[weftdav]\nlistne = x\nmax-upload = 10X\nworkers = 1\n"
                         "workers = 2\ncheck-config = x\n[wefdav]\n[other thing]\n"),
                testing::UnorderedElementsAre(
                    ", line 3: no key \"listne\" in [weftdav]: did you mean \"listen\"?",
                    ", line 4: bad size \"10X\" for max-upload",
                    ", line 6: \"workers\" was given on line 5 already",
                    ", line 7: no key \"check-config\" in [weftdav]",
                    ", line 8: no group [wefdav] is known: did you mean [weftdav]?",
                    ", line 9: no group [other thing] is known"));
    EXPECT_THAT(Problems("listen = x\n[weftdav]\nnothing\n[weftdav\n"),
                testing::ElementsAre(", line 1: a value must stand below a [group]",
                                     ", line 3: neither key=value nor [group]",
                                     ", line 4: neither key=value nor [group]"));
    EXPECT_THAT(Problems("[weftdav]\nstate = a\\qb\n"), testing::SizeIs(1));
    EXPECT_THAT(Problems("[weftdav]\nstate = \xff\n"), testing::SizeIs(1));
    EXPECT_THAT(Problems(""), testing::IsEmpty());
    EXPECT_THAT(Problems("[weftdav]\r\nworkers = 2\r\n"), testing::IsEmpty());
}

TEST(WeftdavOptions, KnowsWhatWaitsForTheNextStart)
{
    g_auto(WeftDavProgramOptions) options = {};
    g_auto(WeftDavProgramOptions) asked = {};

    ASSERT_TRUE(Parse(&options, {"--listen", "localhost:1"}));
    ASSERT_TRUE(
        Parse(&asked, {"--listen", "localhost:2", "--log-level", "debug", "--state", "/s"}));
    g_autofree const char **names = weft_dav_program_options_fixed(&options, &asked);
    ASSERT_EQ(g_strv_length(const_cast<char **>(names)), 2u);
    EXPECT_STREQ(names[0], "listen");
    EXPECT_STREQ(names[1], "state");
}
