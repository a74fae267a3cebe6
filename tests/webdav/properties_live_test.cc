/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/properties/live.h"

#include <gtest/gtest.h>
#include <string>

#include "webdav/properties/content_type.h"

namespace
{

std::string
TypeOf(const std::string &name)
{
    size_t length = 0;
    const char *type = weft_dav_content_type(name.data(), name.size(), &length);

    EXPECT_EQ(strlen(type), length);
    return type;
}

} // namespace

TEST(ContentType, IsToldByTheEndOfTheName)
{
    EXPECT_EQ(TypeOf("a.txt"), "text/plain");
    EXPECT_EQ(TypeOf("a.b.JPG"), "image/jpeg");
    EXPECT_EQ(TypeOf("a.7z"), "application/x-7z-compressed");
    EXPECT_EQ(TypeOf("a.zst"), "application/zstd");
    EXPECT_EQ(TypeOf("a.odt"), "application/vnd.oasis.opendocument.text");
}

TEST(ContentType, IsUnknownOtherwise)
{
    for (const char *name :
         {"", "a", ".", "a.", ".txt", "a.unknown", "txt", "a.txt.verylongextension"})
        EXPECT_EQ(TypeOf(name), "application/octet-stream") << name;
}

TEST(Live, ProtectsWhatClientsCannotSet)
{
    EXPECT_TRUE(weft_dav_live_is_protected("DAV:", "getetag"));
    EXPECT_TRUE(weft_dav_live_is_protected("DAV:", "lockdiscovery"));
    EXPECT_FALSE(weft_dav_live_is_protected("http://apache.org/dav/props/", "executable"));
    EXPECT_FALSE(weft_dav_live_is_protected("DAV:", "getlastmodified"));
    EXPECT_TRUE(weft_dav_live_is_protected("DAV:", "quota-used-bytes"));
    EXPECT_FALSE(weft_dav_live_is_protected("DAV:", "displayname"));
    EXPECT_FALSE(weft_dav_live_is_protected("DAV:", "getcontentlanguage"));
    EXPECT_FALSE(weft_dav_live_is_protected("urn:x", "getetag"));
}

TEST(Live, KnowsWhatCollectionsLack)
{
    EXPECT_TRUE(weft_dav_live_is_on(weft_dav_live_find("DAV:", "getetag"), FALSE));
    EXPECT_FALSE(weft_dav_live_is_on(weft_dav_live_find("DAV:", "getetag"), TRUE));
    EXPECT_TRUE(weft_dav_live_is_on(weft_dav_live_find("DAV:", "resourcetype"), TRUE));
    EXPECT_FALSE(weft_dav_live_is_on(weft_dav_live_find("DAV:", "quota"), FALSE));
    EXPECT_TRUE(weft_dav_live_is_on(weft_dav_live_find("DAV:", "supportedlock"), FALSE));
}
