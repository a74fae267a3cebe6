/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks on a disk: what outlives a restart and SIGKILL, what is refused at the start, and that a
 * full disk leaves memory and disk of one mind.
 */
#include "locks_subject.h"
#include "telling_child.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <weft/group.h>

#include <fstream>
#include <set>

using namespace weft_test;

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

namespace
{

/* Take and release locks for ever; tell what was promised: "+" taken, "?" about to be released, "-"
 * released. */
void
lock_and_tell(Locks &locks, int client)
{
    for (int i = 0;; i++) {
        const std::string root = "/" + std::to_string(client) + "-" + std::to_string(i);
        const std::string token = locks.take({root, "x0", 3600});

        if (!TellingChild::tell("+" + token))
            return;
        if (i % 3 == 0 && (!TellingChild::tell("?" + token) || locks.release(token) != OK ||
                           !TellingChild::tell("-" + token)))
            return;
    }
}

constexpr int N_CLIENTS = 8;

} // namespace

TEST(LockJournalChild, DISABLED_TellsWhatItWasPromised)
{
    Locks locks(weft_dav_stored_locks_new(g_getenv("WEFT_TEST_STATE"), WEFT_DAV_DURABILITY_PROCESS,
                                          nullptr));

    in_fiber([&] {
        g_autoptr(WeftGroup) group = weft_group_new();

        for (int client = 0; client < N_CLIENTS; client++)
            spawn(group, [&, client] { lock_and_tell(locks, client); });
        join(group);
    });
}

TEST_F(LockJournal, SigkillTakesNothingThatWasPromised)
{
    std::set<std::string> held;
    std::set<std::string> unsure;
    {
        TellingChild child("LockJournalChild", {{"WEFT_TEST_STATE", folder.path}});
        std::string line;

        for (int n_lines = 1; child.hear(&line); n_lines++) {
            const std::string token = line.substr(1);

            if (line[0] == '+')
                held.insert(token);
            if (line[0] == '?' && held.erase(token) > 0)
                unsure.insert(token);
            if (line[0] == '-')
                unsure.erase(token);
            if (n_lines == 600)
                child.kill();
        }
    }

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
        EXPECT_GT(n_held, 0u);
        EXPECT_EQ(n_held, held.size());
        EXPECT_LE(n_more, (size_t)N_CLIENTS) << "of each client the one that it was not told of";
    });
}
