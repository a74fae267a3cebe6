/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that a share keeps away from clients, and names that it finds under several spellings.
 */
#include <fstream>

#include "dav_client.h"

using namespace weft_test;

namespace
{

class Filtered : public DavTest
{
  protected:
    WeftDavStore *InFront(WeftDavStore *store) override
    {
        return is_on_ ? weft_dav_filter_store_new(store, &filter_) : store;
    }

    /* What is there stays: of a directory only. */
    void Filter(const WeftDavFilter &filter)
    {
        filter_ = filter;
        is_on_ = true;
        Serve(weft_dav_options_default());
    }

    bool IsListed(const std::string &href) const
    {
        return Do("PROPFIND", "/", "Depth: infinity\r\n").Has("<D:href>" + href + "</D:href>");
    }

  private:
    WeftDavFilter filter_ = {};
    bool is_on_ = false;
};

TEST_P(Filtered, AppleFilesAreKeptUnlessToldOtherwise)
{
    Filter({});
    EXPECT_EQ(Do("PUT", "/.DS_Store", "", "x").status, 201);
    EXPECT_EQ(Do("PUT", "/._f", "", "x").status, 201);
    EXPECT_TRUE(IsListed("/.DS_Store"));
    EXPECT_TRUE(IsListed("/._f"));
}

TEST_P(Filtered, HiddenAppleFilesCannotBeMadeNorSeen)
{
    WeftDavFilter filter = {};
    filter.apple_files = WEFT_DAV_APPLE_FILES_HIDE;
    Filter(filter);
    Do("PUT", "/f", "", "x");
    for (const char *path : {"/.DS_Store", "/._f"}) {
        EXPECT_EQ(Do("PUT", path, "", "x").status, 403) << path;
        EXPECT_EQ(Do("MKCOL", path).status, 403) << path;
        EXPECT_EQ(Do("GET", path).status, 404) << path;
        EXPECT_EQ(Do("PROPFIND", path, "Depth: 0\r\n").status, 404) << path;
        EXPECT_EQ(Copy("COPY", "/f", path).status, 403) << path;
        EXPECT_EQ(Copy("MOVE", path, "/g").status, 404) << path;
    }
    EXPECT_EQ(Get("/f"), "x");
}

/* Finder finds what it has just written; the folder stays clean. */
TEST_P(Filtered, TemporaryAppleFilesAreNeverStored)
{
    WeftDavFilter filter = {};
    filter.apple_files = WEFT_DAV_APPLE_FILES_TEMP;
    Filter(filter);
    Do("PUT", "/f", "", "x");
    EXPECT_EQ(Do("PUT", "/._f", "", "fork").status, 201);
    EXPECT_EQ(Get("/._f"), "fork");
    EXPECT_EQ(Do("PUT", "/._f", "", "again").status, 204);
    EXPECT_EQ(Do("PROPFIND", "/._f", "Depth: 0\r\n").status, 207);
    EXPECT_FALSE(IsListed("/._f"));
    EXPECT_EQ(Copy("MOVE", "/._f", "/._g").status, 201);
    EXPECT_EQ(Get("/._g"), "again");
    EXPECT_EQ(Copy("COPY", "/._g", "/g").status, 403);
    EXPECT_EQ(Copy("COPY", "/f", "/._x").status, 403);
    EXPECT_EQ(Do("PUT", "/._g/below", "", "x").status, 403);
    EXPECT_EQ(Do("DELETE", "/._g").status, 204);
    EXPECT_EQ(Get("/._g"), "404");
    EXPECT_EQ(Do("PUT", "/._large", "Expect: 100-continue\r\n", std::string(33 << 20, 'x')).status,
              507);
    if (GetParam() == StoreKind::DIRECTORY) {
        EXPECT_FALSE(std::filesystem::exists(folder_ + "/._f"));
        EXPECT_FALSE(std::filesystem::exists(folder_ + "/._g"));
    }
}

TEST_P(Filtered, DeniedNamesAreNotThereWhereverTheyStand)
{
    static const char *const deny[] = {"*.secret", "~$*", "node_modules", nullptr};
    WeftDavFilter filter = {};
    filter.deny = deny;
    filter.hides_dot_files = TRUE;
    if (GetParam() == StoreKind::DIRECTORY) {
        Do("MKCOL", "/node_modules");
        Do("PUT", "/node_modules/f", "", "x");
        Do("PUT", "/a.secret", "", "x");
        Do("PUT", "/.profile", "", "x");
    }
    Filter(filter);
    EXPECT_EQ(Do("PUT", "/f", "", "x").status, 201);
    EXPECT_EQ(Do("MKCOL", "/d").status, 201);
    for (const char *path : {"/node_modules", "/node_modules/", "/node_modules/f", "/a.secret",
                             "/.profile", "/d/.git/config"}) {
        EXPECT_EQ(Do("GET", path).status, 404) << path;
        EXPECT_EQ(Do("PROPFIND", path, "Depth: 1\r\n").status, 404) << path;
        EXPECT_EQ(Do("DELETE", path).status, 404) << path;
        EXPECT_EQ(Do("PROPPATCH", path, "", "<x/>").status, 404) << path;
        EXPECT_EQ(Copy("COPY", path, "/copy").status, 404) << path;
    }
    EXPECT_EQ(Do("PUT", "/~$f.docx", "", "x").status, 403);
    EXPECT_EQ(Do("MKCOL", "/d/node_modules").status, 403);
    EXPECT_EQ(Copy("MOVE", "/f", "/f.secret").status, 403);
    const Answer listing = Do("PROPFIND", "/", "Depth: infinity\r\n");
    EXPECT_EQ(listing.Count("<D:response>"), 3u) << listing.body;
    if (GetParam() == StoreKind::DIRECTORY) {
        EXPECT_TRUE(std::filesystem::exists(folder_ + "/node_modules/f"));
    }
}

/* Runs of shown entries between hidden ones, over several batches. */
TEST_P(Filtered, LongListingsLeaveOutWhatIsHiddenAndNothingElse)
{
    static const char *const deny[] = {"*3", "*7", nullptr};
    WeftDavFilter filter = {};
    filter.deny = deny;
    Filter(filter);
    for (int i = 0; i < 300; i++)
        Do("PUT", "/f" + std::to_string(i), "", "");
    EXPECT_EQ(Do("PROPFIND", "/", "Depth: 1\r\n").Count("<D:response>"), 241u);
}

TEST_P(Filtered, NamesAreFoundWhateverTheirCase)
{
    WeftDavFilter filter = {};
    filter.ignores_case = TRUE;
    Filter(filter);
    Do("MKCOL", "/Documents");
    Do("PUT", "/Documents/Read%20Me.TXT", "", "abc");
    EXPECT_EQ(Get("/documents/read%20me.txt"), "abc");
    EXPECT_EQ(Do("PUT", "/DOCUMENTS/READ%20ME.txt", "", "new").status, 204);
    EXPECT_EQ(Get("/Documents/Read%20Me.TXT"), "new");
    EXPECT_EQ(Do("MKCOL", "/documents").status, 405);
    EXPECT_EQ(Do("PUT", "/documents/Other", "", "x").status, 201);
    EXPECT_TRUE(IsListed("/Documents/Other"));
    EXPECT_EQ(Copy("COPY", "/documents/other", "/DOCUMENTS/copy").status, 201);
    EXPECT_TRUE(IsListed("/Documents/copy"));
    /* Exact names go first, and stay apart from others. */
    EXPECT_EQ(Get("/%C3%89t%C3%A9"), "404");
    Do("PUT", "/%C3%89t%C3%A9", "", "summer");
    EXPECT_EQ(Get("/%C3%A9T%C3%89"), "summer");
}

/* Renaming to another spelling of the same name is a change that people make. */
TEST_P(Filtered, TheCaseOfANameCanBeChanged)
{
    WeftDavFilter filter = {};
    filter.ignores_case = TRUE;
    Filter(filter);
    Do("MKCOL", "/Folder");
    Do("PUT", "/Folder/my%20file", "", "abc");
    EXPECT_EQ(Copy("MOVE", "/folder/my%20file", "/FOLDER/My%20File").status, 201);
    EXPECT_TRUE(IsListed("/Folder/My%20File"));
    EXPECT_FALSE(IsListed("/Folder/my%20file"));
    EXPECT_EQ(Copy("MOVE", "/Folder", "/folder/").status, 201);
    EXPECT_TRUE(IsListed("/folder/My%20File"));
    EXPECT_EQ(Copy("MOVE", "/folder", "/folder").status, 403);
}

/* A lock holds by whatever name one comes. */
TEST_P(Filtered, LocksHoldUnderEverySpelling)
{
    WeftDavFilter filter = {};
    filter.ignores_case = TRUE;
    Filter(filter);
    Do("PUT", "/File", "", "abc");
    EXPECT_EQ(Do("LOCK", "/File", "",
                 "<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope>"
                 "<D:locktype><D:write/></D:locktype></D:lockinfo>")
                  .status,
              200);
    EXPECT_EQ(Do("PUT", "/FILE", "", "x").status, 423);
    EXPECT_EQ(Do("DELETE", "/file").status, 423);
    EXPECT_EQ(Get("/fILE"), "abc");
}

/* macOS takes characters apart (NFD) where others compose them (NFC). */
TEST_P(Filtered, NamesAreFoundHoweverUnicodeWritesThem)
{
    WeftDavFilter filter = {};
    filter.normalises = TRUE;
    Filter(filter);
    Do("PUT", "/%C3%A9", "", "composed");
    EXPECT_EQ(Get("/e%CC%81"), "composed");
    EXPECT_EQ(Do("PUT", "/e%CC%81", "", "new").status, 204);
    EXPECT_EQ(Get("/%C3%A9"), "new");
    EXPECT_EQ(Get("/%C3%89"), "404");
    EXPECT_FALSE(IsListed("/e%CC%81"));
}

WEFT_DAV_ON_BOTH_STORES(Filtered);

} // namespace
