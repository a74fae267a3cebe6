/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The head of a request: request line and fields, taken apart where they lie (RFC 9112 2 to 6).  No
 * I/O, no allocation; fed with what has arrived so far, again and again, until it is done or
 * refused.
 */
#pragma once

#include "http/field.h"

#include <weft/http.h>

G_BEGIN_DECLS

/** Fields at most, whatever WeftHttpLimits says. */
#define WEFT_HTTP_MAX_FIELDS 128

/** RFC 9112 3: a longer method than any that is known is 501. */
#define WEFT_HTTP_MAX_METHOD_BYTES 32

typedef enum {
    WEFT_HTTP_HEAD_MORE,    /* not all of it is here */
    WEFT_HTTP_HEAD_DONE,    /* all of it is here, and sound */
    WEFT_HTTP_HEAD_REFUSED, /* answer with refusal_status and close */
} WeftHttpHeadState;

typedef struct {
    WeftHttpSpan name;
    WeftHttpSpan value;
    uint8_t id;   /* WeftHttpFieldId */
    uint8_t next; /* 1 + the index of the next field with this id; 0: none; not kept for OTHER */
} WeftHttpField;

/** All spans count from the first byte fed. */
typedef struct {
    uint32_t position; /* where the next line begins; when done: the length of the head */
    WeftHttpSpan method;
    WeftHttpSpan target;
    uint8_t minor_version; /* HTTP/1.x: 0, or 1 for all above */
    gboolean keep_alive;
    gboolean expects_continue;
    gboolean is_chunked;
    int64_t content_length; /* 0 without the field, -1 where is_chunked */
    unsigned refusal_status;
    const char *refusal; /* a literal: what is wrong */
    unsigned n_fields;
    uint64_t
        name_bits; /* weft_http_name_bit() of each field: most of what is asked for is absent */
    uint8_t
        first[WEFT_HTTP_N_FIELD_IDS]; /* 1 + the index of the first field with this id; 0: none */
    uint8_t last[WEFT_HTTP_N_FIELD_IDS]; /* the same of the last one; valid where first is not 0 */
    WeftHttpField fields[WEFT_HTTP_MAX_FIELDS];
} WeftHttpHead;

void weft_http_head_init(WeftHttpHead *head);

/**
 * Go on with the head.
 * @text: all that has arrived of it, from its first byte; it may lie elsewhere than last time
 */
WeftHttpHeadState weft_http_head_parse(WeftHttpHead *head, const WeftHttpLimits *limits,
                                       const char *text, size_t length);

/** Returns: (nullable): the first field with @id */
static inline const WeftHttpField *
weft_http_head_field(const WeftHttpHead *head, WeftHttpFieldId id)
{
    return head->first[id] == 0 ? NULL : &head->fields[head->first[id] - 1];
}

G_END_DECLS
