/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every lock store must do, tried on each: in memory alone, and with its journal on a disk.
 */
#include "locks_subject.h"

#include <map>
#include <random>
#include <set>
#include <weft/group.h>

#include "webdav/locks/lock.h"

using namespace weft_test;

namespace
{

using Roots = std::vector<std::string>;

enum class Kind { Memory, Stored };

class LockStore : public testing::TestWithParam<Kind>
{
  protected:
    void SetUp() override
    {
        weft_clock_fake_begin(G_GINT64_CONSTANT(1700000000) * G_USEC_PER_SEC);
    }
    void TearDown() override
    {
        weft_clock_fake_end();
    }

    static void run(std::function<void(Locks &)> body)
    {
        Folder folder(testing::TempDir());
        Locks locks(GetParam() == Kind::Memory
                        ? weft_dav_memory_locks_new()
                        : weft_dav_stored_locks_new(folder.path.c_str(),
                                                    WEFT_DAV_DURABILITY_PROCESS, nullptr));

        in_fiber([&] { body(locks); });
    }
};

bool
is_within(const std::string &path, const std::string &top)
{
    return top == "/" || path == top || path.compare(0, top.size() + 1, top + "/") == 0;
}

/* One lock as the model of the random walk remembers it. */
struct Modelled {
    std::string root;
    bool is_infinite;
    bool is_shared;
    int64_t expires_us;

    bool covers(const std::string &path) const
    {
        return root == path || (is_infinite && is_within(path, root));
    }
    bool stands_against(const Modelled &wanted) const
    {
        return (covers(wanted.root) || wanted.covers(root)) && !(wanted.is_shared && is_shared);
    }
};

/* A random walk over a store, beside a model that is a plain list. */
class Walk
{
  public:
    explicit Walk(Locks &subject) : locks(subject)
    {
    }

    void step()
    {
        weft_clock_fake_advance_us((int64_t)pick(1000) * 1000);
        drop([](const Modelled &lock) { return lock.expires_us <= weft_clock_wall_us(); });

        const std::string path = pick_path();
        switch (pick(6)) {
        case 0:
        case 1:
            take(path);
            break;
        case 2:
            release(pick_token());
            break;
        case 3:
            refresh(pick_token());
            break;
        case 4:
            if (pick(10) == 0)
                forget(path);
            break;
        default:
            break;
        }
        check(path);
    }

  private:
    size_t pick(size_t n)
    {
        return random() % n;
    }
    std::string pick_path()
    {
        static const char *const paths[] = {"/",    "/a",   "/a/b", "/a/b/c", "/a/b/d",
                                            "/a b", "/a!b", "/ab",  "/b",     "/b/a"};

        return paths[pick(G_N_ELEMENTS(paths))];
    }
    std::string pick_token()
    {
        return model.empty() ? "none" : std::next(model.begin(), (long)pick(model.size()))->first;
    }
    int64_t pick_timeout_s()
    {
        return 1 + (int64_t)pick(30);
    }
    static int64_t end_of(int64_t timeout_s)
    {
        return weft_clock_wall_us() + timeout_s * G_USEC_PER_SEC;
    }

    void drop(const std::function<bool(const Modelled &)> &goes)
    {
        for (auto at = model.begin(); at != model.end();)
            at = goes(at->second) ? model.erase(at) : std::next(at);
    }

    void take(const std::string &path)
    {
        const int64_t timeout_s = pick_timeout_s();
        const Modelled wanted = {path, pick(2) == 0, pick(3) > 0, end_of(timeout_s)};
        const char kind[] = {wanted.is_shared ? 's' : 'x', wanted.is_infinite ? 'i' : '0'};
        size_t n_conflicts = 0;

        for (const auto &[token, lock] : model)
            n_conflicts += lock.stands_against(wanted) ? 1 : 0;
        const std::string token = locks.take({path, kind, timeout_s});
        ASSERT_EQ(token.empty(), n_conflicts > 0);
        EXPECT_EQ(locks.last_conflicts.size(),
                  std::min<size_t>(n_conflicts, WEFT_DAV_LOCK_MAX_CONFLICTS_TOLD));
        if (!token.empty())
            model[token] = wanted;
    }

    void release(const std::string &token)
    {
        EXPECT_EQ(locks.release(token),
                  model.erase(token) > 0 ? OK : (int)WEFT_DAV_ERROR_NOT_FOUND);
    }

    void refresh(const std::string &token)
    {
        const int64_t timeout_s = pick_timeout_s();
        const bool is_there = model.count(token) > 0;

        EXPECT_EQ(locks.refresh(token, timeout_s), is_there ? OK : (int)WEFT_DAV_ERROR_NOT_FOUND);
        if (is_there)
            model[token].expires_us = end_of(timeout_s);
    }

    void forget(const std::string &path)
    {
        EXPECT_EQ(locks.forget(path), OK);
        drop([&](const Modelled &lock) { return is_within(lock.root, path); });
    }

    void check(const std::string &path)
    {
        const Roots is_covering = locks.roots_covering(path);
        const Roots is_below = locks.roots_in(path);
        std::multiset<std::string> covering;
        std::multiset<std::string> below;

        for (const auto &[token, lock] : model) {
            if (lock.covers(path))
                covering.insert(lock.root);
            if (is_within(lock.root, path))
                below.insert(lock.root);
        }
        EXPECT_EQ(std::multiset<std::string>(is_covering.begin(), is_covering.end()), covering);
        EXPECT_EQ(std::multiset<std::string>(is_below.begin(), is_below.end()), below);
        EXPECT_EQ(locks.is_empty(), model.empty());
    }

    Locks &locks;
    std::mt19937 random{42};
    std::map<std::string, Modelled> model; /* by token */
};

} // namespace

TEST_P(LockStore, GivesWhatWasAskedForAndATokenNobodyGuesses)
{
    run([](Locks &locks) {
        const Wish wish = {"/a", "s0", 600, "<D:owner xmlns:D=\"DAV:\">me</D:owner>", "anna"};
        g_autoptr(WeftDavLock) lock = locks.take_lock(wish, nullptr, nullptr);
        g_autoptr(WeftDavLock) other = locks.take_lock(wish, nullptr, nullptr);

        ASSERT_NE(lock, nullptr);
        ASSERT_NE(other, nullptr);
        EXPECT_STREQ(lock->root, "/a");
        EXPECT_FALSE(lock->is_infinite);
        EXPECT_TRUE(lock->is_shared);
        EXPECT_STREQ(lock->owner_xml, wish.owner_xml);
        EXPECT_STREQ(lock->user, "anna");
        EXPECT_EQ(lock->timeout_s, 600);
        EXPECT_EQ(lock->expires_us, weft_clock_wall_us() + 600 * G_USEC_PER_SEC);
        EXPECT_EQ(weft_dav_lock_left_s(lock), 600);
        EXPECT_EQ(strlen(lock->token), (size_t)WEFT_DAV_LOCK_TOKEN_BYTES);
        EXPECT_EQ(std::string(lock->token).substr(0, 9), "urn:uuid:");
        EXPECT_EQ(lock->token[23], '4'); /* the version of the UUID */
        EXPECT_STRNE(lock->token, other->token);
    });
}

TEST_P(LockStore, ExclusiveLocksExcludeAndSharedOnesDoNot)
{
    run([](Locks &locks) {
        const std::string token = locks.take({"/a", "x0"});

        EXPECT_EQ(locks.take({"/a", "x0"}), "");
        EXPECT_EQ(locks.last_code, WEFT_DAV_ERROR_LOCKED);
        EXPECT_EQ(locks.last_conflicts, Roots{"/a"});
        EXPECT_EQ(locks.take({"/a", "s0"}), "");
        EXPECT_EQ(locks.release(token), OK);

        EXPECT_NE(locks.take({"/a", "s0"}), "");
        EXPECT_NE(locks.take({"/a", "s0"}), "");
        EXPECT_EQ(locks.take({"/a", "x0"}), "");
        EXPECT_EQ(locks.last_conflicts, (Roots{"/a", "/a"}));
    });
}

TEST_P(LockStore, DepthInfinityHoldsWhatIsBelowAndDepthZeroDoesNot)
{
    run([](Locks &locks) {
        const std::string top = locks.take({"/a", "xi"});

        EXPECT_EQ(locks.take({"/a/b/c", "x0"}), "");
        EXPECT_EQ(locks.last_conflicts, Roots{"/a"});
        EXPECT_NE(locks.take({"/ab", "x0"}), "") << "a name that only begins like it";
        EXPECT_NE(locks.take({"/a!", "x0"}), "");
        EXPECT_NE(locks.take({"/", "x0"}), "") << "depth 0: the root alone";
        EXPECT_EQ(locks.release(top), OK);

        EXPECT_NE(locks.take({"/a", "x0"}), "");
        EXPECT_NE(locks.take({"/a/b/c", "x0"}), "");
        EXPECT_EQ(locks.take({"/a/b", "xi"}), "");
        EXPECT_EQ(locks.last_conflicts, Roots{"/a/b/c"});
        EXPECT_EQ(locks.take({"/", "si"}), "") << "the whole tree, against all in it";
        EXPECT_EQ(locks.last_conflicts.size(), 5u);
    });
}

TEST_P(LockStore, FindsWhatHoldsAPathFromTheRootDownwards)
{
    run([](Locks &locks) {
        for (const char *root : {"/a/b/c", "/", "/a/b", "/a"})
            EXPECT_NE(locks.take({root, "si"}), "");
        EXPECT_NE(locks.take({"/a/b", "s0"}), "");
        EXPECT_EQ(locks.roots_covering("/a/b/c/d"), (Roots{"/", "/a", "/a/b", "/a/b/c"}));
        EXPECT_EQ(locks.roots_covering("/a/b"), (Roots{"/", "/a", "/a/b", "/a/b"}));
        EXPECT_EQ(locks.roots_covering("/b"), Roots{"/"});
        EXPECT_EQ(locks.roots_covering("/"), Roots{"/"});
    });
}

TEST_P(LockStore, FindsAndForgetsATree)
{
    run([](Locks &locks) {
        for (const char *root : {"/a", "/a/b", "/a/b/c", "/a b", "/ab", "/a/b!"})
            EXPECT_NE(locks.take({root}), "");
        EXPECT_EQ(locks.roots_in("/a"), (Roots{"/a", "/a/b", "/a/b!", "/a/b/c"}));
        EXPECT_EQ(locks.roots_in("/a/b"), (Roots{"/a/b", "/a/b/c"}));
        EXPECT_EQ(locks.roots_in("/a", WEFT_DAV_LOCKS_BELOW), (Roots{"/a/b", "/a/b!", "/a/b/c"}));
        EXPECT_EQ(locks.roots_in("/").size(), 6u);
        EXPECT_EQ(locks.roots_in("/", WEFT_DAV_LOCKS_BELOW, 4).size(), 4u);
        EXPECT_EQ(locks.roots_in("/x"), Roots{});

        EXPECT_EQ(locks.forget("/x"), OK);
        EXPECT_EQ(locks.forget("/a/b", WEFT_DAV_LOCKS_BELOW), OK);
        EXPECT_EQ(locks.roots_in("/"), (Roots{"/a", "/a b", "/a/b", "/a/b!", "/ab"}));
        EXPECT_EQ(locks.forget("/a"), OK);
        EXPECT_EQ(locks.roots_in("/"), (Roots{"/a b", "/ab"}));
        EXPECT_EQ(locks.forget("/"), OK);
        EXPECT_TRUE(locks.is_empty());
        EXPECT_NE(locks.take({"/a", "xi"}), "");
    });
}

TEST_P(LockStore, TellsAtOnceWhetherThereIsAny)
{
    run([](Locks &locks) {
        EXPECT_TRUE(locks.is_empty());
        const std::string token = locks.take({"/a"});
        EXPECT_FALSE(locks.is_empty());
        EXPECT_EQ(locks.release(token), OK);
        EXPECT_TRUE(locks.is_empty());
        EXPECT_EQ(locks.release(token), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(locks.refresh(token, 10), WEFT_DAV_ERROR_NOT_FOUND);
    });
}

TEST_P(LockStore, LocksEndByThemselvesUnlessTheyAreRefreshed)
{
    run([](Locks &locks) {
        const std::string short_lived = locks.take({"/short", "x0", 10});
        const std::string refreshed = locks.take({"/refreshed", "x0", 10});

        weft_clock_fake_advance_us(9 * G_USEC_PER_SEC);
        EXPECT_EQ(locks.refresh(refreshed, 20), OK);
        EXPECT_EQ(locks.roots_in("/").size(), 2u);
        weft_clock_fake_advance_us(1 * G_USEC_PER_SEC);
        EXPECT_EQ(locks.roots_in("/"), Roots{"/refreshed"});
        EXPECT_EQ(locks.roots_covering("/short"), Roots{});
        EXPECT_EQ(locks.refresh(short_lived, 10), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_NE(locks.take({"/short", "x0", 5}), "");
        weft_clock_fake_advance_us(18 * G_USEC_PER_SEC);
        EXPECT_EQ(locks.roots_in("/"), Roots{"/refreshed"});
        weft_clock_fake_advance_us(1 * G_USEC_PER_SEC);
        EXPECT_EQ(locks.roots_in("/"), Roots{});
        EXPECT_TRUE(locks.is_empty());
    });
}

TEST_P(LockStore, ALockThatWasLookedUpDoesNotChange)
{
    run([](Locks &locks) {
        const std::string token = locks.take({"/a", "x0", 10});
        g_autoptr(GPtrArray) found = locks.covering("/a");
        const WeftDavLock *lock = (const WeftDavLock *)g_ptr_array_index(found, 0);
        const int64_t expires_us = lock->expires_us;

        EXPECT_EQ(locks.refresh(token, 1000), OK);
        EXPECT_EQ(locks.release(token), OK);
        EXPECT_EQ(lock->expires_us, expires_us);
        EXPECT_EQ(lock->token, token);
    });
}

TEST_P(LockStore, GivesNoMoreTimeThanTheLimit)
{
    run([](Locks &locks) {
        g_autoptr(WeftDavLock) lock = locks.take_lock({"/a", "x0", INT64_MAX}, nullptr, nullptr);

        EXPECT_EQ(lock->timeout_s, WEFT_DAV_LOCK_MAX_TIMEOUT_S);
        g_autoptr(WeftDavLock) again =
            locks.methods->refresh(locks.store, lock->token, INT64_MAX, nullptr);
        EXPECT_EQ(again->timeout_s, WEFT_DAV_LOCK_MAX_TIMEOUT_S);
    });
}

TEST_P(LockStore, RefusesOwnersAndNumbersBeyondTheLimits)
{
    run([](Locks &locks) {
        const std::string owner(WEFT_DAV_LOCK_MAX_OWNER_BYTES + 1, 'x');

        EXPECT_EQ(locks.take({"/a", "x0", 60, owner.c_str()}), "");
        EXPECT_EQ(locks.last_code, WEFT_DAV_ERROR_TOO_LARGE);
        EXPECT_NE(locks.take({"/a", "s0", 60, owner.c_str() + 1}), "");
        for (int i = 1; i < WEFT_DAV_LOCK_MAX_SHARED; i++)
            ASSERT_NE(locks.take({"/a", "s0"}), "");
        EXPECT_EQ(locks.take({"/a", "s0"}), "");
        EXPECT_EQ(locks.last_code, WEFT_DAV_ERROR_NO_SPACE);
        EXPECT_NE(locks.take({"/b", "s0"}), "");
    });
}

TEST_P(LockStore, TellsOfConflictsUpToTheLimit)
{
    run([](Locks &locks) {
        for (int i = 0; i < WEFT_DAV_LOCK_MAX_CONFLICTS_TOLD + 5; i++)
            ASSERT_NE(locks.take({"/d/" + std::to_string(i)}), "");
        EXPECT_EQ(locks.take({"/d", "xi"}), "");
        EXPECT_EQ(locks.last_conflicts.size(), (size_t)WEFT_DAV_LOCK_MAX_CONFLICTS_TOLD);
    });
}

TEST_P(LockStore, OneOfManyFibersGetsTheLock)
{
    run([](Locks &locks) {
        int n_taken = 0;
        g_autoptr(WeftGroup) group = weft_group_new();

        for (int i = 0; i < 20; i++)
            spawn(group, [&] { n_taken += locks.take({"/a"}) != "" ? 1 : 0; });
        join(group);
        EXPECT_EQ(n_taken, 1);
    });
}

TEST_P(LockStore, AFiberThatGivesUpHasNoLock)
{
    run([](Locks &locks) {
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftDavLock) lock = nullptr;
        {
            g_auto(WeftDeadlineScope) none = weft_deadline_scope_ms(0);
            lock = locks.take_lock({"/a"}, nullptr, &error);
        }
        /* In memory it takes no time, and the journal may be done before anybody waits for it. */
        if (lock != nullptr)
            EXPECT_EQ(locks.release(lock->token), OK);
        else
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT));
        EXPECT_TRUE(locks.is_empty());
        EXPECT_NE(locks.take({"/a"}), "");
    });
}

TEST_P(LockStore, DoesAsAPlainListWould)
{
    run([](Locks &locks) {
        Walk walk(locks);

        for (int step = 0; step < 3000 && !testing::Test::HasFailure(); step++) {
            SCOPED_TRACE("step " + std::to_string(step));
            walk.step();
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Each, LockStore, testing::Values(Kind::Memory, Kind::Stored),
                         [](const testing::TestParamInfo<Kind> &kind) {
                             return kind.param == Kind::Memory ? "Memory" : "Stored";
                         });

TEST(Lock, CoversItsRootAndBelowWhereItsDepthIsInfinite)
{
    const auto covers = [](const char *root, bool is_infinite, const char *path) {
        const WeftDavLockRequest request = {root, is_infinite, FALSE, nullptr, nullptr, 1};
        g_autoptr(WeftDavLock) lock = weft_dav_lock_new(&request);

        return weft_dav_lock_covers(lock, path) == TRUE;
    };

    EXPECT_TRUE(covers("/a", false, "/a"));
    EXPECT_FALSE(covers("/a", false, "/a/b"));
    EXPECT_TRUE(covers("/a", true, "/a/b"));
    EXPECT_FALSE(covers("/a", true, "/ab"));
    EXPECT_FALSE(covers("/a", true, "/"));
    EXPECT_TRUE(covers("/", true, "/a"));
    EXPECT_TRUE(covers("/", true, "/"));
    EXPECT_FALSE(covers("/", false, "/a"));
}
