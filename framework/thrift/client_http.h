/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of HTTP/1.1: the head of a POST is written, that of its answer is taken apart.
 * No I/O here.
 */
#pragma once

#include "thrift/client_url.h"
#include "thrift/header.h"

G_BEGIN_DECLS

/** Bytes of an answer's head at most; it lies in a block of input. */
#define WEFT_THRIFT_HTTP_MAX_HEAD_BYTES ((size_t)16 * 1024)

/** Fields of an answer's head at most. */
#define WEFT_THRIFT_HTTP_MAX_FIELDS 128

typedef struct {
    unsigned status;
    const char *reason; /* in the text that was parsed; may be empty */
    size_t reason_length;
    gboolean is_chunked;
    gboolean keeps_alive;
    int64_t content_length;            /* -1: the body ends with the stream, or is_chunked */
    const WeftThriftHeaderPair *pairs; /* in the arena, if there was one */
    uint32_t n_pairs;
} WeftThriftHttpAnswer;

/** What is posted. */
typedef struct {
    const WeftThriftUrl *url;
    unsigned host; /* of its hosts */
    const WeftThriftHeaderPair *pairs;
    uint32_t n_pairs;
    size_t size_bytes; /* of the body */
} WeftThriftHttpPost;

/**
 * The head of a POST, in @arena.
 * Returns: NULL: WEFT_ERROR_INVALID: metadata that cannot be a field
 */
const char *weft_thrift_http_request_head(const WeftThriftHttpPost *post, WeftArena *arena,
                                          size_t *ret_length, GError **error);

/**
 * Take a head apart, the empty line included.
 * @arena: (nullable): NULL: fields are not wanted
 * Returns: FALSE: WEFT_THRIFT_ERROR PROTOCOL
 */
gboolean weft_thrift_http_answer_parse(WeftThriftHttpAnswer *ret_answer, const char *text,
                                       size_t length, WeftArena *arena, GError **error);

G_END_DECLS
