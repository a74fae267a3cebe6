/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the binary protocol of Thrift, by tables and by generated code; and heads of
 * messages.
 */

#include "document_by_hand.h"
#include "kinds.h"
#include "thrift/message.h"
#include "thrift_round.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_message(const uint8_t *data, size_t size)
{
    g_autoptr(WeftArena) arena = weft_arena_new();
    WeftThriftMessage message;
    WeftThriftReader reader;

    weft_thrift_reader_init(&reader, data, size, arena, NULL, false);
    const uint8_t *at =
        weft_thrift_read_message(WEFT_THRIFT_PROTOCOL_BINARY, reader.begin, &reader, &message);
    if (at != NULL)
        at = weft_thrift_skip_struct(WEFT_THRIFT_PROTOCOL_BINARY, at, &reader);
    if (at != NULL)
        at = weft_thrift_read_message_end(WEFT_THRIFT_PROTOCOL_BINARY, at, &reader);
    g_assert_true(at == NULL || at <= reader.end);
    g_assert_true((at == NULL) == (reader.failure != WEFT_THRIFT_FINE));
    weft_thrift_reader_finish(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_type(&kinds_type, WEFT_THRIFT_PROTOCOL_BINARY, data, size);
    check_type(&hand_document_type, WEFT_THRIFT_PROTOCOL_BINARY, data, size);
    check_message(data, size);
    return 0;
}
