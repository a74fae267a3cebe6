/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_codec.h>
#include <weft/thrift_error.h>

G_BEGIN_DECLS

/**
 * What stands before and behind the arguments or the result of a call: the head of a message, in
 * each protocol, and the struct by which failures travel.
 */

typedef enum {
    WEFT_THRIFT_MESSAGE_CALL = 1,
    WEFT_THRIFT_MESSAGE_REPLY = 2,
    WEFT_THRIFT_MESSAGE_EXCEPTION = 3,
    WEFT_THRIFT_MESSAGE_ONEWAY = 4,
} WeftThriftMessageKind;

typedef struct {
    WeftString name; /* of the method, or "Service:method" */
    int32_t sequence_id;
    uint8_t kind; /* WeftThriftMessageKind */
    bool is_old;  /* binary: the form without a version, which begins with the name's length */
} WeftThriftMessage;

/** The protocol that a message begins with: @first is its first byte.  FALSE: none of them.  A 0 is
 * taken for the old form of binary, whose names are shorter than 16 MiB. */
bool weft_thrift_protocol_of(uint8_t first, WeftThriftProtocol *ret_protocol);

/** Read a head.  The name is borrowed or copied as @reader does with strings. */
const uint8_t *weft_thrift_read_message(WeftThriftProtocol protocol, const uint8_t *at,
                                        WeftThriftReader *reader, WeftThriftMessage *ret_message);

/** What is behind the struct that the message carries: something in JSON only. */
const uint8_t *weft_thrift_read_message_end(WeftThriftProtocol protocol, const uint8_t *at,
                                            WeftThriftReader *reader);

/** Pass over a struct, checking it. */
const uint8_t *weft_thrift_skip_struct(WeftThriftProtocol protocol, const uint8_t *at,
                                       WeftThriftReader *reader);

uint8_t *weft_thrift_write_message(WeftThriftProtocol protocol, const WeftThriftMessage *message,
                                   uint8_t *at, WeftThriftWriter *writer);
uint8_t *weft_thrift_write_message_end(WeftThriftProtocol protocol, uint8_t *at,
                                       WeftThriftWriter *writer);

/** What a message of the kind EXCEPTION carries; @code is a WeftThriftError. */
typedef struct {
    WeftString message;
    int32_t code;
} WeftThriftApplicationException;

extern const WeftThriftType weft_thrift_application_exception_type;

G_END_DECLS
