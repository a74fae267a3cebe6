/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A lock store under test, with calls short enough to read a test as a story.
 */

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store_subject.h"
#include "webdav/locks/lock_store.h"

namespace weft_test
{

/* What LOCK asks for, in one letter each: 'x' or 's', '0' or 'i'. */
struct Wish {
    std::string root;
    const char *kind = "x0";
    int64_t timeout_s = 60;
    const char *owner_xml = nullptr;
    const char *user = nullptr;
};

/* A store as one thread sees it. */
class LocksView
{
  public:
    explicit LocksView(WeftDavLockStore *borrowed) : store(borrowed), methods(borrowed->methods)
    {
    }

    /* (transfer full) */
    WeftDavLock *take_lock(const Wish &wish, GPtrArray *conflicts, GError **error)
    {
        const WeftDavLockRequest request = {
            wish.root.c_str(), wish.kind[1] == 'i', wish.kind[0] == 's',
            wish.owner_xml,    wish.user,           wish.timeout_s,
        };

        return methods->take(store, &request, conflicts, error);
    }

    /* The token; "" where it is not given, and why in last_code. */
    std::string take(const Wish &wish)
    {
        GError *error = nullptr;
        g_autoptr(GPtrArray) conflicts = weft_dav_locks_new();
        g_autoptr(WeftDavLock) lock = take_lock(wish, conflicts, &error);

        last_code = code_of(lock != nullptr, error);
        last_conflicts = roots_of(conflicts);
        return lock != nullptr ? lock->token : "";
    }

    int refresh(const std::string &token, int64_t timeout_s)
    {
        GError *error = nullptr;
        g_autoptr(WeftDavLock) lock = methods->refresh(store, token.c_str(), timeout_s, &error);

        return code_of(lock != nullptr, error);
    }

    int release(const std::string &token)
    {
        GError *error = nullptr;
        const gboolean is_well = methods->release(store, token.c_str(), &error);

        return code_of(is_well, error);
    }

    int forget(const std::string &path, WeftDavLocksRange range = WEFT_DAV_LOCKS_AT_AND_BELOW)
    {
        GError *error = nullptr;
        const gboolean is_well = methods->forget(store, path.c_str(), range, &error);

        return code_of(is_well, error);
    }

    GPtrArray *covering(const std::string &path)
    {
        GPtrArray *found = weft_dav_locks_new();

        EXPECT_TRUE(methods->find_covering(store, path.c_str(), found, nullptr));
        return found;
    }

    /* Roots, from "/" downwards. */
    std::vector<std::string> roots_covering(const std::string &path)
    {
        g_autoptr(GPtrArray) found = covering(path);

        return roots_of(found);
    }

    std::vector<std::string> roots_in(const std::string &path,
                                      WeftDavLocksRange range = WEFT_DAV_LOCKS_AT_AND_BELOW,
                                      size_t n_max = SIZE_MAX)
    {
        g_autoptr(GPtrArray) found = weft_dav_locks_new();

        EXPECT_TRUE(methods->find_in(store, path.c_str(), range, n_max, found, nullptr));
        std::vector<std::string> roots = roots_of(found);
        std::sort(roots.begin(), roots.end());
        return roots;
    }

    bool is_empty() const
    {
        return weft_dav_lock_store_is_empty(store);
    }

    static std::vector<std::string> roots_of(const GPtrArray *locks)
    {
        std::vector<std::string> roots;

        for (guint i = 0; i < locks->len; i++)
            roots.push_back(((const WeftDavLock *)g_ptr_array_index(locks, i))->root);
        return roots;
    }

    WeftDavLockStore *store;
    const WeftDavLockStoreMethods *methods;
    int last_code = OK;
    std::vector<std::string> last_conflicts;
};

/* A store that ends with the test. */
class Locks : public LocksView
{
  public:
    explicit Locks(WeftDavLockStore *taken) : LocksView(taken)
    {
    }
    ~Locks()
    {
        weft_dav_lock_store_free(store);
    }
    Locks(const Locks &) = delete;
    Locks &operator=(const Locks &) = delete;
};

} // namespace weft_test
