/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/path.h"

#include <gtest/gtest.h>
#include <string>
#include <weft/http.h>

namespace
{

/* The path, or the status. */
std::string
Destination(const char *value, const char *authority = "host:8080")
{
    g_autoptr(GError) error = nullptr;
    g_autofree char *path = weft_dav_path_of_destination(value, authority, &error);

    EXPECT_EQ(path == nullptr, error != nullptr);
    if (path != nullptr)
        return path;
    EXPECT_EQ(error->domain, WEFT_HTTP_ERROR);
    return std::to_string(error->code);
}

std::string
ForStore(const std::string &path)
{
    g_autofree char *stored = weft_dav_path_for_store(path.c_str(), nullptr);

    return stored != nullptr ? stored : "refused";
}

} // namespace

TEST(Path, ForStoresHasNoSlashAtItsEnd)
{
    EXPECT_EQ(ForStore("/"), "/");
    EXPECT_EQ(ForStore("/a/b/"), "/a/b");
    EXPECT_EQ(ForStore("/a/b"), "/a/b");
    EXPECT_EQ(ForStore("/\xc3\xa9"), "/\xc3\xa9");
    EXPECT_EQ(ForStore("/\xff"), "refused");
    EXPECT_EQ(ForStore("*"), "refused");
    EXPECT_EQ(ForStore("/" + std::string(10000, 'a')), "refused");
}

TEST(Path, LiesAtOrBelowAnother)
{
    EXPECT_TRUE(weft_dav_path_is_at_or_below("/a", "/a"));
    EXPECT_TRUE(weft_dav_path_is_at_or_below("/a/b/c", "/a"));
    EXPECT_TRUE(weft_dav_path_is_at_or_below("/a", "/"));
    EXPECT_TRUE(weft_dav_path_is_at_or_below("/", "/"));
    EXPECT_FALSE(weft_dav_path_is_at_or_below("/ab", "/a"));
    EXPECT_FALSE(weft_dav_path_is_at_or_below("/a", "/a/b"));
    EXPECT_FALSE(weft_dav_path_is_at_or_below("/", "/a"));
}

TEST(Path, NameIsTheLastSegment)
{
    EXPECT_STREQ(weft_dav_path_name("/a/b"), "b");
    EXPECT_STREQ(weft_dav_path_name("/"), "");
}

TEST(Path, DestinationIsAnAbsoluteUriOrPath)
{
    EXPECT_EQ(Destination("http://host:8080/a/b"), "/a/b");
    EXPECT_EQ(Destination("/a/b/"), "/a/b");
    EXPECT_EQ(Destination("http://host:8080/a%20b/%C3%A9"), "/a b/\xc3\xa9");
    EXPECT_EQ(Destination("http://host:8080"), "/");
    EXPECT_EQ(Destination("http://host:8080/a/./b/../c"), "/a/c");
    EXPECT_EQ(Destination("http://host:8080/a//b"), "/a/b");
}

TEST(Path, DestinationOnThisServerOnly)
{
    EXPECT_EQ(Destination("http://HOST:8080/a"), "/a");
    EXPECT_EQ(Destination("http://other:8080/a"), "502");
    EXPECT_EQ(Destination("http://host:8081/a"), "502");
    EXPECT_EQ(Destination("http://host/a"), "502");
    EXPECT_EQ(Destination("http://hos/a", "host"), "502");
    EXPECT_EQ(Destination("http://host:80/a", "host"), "/a");
    EXPECT_EQ(Destination("http://host/a", "host:80"), "/a");
    EXPECT_EQ(Destination("http://[::1]:8080/a", "[::1]:8080"), "/a");
    /* Behind a proxy that speaks TLS. */
    EXPECT_EQ(Destination("https://host/a", "host"), "/a");
    EXPECT_EQ(Destination("https://host:443/a", "host"), "/a");
    /* The host is compared before the path is judged. */
    EXPECT_EQ(Destination("http://other/../a"), "502");
}

TEST(Path, DestinationThatIsBadIsRefused)
{
    for (const char *value : {"",
                              "a",
                              "a/b",
                              "*",
                              "//host:8080/a",
                              "http:/a",
                              "http:///a",
                              "http://user@host:8080/a",
                              "ftp://host:8080/a",
                              "/a#b",
                              "/a?b",
                              "/a b",
                              "/%",
                              "/%2",
                              "/%zz",
                              "/%00",
                              "/a%2fb",
                              "/a%2Fb",
                              "/..",
                              "/../a",
                              "/%2e%2e/a",
                              "/a/../../b",
                              "/\x01",
                              "/%0a",
                              "/%ff",
                              "\xff",
                              "/a, /b"})
        EXPECT_EQ(Destination(value), "400") << value;
    EXPECT_EQ(Destination(nullptr), "400");
    EXPECT_EQ(Destination(("/" + std::string(10000, 'a')).c_str()), "414");
}

TEST(Path, DepthIsOneOfThree)
{
    WeftDavDepth depth = WEFT_DAV_DEPTH_0;

    EXPECT_TRUE(weft_dav_parse_depth(nullptr, &depth, nullptr));
    EXPECT_EQ(depth, WEFT_DAV_DEPTH_INFINITY);
    EXPECT_TRUE(weft_dav_parse_depth("0", &depth, nullptr));
    EXPECT_EQ(depth, WEFT_DAV_DEPTH_0);
    EXPECT_TRUE(weft_dav_parse_depth("1", &depth, nullptr));
    EXPECT_EQ(depth, WEFT_DAV_DEPTH_1);
    EXPECT_TRUE(weft_dav_parse_depth("Infinity", &depth, nullptr));
    EXPECT_EQ(depth, WEFT_DAV_DEPTH_INFINITY);
    for (const char *value : {"", "2", "-1", "00", "infinite", "1,noroot", "0, 1"}) {
        g_autoptr(GError) error = nullptr;

        EXPECT_FALSE(weft_dav_parse_depth(value, &depth, &error)) << value;
        EXPECT_EQ(error->code, 400);
    }
}

TEST(Path, OverwriteIsTrueUnlessItSaysF)
{
    gboolean overwrite = FALSE;

    EXPECT_TRUE(weft_dav_parse_overwrite(nullptr, &overwrite, nullptr));
    EXPECT_TRUE(overwrite);
    EXPECT_TRUE(weft_dav_parse_overwrite("F", &overwrite, nullptr));
    EXPECT_FALSE(overwrite);
    EXPECT_TRUE(weft_dav_parse_overwrite("T", &overwrite, nullptr));
    EXPECT_TRUE(overwrite);
    EXPECT_FALSE(weft_dav_parse_overwrite("t", &overwrite, nullptr));
    EXPECT_FALSE(weft_dav_parse_overwrite("", &overwrite, nullptr));
}

TEST(Path, TimeoutIsTheFirstThatIsKnown)
{
    EXPECT_EQ(weft_dav_parse_timeout("Second-180"), 180);
    EXPECT_EQ(weft_dav_parse_timeout("second-1"), 1);
    EXPECT_EQ(weft_dav_parse_timeout("Second-0"), 1);
    EXPECT_EQ(weft_dav_parse_timeout("Infinite, Second-4100000000"), INT64_MAX);
    EXPECT_EQ(weft_dav_parse_timeout("Minute-1, Second-x, Second-, Second-7"), 7);
    EXPECT_EQ(weft_dav_parse_timeout("Second-99999999999999999999999"), INT64_MAX);
    for (const char *value : {(const char *)nullptr, "", "7", "Second", "Second-7x", "Second--7"})
        EXPECT_EQ(weft_dav_parse_timeout(value), 3600);
}

TEST(Path, LockTokenMayLackItsBrackets)
{
    auto parsed = [](const char *value) -> std::string {
        g_autoptr(GError) error = nullptr;
        g_autofree char *token = weft_dav_parse_lock_token(value, &error);

        return token != nullptr ? token : std::to_string(error->code);
    };

    EXPECT_EQ(parsed("<urn:uuid:1>"), "urn:uuid:1");
    EXPECT_EQ(parsed("urn:uuid:1"), "urn:uuid:1");
    for (const char *value : {(const char *)nullptr, "", "<>", "<a", "a>", "<a b>", "<a>, <b>"})
        EXPECT_EQ(parsed(value), "400");
}
