/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scanners: each at its ends, on what it must not take, and within the length it was given.
 */

#include <weft/scan.h>

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace
{

unsigned
expected_classes(int byte)
{
    bool alpha = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    bool digit = byte >= '0' && byte <= '9';
    auto in = [byte](const char *set) { return byte != 0 && std::strchr(set, byte) != nullptr; };
    unsigned classes = 0;

    if (alpha || digit || (byte < 0x80 && in("!#$%&'*+-.^_`|~")))
        classes |= WEFT_BYTE_TOKEN;
    if (digit)
        classes |= WEFT_BYTE_DIGIT;
    if (digit || (byte < 0x80 && in("abcdefABCDEF")))
        classes |= WEFT_BYTE_HEX;
    if (byte == '\t' || (byte >= 0x20 && byte != 0x7f))
        classes |= WEFT_BYTE_FIELD;
    if (byte > 0x20 && byte < 0x7f)
        classes |= WEFT_BYTE_VISIBLE;
    if (alpha || digit || (byte < 0x80 && in("-._~")))
        classes |= WEFT_BYTE_UNRESERVED;
    if (byte < 0x80 && in("!$&'()*+,;="))
        classes |= WEFT_BYTE_SUB_DELIM;
    if (alpha)
        classes |= WEFT_BYTE_ALPHA;
    return classes;
}

std::vector<std::string>
list_of(const std::string &text)
{
    const char *list = text.data();
    size_t length = text.size();
    const char *item;
    size_t item_length;
    std::vector<std::string> items;

    while (weft_scan_list_next(&list, &length, &item, &item_length))
        items.emplace_back(item, item_length);
    return items;
}

} // namespace

TEST(Scan, TheTableOfClassesSaysWhatTheRfcsSay)
{
    for (int byte = 0; byte < 256; byte++)
        EXPECT_EQ(weft_byte_classes[byte], expected_classes(byte)) << "byte " << byte;
}

TEST(Scan, HexDigitsHaveTheirValues)
{
    EXPECT_EQ(weft_byte_hex_value('0'), 0);
    EXPECT_EQ(weft_byte_hex_value('9'), 9);
    EXPECT_EQ(weft_byte_hex_value('a'), 10);
    EXPECT_EQ(weft_byte_hex_value('F'), 15);
    for (char byte : {'g', 'G', '@', '/', ':', '`', '\0', '\xff'})
        EXPECT_EQ(weft_byte_hex_value(byte), -1) << byte;
}

TEST(Scan, DecimalStopsAtTheLengthAndSaturates)
{
    uint64_t value = 7;

    EXPECT_EQ(weft_scan_decimal("123", 2, &value), 2u);
    EXPECT_EQ(value, 12u);
    EXPECT_EQ(weft_scan_decimal("42x", 3, &value), 2u);
    EXPECT_EQ(value, 42u);
    EXPECT_EQ(weft_scan_decimal("18446744073709551615", 20, &value), 20u);
    EXPECT_EQ(value, UINT64_MAX);
    EXPECT_EQ(weft_scan_decimal("18446744073709551616", 20, &value), 20u);
    EXPECT_EQ(value, UINT64_MAX);
    EXPECT_EQ(weft_scan_decimal("99999999999999999999999", 23, &value), 23u);
    EXPECT_EQ(value, UINT64_MAX);

    value = 7;
    for (const char *text : {"", "+1", "-1", " 1", "x"})
        EXPECT_EQ(weft_scan_decimal(text, strlen(text), &value), 0u) << text;
    EXPECT_EQ(value, 7u);
}

TEST(Scan, HexStopsAtTheLengthAndSaturates)
{
    uint64_t value = 7;

    EXPECT_EQ(weft_scan_hex("1fG", 3, &value), 2u);
    EXPECT_EQ(value, 0x1fu);
    EXPECT_EQ(weft_scan_hex("ffffffffffffffff", 16, &value), 16u);
    EXPECT_EQ(value, UINT64_MAX);
    EXPECT_EQ(weft_scan_hex("10000000000000000", 17, &value), 17u);
    EXPECT_EQ(value, UINT64_MAX);
    EXPECT_EQ(weft_scan_hex("0x1", 3, &value), 1u);
    EXPECT_EQ(weft_scan_hex("x1", 2, &value), 0u);
}

TEST(Scan, FieldValueEndsAtTheFirstControlByteWhereverItStands)
{
    for (size_t length = 0; length < 40; length++) {
        for (size_t at = 0; at < length; at++) {
            std::string text(length, 'x');
            for (int byte = 0; byte < 256; byte++) {
                text[at] = (char)byte;
                bool allowed = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
                ASSERT_EQ(weft_scan_field_value(text.data(), length), allowed ? length : at)
                    << "byte " << byte << " at " << at << " of " << length;
            }
        }
    }
}

TEST(Scan, QuotedStringEndsAtItsQuote)
{
    auto scan = [](const std::string &text) {
        return weft_scan_quoted_string(text.data(), text.size());
    };

    EXPECT_EQ(scan("\"\""), 2u);
    EXPECT_EQ(scan("\"a b\"c"), 5u);
    EXPECT_EQ(scan("\"a\\\"b\" "), 6u);
    EXPECT_EQ(scan("\"\\\\\""), 4u);
    for (const char *text : {"", "\"", "a", "\"a", "\"a\\", "\"a\\\"", "\"\n\"", "\"\\\n\""})
        EXPECT_EQ(scan(text), 0u) << text;
}

TEST(Scan, PercentDecodeRefusesBadEscapes)
{
    auto decode = [](std::string text) {
        ssize_t length = weft_scan_percent_decode(text.data(), text.size(), text.data());
        return length < 0 ? std::string("bad") : text.substr(0, (size_t)length);
    };

    EXPECT_EQ(decode(""), "");
    EXPECT_EQ(decode("a%20b"), "a b");
    EXPECT_EQ(decode("%c3%A4"), "\xc3\xa4");
    EXPECT_EQ(decode("%25%32%35"), "%25");
    EXPECT_EQ(decode("a%00b"), std::string("a\0b", 3));
    for (const char *text : {"%", "%2", "a%", "%zz", "%2z", "%z2", "% 2", "%%20"})
        EXPECT_EQ(decode(text), "bad") << text;
}

TEST(Scan, TrimTakesSpacesAndTabsFromBothEnds)
{
    const char *text = " \t a b\t ";
    size_t length = strlen(text);

    weft_scan_trim(&text, &length);
    EXPECT_EQ(std::string(text, length), "a b");

    text = " \t ";
    length = 3;
    weft_scan_trim(&text, &length);
    EXPECT_EQ(length, 0u);
}

TEST(Scan, EqualIgnoringCaseComparesWholeTexts)
{
    EXPECT_TRUE(weft_scan_equal_ignoring_case("Chunked", 7, "cHUNKED"));
    EXPECT_TRUE(weft_scan_equal_ignoring_case("", 0, ""));
    EXPECT_FALSE(weft_scan_equal_ignoring_case("chunke", 6, "chunked"));
    EXPECT_FALSE(weft_scan_equal_ignoring_case("chunkedd", 8, "chunked"));
    EXPECT_FALSE(weft_scan_equal_ignoring_case("a\0b", 3, "a"));
    /* '@' and '`', '[' and '{' differ in the bit of the case only, and are no letters. */
    EXPECT_FALSE(weft_scan_equal_ignoring_case("@[", 2, "`{"));
}

TEST(Scan, ListElementsAreTrimmedAndEmptyOnesSkipped)
{
    using Items = std::vector<std::string>;

    EXPECT_EQ(list_of(""), Items());
    EXPECT_EQ(list_of(" , ,"), Items());
    EXPECT_EQ(list_of("a"), Items({"a"}));
    EXPECT_EQ(list_of(" a , b,c\t"), Items({"a", "b", "c"}));
    EXPECT_EQ(list_of(",a,,b,"), Items({"a", "b"}));
    EXPECT_EQ(list_of("a;x=\"1,2\", b"), Items({"a;x=\"1,2\"", "b"}));
    EXPECT_EQ(list_of("\"a\\\",b\", c"), Items({"\"a\\\",b\"", "c"}));
    EXPECT_EQ(list_of("\"never closed, b"), Items({"\"never closed, b"}));
}

TEST(Scan, FormatDecimalWritesAllDigits)
{
    for (uint64_t value :
         {uint64_t(0), uint64_t(9), uint64_t(10), uint64_t(1234567890), UINT64_MAX}) {
        char out[20];
        size_t length = weft_format_decimal(value, out);
        EXPECT_EQ(std::string(out, length), std::to_string(value));
    }
}

TEST(Scan, FormatHexWritesAllDigits)
{
    for (uint64_t value :
         {uint64_t(0), uint64_t(15), uint64_t(16), uint64_t(0xabcdef), UINT64_MAX}) {
        char out[16];
        char expected[17];
        size_t length = weft_format_hex(value, out);

        snprintf(expected, sizeof expected, "%llx", static_cast<unsigned long long>(value));
        EXPECT_EQ(std::string(out, length), expected);
    }
}

TEST(Scan, FormatHexBytesWritesTwoDigitsEach)
{
    char out[8];

    EXPECT_EQ(weft_format_hex_bytes("\x00\x0f\xf0\xab", 4, out), 8u);
    EXPECT_EQ(std::string(out, 8), "000ff0ab");
    EXPECT_EQ(weft_format_hex_bytes("", 0, out), 0u);
}

TEST(Scan, Base64WithItsPaddingOrWithoutAny)
{
    const auto decoded = [](const std::string &text) -> std::string {
        std::vector<uint8_t> out(text.size() / 4 * 3 + 2);
        const ssize_t n = weft_scan_base64(text.data(), text.size(), out.data());

        return n < 0 ? "none" : std::string(out.begin(), out.begin() + n);
    };

    /* RFC 4648 10 */
    EXPECT_EQ(decoded(""), "");
    EXPECT_EQ(decoded("Zg=="), "f");
    EXPECT_EQ(decoded("Zm8="), "fo");
    EXPECT_EQ(decoded("Zm9v"), "foo");
    EXPECT_EQ(decoded("Zm9vYg=="), "foob");
    EXPECT_EQ(decoded("Zm9vYg"), "foob");
    EXPECT_EQ(decoded("Zm9vYmE"), "fooba");
    EXPECT_EQ(decoded("+/8A"), std::string("\xfb\xff\0", 3));
    for (const char *text : {"Z", "Zm9vY", "Zg=", "Zm9v=", "Zm9v====", "Z===", "====", "=",
                             "Zg==Zg==", "Zm 8", "Zm8=\n", "-_8A"})
        EXPECT_EQ(decoded(text), "none") << text;
}
