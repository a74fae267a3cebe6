/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entity tags, and the conditions of a request in the order of RFC 9110 13.2.2.
 */
#pragma once

#include <weft/http.h>

G_BEGIN_DECLS

typedef struct {
    gboolean is_weak;
    const char *opaque; /* with its quotes */
    size_t opaque_length;
} WeftHttpEtag;

/** The fields of a request that are conditions; NULL where one is absent. */
typedef struct {
    const char *if_match;
    const char *if_unmodified_since;
    const char *if_none_match;
    const char *if_modified_since;
} WeftHttpConditions;

/** An entity tag at the beginning of a text. Returns: bytes used, 0 where there is none */
size_t weft_http_etag_scan(const char *text, size_t length, WeftHttpEtag *ret_etag);

/** RFC 9110 8.8.3.2: strong comparison: the same, and neither is weak. */
gboolean weft_http_etag_matches_strongly(const WeftHttpEtag *left, const WeftHttpEtag *right);

/** RFC 9110 8.8.3.2: weak comparison: the same, weak or not. */
gboolean weft_http_etag_matches_weakly(const WeftHttpEtag *left, const WeftHttpEtag *right);

/**
 * @is_get: the method is GET or HEAD
 * @representation: (nullable): NULL where there is none now
 * @now_s: for dates with two-digit years
 * Returns: 0 to go on, 304 or 412
 */
unsigned weft_http_conditions_judge(const WeftHttpConditions *conditions, gboolean is_get,
                                    const WeftHttpRepresentation *representation, int64_t now_s);

/**
 * RFC 9110 13.1.5: whether the Range field of a request with this If-Range counts.
 * @now_s: a date is a strong validator only once the second it names is over
 */
gboolean weft_http_if_range_holds(const char *if_range,
                                  const WeftHttpRepresentation *representation, int64_t now_s);

G_END_DECLS
