/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * The request target in its four forms (RFC 9112 3.2), and paths made plain: decoded, without "//",
 * "." and "..".  For who reads URIs in other places: the Destination of WebDAV.
 */

typedef enum {
    WEFT_HTTP_TARGET_ORIGIN,    /* "/a?b" */
    WEFT_HTTP_TARGET_ABSOLUTE,  /* "http://host/a?b" */
    WEFT_HTTP_TARGET_AUTHORITY, /* "host:port", for CONNECT */
    WEFT_HTTP_TARGET_ASTERISK,  /* "*", for OPTIONS */
} WeftHttpTargetForm;

/** The parts of a target, in the text it was parsed from. */
typedef struct {
    WeftHttpTargetForm form;
    const char *authority; /* (nullable) */
    size_t authority_length;
    const char *path; /* as sent; (nullable): asterisk and authority form */
    size_t path_length;
    const char *query; /* (nullable): behind the '?' */
    size_t query_length;
} WeftHttpTarget;

/** @method: decides whether "*" and "host:port" are allowed; FALSE for what is malformed */
gboolean weft_http_target_parse(const char *method, size_t method_length, const char *text,
                                size_t length, WeftHttpTarget *ret_target);

/** TRUE for host [ ":" port ] (RFC 9110 7.2), the empty one included. */
gboolean weft_http_authority_is_valid(const char *text, size_t length);

/**
 * Decode the escapes of an absolute path, collapse "//", resolve "." and "..".
 * @out: room for @length + 1 bytes; gets a NUL, too
 * Returns: its length; -1 for a bad escape, an encoded slash or control byte, a byte that no path
 * has, and ".." above the root
 */
ssize_t weft_http_path_normalise(const char *text, size_t length, char *out);

G_END_DECLS
