/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/if_header.h"

#include <gtest/gtest.h>
#include <string>

namespace
{

/* The field as it was understood: "tag: token !"etag" | ..."; or why it was refused. */
std::string
Parsed(const std::string &value)
{
    g_autoptr(GError) error = nullptr;
    g_autoptr(WeftDavIf) field = weft_dav_if_parse(value.data(), value.size(), &error);
    std::string text;

    if (field == nullptr)
        return error->message;
    for (guint i = 0; i < field->lists->len; i++) {
        const WeftDavIfList *list = &g_array_index(field->lists, WeftDavIfList, i);

        text += i > 0 ? " | " : "";
        text += list->tag != nullptr ? std::string(list->tag, list->tag_length) + ": " : "";
        for (size_t j = 0; j < list->n_conditions; j++) {
            const WeftDavIfCondition *condition = weft_dav_if_condition(field, list, j);

            text += j > 0 ? " " : "";
            text += condition->is_negated ? "!" : "";
            text += condition->is_etag ? "=" : "";
            text += std::string(condition->text, condition->length);
        }
    }
    return text;
}

bool
Submits(const std::string &value, const char *token)
{
    g_autoptr(WeftDavIf) field = weft_dav_if_parse(value.data(), value.size(), nullptr);

    return field != nullptr && weft_dav_if_submits(field, token);
}

} // namespace

/* The examples of RFC 4918 10.4.6 to 10.4.10. */
TEST(IfHeader, ReadsListsWithoutTags)
{
    EXPECT_EQ(Parsed("(<urn:uuid:1> [\"I am an ETag\"]) ([\"I am another ETag\"])"),
              "urn:uuid:1 =\"I am an ETag\" | =\"I am another ETag\"");
    EXPECT_EQ(Parsed("(Not <urn:uuid:1> <urn:uuid:2>)"), "!urn:uuid:1 urn:uuid:2");
    EXPECT_EQ(Parsed("(<urn:uuid:1>) (Not <DAV:no-lock>)"), "urn:uuid:1 | !DAV:no-lock");
}

TEST(IfHeader, ReadsListsWithTags)
{
    EXPECT_EQ(Parsed("</resource1> (<urn:uuid:1> [W/\"A weak ETag\"]) ([\"strong ETag\"])"),
              "/resource1: urn:uuid:1 =W/\"A weak ETag\" | /resource1: =\"strong ETag\"");
    EXPECT_EQ(Parsed("<http://h/a> (<t:1>) <http://h/b> (Not [\"x\"])"),
              "http://h/a: t:1 | http://h/b: !=\"x\"");
}

TEST(IfHeader, BlanksMayStandAnywhereOrNowhere)
{
    EXPECT_EQ(Parsed("(Not<a:b>[\"c\"]nOt[\"d\"])(<e:f>)"), "!a:b =\"c\" !=\"d\" | e:f");
    EXPECT_EQ(Parsed("\t(  <a:b>\t[ \"c d\" ] )  "), "a:b =\"c d\"");
}

TEST(IfHeader, RefusesWhatTheGrammarDoesNotKnow)
{
    EXPECT_EQ(Parsed(""), "bad If field: empty");
    EXPECT_EQ(Parsed("()"), "bad If field: neither a state token nor an entity tag");
    EXPECT_EQ(Parsed("(Not)"), "bad If field: neither a state token nor an entity tag");
    EXPECT_EQ(Parsed("(Not Not <a:b>)"), "bad If field: neither a state token nor an entity tag");
    EXPECT_EQ(Parsed("(<a:b>"), "bad If field: neither a state token nor an entity tag");
    EXPECT_EQ(Parsed("(<a:b)"), "bad If field: a URI without its end");
    EXPECT_EQ(Parsed("(<a b>)"), "bad If field: a URI without its end");
    EXPECT_EQ(Parsed("(<>)"), "bad If field: a URI without its end");
    EXPECT_EQ(Parsed("([a])"), "bad If field: an entity tag without quotes");
    EXPECT_EQ(Parsed("([W/"), "bad If field: an entity tag without quotes");
    EXPECT_EQ(Parsed("(["), "bad If field: an entity tag without its end");
    EXPECT_EQ(Parsed("([\"a])"), "bad If field: an entity tag without its end");
    EXPECT_EQ(Parsed("([\"a\")"), "bad If field: an entity tag without its bracket");
    EXPECT_EQ(Parsed("</a>"), "bad If field: a tag without a list");
    EXPECT_EQ(Parsed("(<a:b>) </a> (<c:d>)"), "bad If field: a tag behind lists that have none");
    EXPECT_EQ(Parsed("(<a:b>), (<c:d>)"), "bad If field: neither a tag nor a list");
}

TEST(IfHeader, HasLimits)
{
    std::string lists, conditions = "(";

    for (int i = 0; i < 257; i++)
        lists += "(<a:b>)";
    for (int i = 0; i < 1025; i++)
        conditions += "<a:b>";
    EXPECT_EQ(Parsed(lists), "bad If field: too many lists");
    EXPECT_EQ(Parsed(conditions + ")"), "bad If field: too many conditions");
}

TEST(IfHeader, ATokenCountsWhereverItStands)
{
    EXPECT_TRUE(Submits("(<t:1>)", "t:1"));
    EXPECT_TRUE(Submits("</b> (Not <t:0> [\"x\"]) (Not <t:1>)", "t:1"));
    EXPECT_FALSE(Submits("(<t:1>)", "t:11"));
    EXPECT_FALSE(Submits("(<t:11>)", "t:1"));
    EXPECT_FALSE(Submits("([\"t:1\"])", "\"t:1\""));
}
