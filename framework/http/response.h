/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer on its way: fields gathered, head written once, body in the framing that fits.
 */
#pragma once

#include "http/request.h"

#include <string.h>

G_BEGIN_DECLS

typedef enum {
    WEFT_HTTP_HEAD_PENDING, /* nothing was sent */
    WEFT_HTTP_BODY_LENGTH,  /* Content-Length */
    WEFT_HTTP_BODY_CHUNKED,
    WEFT_HTTP_BODY_TO_CLOSE, /* HTTP/1.0: it ends with the connection */
    WEFT_HTTP_BODY_NONE,     /* HEAD, 204, 304: what is written is dropped */
} WeftHttpFraming;

struct WeftHttpResponse {
    WeftHttpRequest *request;
    unsigned status;
    WeftHttpFraming framing;
    gboolean is_last;       /* nothing may follow on this connection, whatever the handler wishes */
    gboolean keep_alive;    /* the connection goes on behind this answer */
    gboolean has_ended;     /* nothing more will be written */
    gboolean has_failed;    /* what was sent is no whole answer: the connection must be closed */
    gboolean has_date;      /* the handler set its own */
    int64_t content_length; /* as the handler set it; -1: not */
    int64_t n_body_bytes;   /* given by the handler so far; for logs, and for the length */
    WeftBuffer fields;      /* "Name: value\r\n", without those the framing decides */
    WeftBuffer head;        /* as sent */
    WeftBuffer body;        /* small pieces, gathered */
    uint32_t initials;      /* one for the first letter of each name in fields */
    GString *trailers;      /* "Name: value\r\n" */
};

void weft_http_response_init(WeftHttpResponse *response);
void weft_http_response_clear(WeftHttpResponse *response);

/** Make ready for the answer to @request. */
void weft_http_response_begin(WeftHttpResponse *response, WeftHttpRequest *request);

/** Forget all that was set, while nothing was sent. */
void weft_http_response_reset(WeftHttpResponse *response);

/* weft_http_response_set_header() for names of the framework's own: not bad, and none of those that
 * frame the answer. */
void weft_http_response_set_known_field(WeftHttpResponse *response, const char *name,
                                        size_t name_length, const char *value, size_t value_length);

/** The same with the length of a literal known when compiled. */
static inline void
weft_http_response_set_own_field(WeftHttpResponse *response, const char *name, const char *value)
{
    weft_http_response_set_known_field(response, name, strlen(name), value, strlen(value));
}

/**
 * Decide on the framing and write the head into response->head, behind which there is then room for
 * @room bytes more.
 * @content_length: of the body; -1 where it is not known
 */
void weft_http_response_make_head(WeftHttpResponse *response, int64_t content_length, size_t room);

/** The head was made, but nothing was sent: as if it had not been made. */
void weft_http_response_unmake_head(WeftHttpResponse *response);

/** The handler has returned: send what is still gathered, and the end of the body. */
WEFT_PARKS gboolean weft_http_response_finish(WeftHttpResponse *response, GError **error);

/**
 * A short answer in text, in place of all that was set: what a refusal looks like.
 * @message: (nullable): in place of the status' reason
 */
WEFT_PARKS gboolean weft_http_response_send_error(WeftHttpResponse *response, unsigned status,
                                                  const char *message, GError **error);

/** The same with one field more: Allow, Content-Range. */
WEFT_PARKS gboolean weft_http_response_send_error_with(WeftHttpResponse *response, unsigned status,
                                                       const char *name, const char *value,
                                                       GError **error);

G_END_DECLS
