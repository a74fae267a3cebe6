/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entity tags, and the conditions of a request in the order of RFC 9110 13.2.2.
 */

#include "http/condition.h"

#include <weft/date.h>

#include <weft/scan.h>

#include <string.h>

size_t
weft_http_etag_scan(const char *text, size_t length, WeftHttpEtag *ret_etag)
{
    size_t begin = length >= 2 && text[0] == 'W' && text[1] == '/' ? 2 : 0;
    if (begin == length || text[begin] != '"')
        return 0;

    /* RFC 9110 8.8.3: visible characters and obs-text but no quote, and no escapes. */
    size_t end = begin + 1;
    while (end < length && text[end] != '"' && (uint8_t)text[end] > 0x20 && text[end] != 0x7f)
        end++;
    if (end == length || text[end] != '"')
        return 0;

    *ret_etag = (WeftHttpEtag){begin > 0, text + begin, end + 1 - begin};
    return end + 1;
}

gboolean
weft_http_etag_matches_strongly(const WeftHttpEtag *left, const WeftHttpEtag *right)
{
    return !left->is_weak && !right->is_weak && weft_http_etag_matches_weakly(left, right);
}

gboolean
weft_http_etag_matches_weakly(const WeftHttpEtag *left, const WeftHttpEtag *right)
{
    return left->opaque_length == right->opaque_length &&
           memcmp(left->opaque, right->opaque, left->opaque_length) == 0;
}

typedef gboolean (*EtagCompare)(const WeftHttpEtag *left, const WeftHttpEtag *right);

typedef enum {
    LIST_MATCHES,
    LIST_DIFFERS,
    LIST_MALFORMED,
} ListResult;

/*
 * Whether a list of entity tags names @etag.  The tags are scanned here and not as elements of a
 * list: a backslash before the closing quote is an escape there, and a byte like others in a tag.
 */
static ListResult
list_names(const char *list, const WeftHttpEtag *etag, EtagCompare matches)
{
    size_t length = strlen(list);
    ListResult result = LIST_DIFFERS;
    gboolean need_comma = FALSE;
    WeftHttpEtag listed = {FALSE, "", 0};

    for (size_t at = 0; at < length;) {
        if (list[at] == ' ' || list[at] == '\t') {
            at++;
            continue;
        }
        if (list[at] == ',') {
            need_comma = FALSE;
            at++;
            continue;
        }

        size_t used = need_comma ? 0 : weft_http_etag_scan(list + at, length - at, &listed);
        if (used == 0)
            return LIST_MALFORMED;
        if (etag != NULL && matches(&listed, etag))
            result = LIST_MATCHES;
        need_comma = TRUE;
        at += used;
    }
    return result;
}

/* Returns: (nullable): the representation's tag; NULL where it has none */
static const WeftHttpEtag *
etag_of(const WeftHttpRepresentation *representation, WeftHttpEtag *storage)
{
    if (representation == NULL || representation->etag == NULL ||
        weft_http_etag_scan(representation->etag, strlen(representation->etag), storage) == 0)
        return NULL;
    return storage;
}

/* RFC 9110 13.1.1.  What is malformed matches nothing: the change it guards does not happen. */
static gboolean
if_match_holds(const char *field, const WeftHttpRepresentation *representation)
{
    WeftHttpEtag storage = {FALSE, "", 0};

    if (strcmp(field, "*") == 0)
        return representation != NULL;
    return list_names(field, etag_of(representation, &storage), weft_http_etag_matches_strongly) ==
           LIST_MATCHES;
}

/*
 * RFC 9110 13.1.2.  What is malformed matches nothing in a GET, which then gets the whole answer;
 * it stops all else, as the change might be the one that it should prevent.
 */
static gboolean
if_none_match_holds(const char *field, gboolean is_get,
                    const WeftHttpRepresentation *representation)
{
    WeftHttpEtag storage = {FALSE, "", 0};

    if (strcmp(field, "*") == 0)
        return representation == NULL;
    switch (list_names(field, etag_of(representation, &storage), weft_http_etag_matches_weakly)) {
    case LIST_MATCHES:
        return FALSE;
    case LIST_DIFFERS:
        return TRUE;
    case LIST_MALFORMED:
        return is_get;
    }
    return FALSE;
}

static int64_t
modified_s(const WeftHttpRepresentation *representation)
{
    return representation->modified_us / G_USEC_PER_SEC;
}

/* RFC 9110 13.1.3 and 13.1.4: a date that is none, or a representation without one: no condition.
 */
static gboolean
was_modified_since(const char *field, const WeftHttpRepresentation *representation, int64_t now_s,
                   gboolean otherwise)
{
    int64_t since_s;

    if (representation == NULL || representation->modified_us < 0 ||
        !weft_date_parse_http(field, strlen(field), now_s, &since_s))
        return otherwise;
    return modified_s(representation) > since_s;
}

unsigned
weft_http_conditions_judge(const WeftHttpConditions *conditions, gboolean is_get,
                           const WeftHttpRepresentation *representation, int64_t now_s)
{
    if (conditions->if_match != NULL) {
        if (!if_match_holds(conditions->if_match, representation))
            return 412;
    } else if (conditions->if_unmodified_since != NULL) {
        if (was_modified_since(conditions->if_unmodified_since, representation, now_s, FALSE))
            return 412;
    }

    if (conditions->if_none_match != NULL) {
        if (!if_none_match_holds(conditions->if_none_match, is_get, representation))
            return is_get ? 304 : 412;
    } else if (is_get && conditions->if_modified_since != NULL) {
        if (!was_modified_since(conditions->if_modified_since, representation, now_s, TRUE))
            return 304;
    }
    return 0;
}

gboolean
weft_http_if_range_holds(const char *if_range, const WeftHttpRepresentation *representation,
                         int64_t now_s)
{
    size_t length = strlen(if_range);
    WeftHttpEtag asked = {FALSE, "", 0};
    WeftHttpEtag storage = {FALSE, "", 0};
    int64_t date_s;

    if (weft_http_etag_scan(if_range, length, &asked) == length) {
        const WeftHttpEtag *etag = etag_of(representation, &storage);
        return etag != NULL && weft_http_etag_matches_strongly(&asked, etag);
    }
    return representation->modified_us >= 0 &&
           weft_date_parse_http(if_range, length, now_s, &date_s) &&
           date_s == modified_s(representation) && date_s < now_s;
}
