/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random changes to a memory store and a directory store side by side: they must agree on every
 * answer and on all that is there.
 */
#include <weft/dav_store.h>

#include <random>

#include "store_subject.h"

using namespace weft_test;

namespace
{

constexpr int N_CHANGES = 1500;

class Pair
{
  public:
    Pair(Subject &memory, Subject &dir, unsigned seed) : stores{&memory, &dir}, random(seed)
    {
    }

    /* One random change to both; FALSE where the answers differ. */
    void change()
    {
        const std::string path = any_path();
        const std::string to = any_path();
        const bool flag = any(2) == 0;
        const unsigned what = any(8);
        int codes[2];

        for (int i = 0; i < 2; i++)
            codes[i] = apply(*stores[i], what, path, to, flag);
        ASSERT_EQ(codes[0], codes[1]) << "change " << what << " of " << path << " to " << to;
        n_done += codes[0] == OK ? 1 : 0;
        n_changes++;
    }

    void compare()
    {
        ASSERT_EQ(everything(*stores[0], ""), everything(*stores[1], ""));
    }

    int n_done = 0;

  private:
    unsigned any(unsigned n)
    {
        return std::uniform_int_distribution<unsigned>(0, n - 1)(random);
    }

    /* Few names and few levels, so that changes meet one another. */
    std::string any_path()
    {
        std::string path;

        for (unsigned i = any(4); i > 0; i--)
            path += std::string("/") + "abc"[any(3)];
        return path.empty() ? "/" : path;
    }

    int apply(Subject &store, unsigned what, const std::string &path, const std::string &to,
              bool flag)
    {
        switch (what) {
        case 0:
        case 1:
            return store.put(path, std::to_string(n_changes), flag);
        case 2:
        case 3:
            return store.mkcol(path);
        case 4:
            return flag ? store.remove(path) : OK;
        case 5:
            return store.copy(path, to, flag, n_changes % 5 != 0);
        case 6:
            return store.move(path, to, flag);
        default:
            return store.set_property(path, flag ? "p" : "q",
                                      n_changes % 3 == 0 ? "" : "<p>" + path + "</p>");
        }
    }

    static std::string everything(Subject &store, const std::string &path)
    {
        std::string text = path + "{" + store.properties(path.empty() ? "/" : path) + "}\n";

        for (const auto &[name, properties] : store.list(path.empty() ? "/" : path, true)) {
            if (name.back() == '/')
                text += everything(store, path + "/" + name.substr(0, name.size() - 1));
            else
                text += path + "/" + name + "{" + properties + "}" + store.get(path + "/" + name) +
                        "\n";
        }
        return text;
    }

    Subject *stores[2];
    std::mt19937 random;
    unsigned n_changes = 0;
};

} // namespace

class StoreModel : public testing::TestWithParam<unsigned>
{
};

TEST_P(StoreModel, MemoryAndDirectoryAgree)
{
    Folder folder(is_tmpfs("/dev/shm") ? "/dev/shm" : testing::TempDir());
    Subject memory(weft_dav_memory_store_new());
    Subject dir(weft_dav_dir_store_new(folder.path.c_str(), nullptr));

    in_fiber([&] {
        Pair pair(memory, dir, GetParam());

        for (int i = 0; i < N_CHANGES && !HasFatalFailure(); i++) {
            pair.change();
            if (i % 50 == 0)
                pair.compare();
        }
        pair.compare();
        EXPECT_GT(pair.n_done, N_CHANGES / 10);
    });
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreModel, testing::Values(1u, 2u, 3u, 4u));
