/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders known to hold no dead properties: a property that comes later is listed all the same,
 * however it comes.
 */
#include "webdav/store/plain_folders.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>
#include <weft/clock.h>
#include <weft/fiber.h>

#include "store_subject.h"

namespace
{

const WeftDavProperty colour = {"urn:x", "colour", "<colour xmlns=\"urn:x\">red</colour>"};

class PlainFolders : public testing::Test
{
  protected:
    void SetUp() override
    {
        store = weft_dav_dir_store_new(root.c_str(), nullptr);
        ASSERT_NE(store, nullptr);
        for (const char *name : {"/a", "/b", "/c"})
            std::ofstream(root + name) << "content";
        if (setxattr((root + "/a").c_str(), "user.weft.test", "x", 1, 0) != 0)
            GTEST_SKIP() << "no user extended attributes here";
        removexattr((root + "/a").c_str(), "user.weft.test");
        /* So far ahead of the file system that all members count as left alone. */
        weft_clock_fake_begin(weft_clock_wall_us() + INT64_C(3600) * G_USEC_PER_SEC);
    }

    void TearDown() override
    {
        weft_clock_fake_end();
        weft_dav_store_free(store);
    }

    /* Names of the members that are listed with a property. */
    std::string with_properties()
    {
        std::string names;
        const WeftDavEntry *entries;
        ssize_t n;
        WeftDavListing *listing = store->methods->list(store, "/", TRUE, nullptr);

        while ((n = store->methods->list_next(listing, &entries, nullptr)) > 0)
            for (ssize_t i = 0; i < n; i++)
                if (entries[i].properties != nullptr)
                    names += entries[i].name;
        EXPECT_EQ(n, 0);
        store->methods->list_free(listing);
        return names;
    }

    weft_test::Folder folder{"/tmp"};
    std::string root = folder.path;
    WeftDavStore *store = nullptr;
};

struct statx
statx_changed_at(int64_t seconds, uint32_t device)
{
    struct statx st = {};

    st.stx_ctime.tv_sec = seconds;
    st.stx_dev_minor = device;
    return st;
}

} // namespace

TEST_F(PlainFolders, APropertySetLaterIsListed)
{
    weft_test::in_fiber([this] {
        EXPECT_EQ(with_properties(), "");
        EXPECT_EQ(with_properties(), "");
        weft_clock_fake_end(); /* what is changed now is changed after the listings, by all clocks
                                */
        weft_clock_fake_begin(weft_clock_wall_us() - INT64_C(10) * G_USEC_PER_SEC);
        EXPECT_EQ(with_properties(), "");
        EXPECT_TRUE(store->methods->change_properties(store, "/b", &colour, 1, nullptr));
        EXPECT_EQ(with_properties(), "b");
        EXPECT_EQ(with_properties(), "b");
    });
}

TEST_F(PlainFolders, AMemberMovedInWithAPropertyIsListed)
{
    weft_test::in_fiber([this] {
        EXPECT_EQ(mkdir((root + "/d").c_str(), 0700), 0);
        std::ofstream(root + "/d/e") << "content";
        EXPECT_TRUE(store->methods->change_properties(store, "/d/e", &colour, 1, nullptr));
        weft_clock_fake_end();
        weft_clock_fake_begin(weft_clock_wall_us() - INT64_C(10) * G_USEC_PER_SEC);
        EXPECT_EQ(with_properties(), "");
        EXPECT_EQ(rename((root + "/d/e").c_str(), (root + "/e").c_str()), 0);
        EXPECT_EQ(with_properties(), "e");
    });
}

TEST(PlainFolder, IsBelievedForAWhileOnly)
{
    WeftDavPlainFolders *folders = weft_dav_plain_folders_new();
    const int64_t start_us = INT64_C(1700000000) * G_USEC_PER_SEC;
    const struct statx folder = statx_changed_at(0, 7);

    weft_clock_fake_begin(start_us);
    EXPECT_EQ(weft_dav_plain_folders_find(folders, &folder).since_us, 0);
    weft_dav_plain_folders_add(folders, &folder, {start_us, start_us});
    EXPECT_EQ(weft_dav_plain_folders_find(folders, &folder).since_us, start_us);
    const struct statx elsewhere = statx_changed_at(0, 8);
    EXPECT_EQ(weft_dav_plain_folders_find(folders, &elsewhere).since_us, 0);
    weft_clock_fake_advance_us(INT64_C(61) * G_USEC_PER_SEC);
    EXPECT_EQ(weft_dav_plain_folders_find(folders, &folder).since_us, 0);
    /* Looks at some members only do not make it younger. */
    weft_dav_plain_folders_add(folders, &folder, {weft_clock_wall_us(), start_us});
    EXPECT_EQ(weft_dav_plain_folders_find(folders, &folder).since_us, 0);
    weft_clock_fake_end();
    weft_dav_plain_folders_free(folders);
}

TEST(PlainFolder, AnOldMemberOfTheSameDeviceIsPlain)
{
    const struct statx folder = statx_changed_at(0, 7);
    const WeftDavPlainFolder since = {INT64_C(1000) * G_USEC_PER_SEC, 0};
    const struct statx old = statx_changed_at(900, 7);
    const struct statx recent = statx_changed_at(999, 7);
    const struct statx later = statx_changed_at(1001, 7);
    const struct statx mounted = statx_changed_at(900, 8);

    EXPECT_TRUE(weft_dav_is_plain_member(&old, &folder, since));
    EXPECT_FALSE(weft_dav_is_plain_member(&recent, &folder, since));
    EXPECT_FALSE(weft_dav_is_plain_member(&later, &folder, since));
    EXPECT_FALSE(weft_dav_is_plain_member(&mounted, &folder, since));
    EXPECT_FALSE(weft_dav_is_plain_member(&old, &folder, {}));
}
