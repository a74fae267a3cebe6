/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/properties/query.h"

#include <gtest/gtest.h>
#include <string>
#include <weft/http.h>

namespace
{

WeftDavQuery *
Read(const std::string &inside, GError **error)
{
    const std::string body =
        "<D:propfind xmlns:D='DAV:' xmlns:X='urn:x'>" + inside + "</D:propfind>";

    return weft_dav_query_read(body.data(), body.size(), error);
}

} // namespace

TEST(Query, NoBodyMeansAllprop)
{
    g_autoptr(WeftDavQuery) query = weft_dav_query_read("", 0, nullptr);

    ASSERT_NE(query, nullptr);
    EXPECT_EQ(query->kind, WEFT_DAV_QUERY_ALLPROP);
    EXPECT_TRUE(weft_dav_query_needs_dead(query));
}

TEST(Query, PropNamesWhatIsAskedInOrder)
{
    g_autoptr(WeftDavQuery) query =
        Read("<D:prop><D:getetag/><X:a/><D:getetag/><D:resourcetype/></D:prop>", nullptr);

    ASSERT_NE(query, nullptr);
    EXPECT_EQ(query->kind, WEFT_DAV_QUERY_PROP);
    ASSERT_EQ(query->asked->len, 3u);
    EXPECT_STREQ(g_array_index(query->asked, WeftDavAsked, 1).ns, "urn:x");
    EXPECT_EQ(g_array_index(query->asked, WeftDavAsked, 1).live, nullptr);
    EXPECT_STREQ(g_array_index(query->asked, WeftDavAsked, 2).live->name, "resourcetype");
}

TEST(Query, DeadPropertiesAreNeededOnlyWhereTheyCanAnswer)
{
    g_autoptr(WeftDavQuery) live =
        Read("<D:prop><D:getetag/><D:getcontentlength/></D:prop>", nullptr);
    g_autoptr(WeftDavQuery) settable = Read("<D:prop><D:displayname/></D:prop>", nullptr);
    g_autoptr(WeftDavQuery) dead = Read("<D:prop><X:a/></D:prop>", nullptr);

    EXPECT_FALSE(weft_dav_query_needs_dead(live));
    EXPECT_TRUE(weft_dav_query_needs_dead(settable));
    EXPECT_TRUE(weft_dav_query_needs_dead(dead));
}

TEST(Query, AllpropTakesInclude)
{
    g_autoptr(WeftDavQuery) query =
        Read("<D:allprop/><D:include><D:supportedlock/><D:getetag/><X:a/></D:include>", nullptr);

    ASSERT_NE(query, nullptr);
    EXPECT_EQ(query->kind, WEFT_DAV_QUERY_ALLPROP);
    EXPECT_STREQ(g_array_index(query->asked, WeftDavAsked, query->asked->len - 1).name, "a");
}

TEST(Query, PassesOverUnknownElements)
{
    g_autoptr(WeftDavQuery) query = Read("<X:new/><D:propname/>", nullptr);

    ASSERT_NE(query, nullptr);
    EXPECT_EQ(query->kind, WEFT_DAV_QUERY_PROPNAME);
}

TEST(Query, RefusesBodiesThatSayNothing)
{
    for (const char *inside : {"", "<X:prop/>", "<D:prop/><D:propname/>", "<D:allprop/><D:prop/>",
                               "<D:prop/><D:include/>"}) {
        g_autoptr(GError) error = nullptr;

        EXPECT_EQ(Read(inside, &error), nullptr) << inside;
        EXPECT_EQ(error->code, 400);
    }

    g_autoptr(GError) error = nullptr;
    const std::string other = "<propfind><prop/></propfind>";
    EXPECT_EQ(weft_dav_query_read(other.data(), other.size(), &error), nullptr);
    EXPECT_EQ(error->code, 400);
}
