/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request bodies: what is accepted, what is refused and with which status, and elements that stand
 * alone.
 */
#include "webdav/xml/reader.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <weft/http.h>

namespace
{

int
StatusOf(const std::string &body)
{
    g_autoptr(GError) error = nullptr;
    g_autoptr(WeftDavXml) xml = weft_dav_xml_read(body.data(), body.size(), &error);

    EXPECT_EQ(xml == nullptr, error != nullptr);
    if (error == nullptr)
        return 0;
    if (g_error_matches(error, WEFT_DAV_XML_ERROR, WEFT_DAV_XML_ERROR_DOCTYPE))
        return 403;
    EXPECT_EQ(error->domain, WEFT_HTTP_ERROR);
    return error->code;
}

/* The first element below the root, out of its document. */
std::string
Standalone(const std::string &body)
{
    g_autoptr(GError) error = nullptr;
    g_autoptr(WeftDavXml) xml = weft_dav_xml_read(body.data(), body.size(), &error);

    EXPECT_NE(xml, nullptr) << (error != nullptr ? error->message : "");
    if (xml == nullptr)
        return "";

    g_autofree char *text =
        weft_dav_xml_element_to_string(weft_dav_xml_first_element(weft_dav_xml_root(xml)));
    EXPECT_EQ(StatusOf(text), 0) << text;
    return text;
}

std::string
Repeat(const std::string &text, int n)
{
    std::string all;

    for (int i = 0; i < n; i++)
        all += text;
    return all;
}

std::string
Utf16(const std::string &ascii, bool big_endian)
{
    std::string wide = big_endian ? std::string("\xfe\xff", 2) : std::string("\xff\xfe", 2);

    for (char byte : ascii)
        wide += big_endian ? std::string{'\0', byte} : std::string{byte, '\0'};
    return wide;
}

} // namespace

TEST(XmlReader, ReadsABodyThatComesAgainAsTheFirstTime)
{
    const std::string body = "<D:p xmlns:D='DAV:' xml:lang='de'><D:a>1</D:a></D:p>";
    const std::string other = "<D:p xmlns:D='DAV:' xml:lang='de'><D:a>2</D:a></D:p>";
    g_autoptr(WeftDavXml) second = nullptr;

    for (int i = 0; i < 4; i++) {
        std::string scratch = body;
        g_autoptr(WeftDavXml) xml = weft_dav_xml_read(scratch.data(), scratch.size(), nullptr);
        ASSERT_NE(xml, nullptr);
        std::fill(scratch.begin(), scratch.end(), 'x');
        if (i == 1)
            second = weft_dav_xml_ref(xml);
        EXPECT_EQ(Standalone(body), "<D:a xmlns:D=\"DAV:\" xml:lang=\"de\">1</D:a>");
        EXPECT_EQ(Standalone(other), "<D:a xmlns:D=\"DAV:\" xml:lang=\"de\">2</D:a>");
        EXPECT_EQ(StatusOf("<a>"), 400);
    }
    /* Others in between, more than are kept. */
    for (int i = 0; i < 200; i++)
        for (int n = 0; n < 2; n++)
            EXPECT_EQ(StatusOf("<n" + std::to_string(i) + "/>"), 0);
    EXPECT_STREQ(weft_dav_xml_first_element(weft_dav_xml_root(second))->first_child->text, "1");
}

TEST(XmlReader, KeepsNamesNamespacesAttributesAndText)
{
    const std::string body = "<a:x xmlns:a='DAV:' xmlns='urn:y'><y k='1 &amp; &#50;' a:k='2'>t&lt;"
                             "<![CDATA[<&]]></y></a:x>";
    g_autoptr(WeftDavXml) xml = weft_dav_xml_read(body.data(), body.size(), nullptr);
    ASSERT_NE(xml, nullptr);

    const WeftDavXmlNode *root = weft_dav_xml_root(xml);
    EXPECT_TRUE(weft_dav_xml_is(root, "DAV:", "x"));
    const WeftDavXmlNode *y = weft_dav_xml_find(root, "urn:y", "y");
    ASSERT_NE(y, nullptr);
    ASSERT_EQ(y->n_attributes, 2u);
    EXPECT_STREQ(y->attributes[0].value, "1 & 2");
    EXPECT_STREQ(y->attributes[0].ns, "");
    EXPECT_STREQ(y->attributes[1].ns, "DAV:");
    EXPECT_STREQ(y->first_child->text, "t<<&");
    EXPECT_EQ(weft_dav_xml_next_element(y), nullptr);
}

TEST(XmlReader, RefusesEveryDoctype)
{
    EXPECT_EQ(StatusOf("<!DOCTYPE x><x/>"), 403);
    EXPECT_EQ(StatusOf("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>"), 403);
    EXPECT_EQ(StatusOf("<!DOCTYPE x [<!ENTITY e 'v'>]><x>&e;</x>"), 403);
    EXPECT_EQ(StatusOf("<!DOCTYPE x [<!ATTLIST x a CDATA 'v'>]><x/>"), 403);
}

TEST(XmlReader, RefusesWhatIsNotWellFormed)
{
    for (const char *body : {"", " ", "x", "<", "<x", "<x>", "<x></y>", "<x/><x/>", "<x a=1/>",
                             "<x a='1' a='2'/>", "<x>&e;</x>", "<x>&#0;</x>", "<x>\x01</x>",
                             "<x>]]></x>", "<x><!-- -- --></x>", "<x/>junk"})
        EXPECT_EQ(StatusOf(body), 400) << body;
    EXPECT_EQ(StatusOf(std::string("<x>\0</x>", 8)), 400);
    EXPECT_EQ(StatusOf("<x>\xff</x>"), 400);
}

TEST(XmlReader, RefusesBadNamespaces)
{
    EXPECT_EQ(StatusOf("<p:x/>"), 400);
    EXPECT_EQ(StatusOf("<x p:a='1'/>"), 400);
    EXPECT_EQ(StatusOf("<x xmlns:p=''/>"), 400);
    EXPECT_EQ(StatusOf("<D:propfind xmlns:D='DAV:'><D:prop><bar:foo xmlns:bar=''/></D:prop>"
                       "</D:propfind>"),
              400);
    EXPECT_EQ(StatusOf("<x xmlns:a='u' xmlns:b='u' a:k='' b:k=''/>"), 400);
}

TEST(XmlReader, BoundsSizeDepthElementsAttributesAndNamespaces)
{
    EXPECT_EQ(StatusOf("<x>" + std::string(255 * 1024, 'a') + "</x>"), 0);
    EXPECT_EQ(StatusOf("<x>" + std::string(256 * 1024, 'a') + "</x>"), 413);
    EXPECT_EQ(StatusOf(Repeat("<x>", 64) + Repeat("</x>", 64)), 0);
    EXPECT_EQ(StatusOf(Repeat("<x>", 65) + Repeat("</x>", 65)), 413);
    EXPECT_EQ(StatusOf("<x>" + Repeat("<y/>", 999) + "</x>"), 0);
    EXPECT_EQ(StatusOf("<x>" + Repeat("<y/>", 1000) + "</x>"), 413);
    EXPECT_EQ(StatusOf("<x>" + Repeat("a<!---->", 20000) + "</x>"), 413);
    EXPECT_EQ(StatusOf("<" + std::string(2000, 'n') + "/>"), 413);

    std::string attributes, namespaces;
    for (int i = 0; i < 64; i++) {
        attributes += " a" + std::to_string(i) + "='" + std::to_string(i) + "'";
        namespaces += " xmlns:n" + std::to_string(i) + "='u'";
    }
    EXPECT_EQ(StatusOf("<x" + attributes + namespaces + "/>"), 0);
    EXPECT_EQ(StatusOf("<x" + attributes + " b=''/>"), 413);
    EXPECT_EQ(StatusOf("<x" + namespaces + " xmlns:m='u'/>"), 413);
    EXPECT_EQ(StatusOf("<x>" + Repeat("<x" + namespaces + "/>", 5) + "</x>"), 413);
}

TEST(XmlReader, RefusesALongListOfAttributesBeforeItIsCompared)
{
    std::string bomb = "<x";

    for (int i = 0; bomb.size() < 250 * 1024; i++)
        bomb += " a" + std::to_string(i) + "=''";
    EXPECT_EQ(StatusOf(bomb + "/>"), 413);
    /* Hidden behind what looks like the end of a tag. */
    EXPECT_EQ(StatusOf("<x b='>'" + bomb.substr(2) + "/>"), 413);
    EXPECT_EQ(StatusOf("<!-- > --><y>" + bomb + "/></y>"), 413);
    /* Equals signs elsewhere are no attributes. */
    EXPECT_EQ(StatusOf("<x a='" + std::string(1000, '=') + "'>" + std::string(1000, '=') +
                       "<![CDATA[" + std::string(1000, '=') + "]]></x>"),
              0);
}

TEST(XmlReader, ReadsUtf16AndRefusesUnknownEncodings)
{
    EXPECT_EQ(StatusOf(Utf16("<?xml version='1.0' encoding='utf-16'?><x>a</x>", true)), 0);
    EXPECT_EQ(StatusOf(Utf16("<x>a</x>", false)), 0);
    EXPECT_EQ(StatusOf(Utf16("<x>a</x>", false).substr(2)), 0);
    EXPECT_EQ(StatusOf(Utf16("<x/>", true) + "x"), 400);
    EXPECT_EQ(StatusOf("\xef\xbb\xbf<x/>"), 0);
    EXPECT_EQ(StatusOf("<?xml version='1.0' encoding='UTF-8'?><x/>"), 0);
    EXPECT_EQ(StatusOf("<?xml version='1.0' encoding='Shift_JIS'?><x/>"), 415);
    EXPECT_EQ(Standalone("<?xml version='1.0' encoding='ISO-8859-1'?><x><y>\xe9</y></x>"),
              "<y>\xc3\xa9</y>");
}

TEST(XmlReader, StandaloneElementTakesTheNamespacesItNeeds)
{
    EXPECT_EQ(Standalone("<D:p xmlns:D='DAV:' xmlns:X='urn:x' xmlns:Z='urn:z'><X:a><X:b/></X:a>"
                         "</D:p>"),
              "<X:a xmlns:X=\"urn:x\"><X:b/></X:a>");
    EXPECT_EQ(Standalone("<p xmlns='DAV:'><a/></p>"), "<a xmlns=\"DAV:\"/>");
    EXPECT_EQ(Standalone("<p xmlns='DAV:'><a xmlns=''><b/></a></p>"), "<a xmlns=\"\"><b/></a>");
    EXPECT_EQ(Standalone("<X:p xmlns:X='urn:outer'><X:a xmlns:X='urn:inner'/></X:p>"),
              "<X:a xmlns:X=\"urn:inner\"/>");
    EXPECT_EQ(Standalone("<p xmlns:X='urn:x'><a X:k='v'/></p>"),
              "<a xmlns:X=\"urn:x\" X:k=\"v\"/>");
}

TEST(XmlReader, StandaloneElementKeepsNamespacesThatItsTextMayMean)
{
    EXPECT_EQ(Standalone("<p xmlns:xs='urn:xs' xmlns:n='urn:n'><a k='n:x'>xs:int</a></p>"),
              "<a xmlns:xs=\"urn:xs\" xmlns:n=\"urn:n\" k=\"n:x\">xs:int</a>");
}

TEST(XmlReader, NamespaceNamesMayHoldAmpersands)
{
    EXPECT_EQ(Standalone("<p xmlns:u='urn:a&amp;b'><u:a u:k=''/></p>"),
              "<u:a xmlns:u=\"urn:a&amp;b\" u:k=\"\"/>");
}

TEST(XmlReader, StandaloneElementInheritsItsLanguage)
{
    EXPECT_EQ(Standalone("<p xml:lang='en'><a>x</a></p>"), "<a xml:lang=\"en\">x</a>");
    EXPECT_EQ(Standalone("<p xml:lang='en'><a xml:lang='de'>x</a></p>"),
              "<a xml:lang=\"de\">x</a>");
}

TEST(XmlReader, StandaloneElementKeepsItsContentAsItIs)
{
    EXPECT_EQ(Standalone("<p><a> x\n<b/>y<!-- c --><?pi d?><![CDATA[<&>]]> </a></p>"),
              "<a> x\n<b/>y<!-- c --><?pi d?>&lt;&amp;&gt; </a>");
    EXPECT_EQ(Standalone("<p><a>\xf0\x9f\x98\x80&#x10000;&#13;</a></p>"),
              "<a>\xf0\x9f\x98\x80\xf0\x90\x80\x80&#13;</a>");
    EXPECT_EQ(Standalone("<p><a k='&quot;&#10;&lt;&amp;amp;'/></p>"),
              "<a k=\"&quot;&#10;&lt;&amp;amp;\"/>");
    EXPECT_EQ(Standalone("<p><a>one</a>two</p>"), "<a>one</a>");
}
