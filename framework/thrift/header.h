/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header transport ("THeader"): a frame that tells the protocol of its payload, how that was
 * compressed, and carries metadata.  Apache Thrift, doc/specs/HeaderFormat.md.
 */
#pragma once

#include <sys/uio.h>
#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/** What a frame of the header transport begins with, behind its length. */
#define WEFT_THRIFT_HEADER_MAGIC 0x0fff

/** Magic, flags, sequence id, size of the header: what must be there of any. */
#define WEFT_THRIFT_HEADER_MIN_BYTES ((size_t)10)

/** Pairs of metadata in one frame. */
#define WEFT_THRIFT_HEADER_MAX_PAIRS 256

/** One item of metadata. */
typedef struct {
    WeftString name;
    WeftString value;
    bool is_persistent; /* holds for all later frames of the connection */
} WeftThriftHeaderPair;

typedef struct {
    WeftThriftProtocol protocol; /* of the payload */
    uint16_t flags;
    uint32_t sequence_id;
    bool is_compressed; /* the payload, by zlib */
    uint32_t n_pairs;
    const WeftThriftHeaderPair *pairs;
} WeftThriftHeader;

/** TRUE if @frame, behind its length, is one of the header transport. */
static inline bool
weft_thrift_header_is_one(const uint8_t *frame, size_t size)
{
    return size >= 2 && frame[0] == WEFT_THRIFT_HEADER_MAGIC >> 8 &&
           frame[1] == (WEFT_THRIFT_HEADER_MAGIC & 0xff);
}

/**
 * Take a frame apart.
 * @frame: all of it but its length
 * @max_payload_bytes: where that was compressed
 * @arena: pairs are copied to it, and what was compressed
 * @ret_payload: in @frame, or in @arena
 * Returns: FALSE with @error: WEFT_THRIFT_ERROR PROTOCOL, INVALID_PROTOCOL, INVALID_TRANSFORM, or
 * WEFT_ERROR_LIMIT
 */
gboolean weft_thrift_header_read(WeftThriftHeader *ret_header, struct iovec frame,
                                 size_t max_payload_bytes, WeftArena *arena,
                                 struct iovec *ret_payload, GError **error);

/**
 * Make a frame, its length included.
 * @payload: @n_payload pieces; referred to where they are not compressed
 * @arena: has what is made
 * @ret_n_pieces: of the result
 * Returns: (transfer none): the frame in pieces, in @arena; NULL with @error set where metadata or
 * payload are too large
 */
const struct iovec *weft_thrift_header_write(const WeftThriftHeader *header,
                                             const struct iovec *payload, uint32_t n_payload,
                                             WeftArena *arena, uint32_t *ret_n_pieces,
                                             GError **error);

/** Bytes in all of @pieces. */
size_t weft_thrift_pieces_size(const struct iovec *pieces, uint32_t n_pieces);

/** Returns: (nullable): the value of the pair called @name, in any case */
const char *weft_thrift_header_find(const WeftThriftHeader *header, const char *name);

G_END_DECLS
