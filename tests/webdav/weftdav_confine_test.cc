/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Confinement is for ever, so each test confines a child process.
 */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <string>

extern "C" {
#include "webdav/weftdav/confine.h"
}

namespace
{

/* A folder to serve, and one beside it, each with a file. */
class Confine : public testing::Test
{
  protected:
    void SetUp() override
    {
        place = g_dir_make_tmp("weft-confine-XXXXXX", nullptr);
        for (const char *name : {"inside", "beside"}) {
            mkdir(path(name).c_str(), 0700);
            mkdir(path(name + std::string("/folder")).c_str(), 0700);
            g_file_set_contents(path(name + std::string("/file")).c_str(), "text", 4, nullptr);
        }
        symlink(path("beside/file").c_str(), path("inside/link").c_str());
    }
    void TearDown() override
    {
        const std::string command = std::string("rm -r ") + place;

        EXPECT_EQ(system(command.c_str()), 0);
        g_free(place);
    }

    std::string path(const std::string &name)
    {
        return std::string(place) + "/" + name;
    }

    /* Run @body in a confined child; the number of the line that failed, 0 if none did. */
    int confined(WeftDavConfineAccess access, const std::function<int()> &body)
    {
        const pid_t child = fork();

        if (child == 0) {
            WeftDavConfinement *confinement = weft_dav_confinement_new();
            weft_dav_confinement_add(confinement, path("inside").c_str(), access);
            const char *done = weft_dav_confine(confinement);
            weft_dav_confinement_free(confinement);
            _exit(strstr(done, "Landlock to") != nullptr ? body() : SKIPPED);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    bool opens(const std::string &name, int flags)
    {
        const int fd = open(path(name).c_str(), flags | O_CLOEXEC, 0600);

        if (fd >= 0)
            close(fd);
        return fd >= 0;
    }

    static constexpr int SKIPPED = 77;
    char *place;
};

#define EXPECT_HOLDS(run)                                                                          \
    do {                                                                                           \
        const int line = (run);                                                                    \
        if (line == SKIPPED)                                                                       \
            GTEST_SKIP() << "the kernel has no Landlock";                                          \
        EXPECT_EQ(line, 0);                                                                        \
    } while (0)

#define CHECK_HERE(condition)                                                                      \
    if (!(condition))                                                                              \
    return __LINE__ % 256 == 0 ? 1 : __LINE__ % 256

} // namespace

TEST_F(Confine, WhatIsBesideCannotBeOpenedNotByALinkEither)
{
    EXPECT_HOLDS(confined(WEFT_DAV_CONFINE_WRITE, [&] {
        CHECK_HERE(opens("inside/file", O_RDWR));
        CHECK_HERE(!opens("beside/file", O_RDONLY) && errno == EACCES);
        CHECK_HERE(!opens("beside", O_RDONLY | O_DIRECTORY));
        CHECK_HERE(!opens("beside/new", O_WRONLY | O_CREAT));
        CHECK_HERE(!opens("inside/link", O_RDONLY));
        CHECK_HERE(!opens("", O_RDONLY | O_DIRECTORY));
        return 0;
    }));
}

TEST_F(Confine, InsideAllIsPossibleThatAStoreDoes)
{
    EXPECT_HOLDS(confined(WEFT_DAV_CONFINE_WRITE, [&] {
        CHECK_HERE(opens("inside/new", O_WRONLY | O_CREAT));
        CHECK_HERE(truncate(path("inside/file").c_str(), 1) == 0);
        CHECK_HERE(rename(path("inside/new").c_str(), path("inside/folder/new").c_str()) == 0);
        CHECK_HERE(mkdir(path("inside/other").c_str(), 0700) == 0);
        CHECK_HERE(rename(path("inside/folder").c_str(), path("inside/other/folder").c_str()) == 0);
        CHECK_HERE(unlink(path("inside/other/folder/new").c_str()) == 0);
        CHECK_HERE(rmdir(path("inside/other/folder").c_str()) == 0);
        CHECK_HERE(rename(path("inside/file").c_str(), path("beside/stolen").c_str()) != 0);
        return 0;
    }));
}

TEST_F(Confine, WhatIsServedReadOnlyCannotBeWritten)
{
    EXPECT_HOLDS(confined(WEFT_DAV_CONFINE_READ, [&] {
        CHECK_HERE(opens("inside/file", O_RDONLY));
        CHECK_HERE(!opens("inside/file", O_WRONLY));
        CHECK_HERE(!opens("inside/new", O_WRONLY | O_CREAT));
        CHECK_HERE(unlink(path("inside/file").c_str()) != 0);
        return 0;
    }));
}

TEST_F(Confine, ProgramsGainNoRightsAndAreNotStarted)
{
    EXPECT_HOLDS(confined(WEFT_DAV_CONFINE_WRITE, [&] {
        CHECK_HERE(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
        CHECK_HERE(execl("/bin/true", "true", static_cast<char *>(nullptr)) != 0);
        return 0;
    }));
}

TEST_F(Confine, AUserThatDoesNotExistIsRefused)
{
    g_autoptr(GError) error = nullptr;

    EXPECT_FALSE(weft_dav_user_begin("no such user", &error));
    EXPECT_STREQ(error->message, "there is no user \"no such user\"");
}
