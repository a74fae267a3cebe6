/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First bytes.  Frames are shorter than 2^24 bytes, so that theirs is 0, or a little more where the
 * limit was raised; that of messages is not, but for the binary protocol's old form, which begins
 * with the length of a name: what stands behind the length decides.
 */

#include "thrift/detect.h"

#include "thrift/header.h"

#include <string.h>
#include <weft/scan.h>

#define LENGTH_BYTES ((size_t)4)
#define BINARY_FIRST 0x80
#define BINARY_SECOND 0x01
#define COMPACT_FIRST 0x82
#define COMPACT_VERSION 1
#define COMPACT_VERSION_MASK 0x1f
#define TLS_HANDSHAKE 22
#define SASL_START 1
#define IS_SASL "this is the SASL transport, which is not spoken here"

static uint32_t
get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static WeftThriftDetected
refuse(const char *why)
{
    return (WeftThriftDetected){.spoken = WEFT_THRIFT_SPOKEN_OTHER, .refusal = why};
}

/* What a name of the IDL is made of, and the colon between service and method. */
static bool
is_name_byte(uint8_t byte)
{
    return weft_byte_is((char)byte, WEFT_BYTE_ALPHA | WEFT_BYTE_DIGIT) || byte == '_' ||
           byte == '.' || byte == ':';
}

/* A message that says what it is. */
static bool
detect_marked(const uint8_t *bytes, size_t size, WeftThriftProtocol *ret_protocol)
{
    if (size >= 1 && bytes[0] == '[') {
        *ret_protocol = WEFT_THRIFT_PROTOCOL_JSON;
        return true;
    }
    if (size >= 2 && bytes[0] == BINARY_FIRST && bytes[1] == BINARY_SECOND) {
        *ret_protocol = WEFT_THRIFT_PROTOCOL_BINARY;
        return true;
    }
    if (size >= 2 && bytes[0] == COMPACT_FIRST &&
        (bytes[1] & COMPACT_VERSION_MASK) == COMPACT_VERSION) {
        *ret_protocol = WEFT_THRIFT_PROTOCOL_COMPACT;
        return true;
    }
    return false;
}

/* The old form of binary: a name's length, the name. */
static bool
is_old_binary(const uint8_t *bytes, size_t size)
{
    if (size <= LENGTH_BYTES)
        return false;
    const uint32_t length = get_u32(bytes);
    return length > 0 && length <= WEFT_THRIFT_MAX_NAME_BYTES && is_name_byte(bytes[LENGTH_BYTES]);
}

gboolean
weft_thrift_detect_protocol(const uint8_t *bytes, size_t size, WeftThriftProtocol *ret_protocol)
{
    if (detect_marked(bytes, size, ret_protocol))
        return TRUE;
    if (!is_old_binary(bytes, size))
        return FALSE;
    *ret_protocol = WEFT_THRIFT_PROTOCOL_BINARY;
    return TRUE;
}

static bool
is_http(const uint8_t *bytes, size_t size)
{
    static const char *const methods[] = {"GET ", "POST", "HEAD", "PUT ", "OPTI",
                                          "DELE", "CONN", "PRI ", "PATC"};

    for (size_t i = 0; size >= LENGTH_BYTES && i < G_N_ELEMENTS(methods); i++) {
        if (memcmp(bytes, methods[i], LENGTH_BYTES) == 0)
            return true;
    }
    return false;
}

/* Neither a message nor a possible length. */
static WeftThriftDetected
refuse_first_bytes(const uint8_t *bytes, size_t size)
{
    if (is_http(bytes, size))
        return refuse("this is HTTP, which has a port of its own");
    if (bytes[0] == TLS_HANDSHAKE)
        return refuse("this is TLS, which is not spoken here");
    /* Its other bytes are the length of a mechanism's name: a short one. */
    if (bytes[0] == SASL_START && bytes[1] == 0 && bytes[2] == 0)
        return refuse(IS_SASL);
    return refuse("this is no Thrift, or a frame above the limit");
}

static WeftThriftDetected
detect_frame(const uint8_t *bytes, size_t size, uint32_t frame_bytes)
{
    WeftThriftDetected detected = {.spoken = WEFT_THRIFT_SPOKEN_FRAMED, .frame_bytes = frame_bytes};
    const uint8_t *content = bytes + LENGTH_BYTES;
    const size_t n_content = size - LENGTH_BYTES;

    if (weft_thrift_header_is_one(content, n_content)) {
        detected.spoken = WEFT_THRIFT_SPOKEN_HEADER;
        return detected;
    }
    if (weft_thrift_detect_protocol(content, n_content, &detected.protocol))
        return detected;
    if (is_old_binary(bytes, size)) {
        detected.spoken = WEFT_THRIFT_SPOKEN_UNFRAMED;
        detected.protocol = WEFT_THRIFT_PROTOCOL_BINARY;
        return detected;
    }
    /* An old name may still be on its way. */
    if (n_content <= LENGTH_BYTES && n_content < frame_bytes)
        return (WeftThriftDetected){.spoken = WEFT_THRIFT_SPOKEN_MORE};
    return refuse(bytes[0] == SASL_START ? IS_SASL : "this frame has no message of Thrift in it");
}

WeftThriftDetected
weft_thrift_detect(const uint8_t *bytes, size_t size, uint32_t max_frame_bytes)
{
    WeftThriftDetected detected = {.spoken = WEFT_THRIFT_SPOKEN_MORE};

    if (detect_marked(bytes, size, &detected.protocol)) {
        detected.spoken = WEFT_THRIFT_SPOKEN_UNFRAMED;
        return detected;
    }
    if (size < LENGTH_BYTES)
        return detected;
    const uint32_t frame_bytes = get_u32(bytes);
    if (frame_bytes > max_frame_bytes)
        return refuse_first_bytes(bytes, size);
    if (frame_bytes == 0)
        return refuse("this frame is empty");
    if (size == LENGTH_BYTES)
        return detected;
    return detect_frame(bytes, size, frame_bytes);
}
