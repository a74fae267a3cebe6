/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behind a proxy: other hosts and ports in URIs, and paths below a prefix.
 */
#include "webdav/address.h"

#include "dav_client.h"

using namespace weft_test;

namespace
{

std::string
ForwardedHost(const std::string &value)
{
    g_autofree char *host = weft_dav_forwarded_host(value.c_str());

    return host == nullptr ? "" : host;
}

TEST(Forwarded, TellsTheHostThatTheClientUsed)
{
    EXPECT_EQ(ForwardedHost("for=192.0.2.60;proto=https;by=203.0.113.43;host=example.org"),
              "example.org");
    EXPECT_EQ(ForwardedHost("Host=\"example.org:8443\", host=other"), "example.org:8443");
    EXPECT_EQ(ForwardedHost("for=\"[2001:db8::1]:47;host=x\" ; host=b"), "b");
    for (const char *none :
         {"", "for=1", "host=", "host=\"\"", "host=a/b", "for=1, host=b", "host"})
        EXPECT_EQ(ForwardedHost(none), "") << none;
}

std::string
BaseUrl(const std::string &url)
{
    g_autofree char *authority = nullptr;
    g_autofree char *path = nullptr;

    if (!weft_dav_base_url_parse(url.c_str(), &authority, &path))
        return "";
    return std::string(authority) + " " + path;
}

TEST(BaseUrl, HasAHostAndAPath)
{
    EXPECT_EQ(BaseUrl("https://files.example.org/"), "files.example.org ");
    EXPECT_EQ(BaseUrl("https://files.example.org"), "files.example.org ");
    EXPECT_EQ(BaseUrl("http://[::1]:8080/dav/x%20y/"), "[::1]:8080 /dav/x y");
    for (const char *none :
         {"", "/dav", "ftp://h/", "https:///x", "https://h/?q", "https://h/%zz", "h/dav"})
        EXPECT_EQ(BaseUrl(none), "") << none;
}

class Proxied : public DavTest
{
  protected:
    int Move(const std::string &to, const std::string &fields) const
    {
        Do("PUT", "/f", "", "abc");
        Do("DELETE", "/g");
        return Do("COPY", "/f", "Destination: " + to + "\r\n" + fields).status;
    }
};

TEST_P(Proxied, DestinationsOfTheProxyAreOurs)
{
    EXPECT_EQ(Move("https://example.org/g", ""), 502);
    EXPECT_EQ(Move("https://example.org/g", "X-Forwarded-Host: example.org\r\n"), 201);
    EXPECT_EQ(Move("https://example.org:8443/g", "X-Forwarded-Host: example.org, inner\r\n"), 201);
    EXPECT_EQ(Move("https://example.org/g", "Forwarded: for=1.2.3.4;host=example.org\r\n"), 201);
    EXPECT_EQ(Move("https://127.0.0.1:8443/g", "X-Forwarded-Proto: https\r\n"), 201);
    EXPECT_EQ(Move("https://127.0.0.1:8443/g", ""), 502);
    EXPECT_EQ(Move("https://other.example/g", "X-Forwarded-Host: example.org\r\n"), 502);
    EXPECT_EQ(Move("/g", ""), 201);
    EXPECT_EQ(Move("//example.org/g", ""), 400);
}

TEST_P(Proxied, AUserInADestinationIsNoPartOfTheServer)
{
    const std::string ours = "X-Forwarded-Host: example.org\r\n";

    for (const std::string user : {"ann@", "ann:secret@", "@", "ann%40example.org:%2F@"}) {
        EXPECT_EQ(Move("https://" + user + "example.org/g", ours), 201) << user;
        EXPECT_EQ(Move("https://" + user + "other.example/g", ours), 502) << user;
    }
    EXPECT_EQ(Move("https://example.org@other.example/g", ours), 502);
    EXPECT_EQ(Move("https://a@b@example.org/g", ours), 400);
    EXPECT_EQ(Move("https://ann@/g", ours), 400);
    EXPECT_EQ(Move("ann@example.org/g", ours), 400);
    EXPECT_EQ(Move("/g@example.org", ours), 201);
}

TEST_P(Proxied, TheBaseUrlIsOurs)
{
    WeftDavOptions options = weft_dav_options_default();
    options.base_url = "https://files.example.org/";
    Serve(options);
    EXPECT_EQ(Move("https://files.example.org/g", ""), 201);
    EXPECT_EQ(Move("https://files.example.org:444/g", ""), 502);
}

/* The proxy takes the path away: clients see it in every answer, and send it in every field. */
TEST_P(Proxied, APathThatAProxyTakesAwayComesBack)
{
    WeftDavOptions options = weft_dav_options_default();
    options.base_url = "https://files.example.org/dav";
    EXPECT_EQ(Do("MKCOL", "/dav").status, 201);
    if (GetParam() == StoreKind::MEMORY)
        GTEST_SKIP() << "memory ends with its server";
    Serve(options);

    EXPECT_EQ(Do("PUT", "/f", "", "abc").status, 201);
    EXPECT_TRUE(Do("PROPFIND", "/", "Depth: 1\r\n").Has("<D:href>/dav/f</D:href>"));
    EXPECT_EQ(Do("COPY", "/f", "Destination: https://files.example.org/dav/g\r\n").status, 201);
    EXPECT_EQ(Get("/g"), "abc");
    EXPECT_EQ(Do("MKCOL", "/d").status, 201);
    EXPECT_EQ(Do("GET", "/d", "Accept: text/html\r\n").Field("Location"), "/dav/d/");
    EXPECT_EQ(Do("PUT", "/f", "If: <https://files.example.org/dav/f> ([\"no\"])\r\n", "x").status,
              412);
}

WEFT_DAV_ON_BOTH_STORES(Proxied);

/* ---- targets and bodies as odd clients send them ---- */

class OddRequests : public DavTest
{
};

TEST_P(OddRequests, SlashesAndFragmentsInTargets)
{
    Do("MKCOL", "/d");
    Do("PUT", "/d/f", "", "abc");
    EXPECT_EQ(Get("//d///f"), "abc");
    EXPECT_EQ(Do("PROPFIND", "//d", "Depth: 0\r\n").status, 207);
    EXPECT_EQ(Do("DELETE", "/d#x").status, 400);
    EXPECT_EQ(Do("DELETE", "/d/#").status, 400);
    EXPECT_EQ(Get("/d/f"), "abc");
}

TEST_P(OddRequests, BodiesOfXmlWhateverTheirType)
{
    const std::string body = "<D:propfind xmlns:D='DAV:'><D:prop><D:resourcetype/></D:prop>"
                             "</D:propfind>";

    for (const char *type : {"", "Content-Type: text/plain\r\n", "Content-Type: \r\n",
                             "Content-Type: application/x-www-form-urlencoded\r\n"})
        EXPECT_EQ(Do("PROPFIND", "/", std::string("Depth: 0\r\n") + type, body).status, 207)
            << type;
}

TEST_P(OddRequests, NamespaceErrorsAreRefused)
{
    for (const char *body : {"<D:propfind xmlns:D='DAV:'><D:prop><bar:foo xmlns:bar=''/></D:prop>"
                             "</D:propfind>",
                             "<D:propfind xmlns:D='DAV:'><D:prop><X:foo/></D:prop></D:propfind>",
                             "<D:propfind><D:prop/></D:propfind>"}) {
        EXPECT_EQ(Do("PROPFIND", "/", "Depth: 0\r\n", body).status, 400) << body;
        EXPECT_EQ(Do("PROPPATCH", "/", "", body).status, 400) << body;
    }
}

/* Four bytes of UTF-8, in names and in values. */
TEST_P(OddRequests, CharactersBeyondTheBasicPlaneAreKept)
{
    const std::string name = "/%F0%9F%98%80";

    EXPECT_EQ(Do("PUT", name, "", "abc").status, 201);
    const Answer listing = Do("PROPFIND", "/", "Depth: 1\r\n");
    EXPECT_TRUE(listing.Has("<D:href>" + name + "</D:href>")) << listing.body;
    EXPECT_TRUE(listing.Has("<D:displayname>😀</D:displayname>")) << listing.body;

    Do("PROPPATCH", name, "",
       "<D:propertyupdate xmlns:D='DAV:' xmlns:U='urn:u'><D:set><D:prop><U:p>𝄞&#x1D11E;</U:p>"
       "</D:prop></D:set></D:propertyupdate>");
    const Answer got = Do("PROPFIND", name, "Depth: 0\r\n",
                          "<D:propfind xmlns:D='DAV:' xmlns:U='urn:u'><D:prop><U:p/></D:prop>"
                          "</D:propfind>");
    EXPECT_TRUE(got.Has("𝄞𝄞</U:p>")) << got.body;
    EXPECT_EQ(Copy("MOVE", name, "/%F0%9D%84%9E").status, 201);
    EXPECT_EQ(Get("/%F0%9D%84%9E"), "abc");
}

TEST_P(OddRequests, CollectionsAreTheSameWithAndWithoutASlash)
{
    for (const char *slash : {"", "/"}) {
        const std::string dir = std::string("/d") + slash;
        const std::string other = std::string("/e") + slash;

        EXPECT_EQ(Do("MKCOL", dir).status, 201);
        EXPECT_EQ(Do("OPTIONS", dir).status, 200);
        EXPECT_EQ(Do("PROPFIND", dir, "Depth: 0\r\n").status, 207);
        EXPECT_TRUE(Do("PROPFIND", dir, "Depth: 0\r\n").Has("<D:href>/d/</D:href>"));
        EXPECT_EQ(Do("GET", dir).status, 200);
        EXPECT_EQ(Do("HEAD", dir).status, 200);
        EXPECT_EQ(Copy("COPY", dir, other).status, 201);
        EXPECT_EQ(Copy("MOVE", other, "/f").status, 201);
        EXPECT_EQ(Do("DELETE", std::string("/f") + slash).status, 204);
        EXPECT_EQ(Do("MKCOL", dir).status, 405);
        EXPECT_EQ(Do("DELETE", dir).status, 204);
        EXPECT_EQ(Do("PROPFIND", dir, "Depth: 0\r\n").status, 404);
        EXPECT_EQ(Do("PROPFIND", dir, "Depth: 0\r\n").body.find("multistatus"), std::string::npos);
    }
}

TEST_P(OddRequests, AnswersWithoutASlashTellTheOtherName)
{
    Do("MKCOL", "/d%20x");
    EXPECT_EQ(Do("PROPFIND", "/d%20x", "Depth: 0\r\n").Field("Content-Location"), "/d%20x/");
    EXPECT_EQ(Do("GET", "/d%20x").Field("Content-Location"), "/d%20x/");
    EXPECT_EQ(Do("PROPFIND", "/d%20x/", "Depth: 0\r\n").Field("Content-Location"), "");
    EXPECT_EQ(Do("PROPFIND", "/", "Depth: 0\r\n").Field("Content-Location"), "");
}

TEST_P(OddRequests, WhatIsFoundComesBeforeWhatIsMissing)
{
    const Answer answer = Do("PROPFIND", "/", "Depth: 0\r\n",
                             "<D:propfind xmlns:D='DAV:'><D:prop><D:nothing/><D:resourcetype/>"
                             "</D:prop></D:propfind>");

    EXPECT_LT(answer.body.find("200 OK"), answer.body.find("404 Not Found")) << answer.body;
}

WEFT_DAV_ON_BOTH_STORES(OddRequests);

} // namespace
