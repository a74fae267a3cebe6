/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authorization field (RFC 9110 11.6.2), taken apart: Basic (RFC 7617) and Digest (RFC 7616).
 * No I/O.
 */
#pragma once

#include "http/auth_hash.h"

G_BEGIN_DECLS

typedef enum {
    WEFT_HTTP_AUTHORIZATION_UNKNOWN, /* a scheme, or a kind of Digest, that is none of ours */
    WEFT_HTTP_AUTHORIZATION_BAD,     /* malformed, or longer than names and passwords may be */
    WEFT_HTTP_AUTHORIZATION_BASIC,
    WEFT_HTTP_AUTHORIZATION_DIGEST,
} WeftHttpAuthorizationKind;

/** Parts of Digest lie in the text that was parsed. */
typedef struct {
    WeftHttpAuthorizationKind kind;
    char user[WEFT_HTTP_MAX_USER_BYTES + 1]; /* UTF-8; as sent, with a domain in front */

    char password[WEFT_HTTP_MAX_PASSWORD_BYTES + 1]; /* of Basic; bytes */

    /* of Digest */
    WeftHttpDigestAlgorithm algorithm;
    WeftHttpSlice realm;
    WeftHttpSlice nonce;
    WeftHttpSlice uri;
    WeftHttpSlice response;
    WeftHttpSlice cnonce;
    WeftHttpSlice nc;
    uint32_t n_uses; /* nc as a number, 1 at first */
} WeftHttpAuthorization;

void weft_http_authorization_parse(WeftHttpAuthorization *authorization, const char *text,
                                   size_t length);

/** What stands behind "Basic ".  FALSE for other schemes. */
gboolean weft_http_authorization_is_basic(const char *text, size_t length,
                                          WeftHttpSlice *ret_credentials);

/** The user without the domain that Windows puts before it: "ann" of "HOME\ann". */
const char *weft_http_authorization_plain_user(const char *user);

G_END_DECLS
