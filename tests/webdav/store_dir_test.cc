/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a directory store meets: links, permissions, mounts, full disks, names and leftovers of
 * others, and who races with it.
 */
#include "webdav/store/dir_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <weft/fiber.h>

#include "store_subject.h"

using namespace weft_test;

namespace
{

using Names = std::map<std::string, std::string>;

class StoreDir : public testing::Test
{
  protected:
    /* Open the store on root, run the body as a fiber, close the store. */
    void run(std::function<void(Subject &)> body)
    {
        GError *error = nullptr;
        WeftDavStore *store = weft_dav_dir_store_new(root.c_str(), &error);

        ASSERT_NE(store, nullptr) << error->message;
        weft_dav_dir_store_set_durability(store, WEFT_DAV_DURABILITY_PROCESS);
        Subject subject(store);
        in_fiber([&] { body(subject); });
    }

    std::string at(const std::string &path) const
    {
        return root + path;
    }

    void write(const std::string &path, const std::string &content)
    {
        std::ofstream(path) << content;
    }

    static std::string read(const std::string &path)
    {
        std::ifstream stream(path);

        return std::string(std::istreambuf_iterator<char>(stream), {});
    }

    static bool is_there(const std::string &path)
    {
        struct stat st;

        return lstat(path.c_str(), &st) == 0;
    }

    void link(const std::string &target, const std::string &path)
    {
        ASSERT_EQ(symlink(target.c_str(), at(path).c_str()), 0) << path;
    }

    Folder folder{testing::TempDir()};
    std::string outside = folder.path + "/outside";
    std::string root = folder.path + "/root";

    void SetUp() override
    {
        ASSERT_EQ(mkdir(root.c_str(), 0755), 0);
        ASSERT_EQ(mkdir(outside.c_str(), 0755), 0);
        write(outside + "/secret", "secret");
    }
};

/* A mount that ends with the test; needs root. */
class Mount
{
  public:
    Mount(const std::string &taken_path, const char *options) : path(taken_path)
    {
        is_mounted = ::mount("none", path.c_str(), "tmpfs", 0, options) == 0;
    }
    Mount(const std::string &source, const std::string &taken_path) : path(taken_path)
    {
        is_mounted = ::mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0;
    }
    ~Mount()
    {
        if (is_mounted) {
            EXPECT_EQ(umount2(path.c_str(), MNT_DETACH), 0);
        }
    }
    Mount(const Mount &) = delete;
    Mount &operator=(const Mount &) = delete;

    std::string path;
    bool is_mounted;
};

#define SKIP_UNLESS_MOUNTED(mount)                                                                 \
    if (!(mount).is_mounted)                                                                       \
    GTEST_SKIP() << "mounting takes privileges"

/* Valgrind, old kernels: then no link is followed, which has a test of its own. */
#define SKIP_WITHOUT_OPENAT2(subject)                                                              \
    if (!reinterpret_cast<WeftDavDirStore *>((subject).store)->root.has_openat2)                   \
    GTEST_SKIP() << "links are not followed without openat2"

std::string
not_found()
{
    return "code " + std::to_string(WEFT_DAV_ERROR_NOT_FOUND);
}

} // namespace

/* Links */

TEST_F(StoreDir, FollowsLinksThatStayInside)
{
    run([&](Subject &store) {
        SKIP_WITHOUT_OPENAT2(store);
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/d"), OK);
        ASSERT_EQ(store.put("/c/f", "content"), OK);
        link("c/f", "/file");
        link("c", "/folder");
        link("../c", "/d/up");

        EXPECT_EQ(store.get("/file"), "content");
        EXPECT_EQ(store.get("/folder/f"), "content");
        EXPECT_EQ(store.get("/d/up/f"), "content");
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}, {"d/", ""}, {"file", ""}, {"folder/", ""}}));
        EXPECT_EQ(store.list("/d"), (Names{{"up/", ""}}));
        EXPECT_EQ(store.list("/folder"), (Names{{"f", ""}}));
        EXPECT_EQ(store.put("/folder/g", "new"), OK);
        EXPECT_EQ(store.get("/c/g"), "new");
        /* A PUT replaces the link, not what it leads to. */
        EXPECT_EQ(store.put("/file", "mine"), OK);
        EXPECT_EQ(store.get("/file"), "mine");
        EXPECT_EQ(store.get("/c/f"), "content");
        /* And what goes is the link. */
        EXPECT_EQ(store.remove("/folder"), OK);
        EXPECT_EQ(store.get("/c/f"), "content");
    });
}

TEST_F(StoreDir, SeesNoLinkThatLeadsOutOrNowhere)
{
    run([&](Subject &store) {
        ASSERT_EQ(store.put("/f", "x"), OK);
        link(outside, "/absolute");
        link("../outside", "/relative");
        link("../outside/secret", "/file");
        link(at("/f"), "/absolute-inside");
        link("nothing", "/broken");
        link("loop", "/loop");
        link("/proc/self/root", "/magic");

        EXPECT_EQ(store.list("/"), (Names{{"f", ""}}));
        for (const char *path : {"/absolute", "/relative", "/file", "/absolute-inside", "/broken",
                                 "/loop", "/magic"}) {
            const std::string name = path;

            EXPECT_EQ(store.get(name), not_found()) << path;
            EXPECT_FALSE(store.exists(name)) << path;
            EXPECT_EQ(store.get(name + "/secret"), not_found()) << path;
            EXPECT_EQ(store.put(name, "x"), WEFT_DAV_ERROR_FORBIDDEN) << path;
            EXPECT_EQ(store.put(name + "/x", "x"), WEFT_DAV_ERROR_NO_PARENT) << path;
            EXPECT_EQ(store.mkcol(name + "/x"), WEFT_DAV_ERROR_NO_PARENT) << path;
            EXPECT_EQ(store.remove(name), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.copy(name, "/x"), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.move(name, "/x"), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.copy("/f", name), WEFT_DAV_ERROR_FORBIDDEN) << path;
            EXPECT_EQ(store.move("/f", name), WEFT_DAV_ERROR_FORBIDDEN) << path;
            EXPECT_EQ(store.copy("/f", name + "/x"), WEFT_DAV_ERROR_NO_PARENT) << path;
            EXPECT_EQ(store.list_code(name), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.set_property(name, "a", "<a/>"), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_TRUE(is_there(at(name))) << path;
        }
        EXPECT_EQ(read(outside + "/secret"), "secret");
    });
}

TEST_F(StoreDir, FollowsNoLinkWithoutOpenat2)
{
    run([&](Subject &store) {
        weft_dav_dir_store_forgo_openat2(store.store);
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.put("/c/f", "content"), OK);
        link("c", "/folder");
        link("c/f", "/file");
        EXPECT_EQ(store.get("/c/f"), "content");
        EXPECT_EQ(store.get("/file"), not_found());
        EXPECT_EQ(store.get("/folder/f"), not_found());
        EXPECT_EQ(store.put("/folder/g", "x"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}}));
    });
}

TEST_F(StoreDir, RemovesLinksInTreesAsLinks)
{
    run([&](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/kept"), OK);
        ASSERT_EQ(store.put("/kept/f", "kept"), OK);
        link(outside, "/c/out");
        link("../kept", "/c/in");
        link("../kept/f", "/c/file");
        EXPECT_EQ(store.remove("/c"), OK);
        EXPECT_TRUE(store.failed_paths().empty());
        EXPECT_FALSE(is_there(at("/c")));
        EXPECT_EQ(read(outside + "/secret"), "secret");
        EXPECT_EQ(store.get("/kept/f"), "kept");
    });
}

TEST_F(StoreDir, CopiesFilesBehindLinksAndLeavesOutWhatIsInvisible)
{
    run([&](Subject &store) {
        SKIP_WITHOUT_OPENAT2(store);
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/kept"), OK);
        ASSERT_EQ(store.put("/kept/f", "kept"), OK);
        link(outside, "/c/out");
        link("../../outside/secret", "/c/secret");
        link("../kept", "/c/in");
        link("../kept/f", "/c/file");
        link("../c", "/c/self");
        ASSERT_EQ(mkfifo(at("/c/fifo").c_str(), 0644), 0);
        write(at("/c/\xff"), "not a name");

        EXPECT_EQ(store.copy("/c", "/x"), OK);
        EXPECT_TRUE(store.failed_paths().empty());
        EXPECT_EQ(store.list("/x"), (Names{{"in/", ""}, {"file", ""}, {"self/", ""}}));
        EXPECT_EQ(store.get("/x/file"), "kept");
        EXPECT_EQ(store.put("/kept/f", "changed"), OK);
        EXPECT_EQ(store.get("/x/file"), "kept");
        for (const char *path : {"/x/out", "/x/secret", "/x/fifo", "/x/\xff"})
            EXPECT_FALSE(is_there(at(path))) << path;
    });
}

TEST_F(StoreDir, TellsByInodeThatOneHoldsTheOther)
{
    run([&](Subject &store) {
        SKIP_WITHOUT_OPENAT2(store);
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/c/d"), OK);
        ASSERT_EQ(store.put("/c/f", "f"), OK);
        link("c", "/alias");
        link("c/f", "/file");
        ASSERT_EQ(::link(at("/c/f").c_str(), at("/twin").c_str()), 0);

        EXPECT_EQ(store.copy("/c", "/alias/x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.move("/c", "/alias/d/x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.copy("/alias", "/c/x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.copy("/c/f", "/file"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.copy("/c/f", "/twin"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.move("/c/f", "/twin"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.get("/c/f"), "f");
        EXPECT_EQ(store.get("/twin"), "f");
    });
}

/* Names */

TEST_F(StoreDir, HidesWhatIsNoResource)
{
    write(at("/\xff\xfe"), "x");
    ASSERT_EQ(mkfifo(at("/fifo").c_str(), 0644), 0);
    run([&](Subject &store) {
        EXPECT_EQ(store.list("/"), Names{});
        EXPECT_EQ(store.get("/fifo"), not_found());
        EXPECT_FALSE(store.exists("/fifo"));
        EXPECT_EQ(store.put("/fifo", "x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.remove("/fifo"), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(store.properties("/"), "");
    });
    EXPECT_TRUE(is_there(at("/fifo")));
}

TEST_F(StoreDir, RefusesReservedNamesEverywhere)
{
    ASSERT_EQ(mkdir(at("/c").c_str(), 0755), 0);
    ASSERT_EQ(mkdir(at("/c/.weft-staging").c_str(), 0755), 0);
    write(at("/c/.weft-staging/f"), "x");
    run([&](Subject &store) {
        ASSERT_EQ(store.put("/f", "x"), OK);
        for (const char *path : {"/.weft-staging", "/.weft-staging/f", "/.weft-staging-x",
                                 "/c/.weft-staging", "/c/.weft-staging/f"}) {
            EXPECT_EQ(store.get(path), not_found()) << path;
            EXPECT_FALSE(store.exists(path)) << path;
            EXPECT_EQ(store.list_code(path), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.put(path, "x"), WEFT_DAV_ERROR_FORBIDDEN) << path;
            EXPECT_EQ(store.mkcol(path), WEFT_DAV_ERROR_FORBIDDEN) << path;
            EXPECT_EQ(store.remove(path), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.move(path, "/x"), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.copy(path, "/x"), WEFT_DAV_ERROR_NOT_FOUND) << path;
            EXPECT_EQ(store.move("/f", path), WEFT_DAV_ERROR_FORBIDDEN) << path;
            EXPECT_EQ(store.copy("/f", path), WEFT_DAV_ERROR_FORBIDDEN) << path;
        }
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}, {"f", ""}}));
        EXPECT_EQ(store.list("/c"), Names{});
    });
}

/* Permissions and owners */

TEST_F(StoreDir, KeepsThePermissionsOfWhatIsReplaced)
{
    run([&](Subject &store) {
        struct stat st;
        WeftDavInfo info;

        ASSERT_EQ(store.put("/f", "x"), OK);
        ASSERT_EQ(chmod(at("/f").c_str(), 0751), 0);
        ASSERT_EQ(store.put("/f", "y"), OK);
        ASSERT_EQ(::stat(at("/f").c_str(), &st), 0);
        EXPECT_EQ(st.st_mode & 07777, 0751u);
        ASSERT_EQ(store.stat("/f", &info), OK);
        EXPECT_TRUE(info.is_executable);
        ASSERT_EQ(store.copy("/f", "/g"), OK);
        ASSERT_EQ(::stat(at("/g").c_str(), &st), 0);
        EXPECT_EQ(st.st_mode & 07777, 0751u);
        if (geteuid() == 0) {
            ASSERT_EQ(chown(at("/f").c_str(), 1234, 4321), 0);
            ASSERT_EQ(store.put("/f", "z"), OK);
            ASSERT_EQ(::stat(at("/f").c_str(), &st), 0);
            EXPECT_EQ(st.st_uid, 1234u);
            EXPECT_EQ(st.st_gid, 4321u);
        }
    });
}

/* The body runs in a process of its own, as a user without rights, who owns root. */
class StoreDirAsUser : public StoreDir
{
  protected:
    void SetUp() override
    {
        StoreDir::SetUp();
        GTEST_FLAG_SET(death_test_style, "threadsafe");
    }

    void become_user()
    {
        constexpr uid_t NOBODY = 65534;

        if (geteuid() != 0)
            return;
        ASSERT_EQ(chmod(folder.path.c_str(), 0755), 0);
        ASSERT_EQ(system(("chown -R 65534:65534 " + root).c_str()), 0);
        ASSERT_EQ(setresgid(NOBODY, NOBODY, NOBODY), 0);
        ASSERT_EQ(setresuid(NOBODY, NOBODY, NOBODY), 0);
    }

    [[noreturn]] void run_as_user(std::function<void(Subject &)> body)
    {
        const pid_t child = fork();
        int status = -1;

        if (child == 0) {
            become_user();
            run(body);
            /* Not exit(): what the parent process set up is its own to take down. */
            _exit(HasFailure() ? 1 : 0);
        }
        EXPECT_EQ(waitpid(child, &status, 0), child);
        /* The folder is this process's own, too, and the user may not remove it. */
        folder.remove();
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
};

TEST_F(StoreDirAsUser, SaysForbiddenWhereItMayNotWrite)
{
    const auto body = [&](Subject &store) {
        ASSERT_EQ(store.mkcol("/locked"), OK);
        ASSERT_EQ(store.put("/locked/f", "old"), OK);
        ASSERT_EQ(store.put("/f", "f"), OK);
        ASSERT_EQ(chmod(at("/locked").c_str(), 0555), 0);
        EXPECT_EQ(store.put("/locked/f", "new"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.put("/locked/g", "new"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.mkcol("/locked/c"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.remove("/locked/f"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.copy("/f", "/locked/f"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.move("/f", "/locked/f"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.move("/locked/f", "/g"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.get("/locked/f"), "old");
        ASSERT_EQ(chmod(at("/f").c_str(), 0), 0);
        EXPECT_EQ(store.get("/f"), "code " + std::to_string(WEFT_DAV_ERROR_FORBIDDEN));
        EXPECT_EQ(store.list("/"), (Names{{"f", ""}, {"locked/", ""}}));
    };

    EXPECT_EXIT(run_as_user(body), testing::ExitedWithCode(0), "");
}

TEST_F(StoreDirAsUser, RemovesWhatItMayAndNamesTheRest)
{
    const auto body = [&](Subject &store) {
        for (const char *path : {"/c", "/c/locked", "/c/free", "/c/void"})
            ASSERT_EQ(store.mkcol(path), OK);
        ASSERT_EQ(store.put("/c/locked/f", "f"), OK);
        ASSERT_EQ(store.put("/c/locked/g", "g"), OK);
        ASSERT_EQ(store.put("/c/free/f", "f"), OK);
        ASSERT_EQ(chmod(at("/c/locked").c_str(), 0555), 0);
        ASSERT_EQ(chmod(at("/c/void").c_str(), 0), 0);
        EXPECT_EQ(store.remove("/c"), OK);
        std::vector<std::string> failed = store.failed_paths();
        std::sort(failed.begin(), failed.end());
        EXPECT_EQ(failed, (std::vector<std::string>{"/c/locked/f", "/c/locked/g"}));
        EXPECT_EQ(store.list("/c"), (Names{{"locked/", ""}}));
        EXPECT_EQ(store.get("/c/locked/f"), "f");
        ASSERT_EQ(chmod(at("/c/locked").c_str(), 0755), 0);
        EXPECT_EQ(store.remove("/c"), OK);
        EXPECT_FALSE(store.exists("/c"));
    };

    EXPECT_EXIT(run_as_user(body), testing::ExitedWithCode(0), "");
}

TEST_F(StoreDirAsUser, CopiesWhatItMayReadAndNamesTheRest)
{
    const auto body = [&](Subject &store) {
        for (const char *path : {"/c", "/c/locked"})
            ASSERT_EQ(store.mkcol(path), OK);
        for (const char *path : {"/c/locked/f", "/c/f", "/c/unreadable"})
            ASSERT_EQ(store.put(path, path), OK);
        ASSERT_EQ(chmod(at("/c/locked").c_str(), 0), 0);
        ASSERT_EQ(chmod(at("/c/unreadable").c_str(), 0), 0);
        EXPECT_EQ(store.copy("/c", "/x"), OK);
        std::vector<std::string> failed = store.failed_paths();
        std::sort(failed.begin(), failed.end());
        EXPECT_EQ(failed, (std::vector<std::string>{"/x/locked", "/x/unreadable"}));
        EXPECT_EQ(store.list("/x"), (Names{{"f", ""}}));
        EXPECT_EQ(store.get("/x/f"), "/c/f");
    };

    EXPECT_EXIT(run_as_user(body), testing::ExitedWithCode(0), "");
}

TEST_F(StoreDirAsUser, ReplacesFurtherDownWhereTheRootIsNotWritable)
{
    const auto body = [&](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.put("/c/f", "old"), OK);
        ASSERT_EQ(store.mkcol("/c/d"), OK);
        ASSERT_EQ(store.put("/c/d/f", "old"), OK);
        ASSERT_EQ(chmod(root.c_str(), 0555), 0);
        EXPECT_EQ(store.put("/c/f", "new"), OK);
        EXPECT_EQ(store.get("/c/f"), "new");
        EXPECT_EQ(store.copy("/c/d", "/c/e"), OK);
        EXPECT_EQ(store.copy("/c/d", "/c/f"), OK);
        EXPECT_EQ(store.get("/c/f/f"), "old");
        EXPECT_EQ(store.list("/c"), (Names{{"d/", ""}, {"e/", ""}, {"f/", ""}}));
        EXPECT_FALSE(is_there(at("/.weft-staging")));
        ASSERT_EQ(chmod(root.c_str(), 0755), 0);
    };

    EXPECT_EXIT(run_as_user(body), testing::ExitedWithCode(0), "");
}

/* Mounts */

TEST_F(StoreDir, FullDiskLeavesTheOldState)
{
    Mount mount(root, "size=1m,mode=755");
    SKIP_UNLESS_MOUNTED(mount);

    run([&](Subject &store) {
        const std::string half(600 << 10, 'h');
        std::string etag;

        ASSERT_EQ(store.put("/f", half, true, &etag), OK);
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.put("/c/small", "small"), OK);
        EXPECT_EQ(store.put("/f", half), WEFT_DAV_ERROR_NO_SPACE);
        EXPECT_EQ(store.put("/g", std::string(4 << 20, 'g')), WEFT_DAV_ERROR_NO_SPACE);
        EXPECT_EQ(store.copy("/f", "/g"), WEFT_DAV_ERROR_NO_SPACE);
        EXPECT_EQ(store.copy("/f", "/c/small"), WEFT_DAV_ERROR_NO_SPACE);
        ASSERT_EQ(store.move("/f", "/c/f"), OK);
        EXPECT_EQ(store.copy("/c", "/d"), WEFT_DAV_ERROR_NO_SPACE);
        ASSERT_EQ(store.mkcol("/d"), OK);
        EXPECT_EQ(store.copy("/c", "/d"), WEFT_DAV_ERROR_NO_SPACE);
        EXPECT_EQ(store.etag("/c/f"), etag);
        EXPECT_EQ(store.get("/c/small"), "small");
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}, {"d/", ""}}));
        EXPECT_EQ(store.list("/d"), Names{});
        /* And nothing takes room that nobody sees. */
        EXPECT_EQ(store.put("/g", std::string(300 << 10, 'g')), OK);
    });
}

TEST_F(StoreDir, ReadOnlyFileSystemSaysSo)
{
    Mount mount(root, "mode=755");
    SKIP_UNLESS_MOUNTED(mount);

    write(at("/f"), "f");
    ASSERT_EQ(mkdir(at("/c").c_str(), 0755), 0);
    ASSERT_EQ(::mount("none", root.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    run([&](Subject &store) {
        EXPECT_EQ(store.get("/f"), "f");
        EXPECT_EQ(store.put("/f", "g"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.put("/g", "g"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.mkcol("/d"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.remove("/f"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.remove("/c"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.move("/f", "/g"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.copy("/f", "/g"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.copy("/c", "/d"), WEFT_DAV_ERROR_READ_ONLY);
        EXPECT_EQ(store.set_property("/f", "a", "<a/>"), WEFT_DAV_ERROR_READ_ONLY);
    });
}

TEST_F(StoreDir, WorksAcrossAMountBelowTheRoot)
{
    ASSERT_EQ(mkdir(at("/m").c_str(), 0755), 0);
    Mount mount(at("/m"), "mode=755");
    SKIP_UNLESS_MOUNTED(mount);

    run([&](Subject &store) {
        ASSERT_EQ(store.mkcol("/c"), OK);
        ASSERT_EQ(store.mkcol("/c/d"), OK);
        ASSERT_EQ(store.put("/c/d/f", "deep"), OK);
        ASSERT_EQ(store.put("/c/large", std::string(1 << 20, 'l')), OK);
        ASSERT_EQ(store.set_property("/c/d/f", "p", "<p/>"), OK);
        ASSERT_EQ(symlink("d/f", at("/c/link").c_str()), 0);
        write(at("/c/\xff"), "kept though nobody sees it");

        EXPECT_EQ(store.put("/m/f", "one"), OK);
        EXPECT_EQ(store.put("/m/f", "two"), OK);
        EXPECT_EQ(store.get("/m/f"), "two");
        EXPECT_EQ(store.copy("/c", "/m/copy"), OK);
        EXPECT_EQ(store.get("/m/copy/d/f"), "deep");
        EXPECT_EQ(store.copy("/c/d", "/m/f"), OK);
        EXPECT_EQ(store.get("/m/f/f"), "deep");

        const std::string etag = store.etag("/c/d/f");
        EXPECT_EQ(store.move("/c", "/m/copy", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(store.move("/c", "/m/copy"), OK);
        EXPECT_FALSE(is_there(at("/c")));
        EXPECT_EQ(store.get("/m/copy/d/f"), "deep");
        EXPECT_EQ(read(at("/m/copy/link")), "deep");
        EXPECT_EQ(store.properties("/m/copy/d/f"), "p=<p/>;");
        EXPECT_EQ(read(at("/m/copy/\xff")), "kept though nobody sees it");
        EXPECT_EQ(store.move("/m/copy/d/f", "/back"), OK);
        EXPECT_EQ(store.get("/back"), "deep");
        EXPECT_EQ(store.list("/m"), (Names{{"copy/", ""}, {"f/", ""}}));
        EXPECT_EQ(store.move("/m", "/n"), WEFT_DAV_ERROR_FORBIDDEN);
    });
    EXPECT_EQ(system(("test -z \"$(find " + root + " -name '.weft-*')\"").c_str()), 0);
}

TEST_F(StoreDir, TellsThroughABindMountThatOneHoldsTheOther)
{
    ASSERT_EQ(mkdir(at("/c").c_str(), 0755), 0);
    ASSERT_EQ(mkdir(at("/c/d").c_str(), 0755), 0);
    ASSERT_EQ(mkdir(at("/m").c_str(), 0755), 0);
    Mount mount(at("/c"), at("/m"));
    SKIP_UNLESS_MOUNTED(mount);

    run([&](Subject &store) {
        EXPECT_EQ(store.copy("/c", "/m/x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.move("/c", "/m/d/x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.copy("/m/d", "/c"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.copy("/m", "/c"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(store.put("/m/f", "f"), OK);
        EXPECT_EQ(store.put("/m/f", "g"), OK);
        EXPECT_EQ(store.get("/c/f"), "g");
        EXPECT_EQ(store.move("/m/f", "/f"), OK);
        EXPECT_EQ(store.get("/f"), "g");
    });
}

/* Leftovers */

TEST_F(StoreDir, SweepsWhatTheDeadLeftAndNothingElse)
{
    const std::string staging = at("/.weft-staging");

    ASSERT_EQ(mkdir(staging.c_str(), 0700), 0);
    for (const char *name : {"/dead", "/dead/tree", "/alive"})
        ASSERT_EQ(mkdir((staging + name).c_str(), 0700), 0);
    write(staging + "/dead/file", "x");
    write(staging + "/dead/tree/file", "x");
    write(staging + "/alive/file", "x");
    const int alive = open((staging + "/alive").c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_EQ(flock(alive, LOCK_EX), 0);

    run([&](Subject &) {
        EXPECT_FALSE(is_there(staging + "/dead"));
        EXPECT_TRUE(is_there(staging + "/alive/file"));
    });
    close(alive);
    run([&](Subject &) { EXPECT_FALSE(is_there(staging)); });
}

TEST_F(StoreDir, TwoStoresOnOneRootKeepTheirStagingApart)
{
    run([&](Subject &first) {
        const std::string large(200 << 10, 'x');
        weft_dav_dir_store_forgo_unnamed(first.store);
        WeftDavUpload *upload = first.methods->upload_new(first.store, "/f", -1, nullptr);
        WeftDavInfo info;

        ASSERT_TRUE(first.methods->upload_write(upload, large.data(), large.size(), nullptr));
        {
            Subject second(weft_dav_dir_store_new(root.c_str(), nullptr));

            EXPECT_EQ(second.put("/g", "x"), OK);
            EXPECT_EQ(second.put("/g", "y"), OK);
        }
        EXPECT_TRUE(first.methods->upload_commit(upload, TRUE, &info, nullptr));
        first.methods->upload_free(upload);
        EXPECT_TRUE(first.get("/f") == large);
        EXPECT_EQ(first.get("/g"), "y");
    });
    EXPECT_FALSE(is_there(at("/.weft-staging")));
}

TEST_F(StoreDir, StagingFolderThatIsNotOursIsNotUsed)
{
    ASSERT_EQ(symlink(outside.c_str(), at("/.weft-staging").c_str()), 0);
    run([&](Subject &store) {
        EXPECT_EQ(store.put("/new", "x"), OK);
        EXPECT_NE(store.put("/new", "y"), OK);
        EXPECT_EQ(store.get("/new"), "x");
    });
    EXPECT_EQ(system(("test $(ls -A " + outside + ") = secret").c_str()), 0);
}

TEST_F(StoreDir, RemovesStaleNamesOnOtherMountsWhenItSeesThem)
{
    const std::string stale = ".weft-staging-0123456789abcdef-1";
    const std::string young = ".weft-staging-0123456789abcdef~1";

    write(at("/" + stale), "x");
    write(at("/" + young), "x");
    run([&](Subject &store) {
        EXPECT_EQ(store.list("/"), Names{});
        EXPECT_FALSE(is_there(at("/" + stale)));
        EXPECT_TRUE(is_there(at("/" + young)));
    });
}

/* Properties */

TEST_F(StoreDir, PropertiesThatDoNotFitLeaveTheOldOnes)
{
    run([&](Subject &store) {
        ASSERT_EQ(store.put("/f", "x"), OK);
        ASSERT_EQ(store.set_property("/f", "a", "<a/>"), OK);
        EXPECT_EQ(store.set_property("/f", "b", "<b>" + std::string(100000, 'b') + "</b>"),
                  WEFT_DAV_ERROR_NO_SPACE);
        EXPECT_EQ(store.properties("/f"), "a=<a/>;");
    });
}

TEST_F(StoreDir, DamagedPropertiesAreAnErrorAndHideNothing)
{
    write(at("/f"), "x");
    ASSERT_EQ(setxattr(at("/f").c_str(), "user.weft.properties", "\xff\xff\xff", 3, 0), 0);
    run([&](Subject &store) {
        g_autoptr(GError) error = nullptr;

        EXPECT_EQ(store.methods->get_properties(store.store, "/f", &error), nullptr);
        EXPECT_NE(error, nullptr);
        EXPECT_EQ(store.list("/", true), (Names{{"f", ""}}));
        EXPECT_EQ(store.put("/f", "y"), OK);
    });
}

/* Durability */

TEST_F(StoreDir, WaitsForTheDiskUnlessToldNotTo)
{
    run([&](Subject &store) {
        weft_dav_dir_store_set_durability(store.store, WEFT_DAV_DURABILITY_POWER);
        EXPECT_EQ(store.mkcol("/c"), OK);
        EXPECT_EQ(store.put("/c/f", "one"), OK);
        EXPECT_EQ(store.put("/c/f", "two"), OK);
        EXPECT_EQ(store.put("/c/large", std::string(300000, 'x')), OK);
        EXPECT_EQ(store.set_property("/c/f", "p", "<p/>"), OK);
        EXPECT_EQ(store.set_property("/c", "p", "<p/>"), OK);
        EXPECT_EQ(store.copy("/c/f", "/g"), OK);
        EXPECT_EQ(store.copy("/c", "/d"), OK);
        EXPECT_EQ(store.copy("/c", "/d"), OK);
        EXPECT_EQ(store.move("/d", "/e"), OK);
        EXPECT_EQ(store.move("/c", "/e"), OK);
        EXPECT_EQ(store.remove("/g"), OK);
        EXPECT_EQ(store.get("/e/f"), "two");
        EXPECT_EQ(store.properties("/e/f"), "p=<p/>;");
        EXPECT_EQ(store.remove("/e"), OK);
        EXPECT_EQ(store.list("/"), Names{});
    });
}

/* Races */

TEST_F(StoreDir, OneOfManyCreatesTheName)
{
    run([&](Subject &store) {
        for (int round = 0; round < 20; round++) {
            g_autoptr(WeftGroup) group = weft_group_new();
            int n_created = 0;

            for (int i = 0; i < 8; i++) {
                spawn(group, [&, i] {
                    const int code =
                        store.put("/f" + std::to_string(round), std::to_string(i), false);

                    n_created += code == OK ? 1 : 0;
                    EXPECT_TRUE(code == OK || code == WEFT_DAV_ERROR_EXISTS) << code;
                });
            }
            EXPECT_TRUE(weft_group_wait(group, nullptr));
            EXPECT_EQ(n_created, 1);
        }
    });
}

TEST_F(StoreDir, LinkSwappedInNeverLeadsOut)
{
    std::atomic<bool> is_over{false};

    ASSERT_EQ(mkdir(at("/swap").c_str(), 0755), 0);
    ASSERT_EQ(symlink(outside.c_str(), at("/link").c_str()), 0);
    std::thread swapper([&] {
        while (!is_over)
            renameat2(AT_FDCWD, at("/swap").c_str(), AT_FDCWD, at("/link").c_str(),
                      RENAME_EXCHANGE);
    });
    run([&](Subject &store) {
        for (int i = 0; i < 800; i++) {
            EXPECT_EQ(store.get("/swap/secret"), not_found());
            const int code = store.put("/swap/f" + std::to_string(i % 10), "x");
            EXPECT_TRUE(code == OK || code == WEFT_DAV_ERROR_NO_PARENT ||
                        code == WEFT_DAV_ERROR_NOT_FOUND)
                << code;
            if (i % 10 == 0) {
                store.methods->remove(store.store, "/swap", nullptr, nullptr);
                store.methods->make_collection(store.store, "/swap", nullptr);
                store.methods->make_collection(store.store, "/link", nullptr);
            }
        }
    });
    is_over = true;
    swapper.join();
    EXPECT_EQ(read(outside + "/secret"), "secret");
    EXPECT_EQ(system(("test $(ls -A " + outside + ") = secret").c_str()), 0);
}

/* Cancellation */

TEST_F(StoreDir, CancelledCopyLeavesNothing)
{
    run([&](Subject &store) {
        g_autoptr(WeftGroup) group = weft_group_new();

        ASSERT_EQ(store.mkcol("/c"), OK);
        for (int i = 0; i < 400; i++)
            write(at("/c/" + std::to_string(i)), "x");
        WeftFiber *copier = spawn(group, [&] {
            g_autoptr(GError) error = nullptr;

            EXPECT_FALSE(store.methods->copy(store.store, "/c", "/x", TRUE, TRUE, nullptr, &error));
            EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED));
        });
        for (int i = 0; i < 2; i++)
            EXPECT_TRUE(weft_fiber_yield(nullptr));
        weft_fiber_cancel(copier, "for the test");
        EXPECT_TRUE(weft_group_wait(group, nullptr));
        EXPECT_EQ(store.list("/"), (Names{{"c/", ""}}));
    });
    EXPECT_FALSE(is_there(at("/.weft-staging")));
}

TEST_F(StoreDir, ListingLeftBehindOnThePoolIsFreedThere)
{
    run([&](Subject &store) {
        for (int i = 0; i < 1000; i++)
            write(at("/" + std::to_string(i)), "x");
        for (int i = 0; i < 20; i++) {
            g_autoptr(WeftGroup) group = weft_group_new();
            WeftFiber *reader = spawn(group, [&] {
                WeftDavListing *listing = store.methods->list(store.store, "/", TRUE, nullptr);
                const WeftDavEntry *entries;

                while (listing != nullptr &&
                       store.methods->list_next(listing, &entries, nullptr) > 0)
                    continue;
                store.methods->list_free(listing);
            });

            for (int j = 0; j <= i; j++)
                EXPECT_TRUE(weft_fiber_yield(nullptr));
            weft_fiber_cancel(reader, "for the test");
            EXPECT_TRUE(weft_group_wait(group, nullptr));
        }
    });
}
