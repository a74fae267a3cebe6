/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include <weft/buffer.h>

G_BEGIN_DECLS

/**
 * Writing XML: the one place that escapes.  Two forms: into memory that has room, for what is
 * written a hundred thousand times, and into a buffer that grows.
 */

/** What one byte of text, of an attribute value or of a path may become: "&quot;". */
#define WEFT_DAV_XML_MAX_ESCAPE_BYTES 6

/** Copy @size bytes to @at.  Returns: the end of what was written */
static inline char *
weft_dav_xml_put(char *at, const char *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/**
 * Write UTF-8 text as the content of an element.  A character that XML 1.0 cannot hold becomes
 * U+FFFD.
 * @at: room for @size * WEFT_DAV_XML_MAX_ESCAPE_BYTES
 */
char *weft_dav_xml_put_text(char *at, const char *text, size_t size);

/** The same for an attribute value between double quotes. */
char *weft_dav_xml_put_attribute(char *at, const char *value, size_t size);

/**
 * Write a decoded path as the content of a DAV:href: percent-encoded where RFC 3986 3.3 asks for
 * it,
 * '/' as it is.
 * @at: room for @size * WEFT_DAV_XML_MAX_ESCAPE_BYTES
 */
char *weft_dav_xml_put_href(char *at, const char *path, size_t size);

/** Percent-encode a path for a header field.  @at: room for @size * 3 */
char *weft_dav_xml_put_path(char *at, const char *path, size_t size);

void weft_dav_xml_append_text(WeftBuffer *buffer, const char *text, size_t size);
void weft_dav_xml_append_attribute(WeftBuffer *buffer, const char *value, size_t size);
void weft_dav_xml_append_href(WeftBuffer *buffer, const char *path, size_t size);

G_END_DECLS
