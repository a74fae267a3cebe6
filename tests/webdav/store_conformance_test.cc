/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every store must do, tried on each: in memory, on a disk, on tmpfs, with the means that
 * older kernels lack taken away, and with dead properties in SQLite.
 */
#include <weft/dav_store.h>

#include "store_subject.h"
#include "webdav/store/dir_store.h"
#include "webdav/store/sqlite_properties.h"

using namespace weft_test;

namespace
{

enum class Kind { Memory, Disk, Tmpfs, NoOpenat2, NoTmpfile, Sqlite, Layers };

class StoreConformance : public testing::TestWithParam<Kind>
{
  protected:
    void run(std::function<void(Subject &)> body)
    {
        const std::string fast = is_tmpfs("/dev/shm") ? "/dev/shm" : testing::TempDir();
        if (GetParam() == Kind::Tmpfs && !is_tmpfs("/dev/shm"))
            GTEST_SKIP() << "no tmpfs at /dev/shm";
        const bool is_fast = GetParam() == Kind::Tmpfs || GetParam() == Kind::Sqlite;
        Folder folder(is_fast ? fast : testing::TempDir());
        Folder state(fast);

        {
            Subject subject(open(folder.path, state.path));

            in_fiber([&] { body(subject); });
        }
        EXPECT_NE(access((folder.path + "/" WEFT_DAV_STAGING_PREFIX).c_str(), F_OK), 0)
            << "staging left behind";
    }

  private:
    /* What stands in front of a store must do all that one must. */
    static WeftDavStore *layered(WeftDavStore *store)
    {
        static const char *const deny[] = {"no name of these tests", nullptr};
        const WeftDavFilter filter = {WEFT_DAV_APPLE_FILES_TEMP, FALSE, deny, TRUE, TRUE};

        return weft_dav_filter_store_new(weft_dav_quota_store_new(store, (uint64_t)1 << 40),
                                         &filter);
    }

    static WeftDavStore *open(const std::string &path, const std::string &state_path)
    {
        if (GetParam() == Kind::Memory)
            return weft_dav_memory_store_new();
        if (GetParam() == Kind::Layers)
            return layered(weft_dav_memory_store_new());

        WeftDavStore *store = weft_dav_dir_store_new(path.c_str(), nullptr);

        if (GetParam() == Kind::NoOpenat2)
            weft_dav_dir_store_forgo_openat2(store);
        if (GetParam() == Kind::NoTmpfile)
            weft_dav_dir_store_forgo_unnamed(store);
        if (GetParam() == Kind::Sqlite) {
            g_autoptr(WeftDavPropertyDatabase) database = weft_dav_property_database_open(
                state_path.c_str(), WEFT_DAV_DURABILITY_PROCESS, nullptr);

            weft_dav_dir_store_set_properties(store, weft_dav_sqlite_properties_new(database));
        }
        /* Thousands of syncs tell nothing that one does not: store_dir_test.cc has them. */
        weft_dav_dir_store_set_durability(store, WEFT_DAV_DURABILITY_PROCESS);
        return store;
    }
};

using Names = std::map<std::string, std::string>;

std::string
large(size_t size)
{
    std::string content(size, '\0');

    for (size_t i = 0; i < size; i++)
        content[i] = (char)(i * 7 + i / 251);
    return content;
}

} // namespace

TEST_P(StoreConformance, ReadsBackWhatWasPut)
{
    run([](Subject &store) {
        EXPECT_EQ(store.put("/a", "one"), OK);
        EXPECT_EQ(store.get("/a"), "one");
        EXPECT_EQ(store.put("/a", "two and more"), OK);
        EXPECT_EQ(store.get("/a"), "two and more");
        EXPECT_EQ(store.put("/empty", ""), OK);
        EXPECT_EQ(store.get("/empty"), "");
        EXPECT_EQ(store.list("/"), (Names{{"a", ""}, {"empty", ""}}));
    });
}

TEST_P(StoreConformance, TakesUploadsOfAnySizeInAnyPieces)
{
    run([](Subject &store) {
        for (size_t size : {1, 65535, 65536, 65537, 131072, 3000001}) {
            for (size_t piece : {size_t{1} << 20, size_t{65536}, size_t{1000}}) {
                const std::string content = large(size);

                EXPECT_EQ(store.put("/f", content, true, nullptr, piece), OK);
                EXPECT_TRUE(store.get("/f") == content) << size << " by " << piece;
            }
        }
    });
}

TEST_P(StoreConformance, TakesMoreOrLessThanWasAnnounced)
{
    run([](Subject &store) {
        for (int64_t announced : {-1, 0, 3, 100, 1 << 20}) {
            GError *error = nullptr;
            WeftDavInfo info;
            WeftDavUpload *upload = store.methods->upload_new(store.store, "/f", announced, &error);

            ASSERT_NE(upload, nullptr);
            EXPECT_TRUE(store.methods->upload_write(upload, "abcde", 5, &error));
            EXPECT_TRUE(store.methods->upload_write(upload, "", 0, &error));
            EXPECT_TRUE(store.methods->upload_write(upload, "fghij", 5, &error));
            EXPECT_TRUE(store.methods->upload_commit(upload, TRUE, &info, &error));
            EXPECT_EQ(upload->has_replaced, announced != -1) << "the first one is new";
            store.methods->upload_free(upload);
            EXPECT_EQ(info.size_bytes, 10u);
            EXPECT_EQ(store.get("/f"), "abcdefghij");
        }
    });
}

TEST_P(StoreConformance, UploadIsInvisibleBeforeItsCommitAndLeavesNoTraceWithoutOne)
{
    run([](Subject &store) {
        ASSERT_EQ(store.put("/old", "old"), OK);
        for (size_t size : {size_t{10}, size_t{1} << 20}) {
            for (const char *path : {"/old", "/new"}) {
                const std::string content = large(size);
                WeftDavUpload *upload = store.methods->upload_new(store.store, path, -1, nullptr);

                ASSERT_NE(upload, nullptr);
                EXPECT_TRUE(store.methods->upload_write(upload, content.data(), size, nullptr));
                EXPECT_EQ(store.list("/"), (Names{{"old", ""}}));
                EXPECT_EQ(store.get("/old"), "old");
                store.methods->upload_free(upload);
                EXPECT_EQ(store.list("/"), (Names{{"old", ""}}));
                EXPECT_EQ(store.get("/old"), "old");
            }
        }
    });
}

TEST_P(StoreConformance, ReaderKeepsTheVersionItOpened)
{
    run([](Subject &store) {
        WeftDavInfo info;

        ASSERT_EQ(store.put("/f", "old"), OK);
        g_autoptr(WeftFile) file = store.methods->open_read(store.store, "/f", &info, nullptr);
        ASSERT_EQ(store.put("/f", "newer"), OK);
        EXPECT_EQ(Subject::read(file, info), "old");
        ASSERT_EQ(store.remove("/f"), OK);
        EXPECT_EQ(Subject::read(file, info), "old");
    });
}

TEST_P(StoreConformance, RefusesUploadsWhereTheyCannotStand)
{
    run([](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.put("/f", "x"), OK);
        EXPECT_EQ(store.put("/c", "x"), WEFT_DAV_ERROR_IS_COLLECTION);
        EXPECT_EQ(store.put("/", "x"), WEFT_DAV_ERROR_IS_COLLECTION);
        EXPECT_EQ(store.put("/none/x", "x"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(store.put("/f/x", "x"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(store.put("/f", "y", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.get("/f"), "x");
        EXPECT_EQ(store.put("/g", "y", false), OK);
        EXPECT_EQ(store.put("/" + std::string(256, 'n'), "y"), WEFT_DAV_ERROR_NAME_TOO_LONG);
    });
}

TEST_P(StoreConformance, TellsVersionsApartHoweverFastTheyCome)
{
    run([](Subject &store) {
        std::map<std::string, int> seen;

        for (int i = 0; i < 100; i++) {
            std::string etag;

            ASSERT_EQ(store.put("/f", "same", true, &etag), OK);
            EXPECT_EQ(store.etag("/f"), etag);
            EXPECT_EQ(seen[etag]++, 0) << etag;
            /* So that inode numbers are used again. */
            if (i % 3 == 0) {
                ASSERT_EQ(store.remove("/f"), OK);
            }
        }
    });
}

TEST_P(StoreConformance, InfoTellsWhatIsThere)
{
    run([](Subject &store) {
        WeftDavInfo info;
        const int64_t now_us = g_get_real_time();

        ASSERT_EQ(store.put("/f", "four"), OK);
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.stat("/f", &info), OK);
        EXPECT_EQ(info.size_bytes, 4u);
        EXPECT_FALSE(info.is_collection);
        EXPECT_FALSE(info.is_executable);
        EXPECT_LT(std::abs(info.modified_us - now_us), 60 * G_USEC_PER_SEC);
        EXPECT_LT(std::abs(info.created_us - now_us), 60 * G_USEC_PER_SEC);
        for (const char *path : {"/c", "/"}) {
            ASSERT_EQ(store.stat(path, &info), OK);
            EXPECT_TRUE(info.is_collection);
            EXPECT_EQ(info.size_bytes, 0u);
        }
        EXPECT_EQ(store.stat("/none", &info), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(store.stat("/f/none", &info), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(store.get("/c"), "code " + std::to_string(WEFT_DAV_ERROR_IS_COLLECTION));
        EXPECT_EQ(store.get("/none"), "code " + std::to_string(WEFT_DAV_ERROR_NOT_FOUND));
    });
}

TEST_P(StoreConformance, KeepsStrangeNames)
{
    run([](Subject &store) {
        const std::vector<std::string> names = {
            "with space", "%41", "\xc3\xa9\xf0\x9f\x98\x80", "a\\b", "a\nb", "...", ".hidden",
            "-rf",        "*",   std::string(255, 'n'),      "a;b",  "CON",  "a:b", "~"};
        Names expected;

        for (const std::string &name : names) {
            EXPECT_EQ(store.put("/" + name, name), OK) << name;
            EXPECT_EQ(store.get("/" + name), name);
            expected[name] = "";
        }
        EXPECT_EQ(store.list("/"), expected);
    });
}

TEST_P(StoreConformance, MakesCollections)
{
    run([](Subject &store) {
        EXPECT_EQ(store.mkcol("/c"), OK);
        EXPECT_EQ(store.mkcol("/c/d"), OK);
        EXPECT_EQ(store.mkcol("/c"), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.mkcol("/"), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.mkcol("/none/c"), WEFT_DAV_ERROR_NO_PARENT);
        ASSERT_EQ(store.put("/f", ""), OK);
        EXPECT_EQ(store.mkcol("/f"), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.mkcol("/f/c"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}, {"f", ""}}));
        EXPECT_EQ(store.list("/c"), (Names{{"d/", ""}}));
        EXPECT_EQ(store.list("/c/d"), (Names{}));
        EXPECT_EQ(store.list_code("/f"), WEFT_DAV_ERROR_NOT_COLLECTION);
        EXPECT_EQ(store.list_code("/none"), WEFT_DAV_ERROR_NOT_FOUND);
    });
}

TEST_P(StoreConformance, ListsLargeCollectionsWhole)
{
    run([](Subject &store) {
        Names expected;

        ASSERT_EQ(store.mkcol("/c"), OK);
        for (int i = 0; i < 700; i++) {
            const std::string name = "member-" + std::to_string(i) + std::string(i % 60, 'x');

            if (i < 600)
                ASSERT_EQ(store.mkcol("/c/" + name), OK);
            else
                ASSERT_EQ(store.put("/c/" + name, ""), OK);
            expected[name + (i < 600 ? "/" : "")] = "";
        }
        EXPECT_EQ(store.list("/c"), expected);
    });
}

TEST_P(StoreConformance, RemovesFilesAndTrees)
{
    run([](Subject &store) {
        ASSERT_EQ(store.put("/f", "x"), OK);
        EXPECT_EQ(store.remove("/f"), OK);
        EXPECT_FALSE(store.exists("/f"));
        EXPECT_EQ(store.remove("/f"), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(store.remove("/none/f"), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(store.remove("/"), WEFT_DAV_ERROR_FORBIDDEN);

        ASSERT_EQ(store.mkcol("/c"), OK);
        for (int i = 0; i < 5; i++) {
            const std::string folder = "/c/" + std::to_string(i);

            ASSERT_EQ(store.mkcol(folder), OK);
            for (int j = 0; j < 60; j++)
                ASSERT_EQ(store.put(folder + "/" + std::to_string(j), "x"), OK);
            ASSERT_EQ(store.mkcol(folder + "/sub"), OK);
            ASSERT_EQ(store.put(folder + "/sub/x", ""), OK);
        }
        EXPECT_EQ(store.remove("/c"), OK);
        EXPECT_TRUE(store.failed_paths().empty());
        EXPECT_EQ(store.list("/"), Names{});
        ASSERT_EQ(store.mkcol("/empty"), OK);
        EXPECT_EQ(store.remove("/empty"), OK);
    });
}

TEST_P(StoreConformance, CopiesFiles)
{
    run([](Subject &store) {
        const std::string content = large(1000000);

        ASSERT_EQ(store.put("/a", content), OK);
        ASSERT_EQ(store.put("/empty", ""), OK);
        EXPECT_EQ(store.copy("/a", "/b"), OK);
        EXPECT_TRUE(store.get("/b") == content);
        EXPECT_TRUE(store.get("/a") == content);
        EXPECT_NE(store.etag("/a"), store.etag("/b"));
        EXPECT_EQ(store.copy("/empty", "/b", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_TRUE(store.get("/b") == content);
        EXPECT_EQ(store.copy("/empty", "/b"), OK);
        EXPECT_EQ(store.get("/b"), "");
        EXPECT_EQ(store.copy("/none", "/b"), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(store.get("/b"), "");
        EXPECT_EQ(store.copy("/a", "/none/b"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(store.copy("/a", "/empty/b"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(store.list("/"), (Names{{"a", ""}, {"b", ""}, {"empty", ""}}));
    });
}

TEST_P(StoreConformance, CopiesTrees)
{
    run([](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/c/d"), OK);
        ASSERT_EQ(store.mkcol("/c/d/e"), OK);
        ASSERT_EQ(store.mkcol("/c/void"), OK);
        ASSERT_EQ(store.put("/c/d/e/f", "deep"), OK);
        for (int i = 0; i < 300; i++)
            ASSERT_EQ(store.put("/c/d/" + std::to_string(i), std::to_string(i)), OK);
        ASSERT_EQ(store.put("/c/z", large(500000)), OK);

        EXPECT_EQ(store.copy("/c", "/x"), OK);
        EXPECT_TRUE(store.failed_paths().empty());
        EXPECT_EQ(store.list("/x"), (Names{{"d/", ""}, {"void/", ""}, {"z", ""}}));
        EXPECT_EQ(store.list("/x/d"), store.list("/c/d"));
        EXPECT_EQ(store.get("/x/d/e/f"), "deep");
        EXPECT_EQ(store.get("/x/d/123"), "123");
        EXPECT_TRUE(store.get("/x/z") == large(500000));
        EXPECT_EQ(store.get("/c/d/e/f"), "deep");

        EXPECT_EQ(store.copy("/c", "/alone", true, false), OK);
        EXPECT_EQ(store.list("/alone"), Names{});
    });
}

TEST_P(StoreConformance, CopyReplacesWhateverStoodThere)
{
    run([](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.put("/c/new", "new"), OK);
        ASSERT_EQ(store.mkcol("/old"), OK);
        ASSERT_EQ(store.put("/old/old", "old"), OK);
        ASSERT_EQ(store.put("/f", "file"), OK);

        EXPECT_EQ(store.copy("/c", "/old", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.list("/old"), (Names{{"old", ""}}));
        EXPECT_EQ(store.copy("/c", "/old"), OK);
        EXPECT_EQ(store.list("/old"), (Names{{"new", ""}}));
        EXPECT_EQ(store.copy("/f", "/old"), OK);
        EXPECT_EQ(store.get("/old"), "file");
        EXPECT_EQ(store.copy("/c", "/f"), OK);
        EXPECT_EQ(store.list("/f"), (Names{{"new", ""}}));
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}, {"f/", ""}, {"old", ""}}));
    });
}

TEST_P(StoreConformance, MovesFilesAndTrees)
{
    run([](Subject &store) {
        std::string etag;

        ASSERT_EQ(store.put("/a", "one", true, &etag), OK);
        ASSERT_EQ(store.put("/b", "two"), OK);
        EXPECT_EQ(store.move("/a", "/b", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.get("/b"), "two");
        EXPECT_EQ(store.move("/a", "/b"), OK);
        EXPECT_EQ(store.get("/b"), "one");
        EXPECT_EQ(store.etag("/b"), etag);
        EXPECT_EQ(store.move("/none", "/b"), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(store.move("/b", "/none/b"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(store.move("/b", "/"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.move("/", "/b"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.get("/b"), "one");

        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.put("/c/x", "x"), OK);
        EXPECT_EQ(store.move("/c", "/d"), OK);
        EXPECT_EQ(store.get("/d/x"), "x");
        EXPECT_EQ(store.list("/"), (Names{{"b", ""}, {"d/", ""}}));
    });
}

TEST_P(StoreConformance, MoveReplacesWhateverStoodThere)
{
    run([](Subject &store) {
        for (const char *name : {"/c1", "/c2", "/old1", "/old2"}) {
            ASSERT_EQ(store.mkcol(name), OK);
            ASSERT_EQ(store.put(name + std::string("/in"), name), OK);
        }
        ASSERT_EQ(store.put("/f1", "f1"), OK);
        ASSERT_EQ(store.put("/f2", "f2"), OK);

        EXPECT_EQ(store.move("/c1", "/old1", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.move("/c1", "/old1"), OK);
        EXPECT_EQ(store.get("/old1/in"), "/c1");
        EXPECT_EQ(store.move("/f1", "/old2"), OK);
        EXPECT_EQ(store.get("/old2"), "f1");
        EXPECT_EQ(store.move("/c2", "/f2"), OK);
        EXPECT_EQ(store.get("/f2/in"), "/c2");
        EXPECT_EQ(store.list("/"), (Names{{"old1/", ""}, {"old2", ""}, {"f2/", ""}}));
    });
}

TEST_P(StoreConformance, RefusesToPutAThingIntoItself)
{
    run([](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/c/d"), OK);
        ASSERT_EQ(store.put("/c/d/f", "f"), OK);

        const std::vector<std::pair<std::string, std::string>> pairs = {
            {"/c", "/c"},   {"/c", "/c/x"},   {"/c", "/c/d"},     {"/c", "/c/d/f"},
            {"/c/d", "/c"}, {"/c/d/f", "/c"}, {"/c/d/f", "/c/d"}, {"/c/d/f", "/c/d/f"},
            {"/", "/c"},    {"/", "/x"},      {"/c", "/"},
        };

        for (const auto &[from, to] : pairs) {
            EXPECT_EQ(store.copy(from, to), WEFT_DAV_ERROR_FORBIDDEN) << from << " " << to;
            EXPECT_EQ(store.move(from, to), WEFT_DAV_ERROR_FORBIDDEN) << from << " " << to;
        }
        EXPECT_EQ(store.get("/c/d/f"), "f");
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}}));
        EXPECT_EQ(store.list("/c"), (Names{{"d/", ""}}));
        /* A name that begins alike is another thing. */
        EXPECT_EQ(store.copy("/c", "/cc"), OK);
        EXPECT_EQ(store.get("/cc/d/f"), "f");
    });
}

TEST_P(StoreConformance, KeepsDeadPropertiesWithTheResource)
{
    run([](Subject &store) {
        ASSERT_EQ(store.put("/f", "1"), OK);
        ASSERT_EQ(store.mkcol("/c"), OK);
        EXPECT_EQ(store.properties("/f"), "");
        EXPECT_EQ(store.set_property("/f", "a", "<a>1</a>"), OK);
        EXPECT_EQ(store.set_property("/f", "b", "<b/>"), OK);
        EXPECT_EQ(store.set_property("/c", "c", "<c/>"), OK);
        EXPECT_EQ(store.set_property("/", "r", "<r/>"), OK);
        EXPECT_EQ(store.properties("/f"), "a=<a>1</a>;b=<b/>;");
        EXPECT_EQ(store.properties("/"), "r=<r/>;");

        EXPECT_EQ(store.put("/f", "2"), OK);
        EXPECT_EQ(store.properties("/f"), "a=<a>1</a>;b=<b/>;");
        EXPECT_EQ(store.copy("/f", "/g"), OK);
        EXPECT_EQ(store.move("/f", "/c/h"), OK);
        EXPECT_EQ(store.copy("/c", "/d"), OK);
        EXPECT_EQ(store.copy("/c", "/e", true, false), OK);
        EXPECT_EQ(store.properties("/g"), "a=<a>1</a>;b=<b/>;");
        EXPECT_EQ(store.properties("/c/h"), "a=<a>1</a>;b=<b/>;");
        EXPECT_EQ(store.properties("/d/h"), "a=<a>1</a>;b=<b/>;");
        EXPECT_EQ(store.properties("/d"), "c=<c/>;");
        EXPECT_EQ(store.properties("/e"), "c=<c/>;");

        /* What replaces another thing does not inherit from it. */
        ASSERT_EQ(store.put("/plain", ""), OK);
        EXPECT_EQ(store.copy("/plain", "/g"), OK);
        EXPECT_EQ(store.properties("/g"), "");

        EXPECT_EQ(store.set_property("/c/h", "a", ""), OK);
        EXPECT_EQ(store.properties("/c/h"), "b=<b/>;");
        EXPECT_EQ(store.set_property("/c/h", "b", ""), OK);
        EXPECT_EQ(store.properties("/c/h"), "");
        EXPECT_EQ(store.set_property("/none", "a", "<a/>"), WEFT_DAV_ERROR_NOT_FOUND);
    });
}

TEST_P(StoreConformance, ListsDeadPropertiesIfAsked)
{
    run([](Subject &store) {
        const std::string value = "<a>" + std::string(2000, 'v') + "</a>";

        ASSERT_EQ(store.put("/f", "1"), OK);
        ASSERT_EQ(store.put("/g", "1"), OK);
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.set_property("/f", "a", value), OK);
        ASSERT_EQ(store.set_property("/c", "b", "<b/>"), OK);
        EXPECT_EQ(store.list("/", true),
                  (Names{{"f", "a=" + value + ";"}, {"g", ""}, {"c/", "b=<b/>;"}}));
        EXPECT_EQ(store.list("/"), (Names{{"f", ""}, {"g", ""}, {"c/", ""}}));
    });
}

TEST_P(StoreConformance, GoesAsDeepAsPathsReach)
{
    run([](Subject &store) {
        std::string path;

        for (int i = 0; i < 400; i++) {
            path += "/d";
            ASSERT_EQ(store.mkcol(path), OK) << i;
        }
        ASSERT_EQ(store.put(path + "/f", "bottom"), OK);
        EXPECT_EQ(store.copy("/d", "/e"), OK);
        EXPECT_EQ(store.get("/e" + path.substr(2) + "/f"), "bottom");
        EXPECT_EQ(store.remove("/d"), OK);
        EXPECT_TRUE(store.failed_paths().empty());
        EXPECT_EQ(store.list("/"), (Names{{"e/", ""}}));
    });
}

static std::string
kind_name(const testing::TestParamInfo<Kind> &param)
{
    static const char *const names[] = {
        "Memory", "Disk", "Tmpfs", "WithoutOpenat2", "WithoutTmpfile", "Sqlite", "Layers",
    };

    return names[static_cast<int>(param.param)];
}

TEST_P(StoreConformance, SetsTimesOfFilesAndCollections)
{
    run([](Subject &subject) {
        WeftDavAttributes attributes = WEFT_DAV_ATTRIBUTES_KEEP;
        WeftDavInfo info = {};

        subject.put("/f", "abc");
        subject.mkcol("/d");
        attributes.modified_s = 1234567890;
        EXPECT_EQ(subject.set_attributes("/f", attributes), OK);
        EXPECT_EQ(subject.set_attributes("/d", attributes), OK);
        EXPECT_EQ(subject.set_attributes("/none", attributes), WEFT_DAV_ERROR_NOT_FOUND);
        for (const char *path : {"/f", "/d"}) {
            subject.stat(path, &info);
            EXPECT_EQ(info.modified_us / G_USEC_PER_SEC, 1234567890) << path;
        }
        EXPECT_EQ(subject.get("/f"), "abc");

        attributes = WEFT_DAV_ATTRIBUTES_KEEP;
        attributes.is_executable = TRUE;
        EXPECT_EQ(subject.set_attributes("/f", attributes), OK);
        subject.stat("/f", &info);
        EXPECT_TRUE(info.is_executable);
        EXPECT_EQ(info.modified_us / G_USEC_PER_SEC, 1234567890);
        attributes.is_executable = FALSE;
        EXPECT_EQ(subject.set_attributes("/f", attributes), OK);
        subject.stat("/f", &info);
        EXPECT_FALSE(info.is_executable);
    });
}

/* Of the same second, length and name: what a client sets must not make two versions one. */
TEST_P(StoreConformance, TellsVersionsOfOneGivenTimeApart)
{
    run([](Subject &subject) {
        std::map<std::string, int> tags;

        for (int i = 0; i < 20; i++) {
            WeftDavInfo info = {};
            WeftDavUpload *upload = subject.methods->upload_new(subject.store, "/f", 1, nullptr);

            upload->has_modified = TRUE;
            upload->modified_s = 86400;
            EXPECT_TRUE(subject.methods->upload_write(upload, &"abc"[i % 3], 1, nullptr));
            EXPECT_TRUE(subject.methods->upload_commit(upload, TRUE, &info, nullptr));
            subject.methods->upload_free(upload);
            EXPECT_EQ(info.modified_us / G_USEC_PER_SEC, 86400);
            tags[Subject::etag_of(info)]++;
            EXPECT_EQ(subject.etag("/f"), Subject::etag_of(info));
        }
        EXPECT_EQ(tags.size(), 20u);
    });
}

TEST_P(StoreConformance, MergesPartsOfAnySizeIntoFiles)
{
    run([](Subject &subject) {
        const std::string old = large(300000);
        const std::string part = std::string(200000, 'p');
        std::string etag;

        subject.put("/f", "0123456789", true, &etag);
        EXPECT_EQ(subject.patch("/f", 3, "abc"), OK);
        EXPECT_EQ(subject.get("/f"), "012abc6789");
        EXPECT_NE(subject.etag("/f"), etag);
        EXPECT_EQ(subject.patch("/f", 10, "more"), OK);
        EXPECT_EQ(subject.get("/f"), "012abc6789more");
        EXPECT_EQ(subject.patch("/f", 12, "END!"), OK);
        EXPECT_EQ(subject.get("/f"), "012abc6789moEND!");
        EXPECT_EQ(subject.patch("/f", 4, ""), OK);
        EXPECT_EQ(subject.get("/f"), "012abc6789moEND!");

        subject.put("/large", old);
        subject.set_property("/large", "p", "<p/>");
        EXPECT_EQ(subject.patch("/large", 50000, part), OK);
        EXPECT_EQ(subject.get("/large"),
                  old.substr(0, 50000) + part + old.substr(50000 + part.size()));
        EXPECT_EQ(subject.patch("/large", 300000, part), OK);
        EXPECT_EQ(subject.get("/large").size(), 500000u);
        EXPECT_EQ(subject.properties("/large"), "p=<p/>;");
    });
}

TEST_P(StoreConformance, RefusesPartsThatHaveNoPlace)
{
    run([](Subject &subject) {
        subject.put("/f", "abc");
        subject.mkcol("/d");
        EXPECT_EQ(subject.patch("/f", 4, "x"), WEFT_DAV_ERROR_TOO_LARGE);
        EXPECT_EQ(subject.patch("/f", -1, "x"), WEFT_DAV_ERROR_TOO_LARGE);
        EXPECT_EQ(subject.patch("/none", 0, "x"), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_NE(subject.patch("/d", 0, "x"), OK);
        EXPECT_EQ(subject.get("/f"), "abc");
    });
}

TEST_P(StoreConformance, TellsTheRoomThereIs)
{
    run([](Subject &subject) {
        WeftDavSpace space = {};

        subject.mkcol("/d");
        subject.put("/d/f", "0123456789");
        EXPECT_TRUE(subject.methods->get_space(subject.store, "/d", &space, nullptr));
        EXPECT_GT(space.available_bytes, 0u);
        EXPECT_GE(space.used_bytes, 10u);
        EXPECT_FALSE(subject.methods->get_space(subject.store, "/none", &space, nullptr));
    });
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance,
                         testing::Values(Kind::Memory, Kind::Disk, Kind::Tmpfs, Kind::NoOpenat2,
                                         Kind::NoTmpfile, Kind::Sqlite, Kind::Layers),
                         kind_name);
