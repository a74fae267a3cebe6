/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>
#include <weft/http.h>

G_BEGIN_DECLS

/**
 * A 207 answer on its way (RFC 4918 13), in constant memory: responses are appended to its buffer,
 * and the buffer is sent whenever it is full.  What is appended uses the prefix D: for "DAV:",
 * which the root declares.
 */
typedef struct {
    WeftBuffer buffer;
    WeftHttpResponse *response; /* (nullable): then all stays in the buffer */
    gboolean is_partly_sent;
} WeftDavMultistatus;

/** Begin: nothing is sent yet, and the status is set only with the first byte. */
void weft_dav_multistatus_init(WeftDavMultistatus *multistatus, WeftHttpResponse *response);
void weft_dav_multistatus_clear(WeftDavMultistatus *multistatus);

/**
 * Append one response that is only a status.
 * @path: decoded
 * @condition: (nullable): a precondition of RFC 4918 16, for DAV:error
 */
void weft_dav_multistatus_add_status(WeftDavMultistatus *multistatus, const char *path,
                                     unsigned status, const char *condition);

/** Append `<D:status>HTTP/1.1 404 Not Found</D:status>`. */
void weft_dav_multistatus_append_status(WeftBuffer *buffer, unsigned status);

/** Append `<D:error><D:condition/></D:error>`. */
void weft_dav_multistatus_append_error(WeftBuffer *buffer, const char *condition);

/** Append an empty element {@ns}@name. */
void weft_dav_multistatus_append_name(WeftBuffer *buffer, const char *ns, const char *name);

/** Send what is in the buffer, if it is full. */
WEFT_PARKS gboolean weft_dav_multistatus_flush(WeftDavMultistatus *multistatus, GError **error);

/** The end: a short answer leaves whole, with a length. */
WEFT_PARKS gboolean weft_dav_multistatus_end(WeftDavMultistatus *multistatus, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavMultistatus, weft_dav_multistatus_clear)

G_END_DECLS
