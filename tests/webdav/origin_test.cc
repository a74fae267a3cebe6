/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests that a page of another site made a browser send.
 */
#include "dav_client.h"

class Origin : public weft_test::DavTest
{
  protected:
    int Put(const std::string &fields) const
    {
        return Do("PUT", "/f", fields, "x").status;
    }
};
WEFT_DAV_ON_BOTH_STORES(Origin);

TEST_P(Origin, ClientsThatAreNoBrowsersSendNone)
{
    EXPECT_EQ(Put(""), 201);
}

TEST_P(Origin, BrowsersMayWriteFromPagesOfThisServer)
{
    EXPECT_EQ(Put("Sec-Fetch-Site: same-origin\r\nOrigin: http://elsewhere\r\n"), 201);
    EXPECT_EQ(Put("Sec-Fetch-Site: none\r\n"), 204);
    EXPECT_EQ(Put("Origin: http://" + authority_ + "\r\n"), 204);
    EXPECT_EQ(Put("Origin: https://" + authority_ + "\r\n"), 204); /* TLS ended at a proxy */
    EXPECT_EQ(Put("Origin: https://files.test\r\nX-Forwarded-Host: files.test, inner\r\n"), 204);
    EXPECT_EQ(Put("Origin: https://files.test\r\nForwarded: for=1.2.3.4;host=files.test\r\n"), 204);
}

TEST_P(Origin, PagesOfOtherSitesChangeNothing)
{
    const std::string foreign[] = {
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nOrigin: http://" + authority_ + "\r\n",
        "Origin: http://elsewhere\r\n",
        "Origin: http://" + authority_ + ".elsewhere\r\n",
        "Origin: null\r\n",
        "Origin: https://elsewhere\r\nX-Forwarded-Host: files.test\r\n",
    };

    Do("MKCOL", "/c");
    for (const std::string &fields : foreign) {
        SCOPED_TRACE(fields);
        EXPECT_EQ(Put(fields), 403);
        EXPECT_EQ(Do("MKCOL", "/d", fields).status, 403);
        EXPECT_EQ(Do("DELETE", "/c", fields).status, 403);
        EXPECT_EQ(Copy("MOVE", "/c", "/d", fields).status, 403);
        EXPECT_EQ(Copy("COPY", "/c", "/d", fields).status, 403);
        EXPECT_EQ(Do("GET", "/c", fields).status, 200); /* which that page cannot read */
    }
    EXPECT_EQ(Get("/f"), "404");
}
