/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP dates (RFC 9110 5.6.7): written in one form, read in three.
 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/** "Sun, 06 Nov 1994 08:49:37 GMT" */
#define WEFT_HTTP_DATE_BYTES 29

/**
 * @unix_s: seconds since 1970; years 0 to 9999, others are clamped
 * @out: room for WEFT_HTTP_DATE_BYTES; no NUL
 */
void weft_http_date_format(int64_t unix_s, char *out);

/**
 * The date now, formatted once a second and thread.
 * Returns: (transfer none): WEFT_HTTP_DATE_BYTES bytes and a NUL, until the next call on this
 * thread
 */
const char *weft_http_date_now(void);

/**
 * IMF-fixdate, RFC 850 and asctime forms.
 * @now_s: decides the century of a year with two digits
 * FALSE for what is no date
 */
gboolean weft_http_date_parse(const char *text, size_t length, int64_t now_s, int64_t *ret_unix_s);

G_END_DECLS
