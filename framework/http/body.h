/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The body of a request, read as the handler asks for it; and what becomes of one that nobody read.
 */
#pragma once

#include "http/chunked.h"
#include "http/head.h"

G_BEGIN_DECLS

/** An unread body is read and dropped up to this size; beyond, the connection is closed. */
#define WEFT_HTTP_MAX_DRAIN_BYTES ((int64_t)256 * 1024)

typedef struct {
    gboolean is_chunked;
    gboolean has_ended;
    gboolean has_failed;     /* nothing more can be read, nor the connection be kept */
    gboolean owes_continue;  /* the client waits for 100 before it sends */
    int64_t announced_bytes; /* Content-Length; -1 if chunked */
    int64_t n_left_bytes;    /* of announced_bytes */
    int64_t n_read_bytes;    /* given to the handler */
    size_t input_at;         /* what of the connection's input is the body's, from its begin */
    WeftHttpChunked chunked;
    GString *trailers; /* "name", NUL, "value", NUL, and so on */
} WeftHttpBody;

/** g_string_truncate(string, 0) for strings that mostly are empty, without a call. */
static inline void
weft_http_string_empty(GString *string)
{
    string->str[0] = '\0';
    string->len = 0;
}

void weft_http_body_init(WeftHttpBody *body);
void weft_http_body_clear(WeftHttpBody *body);
void weft_http_body_begin(WeftHttpBody *body);

/**
 * Take from @head how the body is framed, and where it begins.
 * @input_length: what of head and body has been received
 */
void weft_http_body_announce(WeftHttpBody *body, const WeftHttpHead *head, size_t input_length);

/** TRUE if the rest of the body is known, or may be hoped, to be small enough to be dropped. */
gboolean weft_http_body_may_be_drained(const WeftHttpBody *body);

/** Read and drop what the handler left.  FALSE: too much, or it failed: close the connection. */
WEFT_PARKS gboolean weft_http_body_drain(WeftHttpRequest *request);

G_END_DECLS
