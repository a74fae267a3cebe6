/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY and MOVE.
 */
#include "dav_client.h"

using weft_test::Answer;

class CopyMove : public weft_test::DavTest
{
  protected:
    void MakeTree(const std::string &root)
    {
        ASSERT_EQ(Do("MKCOL", root).status, 201);
        ASSERT_EQ(Do("MKCOL", root + "/sub").status, 201);
        ASSERT_EQ(Do("PUT", root + "/f", "", root + " f").status, 201);
        ASSERT_EQ(Do("PUT", root + "/sub/g", "", root + " g").status, 201);
    }
};
WEFT_DAV_ON_BOTH_STORES(CopyMove);

TEST_P(CopyMove, CopiesAFile)
{
    Do("PUT", "/a", "", "one");
    EXPECT_EQ(Copy("COPY", "/a", "/b").status, 201);
    EXPECT_EQ(Copy("COPY", "/a", "/b").status, 204);
    EXPECT_EQ(Get("/a"), "one");
    EXPECT_EQ(Get("/b"), "one");
}

TEST_P(CopyMove, OverwriteFKeepsWhatIsThere)
{
    Do("PUT", "/a", "", "one");
    Do("PUT", "/b", "", "two");
    EXPECT_EQ(Copy("COPY", "/a", "/b", "Overwrite: F\r\n").status, 412);
    EXPECT_EQ(Copy("MOVE", "/a", "/b", "Overwrite: F\r\n").status, 412);
    EXPECT_EQ(Get("/a") + Get("/b"), "onetwo");
    EXPECT_EQ(Copy("COPY", "/a", "/c", "Overwrite: F\r\n").status, 201);
    EXPECT_EQ(Copy("MOVE", "/a", "/b", "Overwrite: T\r\n").status, 204);
    EXPECT_EQ(Get("/a") + Get("/b"), "404one");
    EXPECT_EQ(Copy("MOVE", "/b", "/d", "Overwrite: maybe\r\n").status, 400);
}

TEST_P(CopyMove, CopiesATreeOrOnlyItsRoot)
{
    MakeTree("/t");
    EXPECT_EQ(Copy("COPY", "/t", "/all").status, 201);
    EXPECT_EQ(Get("/all/sub/g"), "/t g");
    EXPECT_EQ(Copy("COPY", "/t", "/bare", "Depth: 0\r\n").status, 201);
    EXPECT_EQ(Get("/bare/f"), "404");
    EXPECT_EQ(Do("PROPFIND", "/bare", "Depth: 1\r\n").Count("<D:response>"), 1u);
    EXPECT_EQ(Copy("COPY", "/t", "/x", "Depth: 1\r\n").status, 400);
    EXPECT_EQ(Copy("MOVE", "/t", "/x", "Depth: 0\r\n").status, 400);
    EXPECT_EQ(Get("/t/sub/g"), "/t g");
}

TEST_P(CopyMove, ReplacesATreeWhole)
{
    MakeTree("/t");
    MakeTree("/u");
    Do("PUT", "/u/extra", "", "x");
    EXPECT_EQ(Copy("COPY", "/t/", "/u/").status, 204);
    EXPECT_EQ(Get("/u/sub/g"), "/t g");
    EXPECT_EQ(Get("/u/extra"), "404");
    Do("PUT", "/u/extra", "", "x");
    EXPECT_EQ(Copy("MOVE", "/t", "/u").status, 204);
    EXPECT_EQ(Get("/u/f"), "/t f");
    EXPECT_EQ(Get("/u/extra"), "404");
    EXPECT_EQ(Get("/t/f"), "404");
}

TEST_P(CopyMove, ReplacesAFileByATreeAndATreeByAFile)
{
    MakeTree("/t");
    Do("PUT", "/f", "", "x");
    EXPECT_EQ(Copy("COPY", "/t", "/f").status, 204);
    EXPECT_EQ(Get("/f/sub/g"), "/t g");
    Do("PUT", "/g", "", "y");
    EXPECT_EQ(Copy("MOVE", "/g", "/t").status, 204);
    EXPECT_EQ(Get("/t"), "y");
}

TEST_P(CopyMove, NothingGoesOntoItselfOrItsOwnTree)
{
    MakeTree("/t");
    for (const char *method : {"COPY", "MOVE"}) {
        EXPECT_EQ(Copy(method, "/t", "/t").status, 403);
        EXPECT_EQ(Copy(method, "/t/f", "/t/f").status, 403);
        EXPECT_EQ(Copy(method, "/t", "/t/sub/t").status, 403);
        EXPECT_EQ(Copy(method, "/t/sub/g", "/t/sub").status, 403);
        EXPECT_EQ(Copy(method, "/t/f", "/t").status, 403);
        EXPECT_EQ(Copy(method, "/t/f", "/").status, 403);
        EXPECT_EQ(Copy(method, "/", "/x").status, 403);
    }
    EXPECT_EQ(Get("/t/f"), "/t f");
    EXPECT_EQ(Get("/t/sub/g"), "/t g");
}

TEST_P(CopyMove, DestinationDecides)
{
    Do("PUT", "/a", "", "one");
    EXPECT_EQ(Do("COPY", "/a").status, 400);
    EXPECT_EQ(Do("COPY", "/a", "Destination: /b\r\n").status, 201);
    EXPECT_EQ(Do("COPY", "/a", "Destination: https://" + authority_ + "/c\r\n").status, 201);
    EXPECT_EQ(Do("COPY", "/a", "Destination: http://example.org/b\r\n").status, 502);
    EXPECT_EQ(Do("COPY", "/a", "Destination: b\r\n").status, 400);
    EXPECT_EQ(Do("COPY", "/a", "Destination: /../b\r\n").status, 400);
    EXPECT_EQ(Do("COPY", "/a", "Destination: /x%2Fy\r\n").status, 400);
    EXPECT_EQ(Copy("COPY", "/a", "/n/b").status, 409);
    EXPECT_EQ(Copy("MOVE", "/a", "/n/b").status, 409);
    EXPECT_EQ(Copy("COPY", "/n", "/b").status, 404);
    EXPECT_EQ(Copy("MOVE", "/n", "/b").status, 404);
    EXPECT_EQ(Get("/b"), "one");
}

TEST_P(CopyMove, DeadPropertiesGoAlong)
{
    const std::string body =
        "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><c xmlns='urn:u'>red</c>"
        "</D:prop></D:set></D:propertyupdate>";

    Do("PUT", "/a", "", "one");
    if (Do("PROPPATCH", "/a", "", body).body.find("200 OK") == std::string::npos)
        GTEST_SKIP() << "no extended attributes here";
    Copy("COPY", "/a", "/b");
    Copy("MOVE", "/b", "/c");
    EXPECT_TRUE(Do("PROPFIND", "/c", "Depth: 0\r\n").Has(">red</c>"));
    /* A file that is written anew keeps them. */
    Do("PUT", "/c", "", "two");
    EXPECT_TRUE(Do("PROPFIND", "/c", "Depth: 0\r\n").Has(">red</c>"));
}
