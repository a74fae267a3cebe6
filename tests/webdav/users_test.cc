/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users: the files they stand in, and who is let in by them.
 */

#include "../in_fiber.h"

#include <weft/offload.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

extern "C" {
#include "webdav/weftdav/pam.h"
#include "webdav/weftdav/passwd.h"
#include "webdav/weftdav/user_file.h"
#include "webdav/weftdav/users.h"
}

using namespace weft_test;

namespace
{

const std::string BCRYPT = "$2y$04$fFr2hlTnp.XZPQLRMooR/OvWhxFavdLW4cendR7o4sc8g6pOdSnu2";

std::string
problem_of(const std::string &text)
{
    g_autoptr(GError) error = nullptr;
    g_autoptr(WeftDavPasswords) passwords = weft_dav_passwords_parse(text.c_str(), "users", &error);

    return passwords != nullptr ? "" : error->message;
}

std::string
edit(const char *text, const char *prefix, const char *lines)
{
    g_autofree char *edited = weft_dav_passwd_edit(text, prefix, lines);

    return edited;
}

class UsersFile : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        folder_ = std::filesystem::temp_directory_path() / "weft_users_XXXXXX";
        ASSERT_NE(mkdtemp(&folder_[0]), nullptr);
        path_ = folder_ + "/users";
    }
    void TearDown() override
    {
        std::filesystem::remove_all(folder_);
    }

    void Write(const std::string &text)
    {
        /* Another file each time, so that two changes in a moment are seen. */
        std::ofstream(path_ + ".new") << text;
        std::filesystem::rename(path_ + ".new", path_);
    }

    static std::string Line(const char *user, const char *password)
    {
        g_autofree char *hash = weft_dav_password_hash(password, nullptr);

        return std::string(user) + ":" + hash + "\n";
    }

    WeftDavUsers *Open()
    {
        const WeftDavUserSources sources = {path_.c_str(), nullptr, nullptr, "weftdav"};

        return weft_dav_users_new(&sources, nullptr);
    }

    static bool LetsIn(WeftDavUsers *users, const char *user, const char *password)
    {
        const WeftHttpAuthUsers asked = weft_dav_users_for_auth(users);
        gboolean is_right = FALSE;

        EXPECT_TRUE(asked.check_password(asked.data, user, password, &is_right, nullptr));
        return is_right;
    }

    std::string folder_;
    std::string path_;
};

} // namespace

TEST(Passwords, AreFoundByUser)
{
    const std::string text = "# people\n\nann:" + BCRYPT + "\r\nbob:" + BCRYPT + ":more\n";
    g_autoptr(WeftDavPasswords) passwords =
        weft_dav_passwords_parse(text.c_str(), "users", nullptr);
    gboolean is_known = FALSE;

    EXPECT_EQ(weft_dav_passwords_hash(passwords, "ann", &is_known), BCRYPT);
    EXPECT_TRUE(is_known);
    EXPECT_EQ(weft_dav_passwords_hash(passwords, "bob", &is_known), BCRYPT);
    EXPECT_EQ(weft_dav_passwords_hash(passwords, "eve", &is_known), BCRYPT)
        << "as slow as those who are there";
    EXPECT_FALSE(is_known);
}

TEST(Passwords, RefuseWhatIsWeakOrNoHash)
{
    EXPECT_EQ(problem_of("ann:" + BCRYPT + "\n"), "");
    EXPECT_EQ(problem_of("ann\n"), "users, line 1: expected \"user:hash\"");
    EXPECT_EQ(problem_of("\n:x\n"), "users, line 2: expected \"user:hash\"");
    for (const char *hash : {"secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "$apr1$x$y", "",
                             "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1", "abNANd1rDfiNc"})
        EXPECT_NE(problem_of(std::string("ann:") + hash + "\n").find("too weak, or unknown"),
                  std::string::npos)
            << hash;
}

TEST(Passwords, MatchByEveryMethod)
{
    /* Of "secret", by others. */
    for (const char *hash :
         {"$5$rounds=1000$saltsalt$eKLZU9t9OoPWrqOQsoTIKG0aYkZ5rGOoOQhiIvoSWX2",
          "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/"
          "Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/",
          "$2y$04$fFr2hlTnp.XZPQLRMooR/OvWhxFavdLW4cendR7o4sc8g6pOdSnu2",
          "$y$j75$saltsaltsaltsalt$DsMjm5uqUiFBUYLB9CLnX8E/M0k0mOVJBUWdpCrUik9"}) {
        EXPECT_TRUE(weft_dav_password_matches("secret", hash)) << hash;
        EXPECT_FALSE(weft_dav_password_matches("secreT", hash)) << hash;
        EXPECT_EQ(problem_of(std::string("ann:") + hash + "\n"), "");
    }
    g_autofree char *hash = weft_dav_password_hash("secret", nullptr);
    ASSERT_NE(hash, nullptr);
    EXPECT_EQ(std::string(hash).substr(0, 3), "$y$");
    EXPECT_TRUE(weft_dav_password_matches("secret", hash));
    EXPECT_FALSE(weft_dav_password_matches("secre", hash));
    EXPECT_FALSE(weft_dav_password_matches("", hash));
    EXPECT_FALSE(weft_dav_password_matches("secret", "*0"));
}

TEST(Digests, AreFoundByUserAndKind)
{
    const std::string md5(32, 'a');
    const std::string sha256(64, 'B');
    const std::string text = "ann:r:" + md5 + "\nann:r:" + sha256 + "\nbob:other:" + md5 + "\n";
    g_autoptr(WeftDavDigests) digests = weft_dav_digests_parse(text.c_str(), "users", "r", nullptr);

    EXPECT_EQ(weft_dav_digests_find(digests, "ann", WEFT_HTTP_DIGEST_MD5), md5);
    EXPECT_EQ(weft_dav_digests_find(digests, "ann", WEFT_HTTP_DIGEST_SHA256), std::string(64, 'b'));
    EXPECT_EQ(weft_dav_digests_find(digests, "bob", WEFT_HTTP_DIGEST_MD5), nullptr);
    EXPECT_TRUE(weft_dav_digests_have(digests, WEFT_HTTP_DIGEST_MD5));
    EXPECT_TRUE(weft_dav_digests_have(digests, WEFT_HTTP_DIGEST_SHA256));
}

TEST(Digests, AreOfferedWhereAllHaveThem)
{
    const std::string md5(32, 'a');
    const std::string sha256(64, 'b');
    const std::string text = "ann:r:" + md5 + "\nann:r:" + sha256 + "\nbob:r:" + md5 + "\n";
    g_autoptr(WeftDavDigests) digests = weft_dav_digests_parse(text.c_str(), "users", "r", nullptr);

    EXPECT_TRUE(weft_dav_digests_have(digests, WEFT_HTTP_DIGEST_MD5));
    EXPECT_FALSE(weft_dav_digests_have(digests, WEFT_HTTP_DIGEST_SHA256));
}

TEST(Digests, RefuseLinesThatAreNone)
{
    for (const char *text : {"ann", "ann:r", "ann:r:12", ":r:x", "ann:r:zz"}) {
        g_autoptr(GError) error = nullptr;

        EXPECT_EQ(weft_dav_digests_parse(text, "users", "r", &error), nullptr) << text;
        EXPECT_NE(std::string(error->message).find("users, line 1: "), std::string::npos);
    }
}

TEST(Passwd, ChangesTheLinesOfAUserOnly)
{
    EXPECT_EQ(edit("", "ann:", "ann:1\n"), "ann:1\n");
    EXPECT_EQ(edit("# x\nann:0\nanna:0\n", "ann:", "ann:1\n"), "# x\nann:1\nanna:0\n");
    EXPECT_EQ(edit("bob:0", "ann:", "ann:1\n"), "bob:0\nann:1\n");
    EXPECT_EQ(edit("ann:r:0\nbob:r:0\nann:r:1\nann:q:2\n", "ann:r:", "ann:r:3\n"),
              "ann:r:3\nbob:r:0\nann:q:2\n");
    EXPECT_EQ(edit("ann:0\nbob:0\n", "ann:", nullptr), "bob:0\n");
}

TEST_F(UsersFile, LetsInWhoIsInIt)
{
    Write(Line("ann", "secret"));
    in_fiber([this] {
        g_autoptr(WeftDavUsers) users = Open();

        EXPECT_TRUE(LetsIn(users, "ann", "secret"));
        EXPECT_FALSE(LetsIn(users, "ann", "Secret"));
        EXPECT_FALSE(LetsIn(users, "bob", "secret"));
    });
}

TEST_F(UsersFile, IsReadAgainWhenItChanges)
{
    weft_clock_fake_begin(0);
    Write(Line("ann", "secret"));
    in_fiber([this] {
        g_autoptr(WeftDavUsers) users = Open();
        const WeftHttpAuthUsers asked = weft_dav_users_for_auth(users);
        const unsigned before = asked.generation(users);

        Write(Line("bob", "secret"));
        EXPECT_EQ(asked.generation(users), before) << "nobody looks that often";
        weft_clock_fake_advance_us(WEFT_DAV_USERS_LOOK_EVERY_S * G_USEC_PER_SEC);
        EXPECT_NE(asked.generation(users), before);
        EXPECT_TRUE(LetsIn(users, "bob", "secret"));
        EXPECT_FALSE(LetsIn(users, "ann", "secret"));
    });
    weft_clock_fake_end();
}

TEST_F(UsersFile, ThatIsBadChangesNothing)
{
    Write(Line("ann", "secret"));
    in_fiber([this] {
        g_autoptr(WeftDavUsers) users = Open();
        const WeftDavUserSources nowhere = {"/nowhere/users", nullptr, nullptr, "r"};
        g_autoptr(GError) error = nullptr;

        Write("nonsense\n");
        EXPECT_FALSE(weft_dav_users_reload(users, &error));
        EXPECT_EQ(error->message, path_ + ", line 1: expected \"user:hash\"");
        EXPECT_TRUE(LetsIn(users, "ann", "secret"));
        EXPECT_EQ(weft_dav_users_new(&nowhere, nullptr), nullptr);
    });
}

/* A service of PAM whose module is a script that reads the password. */
TEST_F(UsersFile, PamLetsInWhoItKnows)
{
    if (!weft_dav_pam_is_built_in())
        GTEST_SKIP() << "built without PAM";
    const std::string script = folder_ + "/check";

    std::ofstream(script)
        << "#!/bin/sh\n[ \"$(tr -d '\\0')\" = secret ] && [ \"$PAM_USER\" = ann ]\n";
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    std::ofstream(folder_ + "/test") << "auth required pam_exec.so expose_authtok quiet " << script
                                     << "\naccount required pam_permit.so\n";
    EXPECT_TRUE(weft_dav_pam_check("test", folder_.c_str(), "ann", "secret"));
    EXPECT_FALSE(weft_dav_pam_check("test", folder_.c_str(), "ann", "other"));
    EXPECT_FALSE(weft_dav_pam_check("test", folder_.c_str(), "bob", "secret"));
}
