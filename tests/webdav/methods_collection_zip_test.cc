/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A collection as a ZIP archive.  What programs make of it: tests/system/zip_test.py.
 */
#include "dav_client.h"

using weft_test::Answer;

class CollectionZip : public weft_test::DavTest
{
  protected:
    void SetUp() override
    {
        DavTest::SetUp();
        Do("MKCOL", "/c");
        Do("MKCOL", "/c/d");
        Do("PUT", "/c/one", "", "content of one");
        Do("PUT", "/c/d/two", "", "content of two");
    }

    /* The memory store is empty in each server: what is served again is a folder. */
    bool ServeWithRights(unsigned (*function)(gpointer, const char *, const char *, WeftDavExtent))
    {
        WeftDavOptions options = weft_dav_options_default();

        if (GetParam() == weft_test::StoreKind::MEMORY)
            return false;
        options.rights.function = function;
        Serve(options);
        return true;
    }
};
WEFT_DAV_ON_BOTH_STORES(CollectionZip);

TEST_P(CollectionZip, HoldsAllThatIsBelow)
{
    const Answer zip = Do("GET", "/c/?zip");

    EXPECT_EQ(zip.status, 200);
    EXPECT_EQ(zip.Field("Content-Type"), "application/zip");
    EXPECT_EQ(zip.Field("Content-Disposition"),
              "attachment; filename=\"folder.zip\"; filename*=UTF-8''c.zip");
    EXPECT_EQ(zip.body.compare(0, 4, "PK\3\4"), 0);
    EXPECT_EQ(zip.Count("PK\3\4"), 3u); /* headers */
    EXPECT_EQ(zip.Count("PK\1\2"), 3u); /* rows of the directory */
    EXPECT_EQ(zip.Count("PK\5\6"), 1u);
    for (const char *text : {"c/one", "c/d/", "c/d/two", "content of one", "content of two"})
        EXPECT_TRUE(zip.Has(text)) << text;
}

TEST_P(CollectionZip, TheRootHasNoNameInIt)
{
    const Answer zip = Do("GET", "/?zip");

    EXPECT_EQ(zip.Field("Content-Disposition"),
              "attachment; filename=\"folder.zip\"; filename*=UTF-8''files.zip");
    EXPECT_TRUE(zip.Has("c/d/two"));
    EXPECT_FALSE(zip.Has("/c/d/two"));
}

TEST_P(CollectionZip, IsMadeOnlyWhereItIsAskedFor)
{
    EXPECT_EQ(Do("GET", "/c/?zip=1").Field("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(Do("GET", "/c/one?zip").body, "content of one");
    EXPECT_EQ(Do("GET", "/none/?zip").status, 404);

    const Answer head = Do("HEAD", "/c/?zip");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.Field("Content-Type"), "application/zip");
    EXPECT_EQ(head.body, "");
}

TEST_P(CollectionZip, LeavesOutWhatTheUserMayNotSee)
{
    if (!ServeWithRights([](gpointer, const char *, const char *path, WeftDavExtent extent) {
            const bool is_hidden = strstr(path, "/two") != nullptr;
            return is_hidden || extent == WEFT_DAV_RIGHTS_ALL_BELOW ? 0u : WEFT_DAV_MAY_ALL + 0u;
        }))
        return;
    const Answer zip = Do("GET", "/c/?zip");

    EXPECT_EQ(zip.status, 200);
    EXPECT_TRUE(zip.Has("content of one"));
    EXPECT_FALSE(zip.Has("two"));
    EXPECT_TRUE(zip.Has("PK\5\6"));
}

TEST_P(CollectionZip, BreaksOffAtWhatTheUserMaySeeAndNotRead)
{
    if (!ServeWithRights([](gpointer, const char *, const char *path, WeftDavExtent) {
            return strstr(path, "/two") != nullptr ? WEFT_DAV_MAY_SEE + 0u : WEFT_DAV_MAY_ALL + 0u;
        }))
        return;
    const Answer zip = Do("GET", "/c/?zip");

    EXPECT_FALSE(zip.Has("PK\5\6")); /* nothing was sent yet: 500; otherwise cut off */
}

TEST_P(CollectionZip, ACollectionInItselfIsNotEnteredAgain)
{
    if (folder_.empty())
        return;
    std::filesystem::create_symlink("..", folder_ + "/c/d/loop");
    const Answer zip = Do("GET", "/c/?zip");

    EXPECT_TRUE(zip.Has("c/d/loop/"));
    EXPECT_FALSE(zip.Has("c/d/loop/d"));
    EXPECT_EQ(zip.Count("PK\3\4"), 4u);
}
