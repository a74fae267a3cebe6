/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What desktop and sync clients need beyond the letter of RFC 4918: times that stick, properties of
 * Windows, room, rights, collections with properties.
 */
#include "dav_client.h"

using namespace weft_test;

namespace
{

class ClientNeeds : public DavTest
{
  protected:
    Answer Propfind(const std::string &path, const std::string &names,
                    const std::string &depth = "0") const
    {
        return Do("PROPFIND", path, "Depth: " + depth + "\r\n",
                  "<D:propfind xmlns:D='DAV:' xmlns:Z='urn:schemas-microsoft-com:' "
                  "xmlns:A='http://apache.org/dav/props/'><D:prop>" +
                      names + "</D:prop></D:propfind>");
    }

    Answer Proppatch(const std::string &path, const std::string &props,
                     const std::string &instruction = "set") const
    {
        return Do("PROPPATCH", path, "",
                  "<D:propertyupdate xmlns:D='DAV:' xmlns:Z='urn:schemas-microsoft-com:' "
                  "xmlns:A='http://apache.org/dav/props/'><D:" +
                      instruction + "><D:prop>" + props + "</D:prop></D:" + instruction +
                      "></D:propertyupdate>");
    }
};

const char modified[] = "Fri, 13 Feb 2009 23:31:30 GMT"; /* 1234567890 */

/* The sequence of the Windows redirector, on files and on folders. */
TEST_P(ClientNeeds, WindowsPropertiesAreSetAndReadBack)
{
    Do("PUT", "/f", "", "abc");
    Do("MKCOL", "/d");
    for (const char *path : {"/f", "/d", "/d/"}) {
        const Answer set = Proppatch(
            path, "<Z:Win32CreationTime>Thu, 01 Jan 2004 10:00:00 GMT</Z:Win32CreationTime>"
                  "<Z:Win32LastAccessTime>Fri, 02 Jan 2004 10:00:00 GMT</Z:Win32LastAccessTime>"
                  "<Z:Win32LastModifiedTime>" +
                      std::string(modified) +
                      "</Z:Win32LastModifiedTime>"
                      "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>");
        EXPECT_EQ(set.status, 207) << path;
        EXPECT_EQ(set.Count("HTTP/1.1 200 OK"), 1u) << set.body;
        EXPECT_EQ(set.Count("<D:propstat>"), 1u) << set.body;

        const Answer got = Propfind(path, "<Z:Win32CreationTime/><Z:Win32LastAccessTime/>"
                                          "<Z:Win32LastModifiedTime/><Z:Win32FileAttributes/>"
                                          "<D:getlastmodified/>");
        EXPECT_TRUE(got.Has("Thu, 01 Jan 2004 10:00:00 GMT</")) << got.body;
        EXPECT_TRUE(got.Has("Fri, 02 Jan 2004 10:00:00 GMT</")) << got.body;
        EXPECT_EQ(got.Count(modified), 2u) << got.body;
        EXPECT_TRUE(got.Has(">00000020</")) << got.body;
        EXPECT_FALSE(got.Has("HTTP/1.1 404")) << got.body;
    }
    EXPECT_EQ(Get("/f"), "abc");
}

TEST_P(ClientNeeds, LastModifiedIsSet)
{
    Do("PUT", "/f", "", "abc");
    EXPECT_TRUE(
        Proppatch("/f", "<D:getlastmodified>" + std::string(modified) + "</D:getlastmodified>")
            .Has("200 OK"));
    EXPECT_EQ(Do("HEAD", "/f").Field("Last-Modified"), modified);
    EXPECT_TRUE(Proppatch("/f", "<D:lastmodified>86400</D:lastmodified>").Has("200 OK"));
    EXPECT_EQ(Do("HEAD", "/f").Field("Last-Modified"), "Fri, 02 Jan 1970 00:00:00 GMT");
}

TEST_P(ClientNeeds, ValuesThatAreNoneChangeNothing)
{
    Do("PUT", "/f", "", "abc");
    const std::string before = Do("HEAD", "/f").Field("ETag");
    const Answer answer = Proppatch("/f", "<D:getlastmodified>yesterday</D:getlastmodified>"
                                          "<A:executable>T</A:executable><Z:color>red</Z:color>"
                                          "<D:getetag>x</D:getetag>");

    EXPECT_EQ(answer.status, 207);
    EXPECT_TRUE(answer.Has("<D:getlastmodified/></D:prop><D:status>HTTP/1.1 409")) << answer.body;
    EXPECT_TRUE(answer.Has("HTTP/1.1 424 Failed Dependency")) << answer.body;
    EXPECT_TRUE(answer.Has("<D:cannot-modify-protected-property/>")) << answer.body;
    EXPECT_FALSE(answer.Has("200 OK")) << answer.body;
    EXPECT_EQ(Do("HEAD", "/f").Field("ETag"), before);
    EXPECT_TRUE(Propfind("/f", "<A:executable/><Z:color/>").Has(">F</"));
    EXPECT_TRUE(Proppatch("/f", "<D:getlastmodified/>", "remove").Has("HTTP/1.1 403"));
    EXPECT_TRUE(Proppatch("/f", "<D:creationdate>2004-01-01T00:00:00Z</D:creationdate>")
                    .Has("HTTP/1.1 403"));
}

TEST_P(ClientNeeds, ExecutableIsWrittenAndRead)
{
    Do("PUT", "/f", "", "abc");
    EXPECT_TRUE(Propfind("/f", "<A:executable/>").Has(">F</X:executable>"));
    EXPECT_TRUE(Proppatch("/f", "<A:executable>T</A:executable>").Has("200 OK"));
    EXPECT_TRUE(Propfind("/f", "<A:executable/>").Has(">T</X:executable>"));
    EXPECT_TRUE(Proppatch("/f", "<A:executable>F</A:executable>").Has("200 OK"));
    EXPECT_TRUE(Propfind("/f", "<A:executable/>").Has(">F</X:executable>"));
    EXPECT_TRUE(Proppatch("/f", "<A:executable>maybe</A:executable>").Has("HTTP/1.1 409"));

    Do("MKCOL", "/d");
    EXPECT_TRUE(Proppatch("/d", "<A:executable>F</A:executable>").Has("HTTP/1.1 403"));
    EXPECT_EQ(Do("PUT", "/d/f", "", "x").status, 201);
}

TEST_P(ClientNeeds, UploadsAndCollectionsKeepTheTimeTheyAreGiven)
{
    const Answer put = Do("PUT", "/f", "X-OC-Mtime: 1234567890\r\n", "abc");
    EXPECT_EQ(put.status, 201);
    EXPECT_EQ(put.Field("X-OC-Mtime"), "accepted");
    const Answer head = Do("HEAD", "/f");
    EXPECT_EQ(head.Field("Last-Modified"), modified);
    EXPECT_EQ(head.Field("ETag"), put.Field("ETag"));

    const Answer again = Do("PUT", "/f", "X-OC-Mtime: 1234567890.75\r\n", "abd");
    EXPECT_EQ(again.status, 204);
    EXPECT_EQ(Do("HEAD", "/f").Field("Last-Modified"), modified);
    EXPECT_NE(again.Field("ETag"), put.Field("ETag"));

    const Answer made = Do("MKCOL", "/d", "X-OC-Mtime: 1234567890\r\n");
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.Field("X-OC-Mtime"), "accepted");
    EXPECT_TRUE(Propfind("/d", "<D:getlastmodified/>").Has(modified));

    EXPECT_EQ(Do("PUT", "/g", "X-OC-Mtime: soon\r\n", "x").status, 400);
    EXPECT_EQ(Do("MKCOL", "/e", "X-OC-Mtime: 1e9\r\n").status, 400);
    EXPECT_EQ(Get("/g"), "404");
    EXPECT_EQ(Do("PUT", "/plain", "", "x").Field("X-OC-Mtime"), "");
}

TEST_P(ClientNeeds, RoomIsToldWhenAskedByName)
{
    Do("MKCOL", "/d");
    Do("PUT", "/d/f", "", "abc");
    const Answer got = Propfind("/d", "<D:quota-available-bytes/><D:quota-used-bytes/>"
                                      "<D:quota/><D:quotaused/>");

    EXPECT_EQ(got.status, 207);
    EXPECT_FALSE(got.Has("HTTP/1.1 404")) << got.body;
    EXPECT_FALSE(got.Has("<D:quota-available-bytes>0<")) << got.body;
    EXPECT_TRUE(got.Has("</D:quota-used-bytes>")) << got.body;
    EXPECT_TRUE(got.Has("</D:quota>")) << got.body;
    EXPECT_TRUE(Propfind("/d/f", "<D:quota-used-bytes/>").Has("HTTP/1.1 404"));
    /* RFC 4331 2: computing it may be dear, so allprop leaves it out. */
    EXPECT_FALSE(Do("PROPFIND", "/d", "Depth: 1\r\n").Has("quota"));
    EXPECT_TRUE(Proppatch("/d", "<D:quota-used-bytes>1</D:quota-used-bytes>").Has("HTTP/1.1 403"));
}

TEST_P(ClientNeeds, UserAndPrivilegesAreTold)
{
    Do("MKCOL", "/d");
    Do("PUT", "/d/f", "", "abc");
    const std::string names = "<D:current-user-principal/><D:current-user-privilege-set/>";
    const Answer got = Propfind("/d", names, "1");

    EXPECT_EQ(got.Count("<D:current-user-principal><D:unauthenticated/>"), 2u) << got.body;
    EXPECT_EQ(got.Count("<D:privilege><D:read/></D:privilege>"), 2u) << got.body;
    EXPECT_EQ(got.Count("<D:privilege><D:write/></D:privilege>"), 2u) << got.body;
    EXPECT_EQ(got.Count("<D:privilege><D:bind/></D:privilege>"), 1u) << got.body;

    WeftDavOptions options = weft_dav_options_default();
    options.read_only = TRUE;
    Serve(options);
    const Answer read_only = Propfind("/", names);
    EXPECT_TRUE(read_only.Has("<D:read/>")) << read_only.body;
    EXPECT_FALSE(read_only.Has("<D:write")) << read_only.body;
}

/* Values without bound stand between others, for files with and without dead properties. */
TEST_P(ClientNeeds, LongAndShortValuesStandInTheirPlaces)
{
    const std::string names = "<D:getcontentlength/><D:current-user-privilege-set/>"
                              "<D:displayname/><D:current-user-principal/><D:getcontenttype/>";

    Do("PUT", "/f", "", "abc");
    const std::string plain = Propfind("/f", names).body;
    Proppatch("/f", "<Z:color>red</Z:color>");
    EXPECT_EQ(Propfind("/f", names).body, plain);
    EXPECT_NE(plain.find("<D:getcontentlength>3</D:getcontentlength><D:current-user-privilege-set>"
                         "<D:privilege>"),
              std::string::npos)
        << plain;
    EXPECT_NE(plain.find("</D:current-user-privilege-set><D:displayname>f</D:displayname>"),
              std::string::npos)
        << plain;
}

/* ---- extended MKCOL (RFC 5689) ---- */

std::string
Mkcol(const std::string &props)
{
    return "<D:mkcol xmlns:D='DAV:' xmlns:U='urn:u'><D:set><D:prop>" + props +
           "</D:prop></D:set></D:mkcol>";
}

const char collection_type[] = "<D:resourcetype><D:collection/></D:resourcetype>";

TEST_P(ClientNeeds, CollectionsAreMadeWithProperties)
{
    const Answer made =
        Do("MKCOL", "/d", "Content-Type: application/xml\r\n",
           Mkcol(std::string(collection_type) + "<D:displayname>Déjà 😀</D:displayname>"
                                                "<U:color>red</U:color>"));

    EXPECT_EQ(made.status, 201) << made.body;
    const Answer got = Propfind("/d", "<D:displayname/><D:resourcetype/>");
    EXPECT_TRUE(got.Has("Déjà 😀")) << got.body;
    EXPECT_TRUE(got.Has("<D:collection/>"));
    EXPECT_EQ(Do("MKCOL", "/d", "", Mkcol(collection_type)).status, 405);
    EXPECT_EQ(Do("MKCOL", "/no/d", "", Mkcol(collection_type)).status, 409);
}

TEST_P(ClientNeeds, CollectionsOfAnotherKindAreNotMade)
{
    const Answer refused =
        Do("MKCOL", "/d", "",
           Mkcol("<D:resourcetype><D:collection/><U:calendar/></D:resourcetype><U:c>red</U:c>"));

    EXPECT_EQ(refused.status, 403);
    EXPECT_TRUE(refused.Has("<D:mkcol-response xmlns:D=\"DAV:\">")) << refused.body;
    EXPECT_TRUE(refused.Has("<D:error><D:valid-resourcetype/></D:error>")) << refused.body;
    EXPECT_TRUE(refused.Has("HTTP/1.1 424")) << refused.body;
    EXPECT_EQ(Do("PROPFIND", "/d", "Depth: 0\r\n").status, 404);
    EXPECT_EQ(Do("MKCOL", "/d", "", Mkcol("<D:getetag>x</D:getetag>")).status, 403);
    EXPECT_EQ(Do("PROPFIND", "/d", "Depth: 0\r\n").status, 404);
}

TEST_P(ClientNeeds, MkcolRefusesBodiesItDoesNotKnow)
{
    EXPECT_EQ(Do("MKCOL", "/d", "Content-Type: text/plain\r\n", "hello").status, 415);
    EXPECT_EQ(Do("MKCOL", "/d", "", "<other/>").status, 415);
    EXPECT_EQ(Do("MKCOL", "/d", "Content-Type: application/xml\r\n", "<D:mkcol").status, 400);
    EXPECT_EQ(Do("MKCOL", "/d", "Content-Length: 0\r\n").status, 201);
}

WEFT_DAV_ON_BOTH_STORES(ClientNeeds);

} // namespace
