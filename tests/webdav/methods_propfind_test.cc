/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROPFIND and PROPPATCH.
 */
#include "dav_client.h"

using weft_test::Answer;

class Properties : public weft_test::DavTest
{
  protected:
    Answer Find(const std::string &path, const std::string &depth, const std::string &inside) const
    {
        return Do("PROPFIND", path, "Depth: " + depth + "\r\n",
                  "<D:propfind xmlns:D='DAV:' xmlns:U='urn:u'>" + inside + "</D:propfind>");
    }

    Answer Patch(const std::string &path, const std::string &inside) const
    {
        return Do("PROPPATCH", path, "",
                  "<D:propertyupdate xmlns:D='DAV:' xmlns:U='urn:u'>" + inside +
                      "</D:propertyupdate>");
    }

    bool HasAttributes() const
    {
        Do("PUT", "/probe", "", "");
        return Patch("/probe", "<D:set><D:prop><U:a/></D:prop></D:set>").Has("200 OK");
    }
};
WEFT_DAV_ON_BOTH_STORES(Properties);

TEST_P(Properties, DepthSaysHowFar)
{
    Do("MKCOL", "/c");
    Do("MKCOL", "/c/d");
    Do("PUT", "/c/f", "", "x");
    Do("PUT", "/c/d/g", "", "x");
    const std::string prop = "<D:prop><D:resourcetype/></D:prop>";

    const Answer self = Find("/c", "0", prop);
    EXPECT_EQ(self.status, 207);
    EXPECT_EQ(self.Field("Content-Type"), "application/xml; charset=\"utf-8\"");
    EXPECT_EQ(self.Count("<D:response>"), 1u);
    EXPECT_TRUE(self.Has("<D:href>/c/</D:href>"));

    const Answer members = Find("/c/", "1", prop);
    EXPECT_EQ(members.Count("<D:response>"), 3u);
    EXPECT_TRUE(members.Has("<D:href>/c/d/</D:href>"));
    EXPECT_TRUE(members.Has("<D:href>/c/f</D:href>"));

    for (const Answer &all : {Find("/", "infinity", prop), Do("PROPFIND", "/")}) {
        EXPECT_EQ(all.Count("<D:response>"), 5u);
        EXPECT_TRUE(all.Has("<D:href>/</D:href>"));
        EXPECT_TRUE(all.Has("<D:href>/c/d/g</D:href>"));
    }
    EXPECT_EQ(Find("/c/f", "1", prop).Count("<D:response>"), 1u);
    EXPECT_EQ(Find("/", "2", prop).status, 400);
    EXPECT_EQ(Find("/n", "0", prop).status, 404);
}

TEST_P(Properties, InfinityCanBeRefused)
{
    WeftDavOptions options = weft_dav_options_default();

    options.allow_depth_infinity = FALSE;
    Serve(options);
    const Answer refused = Do("PROPFIND", "/", "Depth: infinity\r\n");
    EXPECT_EQ(refused.status, 403);
    EXPECT_TRUE(refused.Has("<D:error xmlns:D=\"DAV:\"><D:propfind-finite-depth/></D:error>"));
    EXPECT_EQ(Do("PROPFIND", "/", "Depth: 1\r\n").status, 207);
}

TEST_P(Properties, BodyIsReadWhateverItsType)
{
    for (const char *type : {"", "Content-Type: text/plain\r\n", "Content-Type: text/xml\r\n"}) {
        const Answer answer = Do("PROPFIND", "/", std::string("Depth: 0\r\n") + type,
                                 "<propfind xmlns='DAV:'><prop><resourcetype/></prop></propfind>");

        EXPECT_EQ(answer.status, 207);
        EXPECT_FALSE(answer.Has("creationdate"));
    }
    EXPECT_EQ(Do("PROPFIND", "/", "", "<x").status, 400);
    EXPECT_EQ(Do("PROPFIND", "/", "", "<!DOCTYPE x><x/>").status, 403);
    EXPECT_EQ(Do("PROPFIND", "/", "", std::string(300 * 1024, ' ')).status, 413);
}

TEST_P(Properties, LongListingsComeWhole)
{
    Do("MKCOL", "/c");
    for (int i = 0; i < 700; i++)
        ASSERT_EQ(Do("PUT", "/c/file-" + std::to_string(i), "", "x").status, 201);

    const Answer list = Do("PROPFIND", "/c", "Depth: 1\r\n");
    EXPECT_EQ(list.Count("<D:response>"), 701u);
    EXPECT_EQ(list.Count("</D:multistatus>"), 1u);
    EXPECT_EQ(list.Field("Transfer-Encoding"), "chunked");
    EXPECT_EQ(Do("GET", "/c/").Count("<tr>"), 702u);
}

TEST_P(Properties, InfinityGoesDownToItsLimitAndSaysSo)
{
    std::string path;

    for (int i = 0; i < 140; i++) {
        path += "/d";
        ASSERT_EQ(Do("MKCOL", path).status, 201);
    }

    const Answer all = Do("PROPFIND", "/", "Depth: infinity\r\n");
    EXPECT_EQ(all.status, 207);
    EXPECT_EQ(all.Count("<D:response>"), 129u);
    EXPECT_EQ(all.Count("HTTP/1.1 507 Insufficient Storage"), 1u);
    EXPECT_EQ(Do("PROPFIND", "/d/d/d/d/d/d/d/d/d/d/d/d/d/d").Count("<D:response>"), 127u);
}

TEST_P(Properties, PatchSetsAndRemovesInOrder)
{
    if (!HasAttributes())
        GTEST_SKIP() << "no extended attributes here";
    Do("PUT", "/f", "", "x");
    const Answer patched = Patch("/f", "<D:set><D:prop><U:a>1</U:a><U:b/></D:prop></D:set>"
                                       "<D:remove><D:prop><U:a/></D:prop></D:remove>"
                                       "<D:set><D:prop><U:c>2</U:c></D:prop></D:set>");

    EXPECT_EQ(patched.status, 207);
    EXPECT_TRUE(patched.Has("<D:href>/f</D:href>"));
    EXPECT_EQ(patched.Count("<D:propstat>"), 1u);

    const Answer found = Find("/f", "0", "<D:prop><U:a/><U:b/><U:c/></D:prop>");
    EXPECT_TRUE(found.Has("<U:b xmlns:U=\"urn:u\"/><U:c xmlns:U=\"urn:u\">2</U:c></D:prop>"
                          "<D:status>HTTP/1.1 200 OK</D:status>"));
    EXPECT_TRUE(found.Has("<X:a xmlns:X=\"urn:u\"/></D:prop><D:status>HTTP/1.1 404 Not Found"));
    EXPECT_EQ(Patch("/n", "<D:set><D:prop><U:a/></D:prop></D:set>").status, 404);
}

TEST_P(Properties, PatchIsAllOrNothing)
{
    Do("PUT", "/f", "", "x");
    const Answer refused =
        Patch("/f", "<D:set><D:prop><U:a>1</U:a><D:getetag>x</D:getetag></D:prop></D:set>");

    EXPECT_EQ(refused.status, 207);
    EXPECT_TRUE(refused.Has("<X:a xmlns:X=\"urn:u\"/></D:prop>"
                            "<D:status>HTTP/1.1 424 Failed Dependency</D:status>"));
    EXPECT_TRUE(refused.Has("<D:getetag/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status>"
                            "<D:error><D:cannot-modify-protected-property/></D:error>"));
    EXPECT_TRUE(Find("/f", "0", "<D:prop><U:a/></D:prop>").Has("404 Not Found"));
}

TEST_P(Properties, ValuesComeBackAsTheyWere)
{
    if (!HasAttributes())
        GTEST_SKIP() << "no extended attributes here";
    Do("MKCOL", "/c");
    Do("PROPPATCH", "/c", "",
       "<propertyupdate xmlns='DAV:'><set><prop xml:lang='de'><u:a xmlns:u='urn:u' xmlns:v='urn:v'>"
       "<v:b v:k='&amp;'>\xf0\x9f\x98\x80 <!-- c "
       "--></v:b>&lt;</u:a></prop></set></propertyupdate>");
    EXPECT_TRUE(
        Find("/c", "0", "<D:prop><U:a/></D:prop>")
            .Has("<u:a xmlns:u=\"urn:u\" xmlns:v=\"urn:v\" xml:lang=\"de\"><v:b v:k=\"&amp;\">"
                 "\xf0\x9f\x98\x80 <!-- c --></v:b>&lt;</u:a>"));
    EXPECT_TRUE(Do("PROPFIND", "/", "Depth: 1\r\n").Has("<u:a xmlns:u"));
}

TEST_P(Properties, DisplayNameCanBeSet)
{
    if (!HasAttributes())
        GTEST_SKIP() << "no extended attributes here";
    Do("PUT", "/f", "", "x");
    const std::string prop = "<D:prop><D:displayname/></D:prop>";

    EXPECT_TRUE(Find("/f", "0", prop).Has("<D:displayname>f</D:displayname>"));
    Patch("/f", "<D:set><D:prop><D:displayname>Title</D:displayname></D:prop></D:set>");
    EXPECT_TRUE(Find("/", "1", prop).Has(">Title</D:displayname>"));
    Patch("/f", "<D:remove><D:prop><D:displayname/></D:prop></D:remove>");
    EXPECT_TRUE(Find("/f", "0", prop).Has("<D:displayname>f</D:displayname>"));
}

TEST_P(Properties, PatchRefusesBodiesThatSayNothing)
{
    Do("PUT", "/f", "", "x");
    for (const char *body : {"<x/>", "<propertyupdate xmlns='DAV:'/>", "<x",
                             "<propertyupdate xmlns='DAV:'><set/></propertyupdate>"})
        EXPECT_EQ(Do("PROPPATCH", "/f", "", body).status, 400) << body;
    EXPECT_TRUE(Do("PROPPATCH", "/f", "", "<!DOCTYPE x><propertyupdate xmlns='DAV:'/>")
                    .Has("<D:no-external-entities/>"));
    EXPECT_EQ(Do("PROPPATCH", "/f").status, 400);
}
