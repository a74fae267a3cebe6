/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field lines, and the fields known by number.
 */

#include "http/field.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

ssize_t
parse(const std::string &line, std::string *name, std::string *value)
{
    WeftHttpSpan name_span = {0, 0};
    WeftHttpSpan value_span = {0, 0};
    ssize_t used = weft_http_field_line_parse(line.data(), line.size(), &name_span, &value_span);

    if (used > 0) {
        *name = line.substr(name_span.at, name_span.length);
        *value = line.substr(value_span.at, value_span.length);
    }
    return used;
}

} // namespace

TEST(Field, EachKnownNameIsFoundInAnyCase)
{
    for (int id = WEFT_HTTP_FIELD_OTHER + 1; id < WEFT_HTTP_N_FIELD_IDS; id++) {
        std::string name = weft_http_field_name((WeftHttpFieldId)id);
        std::string lower = name;
        for (char &byte : lower)
            byte = (char)g_ascii_tolower(byte);

        EXPECT_EQ(weft_http_field_id(name.data(), name.size()), id) << name;
        EXPECT_EQ(weft_http_field_id(lower.data(), lower.size()), id) << name;
        EXPECT_EQ(weft_http_field_id(name.data(), name.size() - 1), WEFT_HTTP_FIELD_OTHER) << name;
    }
    EXPECT_EQ(weft_http_field_id("X-Anything-That-Nobody-Knows", 28), WEFT_HTTP_FIELD_OTHER);
    EXPECT_EQ(weft_http_field_id("", 0), WEFT_HTTP_FIELD_OTHER);
}

TEST(Field, ValueIsGivenWithoutTheBlanksAroundIt)
{
    std::string name;
    std::string value;

    EXPECT_EQ(parse("Host: a.b \t\r\nrest", &name, &value), 13);
    EXPECT_EQ(name, "Host");
    EXPECT_EQ(value, "a.b");
    EXPECT_EQ(parse("a:b\r\n", &name, &value), 5);
    EXPECT_EQ(value, "b");
    EXPECT_EQ(parse("a:\r\n", &name, &value), 4);
    EXPECT_EQ(value, "");
    EXPECT_EQ(parse("a: b\tc \xe4\r\n", &name, &value), 10);
    EXPECT_EQ(value, "b\tc \xe4");
}

TEST(Field, EveryPrefixOfALineAsksForMore)
{
    std::string line = "If-None-Match: \"abc\", W/\"d\"\r\n";
    std::string name;
    std::string value;

    for (size_t length = 0; length < line.size(); length++)
        EXPECT_EQ(parse(line.substr(0, length), &name, &value), 0) << length;
    EXPECT_EQ(parse(line, &name, &value), (ssize_t)line.size());
}

TEST(Field, MalformedLinesAreRefused)
{
    std::string name;
    std::string value;

    for (const char *line :
         {"a : b\r\n", " a: b\r\n", "\ta: b\r\n", ": b\r\n", "a\r\n", "a b: c\r\n", "a: b\n",
          "a: b\rc\r\n", "a: b\r\r\n", "a\x01: b\r\n", "a: \x01\r\n", "a: b\x7f\r\n", "\xe4: b\r\n",
          "a,b: c\r\n", "(a): c\r\n"})
        EXPECT_EQ(parse(line, &name, &value), -1) << line;
    EXPECT_EQ(parse(std::string("a: b\0c\r\n", 8), &name, &value), -1);
    EXPECT_EQ(parse(std::string("a\0: b\r\n", 7), &name, &value), -1);
}
