/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A test of this very program that runs in a process of its own, and tells on a pipe what it has
 * done, until it is killed.  It is a disabled test: only this starts it.
 */

#include <fcntl.h>
#include <glib.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>

extern char **environ;

namespace weft_test
{

class TellingChild
{
  public:
    /* @suite: of the disabled test; @settings: environment variables */
    TellingChild(const std::string &suite, const std::map<std::string, std::string> &settings)
    {
        std::string program(4096, '\0');
        std::string filter = "--gtest_filter=" + suite + ".*";
        std::string disabled = "--gtest_also_run_disabled_tests";
        char *arguments[] = {&program[0], &filter[0], &disabled[0], nullptr};
        int ends[2];

        EXPECT_GT(readlink("/proc/self/exe", &program[0], program.size() - 1), 0);
        EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
        const int child_end = fcntl(ends[1], F_DUPFD, 100);
        g_setenv("WEFT_TEST_PIPE", std::to_string(child_end).c_str(), TRUE);
        for (const auto &[name, value] : settings)
            g_setenv(name.c_str(), value.c_str(), TRUE);
        EXPECT_EQ(posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ), 0);
        close(ends[1]);
        close(child_end);
        told = fdopen(ends[0], "r");
    }
    ~TellingChild()
    {
        int status;

        fclose(told);
        waitpid(pid, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status));
    }
    TellingChild(const TellingChild &) = delete;
    TellingChild &operator=(const TellingChild &) = delete;

    /* FALSE when it is dead, and all was heard. */
    bool hear(std::string *ret_line)
    {
        char line[256];

        if (fgets(line, sizeof line, told) == nullptr)
            return false;
        ret_line->assign(line, strcspn(line, "\n"));
        return true;
    }

    void kill()
    {
        ::kill(pid, SIGKILL);
    }

    /* In the child: FALSE when nobody listens. */
    static bool tell(const std::string &line)
    {
        const std::string text = line + "\n";

        return write(atoi(g_getenv("WEFT_TEST_PIPE")), text.data(), text.size()) > 0;
    }

  private:
    pid_t pid = -1;
    FILE *told = nullptr;
};

} // namespace weft_test
