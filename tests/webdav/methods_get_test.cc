/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET, HEAD and PUT.
 */
#include "dav_client.h"

using weft_test::Answer;

class GetPut : public weft_test::DavTest
{
};
WEFT_DAV_ON_BOTH_STORES(GetPut);

TEST_P(GetPut, PutCreatesThenReplaces)
{
    const Answer created = Do("PUT", "/f.txt", "", "one");
    const Answer replaced = Do("PUT", "/f.txt", "", "two");

    EXPECT_EQ(created.status, 201);
    EXPECT_EQ(replaced.status, 204);
    EXPECT_NE(created.Field("ETag"), "");
    EXPECT_NE(created.Field("ETag"), replaced.Field("ETag"));

    const Answer got = Do("GET", "/f.txt");
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, "two");
    EXPECT_EQ(got.Field("ETag"), replaced.Field("ETag"));
    EXPECT_EQ(got.Field("Content-Type"), "text/plain");
    EXPECT_EQ(got.Field("Content-Length"), "3");
    EXPECT_NE(got.Field("Last-Modified"), "");

    const Answer head = Do("HEAD", "/f.txt");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.Field("Content-Length"), "3");
    EXPECT_EQ(head.body, "");
}

TEST_P(GetPut, EveryPutHasAnEtagOfItsOwn)
{
    std::string last;

    for (int i = 0; i < 20; i++) {
        const std::string etag = Do("PUT", "/f", "", "same").Field("ETag");

        EXPECT_NE(etag, last);
        last = etag;
    }
}

TEST_P(GetPut, PutStreamsBodiesOfAnySize)
{
    std::string large(3 * 1024 * 1024 + 17, '\0');
    for (size_t i = 0; i < large.size(); i++)
        large[i] = static_cast<char>(i * 2654435761u >> 13);

    EXPECT_EQ(Do("PUT", "/large", "", large).status, 201);
    EXPECT_EQ(Get("/large"), large);
    EXPECT_EQ(Do("PUT", "/empty").status, 201);
    EXPECT_EQ(Get("/empty"), "");
    EXPECT_EQ(Send(Head("PUT", "/chunked", "Transfer-Encoding: chunked\r\n") +
                   "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n")
                  .status,
              201);
    EXPECT_EQ(Get("/chunked"), "abcdefg");
}

TEST_P(GetPut, PutThatBreaksOffLeavesWhatWasThere)
{
    Do("PUT", "/f", "", "old");
    for (const char *path : {"/f", "/new"}) {
        const int fd = Connect();

        SendAll(fd, Head("PUT", path, "Content-Length: 100000\r\n") + std::string(1000, 'x'));
        shutdown(fd, SHUT_WR);
        ReadToEnd(fd);
        close(fd);
    }
    EXPECT_EQ(Get("/f"), "old");
    EXPECT_EQ(Get("/new"), "404");
    EXPECT_EQ(Do("PROPFIND", "/", "Depth: 1\r\n").Count("<D:response>"), 2u);
}

TEST_P(GetPut, PutRefusesWhatItMust)
{
    Do("MKCOL", "/c");
    Do("PUT", "/f", "", "old");
    EXPECT_EQ(Do("PUT", "/f", "Content-Range: bytes 0-2/3\r\n", "new").status, 400);
    EXPECT_EQ(Do("PUT", "/c", "", "x").status, 405);
    EXPECT_EQ(Do("PUT", "/c/", "", "x").status, 405);
    EXPECT_EQ(Do("PUT", "/new/", "", "x").status, 405);
    EXPECT_EQ(Do("PUT", "/n/f", "", "x").status, 409);
    EXPECT_EQ(Do("PUT", "/f/g", "", "x").status, 409);
    EXPECT_EQ(Get("/f"), "old");
}

TEST_P(GetPut, PutHonoursConditions)
{
    EXPECT_EQ(Do("PUT", "/f", "If-Match: *\r\n", "x").status, 412);
    EXPECT_EQ(Do("PUT", "/f", "If-None-Match: *\r\n", "one").status, 201);
    EXPECT_EQ(Do("PUT", "/f", "If-None-Match: *\r\n", "two").status, 412);

    const std::string etag = Do("GET", "/f").Field("ETag");
    EXPECT_EQ(Do("PUT", "/f", "If-None-Match: " + etag + "\r\n", "two").status, 412);
    EXPECT_EQ(Do("PUT", "/f", "If-Match: " + etag + "\r\n", "two").status, 204);
    EXPECT_EQ(Do("PUT", "/f", "If-Match: " + etag + "\r\n", "three").status, 412);
    EXPECT_EQ(Get("/f"), "two");
}

TEST_P(GetPut, RefusesBeforeTheBodyIsSent)
{
    Do("PUT", "/f", "", "old");
    const Answer answer = Send(Head("PUT", "/f",
                                    "Content-Length: 1000000\r\nExpect: 100-continue\r\n"
                                    "If-None-Match: *\r\n"));

    EXPECT_EQ(answer.status, 412);
}

TEST_P(GetPut, RefusesUploadsBeyondTheLimit)
{
    WeftDavOptions options = weft_dav_options_default();

    options.max_upload_bytes = 10;
    Serve(options);
    EXPECT_EQ(Do("PUT", "/f", "", "0123456789").status, 201);
    EXPECT_EQ(Do("PUT", "/g", "", "0123456789a").status, 413);
    EXPECT_EQ(Send(Head("PUT", "/h", "Transfer-Encoding: chunked\r\n") +
                   "6\r\n012345\r\n6\r\n6789ab\r\n0\r\n\r\n")
                  .status,
              413);
    EXPECT_EQ(Get("/h"), "404");
    EXPECT_EQ(
        Do("PROPFIND", "/", "Depth: 0\r\n", "<propfind xmlns='DAV:'><allprop/></propfind>").status,
        207);
}

TEST_P(GetPut, GetHonoursConditionsAndRanges)
{
    const std::string etag = Do("PUT", "/f", "", "0123456789").Field("ETag");
    const Answer range = Do("GET", "/f", "Range: bytes=2-4\r\n");

    EXPECT_EQ(Do("GET", "/f", "If-None-Match: " + etag + "\r\n").status, 304);
    EXPECT_EQ(Do("GET", "/f", "If-Match: \"x\"\r\n").status, 412);
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.body, "234");
    EXPECT_EQ(Do("GET", "/f", "Range: bytes=20-\r\n").status, 416);
}

TEST_P(GetPut, GetOfACollectionIsAPage)
{
    Do("MKCOL", "/c");
    Do("MKCOL", "/c/%3Cd%3E");
    Do("PUT", "/c/a&b", "", "x");
    const Answer page = Do("GET", "/c/");

    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.Field("Content-Type"), "text/html; charset=utf-8");
    EXPECT_TRUE(page.Has("<a href=\"./a&amp;b\">a&amp;b</a>")) << page.body;
    EXPECT_TRUE(page.Has("<a href=\"./%3Cd%3E/\">&lt;d&gt;/</a>"));

    const Answer head = Do("HEAD", "/c/");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
}

TEST_P(GetPut, OnlyBrowsersAreSentToTheSlash)
{
    Do("MKCOL", "/c%20d");
    const Answer browser = Do("GET", "/c%20d?x=1", "Accept: text/html,*/*\r\n");

    EXPECT_EQ(browser.status, 301);
    EXPECT_EQ(browser.Field("Location"), "/c%20d/?x=1");
    EXPECT_EQ(Do("HEAD", "/c%20d", "Accept: text/html\r\n").status, 301);
    EXPECT_EQ(Do("GET", "/c%20d").status, 200);
    EXPECT_EQ(Do("GET", "/", "Accept: text/html\r\n").status, 200);
}

TEST_P(GetPut, WhatIsMissingIs404)
{
    Do("PUT", "/f", "", "x");
    EXPECT_EQ(Do("GET", "/n").status, 404);
    EXPECT_EQ(Do("HEAD", "/n").status, 404);
    EXPECT_EQ(Do("GET", "/n/m").status, 404);
    EXPECT_EQ(Do("GET", "/f/g").status, 404);
}
