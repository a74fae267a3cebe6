/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small files kept in memory: given again only while the file on disk is the very same.  The fake
 * wall clock stands far ahead of the file system's, so that new files count as left alone.
 */
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <weft/clock.h>
#include <weft/fiber.h>

#include "store_subject.h"

namespace
{

class FileCache : public testing::Test
{
  protected:
    void SetUp() override
    {
        store = weft_dav_dir_store_new(root.c_str(), nullptr);
        ASSERT_NE(store, nullptr);
        weft_clock_fake_begin(weft_clock_wall_us() + INT64_C(3600) * G_USEC_PER_SEC);
    }

    void TearDown() override
    {
        weft_clock_fake_end();
        weft_dav_store_free(store);
    }

    void write(const char *name, const std::string &content)
    {
        std::ofstream(root + name) << content;
    }

    /* What open_read gives; was_kept tells whether it needed no descriptor. */
    std::string read(const char *path)
    {
        WeftDavInfo info;
        char buffer[64];
        g_autoptr(WeftFile) file = store->methods->open_read(store, path, &info, nullptr);

        if (file == nullptr)
            return "(none)";
        was_kept = weft_file_fd(file) < 0;
        const ssize_t n = weft_file_read_at(file, buffer, sizeof buffer, 0, nullptr);
        EXPECT_EQ(static_cast<uint64_t>(n), info.size_bytes);
        return std::string(buffer, static_cast<size_t>(n));
    }

    weft_test::Folder folder{"/tmp"};
    std::string root = folder.path;
    WeftDavStore *store = nullptr;
    bool was_kept = false;
};

} // namespace

TEST_F(FileCache, KeepsWhatIsAskedForAgain)
{
    weft_test::in_fiber([this] {
        write("/a", "one");
        EXPECT_EQ(read("/a"), "one");
        EXPECT_FALSE(was_kept);
        EXPECT_EQ(read("/a"), "one");
        EXPECT_FALSE(was_kept); /* this one it kept */
        EXPECT_EQ(read("/a"), "one");
        EXPECT_TRUE(was_kept);
    });
}

TEST_F(FileCache, SeesEveryChangeAtOnce)
{
    weft_test::in_fiber([this] {
        write("/a", "one");
        for (int i = 0; i < 3; i++)
            EXPECT_EQ(read("/a"), "one");
        EXPECT_TRUE(was_kept);

        write("/a", "two"); /* in place, of the same size */
        EXPECT_EQ(read("/a"), "two");
        EXPECT_FALSE(was_kept);
        for (int i = 0; i < 3; i++)
            EXPECT_EQ(read("/a"), "two");
        EXPECT_TRUE(was_kept);

        write("/b", "six");
        EXPECT_EQ(rename((root + "/b").c_str(), (root + "/a").c_str()), 0);
        EXPECT_EQ(read("/a"), "six");
        for (int i = 0; i < 3; i++)
            EXPECT_EQ(read("/a"), "six");
        EXPECT_TRUE(was_kept);

        EXPECT_EQ(unlink((root + "/a").c_str()), 0);
        EXPECT_EQ(read("/a"), "(none)");
    });
}

TEST_F(FileCache, LeavesWhatWasJustChangedAlone)
{
    weft_clock_fake_end();
    weft_test::in_fiber([this] {
        write("/a", "one");
        for (int i = 0; i < 4; i++)
            EXPECT_EQ(read("/a"), "one");
        EXPECT_FALSE(was_kept);
    });
}

TEST_F(FileCache, ForgetsAfterAWhile)
{
    weft_test::in_fiber([this] {
        write("/a", "one");
        for (int i = 0; i < 3; i++)
            EXPECT_EQ(read("/a"), "one");
        EXPECT_TRUE(was_kept);
        weft_clock_fake_advance_us(60 * G_USEC_PER_SEC);
        EXPECT_EQ(read("/a"), "one");
        EXPECT_FALSE(was_kept);
    });
}

TEST_F(FileCache, GivesNothingOfAnotherStore)
{
    weft_test::in_fiber([this] {
        write("/a", "one");
        for (int i = 0; i < 3; i++)
            EXPECT_EQ(read("/a"), "one");
        EXPECT_TRUE(was_kept);

        EXPECT_EQ(mkdir((root + "/deeper").c_str(), 0700), 0);
        write("/deeper/a", "other");
        WeftDavStore *first = store;
        store = weft_dav_dir_store_new((root + "/deeper").c_str(), nullptr);
        EXPECT_EQ(read("/a"), "other");
        weft_dav_store_free(store);
        store = first;
    });
}
