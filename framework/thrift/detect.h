/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client speaks, told by the first bytes of a message.
 */
#pragma once

#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/** Bytes of a method's name, with that of the service before it. */
#define WEFT_THRIFT_MAX_NAME_BYTES 1024

typedef enum {
    WEFT_THRIFT_SPOKEN_MORE,     /* too few bytes to tell */
    WEFT_THRIFT_SPOKEN_FRAMED,   /* a length, then a message */
    WEFT_THRIFT_SPOKEN_HEADER,   /* a length, then a frame of the header transport */
    WEFT_THRIFT_SPOKEN_UNFRAMED, /* a message */
    WEFT_THRIFT_SPOKEN_OTHER,    /* nothing of ours */
} WeftThriftSpoken;

typedef struct {
    WeftThriftSpoken spoken;
    WeftThriftProtocol protocol; /* FRAMED and UNFRAMED */
    uint32_t frame_bytes;        /* FRAMED and HEADER: without the length itself */
    const char *refusal;         /* OTHER: for the log */
} WeftThriftDetected;

/** @max_frame_bytes: longer ones are OTHER */
WeftThriftDetected weft_thrift_detect(const uint8_t *bytes, size_t size, uint32_t max_frame_bytes);

/**
 * The same of a message without frame and header: a body of HTTP.
 * Returns: FALSE: it begins like none
 */
gboolean weft_thrift_detect_protocol(const uint8_t *bytes, size_t size,
                                     WeftThriftProtocol *ret_protocol);

G_END_DECLS
