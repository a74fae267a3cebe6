/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks on a disk: what outlives a restart and SIGKILL, what is refused at the start, and that a
 * full disk leaves memory and disk of one mind.
 */
#include "locks_subject.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <weft/group.h>

#include <fstream>
#include <set>

using namespace weft_test;

extern char **environ;

namespace
{

using Roots = std::vector<std::string>;

class LockJournal : public testing::Test
{
  protected:
    WeftDavLockStore *open(WeftDavDurability durability = WEFT_DAV_DURABILITY_PROCESS)
    {
        GError *error = nullptr;
        WeftDavLockStore *store =
            weft_dav_stored_locks_new(folder.path.c_str(), durability, &error);

        EXPECT_NE(store, nullptr) << error->message;
        return store;
    }

    /* Why it does not open. */
    std::string refusal()
    {
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftDavLockStore) store =
            weft_dav_stored_locks_new(folder.path.c_str(), WEFT_DAV_DURABILITY_PROCESS, &error);

        return store != nullptr ? "" : error->message;
    }

    /* Open, run, close. */
    void with_locks(std::function<void(Locks &)> body)
    {
        Locks locks(open());

        in_fiber([&] { body(locks); });
    }

    void run_sql(const char *sql)
    {
        sqlite3 *database;

        ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(database);
    }

    Folder folder{testing::TempDir()};
    std::string file = folder.path + "/locks.sqlite";
};

/* The rest of the file system is as full as this process makes it. */
class FullDisk
{
  public:
    FullDisk()
    {
        signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit none = {1, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &none);
    }
    ~FullDisk()
    {
        setrlimit(RLIMIT_FSIZE, &before);
        signal(SIGXFSZ, SIG_DFL);
    }

  private:
    rlimit before;
};

} // namespace

TEST_F(LockJournal, LocksSurviveARestartAsTheyWere)
{
    std::string token;
    std::string released;
    int64_t expires_us = 0;

    with_locks([&](Locks &locks) {
        const Wish wish = {"/ä/b", "si", 600, "<o>'\"&amp;</o>", "anna"};
        g_autoptr(WeftDavLock) lock = locks.take_lock(wish, nullptr, nullptr);

        token = lock->token;
        expires_us = lock->expires_us;
        released = locks.take({"/gone"});
        EXPECT_NE(locks.take({"/forgotten/1"}), "");
        EXPECT_NE(locks.take({"/forgotten/2"}), "");
        EXPECT_NE(locks.take({"/plain"}), "");
        EXPECT_EQ(locks.release(released), OK);
        EXPECT_EQ(locks.forget("/forgotten"), OK);
    });
    with_locks([&](Locks &locks) {
        g_autoptr(GPtrArray) found = locks.covering("/ä/b/c");

        ASSERT_EQ(found->len, 1u);
        const WeftDavLock *lock = (const WeftDavLock *)g_ptr_array_index(found, 0);
        EXPECT_EQ(lock->token, token);
        EXPECT_STREQ(lock->owner_xml, "<o>'\"&amp;</o>");
        EXPECT_STREQ(lock->user, "anna");
        EXPECT_TRUE(lock->is_infinite);
        EXPECT_TRUE(lock->is_shared);
        EXPECT_EQ(lock->timeout_s, 600);
        EXPECT_EQ(lock->expires_us, expires_us);
        EXPECT_EQ(locks.roots_in("/"), (Roots{"/plain", "/ä/b"}));
        EXPECT_FALSE(locks.is_empty());
        EXPECT_EQ(locks.release(token), OK);
        EXPECT_EQ(locks.release(released), WEFT_DAV_ERROR_NOT_FOUND);
    });
    with_locks([](Locks &locks) { EXPECT_EQ(locks.roots_in("/"), Roots{"/plain"}); });
}

TEST_F(LockJournal, WhatHasExpiredMeanwhileIsNotThere)
{
    weft_clock_fake_begin(G_GINT64_CONSTANT(1700000000) * G_USEC_PER_SEC);
    with_locks([](Locks &locks) {
        EXPECT_NE(locks.take({"/short", "x0", 10}), "");
        const std::string refreshed = locks.take({"/refreshed", "x0", 10});
        EXPECT_EQ(locks.refresh(refreshed, 100), OK);
    });
    weft_clock_fake_advance_us(10 * G_USEC_PER_SEC);
    with_locks([](Locks &locks) { EXPECT_EQ(locks.roots_in("/"), Roots{"/refreshed"}); });
    weft_clock_fake_end();
}

TEST_F(LockJournal, PowerDurabilityDoesTheSame)
{
    {
        Locks locks(open(WEFT_DAV_DURABILITY_POWER));

        in_fiber([&] { EXPECT_NE(locks.take({"/a"}), ""); });
    }
    with_locks([](Locks &locks) { EXPECT_EQ(locks.roots_in("/"), Roots{"/a"}); });
}

TEST_F(LockJournal, ADamagedFileIsRefusedWithItsName)
{
    with_locks([](Locks &locks) {
        for (int i = 0; i < 300; i++)
            EXPECT_NE(locks.take({"/d/" + std::to_string(i)}), "");
    });
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);

        bytes.seekp(4096 + 200);
        for (int i = 0; i < 8000; i++)
            bytes.put((char)i);
    }
    EXPECT_NE(refusal().find(file), std::string::npos) << refusal();
    EXPECT_NE(refusal().find("is damaged"), std::string::npos) << refusal();

    std::ofstream(file, std::ios::trunc) << std::string(5000, 'x');
    EXPECT_NE(refusal().find("is damaged"), std::string::npos) << refusal();
}

TEST_F(LockJournal, AFileOfANewerVersionOrAnotherProgramIsRefused)
{
    EXPECT_EQ(refusal(), "");
    run_sql("PRAGMA user_version=99");
    EXPECT_NE(refusal().find("newer weftdav"), std::string::npos) << refusal();
    run_sql("PRAGMA application_id=1");
    EXPECT_NE(refusal().find("another program"), std::string::npos) << refusal();
}

TEST_F(LockJournal, ARowThatWeftdavCannotHaveWrittenIsRefused)
{
    EXPECT_EQ(refusal(), "");
    run_sql("INSERT INTO locks VALUES ('short', '/a', 0, 0, NULL, NULL, 1, 9e18)");
    EXPECT_NE(refusal().find("is damaged"), std::string::npos) << refusal();
}

TEST_F(LockJournal, AFolderThatIsNotThereIsRefused)
{
    folder.path += "/none";
    EXPECT_NE(refusal().find("none/locks.sqlite"), std::string::npos) << refusal();
    folder.path.resize(folder.path.size() - 5);
}

TEST_F(LockJournal, WhereTheDiskIsFullNothingChangesAndLaterItWorksAgain)
{
    std::string held;

    with_locks([&](Locks &locks) {
        held = locks.take({"/held"});
        {
            FullDisk full;

            EXPECT_EQ(locks.take({"/new"}), "");
            EXPECT_NE(locks.last_code, OK);
            EXPECT_NE(locks.release(held), OK);
            EXPECT_NE(locks.forget("/"), OK);
            EXPECT_EQ(locks.roots_in("/"), Roots{"/held"});
        }
        EXPECT_EQ(locks.release(held), OK);
        EXPECT_NE(locks.take({"/new"}), "");
    });
    with_locks([](Locks &locks) { EXPECT_EQ(locks.roots_in("/"), Roots{"/new"}); });
}

TEST_F(LockJournal, TwoReleasesAtOnceEndOneLock)
{
    with_locks([](Locks &locks) {
        const std::string token = locks.take({"/a"});
        std::multiset<int> codes;
        g_autoptr(WeftGroup) group = weft_group_new();

        for (int i = 0; i < 2; i++)
            spawn(group, [&] { codes.insert(locks.release(token)); });
        join(group);
        EXPECT_EQ(codes, (std::multiset<int>{OK, WEFT_DAV_ERROR_NOT_FOUND}));
    });
}

/* The child of the next test: takes and releases locks, and tells on the pipe what it was promised,
 * until it is killed. */
TEST(LockJournalChild, DISABLED_TellsWhatItWasPromised)
{
    const char *state = g_getenv("WEFT_TEST_STATE");
    const int pipe_fd = atoi(g_getenv("WEFT_TEST_PIPE"));
    Locks locks(weft_dav_stored_locks_new(state, WEFT_DAV_DURABILITY_PROCESS, nullptr));

    in_fiber([&] {
        g_autoptr(WeftGroup) group = weft_group_new();

        for (int client = 0; client < 8; client++) {
            spawn(group, [&, client] {
                for (int i = 0;; i++) {
                    const std::string root = "/" + std::to_string(client) + "-" + std::to_string(i);
                    const std::string token = locks.take({root, "x0", 3600});
                    const std::string taken = "+" + token + "\n";

                    if (write(pipe_fd, taken.data(), taken.size()) < 0)
                        return;
                    if (i % 3 != 0)
                        continue;
                    const std::string begun = "?" + token + "\n";
                    const std::string done = "-" + token + "\n";
                    if (write(pipe_fd, begun.data(), begun.size()) < 0 ||
                        locks.release(token) != OK || write(pipe_fd, done.data(), done.size()) < 0)
                        return;
                }
            });
        }
        join(group);
    });
}

TEST_F(LockJournal, SigkillTakesNothingThatWasPromised)
{
    char program[4096] = "";
    int ends[2];
    pid_t child;

    ASSERT_GT(readlink("/proc/self/exe", program, sizeof program - 1), 0);
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const int child_end = fcntl(ends[1], F_DUPFD, 100);
    g_setenv("WEFT_TEST_STATE", folder.path.c_str(), TRUE);
    g_setenv("WEFT_TEST_PIPE", std::to_string(child_end).c_str(), TRUE);
    char filter[] = "--gtest_filter=LockJournalChild.*";
    char disabled[] = "--gtest_also_run_disabled_tests";
    char *arguments[] = {program, filter, disabled, nullptr};
    ASSERT_EQ(posix_spawn(&child, program, nullptr, nullptr, arguments, environ), 0);
    close(ends[1]);
    close(child_end);

    std::set<std::string> held;
    std::set<std::string> unsure;
    std::string line;
    FILE *told = fdopen(ends[0], "r");
    char buffer[128];
    int n_lines = 0;
    while (fgets(buffer, sizeof buffer, told) != nullptr) {
        const std::string token(buffer + 1, strcspn(buffer + 1, "\n"));

        if (buffer[0] == '+')
            held.insert(token);
        if (buffer[0] == '?') {
            held.erase(token);
            unsure.insert(token);
        }
        if (buffer[0] == '-')
            unsure.erase(token);
        if (++n_lines == 600)
            kill(child, SIGKILL);
    }
    fclose(told);
    int status;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_GE(n_lines, 600);

    with_locks([&](Locks &locks) {
        g_autoptr(GPtrArray) found = weft_dav_locks_new();
        size_t n_held = 0;
        size_t n_more = 0;

        locks.methods->find_in(locks.store, "/", WEFT_DAV_LOCKS_AT_AND_BELOW, SIZE_MAX, found,
                               nullptr);
        for (guint i = 0; i < found->len; i++) {
            const std::string token = ((const WeftDavLock *)g_ptr_array_index(found, i))->token;

            n_held += held.count(token);
            n_more += held.count(token) == 0 && unsure.count(token) == 0 ? 1 : 0;
        }
        EXPECT_EQ(n_held, held.size());
        EXPECT_LE(n_more, 8u) << "of each client the one that it was not told of";
    });
}
