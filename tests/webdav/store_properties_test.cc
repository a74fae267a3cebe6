/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dead properties in SQLite: that they stay with their file whatever becomes of its name, that
 * nothing is left of them behind it, and what a killed process leaves.  That a store does with them
 * what it does with extended attributes is for store_conformance_test.cc.
 */
#include "store_subject.h"
#include "telling_child.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "webdav/store/dir_store.h"
#include "webdav/store/property_choice.h"

using namespace weft_test;

namespace
{

class SqliteProperties : public testing::Test
{
  protected:
    /* Open folder and database, run, close both. */
    void with_store(std::function<void(Subject &)> body)
    {
        g_autoptr(WeftDavPropertyDatabase) opened = open_database();
        Subject subject(open_store(opened, folder.path));

        database = opened;
        in_fiber([&] { body(subject); });
        database = nullptr;
    }

    WeftDavPropertyDatabase *open_database()
    {
        GError *error = nullptr;
        WeftDavPropertyDatabase *opened = weft_dav_property_database_open(
            state.path.c_str(), WEFT_DAV_DURABILITY_PROCESS, &error);

        EXPECT_NE(opened, nullptr) << error->message;
        return opened;
    }

    static WeftDavStore *open_store(WeftDavPropertyDatabase *opened, const std::string &path)
    {
        WeftDavStore *store = weft_dav_dir_store_new(path.c_str(), nullptr);

        weft_dav_dir_store_set_durability(store, WEFT_DAV_DURABILITY_PROCESS);
        weft_dav_dir_store_set_properties(store, weft_dav_sqlite_properties_new(opened));
        return store;
    }

    size_t n_rows()
    {
        return weft_dav_property_database_size(database);
    }

    std::string at(const std::string &path) const
    {
        return folder.path + path;
    }

    Folder folder{testing::TempDir()};
    Folder state{testing::TempDir()};
    WeftDavPropertyDatabase *database = nullptr;
};

/* The number that a name ends with. */
std::string
number_in(const std::string &name)
{
    return name.substr(name.find_last_of('-') + 1);
}

} // namespace

TEST_F(SqliteProperties, OutliveTheProcess)
{
    with_store([&](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.put("/c/f", "x"), OK);
        EXPECT_EQ(n_rows(), 0u);
        EXPECT_EQ(store.set_property("/c/f", "p", "<p>1</p>"), OK);
        EXPECT_EQ(store.set_property("/c", "q", "<q/>"), OK);
        EXPECT_EQ(n_rows(), 2u);
    });
    with_store([&](Subject &store) {
        EXPECT_EQ(store.properties("/c/f"), "p=<p>1</p>;");
        EXPECT_EQ(store.properties("/c"), "q=<q/>;");
        EXPECT_EQ(store.set_property("/c", "q", ""), OK);
        EXPECT_EQ(n_rows(), 1u);
    });
}

TEST_F(SqliteProperties, FollowAFileThatOthersRename)
{
    with_store([&](Subject &store) {
        ASSERT_EQ(store.put("/f", "x"), OK);
        ASSERT_EQ(store.set_property("/f", "p", "<p/>"), OK);
    });
    ASSERT_EQ(rename(at("/f").c_str(), at("/g").c_str()), 0);
    std::ofstream(at("/f")) << "another";
    with_store([&](Subject &store) {
        EXPECT_EQ(store.properties("/g"), "p=<p/>;");
        EXPECT_EQ(store.properties("/f"), "");
    });
}

TEST_F(SqliteProperties, GoWithWhatIsRemovedOrReplaced)
{
    with_store([&](Subject &store) {
        const auto fill = [&](const char *path) {
            ASSERT_EQ(store.put(path, "x"), OK);
            ASSERT_EQ(store.set_property(path, "p", "<p/>"), OK);
        };

        fill("/f");
        EXPECT_EQ(store.remove("/f"), OK);
        EXPECT_EQ(n_rows(), 0u) << "DELETE of a file";

        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/c/d"), OK);
        ASSERT_EQ(store.set_property("/c", "p", "<p/>"), OK);
        ASSERT_EQ(store.set_property("/c/d", "p", "<p/>"), OK);
        fill("/c/d/f");
        EXPECT_EQ(n_rows(), 3u);
        EXPECT_EQ(store.copy("/c", "/e"), OK);
        EXPECT_EQ(n_rows(), 6u);
        EXPECT_EQ(store.copy("/c", "/e"), OK);
        EXPECT_EQ(n_rows(), 6u) << "COPY over a collection";
        EXPECT_EQ(store.remove("/e"), OK);
        EXPECT_EQ(n_rows(), 3u) << "DELETE of a collection";
        EXPECT_EQ(store.remove("/c"), OK);
        EXPECT_EQ(n_rows(), 0u);

        fill("/f");
        fill("/g");
        EXPECT_EQ(store.put("/f", "again"), OK);
        EXPECT_EQ(store.properties("/f"), "p=<p/>;");
        EXPECT_EQ(n_rows(), 2u) << "PUT over a file";
        EXPECT_EQ(store.copy("/g", "/f"), OK);
        EXPECT_EQ(n_rows(), 2u) << "COPY over a file";
        EXPECT_EQ(store.move("/g", "/f"), OK);
        EXPECT_EQ(n_rows(), 1u) << "MOVE over a file";
        ASSERT_EQ(store.mkcol("/c"), OK);
        EXPECT_EQ(store.move("/c", "/f"), OK);
        EXPECT_EQ(n_rows(), 0u) << "MOVE of a collection over a file";
    });
}

TEST_F(SqliteProperties, StayUntilAFileLosesItsLastName)
{
    with_store([&](Subject &store) {
        ASSERT_EQ(store.put("/f", "x"), OK);
        ASSERT_EQ(link(at("/f").c_str(), at("/g").c_str()), 0);
        ASSERT_EQ(store.set_property("/f", "p", "<p/>"), OK);
        EXPECT_EQ(store.remove("/f"), OK);
        EXPECT_EQ(store.properties("/g"), "p=<p/>;");
        EXPECT_EQ(store.remove("/g"), OK);
        EXPECT_EQ(n_rows(), 0u);
    });
}

/* File systems give numbers of dead files to new ones. */
TEST_F(SqliteProperties, DoNotComeUponANewFileWithAnOldNumber)
{
    with_store([&](Subject &store) {
        for (int i = 0; i < 50; i++) {
            ASSERT_EQ(store.put("/f", "x"), OK);
            EXPECT_EQ(store.properties("/f"), "");
            ASSERT_EQ(store.set_property("/f", "p", "<p/>"), OK);
            ASSERT_EQ(unlink(at("/f").c_str()), 0); /* behind the store's back */
        }
    });
}

TEST_F(SqliteProperties, ThatAreTooManyLeaveTheOldOnes)
{
    with_store([&](Subject &store) {
        ASSERT_EQ(store.put("/f", "x"), OK);
        ASSERT_EQ(store.set_property("/f", "p", "<p/>"), OK);
        EXPECT_EQ(store.set_property("/f", "q", "<q>" + std::string(100000, 'q') + "</q>"),
                  WEFT_DAV_ERROR_NO_SPACE);
        EXPECT_EQ(store.properties("/f"), "p=<p/>;");
    });
}

TEST_F(SqliteProperties, ServeSeveralFoldersFromOneDatabase)
{
    Folder second(testing::TempDir());
    g_autoptr(WeftDavPropertyDatabase) opened = open_database();
    Subject one(open_store(opened, folder.path));
    Subject two(open_store(opened, second.path));

    in_fiber([&] {
        ASSERT_EQ(one.set_property("/", "p", "<p>1</p>"), OK);
        ASSERT_EQ(two.set_property("/", "p", "<p>2</p>"), OK);
        EXPECT_EQ(one.properties("/"), "p=<p>1</p>;");
        EXPECT_EQ(two.properties("/"), "p=<p>2</p>;");
    });
}

/* Makes, sets, copies, moves and replaces, and tells the number of what is done. */
TEST(SqlitePropertiesChild, DISABLED_WorksUntilItIsKilled)
{
    g_autoptr(WeftDavPropertyDatabase) database = weft_dav_property_database_open(
        g_getenv("WEFT_TEST_STATE"), WEFT_DAV_DURABILITY_PROCESS, nullptr);
    Subject store(weft_dav_dir_store_new(g_getenv("WEFT_TEST_FOLDER"), nullptr));

    weft_dav_dir_store_set_durability(store.store, WEFT_DAV_DURABILITY_PROCESS);
    weft_dav_dir_store_set_properties(store.store, weft_dav_sqlite_properties_new(database));
    in_fiber([&] {
        bool is_well = true;

        for (int i = 0; is_well; i++) {
            const std::string number = std::to_string(i);
            const std::string made = "/made-" + number;

            is_well = store.put(made, number) == OK &&
                      store.set_property(made, "n", "<n>" + number + "</n>") == OK &&
                      store.copy(made, "/copied-" + number) == OK &&
                      store.put("/copied-" + number, number) == OK &&
                      store.move(made, "/moved-" + number) == OK && TellingChild::tell(number);
        }
    });
}

TEST_F(SqliteProperties, AreWithTheRightFileWhenTheProcessWasKilled)
{
    int last_done = -1;
    {
        TellingChild child("SqlitePropertiesChild",
                           {{"WEFT_TEST_STATE", state.path}, {"WEFT_TEST_FOLDER", folder.path}});
        std::string number;

        while (child.hear(&number)) {
            last_done = std::stoi(number);
            if (last_done == 40)
                child.kill();
        }
    }

    with_store([&](Subject &store) {
        std::set<std::string> names;

        for (const auto &[name, properties] : store.list("/", true)) {
            const std::string number = number_in(name);

            names.insert(name);
            EXPECT_EQ(store.get("/" + name), number);
            /* One that was made last may not have got its property yet. */
            if (name.compare(0, 5, "made-") != 0) {
                EXPECT_EQ(properties, "n=<n>" + number + "</n>;") << name;
            }
        }
        EXPECT_GE(last_done, 40);
        for (int i = 0; i <= last_done; i++) {
            EXPECT_EQ(names.count("moved-" + std::to_string(i)), 1u);
            EXPECT_EQ(names.count("copied-" + std::to_string(i)), 1u);
        }
        EXPECT_LE(n_rows(), names.size() + 2) << "of files that are no more";
    });
}

/* ---- where properties are kept ---- */

namespace
{

class PropertyChoice : public testing::Test
{
  protected:
    /* "xattr", "sqlite", or why not. */
    std::string choose(const std::string &root, WeftDavPropertyPlace place, bool with_state = true)
    {
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftDavPropertyDatabase) database = nullptr;
        const WeftDavPropertyChoice choice = {place, with_state ? state.path.c_str() : nullptr,
                                              WEFT_DAV_DURABILITY_PROCESS};
        WeftDavPropertyBackend *backend =
            weft_dav_property_choose(root.c_str(), &choice, &database, &error);

        if (backend == nullptr)
            return error->message;
        backend->free(backend);
        return database != nullptr ? "sqlite" : "xattr";
    }

    static bool has_attributes(const std::string &path)
    {
        const int fd = open(path.c_str(), O_RDONLY);
        const bool works = weft_dav_xattr_properties_work(fd);

        close(fd);
        return works;
    }

    Folder folder{testing::TempDir()};
    Folder state{testing::TempDir()};
};

} // namespace

TEST_F(PropertyChoice, AttributesComeFirstAndSqliteIfToldSo)
{
    if (!has_attributes(folder.path))
        GTEST_SKIP() << "no user extended attributes here";
    EXPECT_EQ(choose(folder.path, WEFT_DAV_PROPERTIES_AUTO), "xattr");
    EXPECT_EQ(choose(folder.path, WEFT_DAV_PROPERTIES_AUTO, false), "xattr");
    EXPECT_EQ(choose(folder.path, WEFT_DAV_PROPERTIES_XATTR), "xattr");
    EXPECT_EQ(choose(folder.path, WEFT_DAV_PROPERTIES_SQLITE), "sqlite");
    EXPECT_NE(choose(folder.path, WEFT_DAV_PROPERTIES_SQLITE, false).find("--state"),
              std::string::npos);
}

TEST_F(PropertyChoice, AFolderThatAllowsNeitherIsToldSo)
{
    const std::string reason = choose("/proc/self", WEFT_DAV_PROPERTIES_AUTO);

    EXPECT_NE(reason.find("cannot keep dead properties in /proc/self"), std::string::npos);
    EXPECT_NE(reason.find("neither user extended attributes nor"), std::string::npos) << reason;
    EXPECT_NE(choose("/proc/self", WEFT_DAV_PROPERTIES_XATTR).find("extended attributes"),
              std::string::npos);
    EXPECT_NE(choose("/none", WEFT_DAV_PROPERTIES_AUTO).find("/none"), std::string::npos);
}

TEST_F(PropertyChoice, ADamagedDatabaseIsTold)
{
    std::ofstream(state.path + "/properties.sqlite") << std::string(5000, 'x');
    EXPECT_NE(choose(folder.path, WEFT_DAV_PROPERTIES_SQLITE).find("is damaged"),
              std::string::npos);
}

TEST(PropertyPlace, HasNames)
{
    WeftDavPropertyPlace place = WEFT_DAV_PROPERTIES_AUTO;

    EXPECT_TRUE(weft_dav_property_place_parse("sqlite", &place));
    EXPECT_EQ(place, WEFT_DAV_PROPERTIES_SQLITE);
    EXPECT_TRUE(weft_dav_property_place_parse("xattr", &place));
    EXPECT_TRUE(weft_dav_property_place_parse("auto", &place));
    EXPECT_EQ(place, WEFT_DAV_PROPERTIES_AUTO);
    EXPECT_FALSE(weft_dav_property_place_parse("SQLite", &place));
}
