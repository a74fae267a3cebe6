/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LOCK and UNLOCK (RFC 4918 6, 7, 9.10, 9.11), the If field (10.4), and what locks forbid.
 */
#include "dav_client.h"

#include "webdav/locks/lock_store.h"

using weft_test::Answer;

namespace
{

std::string
LockInfo(const std::string &scope, const std::string &owner = "<D:owner>me</D:owner>")
{
    return "<?xml version='1.0'?><D:lockinfo xmlns:D='DAV:'><D:lockscope><D:" + scope +
           "/></D:lockscope><D:locktype><D:write/></D:locktype>" + owner + "</D:lockinfo>";
}

/* "If: (<token>)" */
std::string
If(const std::string &token)
{
    return "If: (<" + token + ">)\r\n";
}

std::string
Href(const std::string &path)
{
    return "<D:href>" + path + "</D:href>";
}

} // namespace

class Lock : public weft_test::DavTest
{
  protected:
    static std::string TokenOf(const Answer &answer)
    {
        const std::string field = answer.Field("Lock-Token");

        return field.size() > 2 ? field.substr(1, field.size() - 2) : "";
    }

    /* The token; the status where there is none. */
    std::string Take(const std::string &path, const std::string &fields = "Depth: 0\r\n",
                     const std::string &scope = "exclusive") const
    {
        const Answer answer = Do("LOCK", path, fields, LockInfo(scope));
        const std::string token = TokenOf(answer);

        return token.empty() ? std::to_string(answer.status) : token;
    }

    int Unlock(const std::string &path, const std::string &token) const
    {
        return Do("UNLOCK", path, "Lock-Token: <" + token + ">\r\n").status;
    }

    std::string Discover(const std::string &path) const
    {
        return Do("PROPFIND", path, "Depth: 0\r\n",
                  "<D:propfind xmlns:D='DAV:'><D:prop><D:lockdiscovery/></D:prop></D:propfind>")
            .body;
    }

    bool IsLocked(const std::string &path) const
    {
        return Discover(path).find("<D:activelock>") != std::string::npos;
    }
};
WEFT_DAV_ON_BOTH_STORES(Lock);

TEST_P(Lock, TellsAllAboutTheNewLock)
{
    Do("PUT", "/f&1", "", "x");
    const Answer answer = Do("LOCK", "/f&1", "Depth: 0\r\nTimeout: Infinite, Second-1\r\n",
                             LockInfo("exclusive", "<D:owner xml:lang='en'><D:href>http://me/"
                                                   "</D:href></D:owner>"));

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.Field("Content-Type"), "application/xml; charset=\"utf-8\"");
    EXPECT_EQ(TokenOf(answer).compare(0, 9, "urn:uuid:"), 0);
    EXPECT_TRUE(answer.Has("<D:prop xmlns:D=\"DAV:\"><D:lockdiscovery><D:activelock>"
                           "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>"
                           "</D:locktype><D:depth>0</D:depth>"))
        << answer.body;
    EXPECT_TRUE(answer.Has("<D:href>http://me/</D:href></D:owner>")) << answer.body;
    EXPECT_TRUE(answer.Has("<D:timeout>Second-604800</D:timeout>")) << answer.body;
    EXPECT_TRUE(answer.Has("<D:locktoken>" + Href(TokenOf(answer)) + "</D:locktoken>"));
    EXPECT_TRUE(answer.Has("<D:lockroot>" + Href("/f&amp;1") + "</D:lockroot>")) << answer.body;
    EXPECT_NE(Discover("/f&1").find(Href(TokenOf(answer))), std::string::npos);
}

TEST_P(Lock, MakesAnEmptyFileWhereNothingIs)
{
    const Answer answer = Do("LOCK", "/new", "Depth: 0\r\n", LockInfo("exclusive"));

    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(Do("GET", "/new").status, 200);
    EXPECT_EQ(Get("/new"), "");
    EXPECT_EQ(Do("PUT", "/new", "", "x").status, 423);
    EXPECT_EQ(Do("PUT", "/new", If(TokenOf(answer)), "x").status, 204);
    EXPECT_EQ(Unlock("/new", TokenOf(answer)), 204);
    EXPECT_EQ(Get("/new"), "x");

    EXPECT_EQ(Do("LOCK", "/none/new", "", LockInfo("exclusive")).status, 409);
    EXPECT_EQ(Do("LOCK", "/folder/", "", LockInfo("exclusive")).status, 405);
    Do("MKCOL", "/none");
    EXPECT_EQ(Do("PUT", "/none/new", "", "x").status, 201) << "a lock stayed behind";
}

TEST_P(Lock, WithoutDepthHoldsATreeOrAFile)
{
    Do("PUT", "/f", "", "x");
    Do("MKCOL", "/c");
    EXPECT_TRUE(Do("LOCK", "/f", "", LockInfo("exclusive")).Has("<D:depth>0</D:depth>"));
    EXPECT_TRUE(Do("LOCK", "/c", "", LockInfo("exclusive")).Has("<D:depth>infinity</D:depth>"));
    EXPECT_EQ(Do("LOCK", "/g", "Depth: 1\r\n", LockInfo("exclusive")).status, 400);
    EXPECT_EQ(Do("PUT", "/g", "", "x").status, 201);
}

TEST_P(Lock, RefusesBodiesThatAskForNoLock)
{
    Do("PUT", "/f", "", "x");
    EXPECT_EQ(Do("LOCK", "/f").status, 400);
    EXPECT_EQ(Do("LOCK", "/f", "", "<x").status, 400);
    EXPECT_EQ(Do("LOCK", "/f", "", "<x/>").status, 400);
    EXPECT_EQ(Do("LOCK", "/f", "", LockInfo("local")).status, 400);
    EXPECT_EQ(Do("LOCK", "/f", "",
                 "<lockinfo xmlns='DAV:'><lockscope><shared/></lockscope>"
                 "<locktype><read/></locktype></lockinfo>")
                  .status,
              422);
    EXPECT_EQ(Do("LOCK", "/f", "",
                 LockInfo("shared", "<D:owner>" + std::string(9000, 'x') + "</D:owner>"))
                  .status,
              413);
    EXPECT_FALSE(IsLocked("/f"));
}

TEST_P(Lock, HoldsEveryMethodThatWrites)
{
    Do("PUT", "/f", "", "x");
    const std::string token = Take("/f");
    const std::string set = "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><a xmlns='u:'/>"
                            "</D:prop></D:set></D:propertyupdate>";

    for (const char *fields : {"", "If: (Not <DAV:no-lock>)\r\n"}) {
        EXPECT_EQ(Do("PUT", "/f", fields, "y").status, 423);
        EXPECT_EQ(Do("PROPPATCH", "/f", fields, set).status, 423);
        EXPECT_EQ(Do("DELETE", "/f", fields).status, 423);
        EXPECT_EQ(Copy("MOVE", "/f", "/g", fields).status, 423);
        EXPECT_EQ(Copy("COPY", "/f", "/g", fields).status / 100, 2);
        EXPECT_EQ(Copy("COPY", "/g", "/f", fields).status, 423);
        EXPECT_EQ(Copy("MOVE", "/g", "/f", fields).status, 423);
    }
    const Answer refused = Do("PUT", "/f", "", "y");
    EXPECT_TRUE(refused.Has("<D:error xmlns:D=\"DAV:\"><D:lock-token-submitted>" + Href("/f") +
                            "</D:lock-token-submitted></D:error>"))
        << refused.body;
    EXPECT_EQ(Get("/f"), "x");
    EXPECT_FALSE(IsLocked("/g"));

    EXPECT_EQ(Do("PROPPATCH", "/f", If(token), set).status, 207);
    EXPECT_EQ(Copy("COPY", "/g", "/f", "If: </f> (<" + token + ">)\r\n").status, 204);
    EXPECT_TRUE(IsLocked("/f")) << "a lock stays where its resource is replaced";
    EXPECT_EQ(Copy("MOVE", "/f", "/h", If(token)).status, 201);
    EXPECT_FALSE(IsLocked("/h")) << "a lock does not move";
    EXPECT_EQ(Do("PUT", "/f", "", "y").status, 201);
}

TEST_P(Lock, OfACollectionHoldsItsMembership)
{
    Do("MKCOL", "/c");
    Do("PUT", "/c/old", "", "x");
    Do("PUT", "/f", "", "x");
    const std::string token = Take("/c");

    EXPECT_EQ(Do("PUT", "/c/old", "", "y").status, 204);
    EXPECT_EQ(Do("PUT", "/c/new", "", "y").status, 423);
    EXPECT_EQ(Do("MKCOL", "/c/new").status, 423);
    EXPECT_EQ(Do("LOCK", "/c/new", "", LockInfo("exclusive")).status, 423);
    EXPECT_EQ(Do("DELETE", "/c/old").status, 423);
    EXPECT_EQ(Copy("MOVE", "/c/old", "/g").status, 423);
    EXPECT_EQ(Copy("COPY", "/f", "/c/new").status, 423);
    EXPECT_TRUE(Do("PUT", "/c/new", "", "y").Has("<D:lock-token-submitted>" + Href("/c")));

    EXPECT_EQ(Do("PUT", "/c/new", "If: </c> (<" + token + ">)\r\n", "y").status, 201);
    EXPECT_EQ(
        Do("MKCOL", "/c/d", "If: <http://" + authority_ + "/c/> (<" + token + ">)\r\n").status,
        201);
    EXPECT_EQ(Do("DELETE", "/c/old", "If: </c> (<" + token + ">)\r\n").status, 204);
    EXPECT_EQ(Do("PUT", "/c/d/deeper", "", "y").status, 201);
    EXPECT_FALSE(IsLocked("/c/new"));
}

TEST_P(Lock, OfATreeHoldsWhatIsAndWhatComes)
{
    Do("MKCOL", "/c");
    Do("MKCOL", "/c/d");
    const std::string token = Take("/c", "Depth: infinity\r\n");

    EXPECT_EQ(Do("PUT", "/c/d/f", "", "y").status, 423);
    EXPECT_EQ(Do("PUT", "/c/d/f", "If: </c> (<" + token + ">)\r\n", "y").status, 201);
    EXPECT_EQ(Do("PUT", "/c/d/f", If(token), "y").status, 204);
    EXPECT_EQ(Do("PUT", "/c/d/g", If(token), "y").status, 201) << "it will be held";
    EXPECT_TRUE(IsLocked("/c/d/f"));
    EXPECT_NE(Discover("/c/d/f").find("<D:lockroot>" + Href("/c/")), std::string::npos);
    EXPECT_EQ(Unlock("/c/d/f", token), 204) << "any resource that a lock holds will do";
    EXPECT_FALSE(IsLocked("/c"));
}

TEST_P(Lock, ExclusiveStandsAlone)
{
    Do("MKCOL", "/c");
    Do("PUT", "/c/f", "", "x");
    const std::string token = Take("/c/f");
    const Answer again = Do("LOCK", "/c/f", "", LockInfo("shared"));
    const Answer above = Do("LOCK", "/c", "Depth: infinity\r\n", LockInfo("shared"));

    EXPECT_EQ(again.status, 423);
    EXPECT_TRUE(again.Has("<D:no-conflicting-lock>" + Href("/c/f"))) << again.body;
    EXPECT_EQ(above.status, 207);
    EXPECT_TRUE(above.Has("<D:response>" + Href("/c/f") +
                          "<D:status>HTTP/1.1 423 Locked</D:status><D:error>"
                          "<D:no-conflicting-lock>" +
                          Href("/c/f")))
        << above.body;
    EXPECT_TRUE(above.Has(Href("/c") + "<D:status>HTTP/1.1 424 Failed Dependency</D:status>"))
        << above.body;
    EXPECT_FALSE(IsLocked("/c"));
    EXPECT_EQ(Take("/c", "Depth: 0\r\n").compare(0, 9, "urn:uuid:"), 0);
    EXPECT_EQ(Unlock("/c/f", token), 204);
}

TEST_P(Lock, SharedIsForSeveral)
{
    Do("PUT", "/f", "", "x");
    const std::string one = Take("/f", "Depth: 0\r\n", "shared");
    const Answer second = Do("LOCK", "/f", "Depth: 0\r\n", LockInfo("shared"));

    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(second.Count("<D:activelock>"), 2u);
    EXPECT_EQ(Take("/f"), "423");
    EXPECT_EQ(Do("PUT", "/f", "", "y").status, 423);
    EXPECT_EQ(Do("PUT", "/f", If(one), "y").status, 204) << "one of the tokens will do";
    EXPECT_EQ(Unlock("/f", one), 204);
    EXPECT_EQ(Do("PUT", "/f", If(one), "y").status, 412);
    EXPECT_EQ(Do("PUT", "/f", If(TokenOf(second)), "y").status, 204);
}

TEST_P(Lock, OfAMemberKeepsTheTree)
{
    Do("MKCOL", "/c");
    Do("MKCOL", "/c/d");
    Do("PUT", "/c/d/f", "", "x");
    Do("PUT", "/c/g", "", "x");
    const std::string token = Take("/c/d/f");
    const std::string mine = "If: </c/d/f> (<" + token + ">)\r\n";

    const Answer refused = Do("DELETE", "/c");
    EXPECT_EQ(refused.status, 207);
    EXPECT_EQ(refused.Count("<D:response>"), 1u);
    EXPECT_TRUE(refused.Has(Href("/c/d/f") +
                            "<D:status>HTTP/1.1 423 Locked</D:status><D:error>"
                            "<D:lock-token-submitted>" +
                            Href("/c/d/f")))
        << refused.body;
    EXPECT_EQ(Get("/c/g"), "x");
    EXPECT_EQ(Copy("MOVE", "/c", "/e").status, 207);
    EXPECT_EQ(Copy("COPY", "/c", "/e").status, 201);
    EXPECT_FALSE(IsLocked("/e/d/f"));
    EXPECT_EQ(Copy("COPY", "/e", "/c").status, 207) << "what is replaced is removed";
    EXPECT_EQ(Copy("COPY", "/e", "/c", mine).status, 204);
    EXPECT_FALSE(IsLocked("/c/d/f"));

    const std::string again = Take("/c/d/f");
    EXPECT_EQ(Do("DELETE", "/c", "If: </c/d/f> (<" + again + ">)\r\n").status, 204);
    Do("MKCOL", "/c");
    Do("MKCOL", "/c/d");
    EXPECT_EQ(Do("PUT", "/c/d/f", "", "x").status, 201) << "a lock ends with its resource";
}

TEST_P(Lock, IsRefreshedWithoutABody)
{
    Do("PUT", "/f", "", "x");
    Do("PUT", "/g", "", "x");
    const std::string token = Take("/f", "Timeout: Second-100\r\n");
    const Answer refreshed = Do("LOCK", "/f", If(token) + "Timeout: Second-7000\r\n");

    EXPECT_EQ(refreshed.status, 200);
    EXPECT_EQ(refreshed.Field("Lock-Token"), "");
    EXPECT_TRUE(refreshed.Has("<D:timeout>Second-7000</D:timeout>")) << refreshed.body;
    EXPECT_TRUE(Do("LOCK", "/f", If(token)).Has("<D:timeout>Second-7000</D:timeout>"));
    EXPECT_TRUE(refreshed.Has("<D:owner xmlns:D=\"DAV:\">me</D:owner>")) << refreshed.body;

    const Answer elsewhere = Do("LOCK", "/g", If(token));
    EXPECT_EQ(elsewhere.status, 412);
    EXPECT_TRUE(elsewhere.Has("<D:lock-token-matches-request-uri/>")) << elsewhere.body;
    EXPECT_EQ(Do("LOCK", "/f", "If: (Not <urn:uuid:1>)\r\n").status, 412);
    EXPECT_EQ(Do("LOCK", "/f").status, 400);
}

TEST_P(Lock, UnlockNeedsTheTokenOfALockHere)
{
    Do("PUT", "/f", "", "x");
    Do("PUT", "/g", "", "x");
    const std::string token = Take("/f");
    const Answer elsewhere = Do("UNLOCK", "/g", "Lock-Token: <" + token + ">\r\n");

    EXPECT_EQ(elsewhere.status, 409);
    EXPECT_TRUE(elsewhere.Has("<D:lock-token-matches-request-uri/>")) << elsewhere.body;
    EXPECT_EQ(Do("UNLOCK", "/f").status, 400);
    EXPECT_EQ(Do("UNLOCK", "/f", "Lock-Token: <a\r\n").status, 400);
    EXPECT_EQ(Unlock("/f", "urn:uuid:1"), 409);
    EXPECT_EQ(Do("UNLOCK", "/f", "Lock-Token: " + token + "\r\n").status, 204);
    EXPECT_EQ(Unlock("/f", token), 409);
    EXPECT_EQ(Do("PUT", "/f", "", "y").status, 204);
}

TEST_P(Lock, IfIsJudgedBeforeLocks)
{
    Do("PUT", "/f", "", "x");
    const std::string etag = Do("HEAD", "/f").Field("ETag");
    const std::string token = Take("/f");

    EXPECT_EQ(Do("PUT", "/f", "If: (<" + token + "> [\"no\"])\r\n", "y").status, 412);
    EXPECT_EQ(Do("PUT", "/f", "If: (<" + token + "x>)\r\n", "y").status, 412);
    EXPECT_EQ(Do("PUT", "/f", "If: (<" + token + "x>) (Not <DAV:no-lock>)\r\n", "y").status, 423);
    EXPECT_EQ(Do("PUT", "/f", "If: (<" + token + ">\r\n", "y").status, 400);
    EXPECT_EQ(Do("PUT", "/f", "If: (Not <" + token + ">) ([" + etag + "])\r\n", "x").status, 204)
        << "a token is submitted wherever it stands";
    EXPECT_EQ(Do("PUT", "/f", "If: <http://other/f> (<" + token + ">)\r\n", "y").status, 412);
    EXPECT_EQ(Do("PUT", "/f", "If: <http://other/f> (Not <" + token + ">)\r\n", "y").status, 204);
    EXPECT_EQ(Do("PUT", "/f", If(token) + "If-Match: \"no\"\r\n", "y").status, 412);
}

TEST_P(Lock, IfHoldsForMethodsThatRead)
{
    Do("PUT", "/f", "", "x");
    const std::string token = Take("/f");

    for (const char *method : {"GET", "HEAD", "PROPFIND", "OPTIONS"}) {
        EXPECT_EQ(Do(method, "/f", If(token) + "Depth: 0\r\n").status / 100, 2) << method;
        EXPECT_EQ(Do(method, "/f", "If: (Not <" + token + ">)\r\n").status, 412) << method;
        EXPECT_EQ(Do(method, "/f", "If: (\r\n").status, 400) << method;
    }
    EXPECT_EQ(Do("GET", "/none", If(token)).status, 404);
    EXPECT_EQ(Do("GET", "/f", "If: </none> (Not [\"a\"])\r\n").status, 200);
    EXPECT_EQ(Do("GET", "/f", "If: </> ([\"a\"])\r\n").status, 412);
    EXPECT_EQ(Copy("COPY", "/f", "/g", "If: </g> ([\"a\"])\r\n").status, 412);
}

TEST_P(Lock, ListingsTellTheLocksOfEachMember)
{
    Do("MKCOL", "/c");
    Do("MKCOL", "/c/d");
    Do("PUT", "/c/d/f", "", "x");
    Do("PUT", "/c/g", "", "x");
    Do("PUT", "/c/h", "", "x");
    const std::string tree = Take("/c/d", "Depth: infinity\r\n");
    const std::string file = Take("/c/g");
    const std::string body =
        "<D:propfind xmlns:D='DAV:'><D:prop><D:lockdiscovery/></D:prop></D:propfind>";
    const Answer all = Do("PROPFIND", "/", "Depth: infinity\r\n", body);
    const Answer some = Do("PROPFIND", "/c/d", "Depth: 1\r\n", body);

    EXPECT_EQ(all.Count("<D:response>"), 6u);
    EXPECT_EQ(all.Count("<D:activelock>"), 3u) << all.body;
    EXPECT_EQ(all.Count(tree), 2u) << all.body;
    EXPECT_EQ(all.Count(file), 1u) << all.body;
    EXPECT_EQ(some.Count(tree), 2u) << some.body;
    EXPECT_EQ(some.Count(Href("/c/d/") + "</D:lockroot>"), 2u) << some.body;
    EXPECT_EQ(Do("PROPFIND", "/c/h", "Depth: 0\r\n", body).Count("<D:lockdiscovery></D:lock"), 1u);
    EXPECT_EQ(Do("PROPFIND", "/c", "Depth: 1\r\n").Count("<D:activelock>"), 2u) << "allprop";
}

TEST_P(Lock, MemberLockedWithoutItsTokenIsNamedOnce)
{
    Do("MKCOL", "/c");
    Do("PUT", "/c/f", "", "x");
    Take("/c/f", "Depth: 0\r\n", "shared");
    Take("/c/f", "Depth: 0\r\n", "shared");
    EXPECT_EQ(Do("DELETE", "/c").Count("<D:response>"), 1u);
}

TEST_P(Lock, OneSharedTokenWillDoForMembersToo)
{
    Do("MKCOL", "/c");
    Do("PUT", "/c/f", "", "x");
    Take("/c/f", "Depth: 0\r\n", "shared");
    const std::string above = Take("/c", "Depth: infinity\r\n", "shared");

    EXPECT_EQ(Do("DELETE", "/c").status, 423);
    EXPECT_EQ(Do("DELETE", "/c", If(above)).status, 204);
}

/* Who signs in is told by a field, for these tests. */
class LockOfUsers : public Lock
{
  protected:
    void SetUp() override
    {
        Serve(weft_dav_options_default());
    }

    WeftService *NewService(const WeftDavOptions &options) override
    {
        dav_ = weft_dav_new(weft_dav_memory_store_new(), &options);
        return weft_http_service_new(Handle, dav_, FreeDav);
    }

  private:
    static void FreeDav(gpointer dav)
    {
        weft_dav_free(static_cast<WeftDav *>(dav));
    }

    static gboolean Handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer dav,
                           GError **error)
    {
        weft_http_request_set_user(request, weft_http_request_header(request, "X-User"));
        return weft_dav_handle(request, response, dav, error);
    }

    WeftDav *dav_ = nullptr;
};
INSTANTIATE_TEST_SUITE_P(, LockOfUsers, ::testing::Values(weft_test::StoreKind::MEMORY),
                         weft_test::StoreName);

TEST_P(LockOfUsers, ATokenIsOfUseToItsOwner)
{
    const std::string ada = "X-User: ada\r\n";
    const std::string bob = "X-User: bob\r\n";

    Do("PUT", "/f", ada, "x");
    const std::string token = TokenOf(Do("LOCK", "/f", ada, LockInfo("exclusive")));
    ASSERT_NE(token, "");
    EXPECT_EQ(Do("PUT", "/f", bob + If(token), "y").status, 423);
    EXPECT_EQ(Do("PUT", "/f", If(token), "y").status, 423);
    EXPECT_EQ(Do("LOCK", "/f", bob + If(token)).status, 403);
    EXPECT_EQ(Do("UNLOCK", "/f", bob + "Lock-Token: <" + token + ">\r\n").status, 403);
    EXPECT_EQ(Do("PUT", "/f", ada + If(token), "y").status, 204);
    EXPECT_EQ(Do("LOCK", "/f", ada + If(token)).status, 200);
    EXPECT_EQ(Do("UNLOCK", "/f", ada + "Lock-Token: <" + token + ">\r\n").status, 204);
}

/* Ada may do everything; the others all in /pub, and see nothing else. */
static unsigned
RightsOfAda(gpointer, const char *user, const char *path, WeftDavExtent)
{
    const bool is_ada = g_strcmp0(user, "ada") == 0;

    return is_ada || g_str_has_prefix(path, "/pub") ? WEFT_DAV_MAY_ALL : 0;
}

TEST_P(LockOfUsers, IfTellsStrangersNothing)
{
    const std::string ada = "X-User: ada\r\n";
    WeftDavOptions options = weft_dav_options_default();

    options.rights.function = RightsOfAda;
    options.rights.is_asked_in = TRUE;
    Serve(options);
    Do("PUT", "/secret", ada, "x");
    const std::string etag = Do("HEAD", "/secret", ada).Field("ETag");
    const std::string has_it = "If: </secret> ([" + etag + "])\r\n";

    ASSERT_NE(etag, "");
    EXPECT_EQ(Do("OPTIONS", "/secret", has_it).status, 200);
    EXPECT_EQ(Do("OPTIONS", "/secret", "If: (Not [" + etag + "])\r\n").status, 200);
    EXPECT_EQ(Do("OPTIONS", "/secret", ada + "If: (Not [" + etag + "])\r\n").status, 412);
    EXPECT_EQ(Do("PUT", "/pub", has_it, "y").status, 412);
    EXPECT_EQ(Do("PUT", "/pub", ada + has_it, "y").status, 201);
}

TEST_P(LockOfUsers, WhatMayNotBeSeenIsNotTold)
{
    const std::string ada = "X-User: ada\r\n";
    const std::string bob = "X-User: bob\r\n";
    WeftDavOptions options = weft_dav_options_default();

    options.rights.function = RightsOfAda;
    Serve(options);
    Do("MKCOL", "/pub");
    Do("PUT", "/pub/f", bob, "x");
    ASSERT_EQ(Do("LOCK", "/", ada + "Depth: infinity\r\n", LockInfo("exclusive")).status, 200);

    const Answer listing = Do("PROPFIND", "/pub", bob + "Depth: 1\r\n");
    EXPECT_EQ(listing.Count("<D:activelock>"), 2u) << listing.body;
    EXPECT_EQ(listing.Count("<D:lockroot>"), 0u) << listing.body;
    const Answer refused = Do("PUT", "/pub/f", bob, "y");
    EXPECT_EQ(refused.status, 423);
    EXPECT_TRUE(refused.Has("<D:lock-token-submitted>" + Href("/pub/f"))) << refused.body;
    EXPECT_EQ(Do("PUT", "/pub/f", bob + "If: </secret> (Not [\"a\"])\r\n", "y").status, 423);
    EXPECT_EQ(Do("LOCK", "/pubx", bob, LockInfo("shared")).status, 423);
}

/* More locks than a listing takes at once. */
class LocksInNumbers : public Lock
{
  protected:
    void SetUp() override
    {
        Serve(weft_dav_options_default());
    }

    WeftService *NewService(const WeftDavOptions &given) override
    {
        WeftDavOptions options = given;

        options.locks = weft_dav_memory_locks_new();
        for (int i = 0; i < 5000; i++) {
            const std::string root = "/c/" + std::to_string(i);
            const WeftDavLockRequest request = {root.c_str(), FALSE, FALSE, nullptr, nullptr, 3600};

            weft_dav_lock_unref(
                options.locks->methods->take(options.locks, &request, nullptr, nullptr));
        }
        return weft_dav_service_new(weft_dav_memory_store_new(), &options);
    }
};
INSTANTIATE_TEST_SUITE_P(, LocksInNumbers, ::testing::Values(weft_test::StoreKind::MEMORY),
                         weft_test::StoreName);

TEST_P(LocksInNumbers, AreToldRightly)
{
    Do("MKCOL", "/c");
    Do("MKCOL", "/d");
    Do("PUT", "/d/f", "", "x");
    const std::string token = Take("/d", "Depth: infinity\r\n");

    EXPECT_EQ(Do("PUT", "/c/7", "", "x").status, 423);
    EXPECT_EQ(Do("PROPFIND", "/", "Depth: infinity\r\n").Count(token), 2u);
    EXPECT_EQ(Do("LOCK", "/c", "", LockInfo("exclusive")).Count("423 Locked"), 32u);
    EXPECT_EQ(Do("DELETE", "/c").Count("<D:lock-token-submitted>"), 32u);
}
