/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way in: method table, Allow, read-only, conditions, paths; OPTIONS, MKCOL, DELETE.
 */
#include "dav_client.h"

using weft_test::Answer;

class Service : public weft_test::DavTest
{
};
WEFT_DAV_ON_BOTH_STORES(Service);

TEST_P(Service, OptionsTellClassAndAllow)
{
    Do("PUT", "/f", "", "x");
    const Answer root = Do("OPTIONS", "/");
    const Answer file = Do("OPTIONS", "/f");
    const Answer nothing = Do("OPTIONS", "/n");

    EXPECT_EQ(root.status, 200);
    EXPECT_EQ(root.Field("DAV"), "1, 2, 3, extended-mkcol, sabredav-partialupdate");
    EXPECT_EQ(root.Field("MS-Author-Via"), "DAV");
    EXPECT_EQ(root.Field("Allow"), "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, DELETE, COPY, MOVE, "
                                   "LOCK, UNLOCK");
    EXPECT_EQ(file.Field("Allow"),
              "OPTIONS, GET, HEAD, PROPFIND, PUT, PROPPATCH, DELETE, COPY, MOVE, LOCK, UNLOCK, "
              "PATCH");
    EXPECT_EQ(nothing.status, 200);
    EXPECT_EQ(nothing.Field("Allow"), "OPTIONS, PUT, MKCOL, LOCK, UNLOCK");
    EXPECT_EQ(Do("OPTIONS", "*").status, 200);
}

TEST_P(Service, UnknownMethodsAndThoseThatDoNotFit)
{
    EXPECT_EQ(Do("FOO", "/").status, 501);

    const Answer post = Do("POST", "/");
    EXPECT_EQ(post.status, 405);
    EXPECT_NE(post.Field("Allow").find("PROPFIND"), std::string::npos);
    EXPECT_NE(post.Field("Allow").find("UNLOCK"), std::string::npos);

    const Answer put = Do("PUT", "/", "", "x");
    EXPECT_EQ(put.status, 405);
    EXPECT_EQ(put.Field("Allow").find("PUT"), std::string::npos);
}

TEST_P(Service, ReadOnlyRefusesWhatWrites)
{
    WeftDavOptions options = weft_dav_options_default();

    options.read_only = TRUE;
    Serve(options);
    for (const char *method :
         {"PUT", "MKCOL", "DELETE", "PROPPATCH", "COPY", "MOVE", "LOCK", "UNLOCK"})
        EXPECT_EQ(Do(method, "/f").status, 403) << method;
    EXPECT_EQ(Do("OPTIONS", "/").Field("Allow"), "OPTIONS, GET, HEAD, PROPFIND");
    EXPECT_EQ(Do("OPTIONS", "/").Field("DAV"), "1, 3");
    EXPECT_EQ(Do("PROPFIND", "/", "Depth: 0\r\n").status, 207);
}

TEST_P(Service, MkcolMakesOneEmptyCollection)
{
    EXPECT_EQ(Do("MKCOL", "/c").status, 201);
    const Answer again = Do("MKCOL", "/c/");
    EXPECT_EQ(again.status, 405);
    EXPECT_NE(again.Field("Allow"), "");
    EXPECT_EQ(Do("MKCOL", "/c/d/").status, 201);
    EXPECT_EQ(Do("MKCOL", "/n/d").status, 409);
    EXPECT_EQ(Do("MKCOL", "/").status, 405);
    EXPECT_EQ(Do("MKCOL", "/x", "Content-Type: text/xml\r\n", "<x/>").status, 415);
    EXPECT_EQ(Do("MKCOL", "/x", "Content-Length: 0\r\n").status, 201);
    EXPECT_EQ(
        Send(Head("MKCOL", "/y", "Transfer-Encoding: chunked\r\n") + "1\r\nx\r\n0\r\n\r\n").status,
        415);
    EXPECT_EQ(Send(Head("MKCOL", "/y", "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n").status,
              201);
    Do("PUT", "/f", "", "x");
    EXPECT_EQ(Do("MKCOL", "/f").status, 405);
    EXPECT_EQ(Do("MKCOL", "/f/d").status, 409);
}

TEST_P(Service, DeleteTakesAllThatIsBelow)
{
    Do("MKCOL", "/c");
    Do("MKCOL", "/c/d");
    Do("PUT", "/c/d/f", "", "x");
    EXPECT_EQ(Do("DELETE", "/c/d/f").status, 204);
    EXPECT_EQ(Do("DELETE", "/c/d/f").status, 404);
    Do("PUT", "/c/d/f", "", "x");
    EXPECT_EQ(Do("DELETE", "/c", "Depth: 0\r\n").status, 400);
    EXPECT_EQ(Do("DELETE", "/c", "Depth: 1\r\n").status, 400);
    EXPECT_EQ(Do("DELETE", "/c", "Depth: x\r\n").status, 400);
    EXPECT_EQ(Get("/c/d/f"), "x");
    EXPECT_EQ(Do("DELETE", "/c", "Depth: infinity\r\n").status, 204);
    EXPECT_EQ(Do("PROPFIND", "/c").status, 404);
    EXPECT_EQ(Do("DELETE", "/").status, 403);
    EXPECT_EQ(Do("DELETE", "/c#fragment").status, 400);
}

TEST_P(Service, ConditionsGuardEveryChange)
{
    const std::string etag = Do("PUT", "/f", "", "x").Field("ETag");
    const std::string good = "If-Match: " + etag + "\r\n";
    const std::string bad = "If-Match: \"other\"\r\n";

    EXPECT_EQ(Do("DELETE", "/f", bad).status, 412);
    EXPECT_EQ(Do("MKCOL", "/c", "If-Match: *\r\n").status, 412);
    EXPECT_EQ(Copy("COPY", "/f", "/g", bad).status, 412);
    EXPECT_EQ(Copy("MOVE", "/f", "/g", bad).status, 412);
    EXPECT_EQ(Do("PROPPATCH", "/f", bad, "<x/>").status, 412);
    EXPECT_EQ(Do("PUT", "/f", bad, "y").status, 412);
    EXPECT_EQ(Do("DELETE", "/f", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status,
              412);
    /* What is not there is missing, whatever the condition (RFC 9110 13.2.1). */
    EXPECT_EQ(Do("DELETE", "/n", bad).status, 404);
    EXPECT_EQ(Get("/f"), "x");
    EXPECT_EQ(Copy("COPY", "/f", "/g", good).status, 201);
    EXPECT_EQ(Do("DELETE", "/f", good).status, 204);
}

TEST_P(Service, SlashAtTheEndMakesNoDifference)
{
    EXPECT_EQ(Do("MKCOL", "/c/").status, 201);
    EXPECT_EQ(Do("PROPFIND", "/c", "Depth: 0\r\n").status, 207);
    EXPECT_TRUE(Do("PROPFIND", "/c", "Depth: 0\r\n").Has("<D:href>/c/</D:href>"));
    EXPECT_EQ(Copy("COPY", "/c", "/d/").status, 201);
    EXPECT_EQ(Copy("MOVE", "/d/", "/e").status, 201);
    EXPECT_EQ(Do("DELETE", "/e/").status, 204);
}

TEST_P(Service, NamesMayBeAnyText)
{
    for (const char *name : {"/a%20b", "/%C3%A9", "/%F0%9F%98%80", "/%23", "/%25", "/a&b", "/a%3Fb",
                             "/%5Bx%5D", "/a+b", "/%22%3C%3E%7C"}) {
        EXPECT_EQ(Do("PUT", name, "", name).status, 201) << name;
        EXPECT_EQ(Get(name), name);
    }
    EXPECT_EQ(Do("GET", "/%FF").status, 400);
    EXPECT_EQ(Do("GET", "/%00").status, 400);
    EXPECT_EQ(Do("GET", "/../x").status, 400);

    const Answer list = Do("PROPFIND", "/", "Depth: 1\r\n");
    for (const char *href :
         {"/a%20b<", "/%C3%A9<", "/%23<", "/%25<", "/a&amp;b<", "/a%3Fb<", "/a+b<"})
        EXPECT_TRUE(list.Has(std::string("<D:href>") + href)) << href;
}
