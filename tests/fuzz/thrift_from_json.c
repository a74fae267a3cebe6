/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: values as JSON that people write.
 */

#include "document_by_hand.h"
#include "kinds.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_type(const WeftThriftType *type, const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftArena) arena = weft_arena_new();
    void *value = weft_arena_alloc(arena, type->size);
    void *again = weft_arena_alloc(arena, type->size);

    weft_thrift_init(type, value);
    if (!weft_thrift_from_json(type, value, (const char *)data, size, arena, &error)) {
        g_assert_true(error->domain == WEFT_ERROR);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    g_autofree char *first = weft_thrift_to_json(type, value, 0);
    g_assert_true(g_utf8_validate(first, -1, NULL));
    weft_thrift_init(type, again);
    weft_thrift_from_json(type, again, first, strlen(first), arena, &error);
    g_assert_no_error(error);
    g_autofree char *second = weft_thrift_to_json(type, again, 0);
    g_assert_cmpstr(first, ==, second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_type(&kinds_type, data, size);
    check_type(&hand_document_type, data, size);
    return 0;
}
