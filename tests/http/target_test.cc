/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request targets in their four forms, and paths made plain.
 */

#include <weft/http_target.h>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

namespace
{

std::string
text_of(const char *text, size_t length)
{
    return text == nullptr ? "none" : std::string(text, length);
}

/* "form authority path query", or "bad" */
std::string
parse(const char *method, const std::string &target)
{
    static const char *const forms[] = {"origin", "absolute", "authority", "asterisk"};
    WeftHttpTarget parsed;

    if (!weft_http_target_parse(method, strlen(method), target.data(), target.size(), &parsed))
        return "bad";
    return std::string(forms[parsed.form]) + " " +
           text_of(parsed.authority, parsed.authority_length) + " " +
           text_of(parsed.path, parsed.path_length) + " " +
           text_of(parsed.query, parsed.query_length);
}

std::string
normalise(const std::string &path)
{
    std::unique_ptr<char[]> out(new char[path.size() + 1]);
    ssize_t length = weft_http_path_normalise(path.data(), path.size(), out.get());

    if (length < 0)
        return "bad";
    EXPECT_EQ(out[length], '\0');
    return std::string(out.get(), (size_t)length);
}

bool
is_authority(const std::string &text)
{
    return weft_http_authority_is_valid(text.data(), text.size());
}

} // namespace

TEST(Target, OriginFormHasPathAndQuery)
{
    EXPECT_EQ(parse("GET", "/"), "origin none / none");
    EXPECT_EQ(parse("GET", "/a/b?c=d?e/f"), "origin none /a/b c=d?e/f");
    EXPECT_EQ(parse("GET", "/?"), "origin none / ");
    EXPECT_EQ(parse("GET", "//host/a"), "origin none //host/a none");
    EXPECT_EQ(parse("GET", "/a[1]|b?q={x}"), "origin none /a[1]|b q={x}");
    for (const char *target :
         {"", "a", "/a#b", "/a?b#c", "/\"", "/<a>", "/\\", "/{a}", "/`", "/?<", "?a"})
        EXPECT_EQ(parse("GET", target), "bad") << target;
}

TEST(Target, AbsoluteFormHasAnAuthority)
{
    EXPECT_EQ(parse("GET", "http://h:80/a?b"), "absolute h:80 /a b");
    EXPECT_EQ(parse("GET", "HTTPS://h"), "absolute h / none");
    EXPECT_EQ(parse("GET", "http://h?b"), "absolute h / b");
    EXPECT_EQ(parse("GET", "http://[::1]:8080/"), "absolute [::1]:8080 / none");
    for (const char *target :
         {"http://", "http:///a", "http://:80/", "http://u@h/", "http:/h/", "ftp://h/",
          "http://h:99999/", "http://h:8x/", "http://[::1/", "http://a b/", "http://h#a"})
        EXPECT_EQ(parse("GET", target), "bad") << target;
}

TEST(Target, AuthorityFormIsForConnectOnly)
{
    EXPECT_EQ(parse("CONNECT", "h:443"), "authority h:443 none none");
    EXPECT_EQ(parse("GET", "h:443"), "bad");
    for (const char *target : {"/", "h", "h:", ":443", "*", "http://h:80/", "u@h:1", ""})
        EXPECT_EQ(parse("CONNECT", target), "bad") << target;
}

TEST(Target, AsteriskFormIsForOptionsOnly)
{
    EXPECT_EQ(parse("OPTIONS", "*"), "asterisk none none none");
    EXPECT_EQ(parse("GET", "*"), "bad");
    EXPECT_EQ(parse("OPTIONS", "*a"), "bad");
}

TEST(Target, AuthorityIsHostAndPort)
{
    for (const char *text : {"", "a", "a.b-c_d~", "192.0.2.1:80", "a:", "[::1]",
                             "[2001:db8::1]:443", "a%20b", "[v1.a]", "a:65535"})
        EXPECT_TRUE(is_authority(text)) << text;
    for (const char *text : {":80", "a:b", "a:80:80", "[::1", "::1", "[]", "[::1]a", "a b", "a/b",
                             "a@b", "a:65536", "a%2", "a%zz", "a,b:x", "a\"", "[::1%25eth0]"})
        EXPECT_FALSE(is_authority(text)) << text;
}

TEST(Target, PathsAreMadePlain)
{
    EXPECT_EQ(normalise("/"), "/");
    EXPECT_EQ(normalise("/a"), "/a");
    EXPECT_EQ(normalise("/a/"), "/a/");
    EXPECT_EQ(normalise("//a///b//"), "/a/b/");
    EXPECT_EQ(normalise("/a%20b/%C3%a4"), "/a b/\xc3\xa4");
    EXPECT_EQ(normalise("/./a/./b/."), "/a/b/");
    EXPECT_EQ(normalise("/a/../b"), "/b");
    EXPECT_EQ(normalise("/a/b/.."), "/a/");
    EXPECT_EQ(normalise("/a/b/../../c"), "/c");
    EXPECT_EQ(normalise("/a/%2e%2E/b"), "/b");
    EXPECT_EQ(normalise("/a/.%2e/"), "/");
    EXPECT_EQ(normalise("/..."), "/...");
    EXPECT_EQ(normalise("/.a/..b"), "/.a/..b");
    EXPECT_EQ(normalise("/a%252fb"), "/a%2fb");
    EXPECT_EQ(normalise("/a%5cb"), "/a\\b");
    EXPECT_EQ(normalise("/a%3fb%23"), "/a?b#");
}

TEST(Target, PathsThatNameNothingAreRefused)
{
    for (const char *path :
         {"",       "a",    "/..",  "/../", "/a/../..", "/%2e%2e/", "/a/..//../b",
          "/a%2fb", "/%2F", "/%00", "/a%",  "/a%2",     "/%zz",     "/%0a",
          "/%7f",   "/%1f", "/a b", "/a?b", "/a#b",     "/\xe4"})
        EXPECT_EQ(normalise(path), "bad") << path;
    EXPECT_EQ(normalise(std::string("/a\0", 3)), "bad");
}
