/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates as protocols write them: that of HTTP (RFC 9110 5.6.7), written in one form and read in
 * three, and that of RFC 3339.
 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/** The second that the wall clock's @wall_us belongs to; also before 1970. */
static inline int64_t
weft_date_second_of_us(int64_t wall_us)
{
    return wall_us / G_USEC_PER_SEC - (wall_us % G_USEC_PER_SEC < 0 ? 1 : 0);
}

/** "Sun, 06 Nov 1994 08:49:37 GMT" */
#define WEFT_DATE_HTTP_BYTES 29

/**
 * @unix_s: seconds since 1970; years 0 to 9999, others are clamped
 * @out: room for WEFT_DATE_HTTP_BYTES; no NUL
 */
void weft_date_format_http(int64_t unix_s, char *out);

/** "1994-11-06T08:49:37Z" */
#define WEFT_DATE_ISO_BYTES 20

/** The same for the form of RFC 3339.  @out: room for WEFT_DATE_ISO_BYTES; no NUL */
void weft_date_format_iso(int64_t unix_s, char *out);

/**
 * The date now, formatted once a second and thread.
 * Returns: (transfer none): WEFT_DATE_HTTP_BYTES bytes and a NUL, until the next call on this
 * thread
 */
const char *weft_date_now_http(void);

/**
 * IMF-fixdate, RFC 850 and asctime forms.
 * @now_s: decides the century of a year with two digits
 * FALSE for what is no date
 */
gboolean weft_date_parse_http(const char *text, size_t length, int64_t now_s, int64_t *ret_unix_s);

G_END_DECLS
