/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statuses: reason phrases, status lines, and the one place where errors become statuses.
 */
#pragma once

#include <weft/http.h>

G_BEGIN_DECLS

/** Bytes of "HTTP/1.1 NNN reason\r\n" at most. */
#define WEFT_HTTP_MAX_STATUS_LINE_BYTES 64

/**
 * "HTTP/1.1 200 OK\r\n", no NUL.
 * @out: room for WEFT_HTTP_MAX_STATUS_LINE_BYTES
 * Returns: bytes written
 */
size_t weft_http_status_line(unsigned status, char *out);

/** FALSE for 1xx, 204 and 304: answers that end with their head (RFC 9110 6.4.1). */
gboolean weft_http_status_has_body(unsigned status);

G_END_DECLS
