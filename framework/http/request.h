/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request while it is handled: its head where it was received, and its body as far as it was
 * read.
 */
#pragma once

#include "http/body.h"
#include "http/head.h"
#include "http/service.h"
#include "http/transfer.h"

#include <weft/http_target.h>

G_BEGIN_DECLS

struct WeftHttpRequest {
    const WeftHttpServiceData *service;
    WeftConnection *connection;
    WeftHttpTransfer transfer;
    WeftHttpHead head;
    char *text; /* the head, in the connection's input; its parts get a NUL when asked for */
    WeftHttpTarget target;        /* in text */
    gboolean is_head;             /* the method is HEAD */
    gboolean is_get;              /* GET or HEAD */
    GString *path;                /* decoded and plain */
    GString *authority;           /* of an absolute target; empty otherwise */
    GString *user;                /* who signed in; empty: nobody */
    GString *parameters;          /* of the route: "name\0value\0" each */
    GPtrArray *joined;            /* (nullable): values made of several fields */
    const WeftHttpRouter *router; /* whose filters are asked; NULL: none is, or all were */
    guint next_filter;            /* of the router: the next one to ask */
    WeftHttpBody body;
};

void weft_http_request_init(WeftHttpRequest *request);
void weft_http_request_clear(WeftHttpRequest *request);

/** Make ready for a request on @connection. */
void weft_http_request_begin(WeftHttpRequest *request, const WeftHttpServiceData *service,
                             WeftConnection *connection);

/**
 * The head was parsed, to its end or up to a fault, and lies at the beginning of the connection's
 * input, where it stays: from here on method and target can be asked for, if it came so far.
 */
void weft_http_request_take_head(WeftHttpRequest *request);

/** TRUE once the request line is known. */
static inline gboolean
weft_http_request_has_line(const WeftHttpRequest *request)
{
    return request->text != NULL;
}

/** Look at the target and at the size of the body. FALSE: @error says how to answer. */
gboolean weft_http_request_accept_head(WeftHttpRequest *request, GError **error);

/** Returns: (nullable): the value, joined if it was sent several times; with a NUL */
const char *weft_http_request_field(WeftHttpRequest *request, WeftHttpFieldId id);

G_END_DECLS
