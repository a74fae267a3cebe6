/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/xml/writer.h"

#include <gtest/gtest.h>
#include <string>

namespace
{

template <typename Put>
std::string
Written(Put put, const std::string &text)
{
    std::string out(text.size() * WEFT_DAV_XML_MAX_ESCAPE_BYTES, '?');

    out.resize(put(&out[0], text.data(), text.size()) - &out[0]);
    return out;
}

} // namespace

TEST(XmlWriter, EscapesText)
{
    EXPECT_EQ(Written(weft_dav_xml_put_text, ""), "");
    EXPECT_EQ(Written(weft_dav_xml_put_text, "a<b>&\"'\r\n\t"), "a&lt;b&gt;&amp;\"'&#13;\n\t");
}

TEST(XmlWriter, EscapesAttributes)
{
    EXPECT_EQ(Written(weft_dav_xml_put_attribute, "a<\"'>&\r\n\t"),
              "a&lt;&quot;'>&amp;&#13;&#10;&#9;");
}

TEST(XmlWriter, ReplacesWhatXmlCannotHold)
{
    EXPECT_EQ(Written(weft_dav_xml_put_text, "a\x01z"), "a\xef\xbf\xbdz");
    EXPECT_EQ(Written(weft_dav_xml_put_text, "a\xef\xbf\xbe\xef\xbf\xbfz"),
              "a\xef\xbf\xbd\xef\xbf\xbdz");
    /* Neighbours of U+FFFE, and a character cut short. */
    EXPECT_EQ(Written(weft_dav_xml_put_text, "\xef\xbf\xbd\xef\xbc\xa1"),
              "\xef\xbf\xbd\xef\xbc\xa1");
    EXPECT_EQ(Written(weft_dav_xml_put_text, "a\xef\xbf"), "a\xef\xbf");
    EXPECT_EQ(Written(weft_dav_xml_put_text, "\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
}

TEST(XmlWriter, EncodesInPathsOnlyWhatRfc3986AsksFor)
{
    const std::string plain = "/azAZ09-._~!$'()*+,;=:@";

    EXPECT_EQ(Written(weft_dav_xml_put_href, plain), plain);
    EXPECT_EQ(Written(weft_dav_xml_put_path, plain + "&"), plain + "&");
    EXPECT_EQ(Written(weft_dav_xml_put_href, "a&b"), "a&amp;b");
    EXPECT_EQ(Written(weft_dav_xml_put_href, " \"#%<>?[\\]^`{|}\x7f\x01"),
              "%20%22%23%25%3C%3E%3F%5B%5C%5D%5E%60%7B%7C%7D%7F%01");
    EXPECT_EQ(Written(weft_dav_xml_put_href, "\xc3\xa9\xef\xbf\xbf"), "%C3%A9%EF%BF%BF");
}

TEST(XmlWriter, AppendsToABufferThatGrows)
{
    WeftBuffer buffer;
    const std::string text(1000, '<');

    weft_buffer_init(&buffer, 16);
    weft_dav_xml_append_text(&buffer, text.data(), text.size());
    weft_dav_xml_append_href(&buffer, "/ ", 2);
    EXPECT_EQ(weft_buffer_length(&buffer), 4 * text.size() + 4);
    weft_buffer_clear(&buffer);
}
