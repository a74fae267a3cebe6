/* SPDX-License-Identifier: Apache-2.0 */

#include <gtest/gtest.h>
#include <weft/thrift_c_glib.h>

#include "interop.weft.h"

extern "C" {
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
}

namespace
{

const char json[] =
    "{\"yes\": true, \"tiny\": -128, \"small\": -300, \"medium\": 70000, \"large\": -1,"
    " \"real\": 0.5, \"words\": \"Grüße\", \"raw\": \"AAH+/4A=\", \"colour\": \"BLUE\","
    " \"place\": {\"x\": 1, \"y\": 2}, \"shape\": {\"corners\": [{\"x\": 3, \"y\": 4}]},"
    " \"tree\": {\"name\": \"root\", \"branches\": [{\"name\": \"leaf\", \"branches\": []}]},"
    " \"flags\": [true, false], \"numbers\": [1, -1], \"marks\": [7], \"names\": [\"ann\", \"\"],"
    " \"titles\": {\"1\": \"plus\"}, \"table\": {\"e\": {\"1\": 0.5}, \"f\": {}},"
    " \"matrix\": [[1, 2], []], \"maybe\": 7, \"later\": {\"x\": 5, \"y\": 6}, \"far\": \"away\"}";

struct Kind {
    GType type;
    WeftThriftProtocol protocol;
};

class CGlibProtocol : public testing::Test
{
  protected:
    void SetUp() override
    {
        everything_init(&value);
        EXPECT_TRUE(everything_from_json(&value, json, sizeof json - 1, arena, nullptr));
    }
    void TearDown() override
    {
        weft_arena_free(arena);
    }

    static std::vector<Kind> kinds()
    {
        return {{THRIFT_TYPE_BINARY_PROTOCOL, WEFT_THRIFT_PROTOCOL_BINARY},
                {THRIFT_TYPE_COMPACT_PROTOCOL, WEFT_THRIFT_PROTOCOL_COMPACT}};
    }

    /* What c_glib's protocol makes of @wanted. */
    static GBytes *write(GType kind, const WeftThriftType *type, const void *wanted, GError **error)
    {
        WeftThriftTransport *transport = weft_thrift_transport_new_flat();
        auto *protocol = THRIFT_PROTOCOL(g_object_new(kind, "transport", transport, nullptr));
        GBytes *bytes = nullptr;

        if (weft_thrift_write_protocol(type, wanted, protocol, error))
            bytes = weft_thrift_transport_steal_output(transport);
        g_object_unref(protocol);
        g_object_unref(transport);
        return bytes;
    }

    bool read(GType kind, const WeftThriftType *type, void *result, const void *data, size_t size,
              GError **error)
    {
        WeftThriftTransport *transport = weft_thrift_transport_new_flat();
        auto *protocol = THRIFT_PROTOCOL(g_object_new(kind, "transport", transport, nullptr));

        weft_thrift_transport_set_input(transport, data, size);
        weft_thrift_init(type, result);
        const gboolean succeeded =
            weft_thrift_read_protocol(type, result, protocol, arena, nullptr, error);
        g_object_unref(protocol);
        g_object_unref(transport);
        return succeeded;
    }

    WeftArena *arena = weft_arena_new();
    Everything value = {};
};

TEST_F(CGlibProtocol, WritesTheSameBytesAsTheDirectCodec)
{
    for (const Kind &kind : kinds()) {
        g_autoptr(GBytes) ours = everything_encode(&value, kind.protocol, nullptr);
        g_autoptr(GBytes) theirs = write(kind.type, &everything_type, &value, nullptr);

        ASSERT_NE(theirs, nullptr);
        EXPECT_TRUE(g_bytes_equal(ours, theirs)) << kind.protocol;
    }
}

TEST_F(CGlibProtocol, ReadsWhatTheDirectCodecWrote)
{
    for (const Kind &kind : kinds()) {
        g_autoptr(GError) error = nullptr;
        g_autoptr(GBytes) bytes = everything_encode(&value, kind.protocol, nullptr);
        Everything result;

        EXPECT_TRUE(read(kind.type, &everything_type, &result, g_bytes_get_data(bytes, nullptr),
                         g_bytes_get_size(bytes), &error))
            << error->message;
        EXPECT_TRUE(everything_equal(&result, &value));
    }
}

TEST_F(CGlibProtocol, FailsAtEveryTruncation)
{
    for (const Kind &kind : kinds()) {
        g_autoptr(GBytes) bytes = everything_encode(&value, kind.protocol, nullptr);

        for (size_t size = 0; size < g_bytes_get_size(bytes); size++) {
            g_autoptr(GError) error = nullptr;
            Everything result;
            EXPECT_FALSE(read(kind.type, &everything_type, &result,
                              g_bytes_get_data(bytes, nullptr), size, &error));
            ASSERT_NE(error, nullptr);
        }
    }
}

TEST_F(CGlibProtocol, PassesOverFieldsNobodyKnows)
{
    g_autoptr(GBytes) bytes = everything_encode(&value, WEFT_THRIFT_PROTOCOL_BINARY, nullptr);
    Tree result;

    /* A tree has two fields of kinds that these are not. */
    EXPECT_TRUE(read(THRIFT_TYPE_BINARY_PROTOCOL, &tree_type, &result,
                     g_bytes_get_data(bytes, nullptr), g_bytes_get_size(bytes), nullptr));
    EXPECT_EQ(result.branches.n_items, 0U);
}

TEST_F(CGlibProtocol, RefusesWhatLacksARequiredField)
{
    const char bytes[] = {8, 0, 1, 0, 0, 0, 7, 0};
    g_autoptr(GError) error = nullptr;
    Point result;

    EXPECT_FALSE(
        read(THRIFT_TYPE_BINARY_PROTOCOL, &point_type, &result, bytes, sizeof bytes, &error));
    EXPECT_TRUE(g_error_matches(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL));
    EXPECT_STREQ(error->message, "a required field is missing: y");
}

TEST_F(CGlibProtocol, RefusesUnionsWithoutAValueAndWithSeveral)
{
    const char two[] = {11, 0, 4, 0, 0, 0, 0, 11, 0, 4, 0, 0, 0, 0, 0};
    const char none[] = {0};
    const Shape unset = {};
    g_autoptr(GError) error = nullptr;
    Shape result;

    EXPECT_EQ(write(THRIFT_TYPE_BINARY_PROTOCOL, &shape_type, &unset, &error), nullptr);
    EXPECT_STREQ(error->message, "a union without a value: Shape");
    g_clear_error(&error);
    EXPECT_FALSE(read(THRIFT_TYPE_BINARY_PROTOCOL, &shape_type, &result, none, 1, &error));
    EXPECT_STREQ(error->message, "a union without a value: Shape");
    g_clear_error(&error);
    EXPECT_FALSE(read(THRIFT_TYPE_BINARY_PROTOCOL, &shape_type, &result, two, sizeof two, &error));
    EXPECT_STREQ(error->message, "a union with several values: Shape");
}

TEST_F(CGlibProtocol, GivesUpOnDepthAlsoInFieldsNobodyKnows)
{
    for (const std::string &level :
         {std::string("\x0f\x00\x02\x0c\x00\x00\x00\x01", 8), std::string("\x0c\x00\x09", 3)}) {
        g_autoptr(GError) error = nullptr;
        std::string bytes;
        Tree result;

        for (unsigned i = 0; i < 100000; i++)
            bytes += level;
        EXPECT_FALSE(read(THRIFT_TYPE_BINARY_PROTOCOL, &tree_type, &result, bytes.data(),
                          bytes.size(), &error));
        EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_LIMIT)) << error->message;
    }
}

} // namespace
