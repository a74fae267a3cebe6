/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/properties/plan.h"

#include <gtest/gtest.h>
#include <string>

namespace
{

const WeftDavInfo file_info = {12345,           784111777000000, 784111776000000,
                               {0x1a, 0x2b, 3}, FALSE,           TRUE};
const WeftDavInfo folder_info = {0, 784111777000000, 784111776000000, {1, 2, 3}, TRUE, FALSE};

/* The response for /d/NAME. */
std::string
Response(const std::string &body, const std::string &name, const WeftDavInfo &info,
         const WeftDavPropertySet *properties = nullptr, const std::string &base = "/d/")
{
    g_autoptr(GError) error = nullptr;
    g_autoptr(WeftDavPlan) plan = weft_dav_plan_for_body(body.data(), body.size(), &error);
    EXPECT_NE(plan, nullptr) << (error != nullptr ? error->message : "");
    const WeftDavResource resource = {name.data(), name.size(), &info, properties, nullptr};
    WeftBuffer begin, out;

    weft_buffer_init(&begin, 64);
    weft_buffer_init(&out, 16);
    weft_dav_plan_begin(&begin, base.data(), base.size());
    weft_dav_plan_append(plan, &out, &begin, &resource);

    std::string text((const char *)weft_buffer_bytes(&out), weft_buffer_length(&out));
    weft_buffer_clear(&begin);
    weft_buffer_clear(&out);
    return text;
}

std::string
Prop(const std::string &names)
{
    return "<D:propfind xmlns:D='DAV:' xmlns:A='http://apache.org/dav/props/' "
           "xmlns:U='urn:u'><D:prop>" +
           names + "</D:prop></D:propfind>";
}

WeftDavPropertySet *
SomeDead()
{
    WeftDavPropertySet *set = weft_dav_property_set_new();
    const WeftDavProperty color = {"urn:u", "color", "<U:color xmlns:U=\"urn:u\">red</U:color>"};
    const WeftDavProperty title = {"DAV:", "displayname",
                                   "<displayname xmlns=\"DAV:\">T</displayname>"};

    weft_dav_property_set_apply(set, &color);
    weft_dav_property_set_apply(set, &title);
    return set;
}

const char found[] = "<D:status>HTTP/1.1 200 OK</D:status></D:propstat>";
const char missing[] = "<D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>";

} // namespace

TEST(Plan, WritesTheLivePropertiesOfAFile)
{
    EXPECT_EQ(Response(Prop("<D:resourcetype/><D:getcontentlength/><D:getetag/><D:getlastmodified/>"
                            "<D:creationdate/><D:displayname/><D:getcontenttype/><A:executable/>"),
                       "a&b .txt", file_info),
              std::string("<D:response><D:href>/d/a&amp;b%20.txt</D:href><D:propstat><D:prop>"
                          "<D:resourcetype/><D:getcontentlength>12345</D:getcontentlength>"
                          "<D:getetag>\"1a-2b-3\"</D:getetag>"
                          "<D:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</D:getlastmodified>"
                          "<D:creationdate>1994-11-06T08:49:36Z</D:creationdate>"
                          "<D:displayname>a&amp;b .txt</D:displayname>"
                          "<D:getcontenttype>text/plain</D:getcontenttype>"
                          "<X:executable xmlns:X=\"http://apache.org/dav/props/\">T</X:executable>"
                          "</D:prop>") +
                  found + "</D:response>\n");
}

TEST(Plan, EndsHrefsOfCollectionsWithASlash)
{
    EXPECT_EQ(Response(Prop("<D:resourcetype/>"), "sub", folder_info),
              std::string("<D:response><D:href>/d/sub/</D:href><D:propstat><D:prop>"
                          "<D:resourcetype><D:collection/></D:resourcetype></D:prop>") +
                  found + "</D:response>\n");
    EXPECT_NE(Response(Prop("<D:resourcetype/>"), "", folder_info, nullptr, "")
                  .find("<D:href>/</D:href>"),
              std::string::npos);
}

TEST(Plan, TellsWhatIsMissingBehindWhatIsFound)
{
    EXPECT_EQ(
        Response(Prop("<U:color/><D:getetag/><D:resourcetype/><n xmlns=''/>"), "s", folder_info),
        std::string("<D:response><D:href>/d/s/</D:href><D:propstat><D:prop><D:resourcetype>"
                    "<D:collection/></D:resourcetype></D:prop>") +
            found + "<D:propstat><D:prop><X:color xmlns:X=\"urn:u\"/><D:getetag/><n/></D:prop>" +
            missing + "</D:response>\n");
}

TEST(Plan, LeavesOutAPropstatWithoutNames)
{
    EXPECT_EQ(Response(Prop("<U:color/>"), "f", file_info),
              std::string("<D:response><D:href>/d/f</D:href><D:propstat><D:prop>"
                          "<X:color xmlns:X=\"urn:u\"/></D:prop>") +
                  missing + "</D:response>\n");
    EXPECT_EQ(Response(Prop(""), "f", file_info),
              std::string("<D:response><D:href>/d/f</D:href><D:propstat><D:prop></D:prop>") +
                  found + "</D:response>\n");
}

TEST(Plan, PutsDeadPropertiesWhereTheyAreAsked)
{
    g_autoptr(WeftDavPropertySet) dead = SomeDead();

    EXPECT_EQ(Response(Prop("<D:displayname/><U:size/><U:color/><D:getcontentlength/>"), "f",
                       file_info, dead),
              std::string("<D:response><D:href>/d/f</D:href><D:propstat><D:prop>"
                          "<displayname xmlns=\"DAV:\">T</displayname>"
                          "<U:color xmlns:U=\"urn:u\">red</U:color>"
                          "<D:getcontentlength>12345</D:getcontentlength></D:prop>") +
                  found + "<D:propstat><D:prop><X:size xmlns:X=\"urn:u\"/></D:prop>" + missing +
                  "</D:response>\n");
}

TEST(Plan, AllpropIsLiveThenDead)
{
    g_autoptr(WeftDavPropertySet) dead = SomeDead();
    const std::string plain = Response("", "f", folder_info);
    const std::string full = Response("", "f", folder_info, dead);

    EXPECT_EQ(plain.find("getetag"), std::string::npos);
    EXPECT_EQ(plain.find("HTTP/1.1 404"), std::string::npos);
    EXPECT_NE(plain.find("<D:displayname>f</D:displayname>"), std::string::npos);
    EXPECT_EQ(full.find("<D:displayname>"), std::string::npos);
    EXPECT_EQ(full.find("displayname xmlns"), full.rfind("displayname xmlns"));
    EXPECT_GT(full.find("<U:color"), full.find("<D:resourcetype>"));
    EXPECT_EQ(full.find("HTTP/1.1 404"), std::string::npos);
}

TEST(Plan, AllpropWithIncludeTellsWhatIsMissing)
{
    const std::string body = "<D:propfind xmlns:D='DAV:'><D:allprop/><D:include><D:quota/>"
                             "</D:include></D:propfind>";

    EXPECT_NE(Response(body, "f", file_info)
                  .find(std::string("<D:propstat><D:prop><D:quota/></D:prop>") + missing),
              std::string::npos);
}

TEST(Plan, PropnameGivesNamesOnly)
{
    g_autoptr(WeftDavPropertySet) dead = SomeDead();
    const std::string body = "<D:propfind xmlns:D='DAV:'><D:propname/></D:propfind>";

    EXPECT_EQ(Response(body, "f", folder_info, dead),
              std::string("<D:response><D:href>/d/f/</D:href><D:propstat><D:prop><D:creationdate/>"
                          "<D:displayname/><D:getlastmodified/><D:resourcetype/>"
                          "<X:Win32LastModifiedTime xmlns:X=\"urn:schemas-microsoft-com:\"/>"
                          "<D:quota-available-bytes/><D:quota-used-bytes/><D:quota/><D:quotaused/>"
                          "<D:current-user-principal/><D:current-user-privilege-set/>"
                          "<D:lockdiscovery/><D:supportedlock/>"
                          "<X:color xmlns:X=\"urn:u\"/></D:prop>") +
                  found + "</D:response>\n");
    EXPECT_EQ(Response(body, "f", folder_info).find("HTTP/1.1 404"), std::string::npos);
}

TEST(Plan, LeavesRoomForNamesThatAreAllEscapes)
{
    const std::string name(1000, '&');

    EXPECT_GT(Response(Prop("<D:displayname/>"), name, file_info).size(), 10000u);
}

TEST(Plan, IsKeptForTheNextRequestThatAsksTheSame)
{
    const std::string body = Prop("<D:getetag/>");
    g_autoptr(WeftDavPlan) first = weft_dav_plan_for_body(body.data(), body.size(), nullptr);
    g_autoptr(WeftDavPlan) second = weft_dav_plan_for_body(body.data(), body.size(), nullptr);

    EXPECT_EQ(first, second);
    for (int i = 0; i < 20; i++) {
        const std::string other = Prop("<n" + std::to_string(i) + "/>");
        g_autoptr(WeftDavPlan) plan = weft_dav_plan_for_body(other.data(), other.size(), nullptr);

        EXPECT_NE(plan, first);
    }
    g_autoptr(WeftDavPlan) third = weft_dav_plan_for_body(body.data(), body.size(), nullptr);
    EXPECT_NE(third, first);
    EXPECT_EQ(weft_dav_plan_for_body("<x", 2, nullptr), nullptr);
}
