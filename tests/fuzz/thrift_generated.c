/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: what weftgen made of everything.thrift reads a message as its tables do: the same
 * value, or the same refusal.  The first byte says which type, in which protocol.
 */

#include "everything.weft.h"

#include "thrift_round.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const WeftThriftType *const types[] = {
    &everything_type, &defaults_type, &optionals_type, &lists_type, &sets_type,
    &maps_type,       &tree_type,     &shape_type,     &words_type, &scalars_type,
};

static void
compare_with_tables(const WeftThriftType *type, WeftThriftProtocol protocol, const uint8_t *data,
                    size_t size)
{
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autoptr(GError) made_error = NULL;
    g_autoptr(GError) walked_error = NULL;
    void *made = weft_arena_alloc(arena, type->size);
    void *walked = weft_arena_alloc(arena, type->size);
    WeftThriftType bare = *type;

    bare.binary = bare.compact = (WeftThriftCodec){NULL, NULL, NULL};
    weft_thrift_init(type, made);
    weft_thrift_init(type, walked);
    const gboolean is_made =
        weft_thrift_decode(type, protocol, made, data, size, arena, &made_error);
    const gboolean is_walked =
        weft_thrift_decode(&bare, protocol, walked, data, size, arena, &walked_error);
    g_assert_cmpint(is_made, ==, is_walked);
    if (is_made)
        g_assert_true(weft_thrift_equal(type, made, walked));
    else
        g_assert_cmpstr(made_error->message, ==, walked_error->message);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const WeftThriftType *type = types[data[0] / 2 % G_N_ELEMENTS(types)];
    const WeftThriftProtocol protocol =
        data[0] % 2 == 0 ? WEFT_THRIFT_PROTOCOL_BINARY : WEFT_THRIFT_PROTOCOL_COMPACT;

    compare_with_tables(type, protocol, data + 1, size - 1);
    check_type(type, protocol, data + 1, size - 1);
    return 0;
}
