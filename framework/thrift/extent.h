/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a message ends that has no length before it: a walk over its bytes as they come, which
 * stops when they run out and goes on where it was.
 */
#pragma once

#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/** Structs and containers inside each other. */
#define WEFT_THRIFT_EXTENT_MAX_DEPTH 64

typedef enum {
    WEFT_THRIFT_EXTENT_MORE, /* the message goes on behind the bytes there are */
    WEFT_THRIFT_EXTENT_DONE, /* extent->at is its length */
    WEFT_THRIFT_EXTENT_BAD,  /* no message, or one that is too large or too deep */
} WeftThriftExtentState;

/** A struct or container that the walk is in. */
typedef struct {
    uint32_t n_left;  /* values to come; of maps: keys and values */
    uint8_t kinds[2]; /* of values; maps: [0] of keys, [1] of values; a struct: STOP */
} WeftThriftExtentLevel;

typedef struct {
    WeftThriftProtocol protocol;
    size_t max_bytes;
    size_t at;       /* what is before it is understood; may lie behind the bytes there are */
    bool has_head;   /* the name is passed */
    bool in_string;  /* JSON */
    bool is_escaped; /* JSON: the next byte is any */
    uint8_t kind;    /* of the value that begins at @at; STOP: not known yet */
    uint32_t depth;  /* of JSON: brackets */
    WeftThriftExtentLevel levels[WEFT_THRIFT_EXTENT_MAX_DEPTH];
} WeftThriftExtent;

void weft_thrift_extent_init(WeftThriftExtent *extent, WeftThriftProtocol protocol,
                             size_t max_bytes);

/** @message: from its first byte on, all there is; the same and more, at the next call */
WeftThriftExtentState weft_thrift_extent_scan(WeftThriftExtent *extent, const uint8_t *message,
                                              size_t size);

G_END_DECLS
