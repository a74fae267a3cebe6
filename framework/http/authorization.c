/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authorization field.  A parameter that comes twice, or has an escape where none of ours have
 * one, makes it bad: two readers could see two things in it.
 */

#include "http/authorization.h"

#include <weft/scan.h>

#include <string.h>

/* "user:password" in base64, with its padding. */
#define MAX_BASIC_BYTES (WEFT_HTTP_MAX_USER_BYTES + 1 + WEFT_HTTP_MAX_PASSWORD_BYTES)
#define MAX_BASIC_TEXT_BYTES ((MAX_BASIC_BYTES + 2) / 3 * 4)

#define NC_DIGITS 8

/* Bytes of the scheme and the blanks behind it; 0 for another scheme. */
static size_t
scan_scheme(const char *text, size_t length, const char *scheme)
{
    const size_t n_name = strlen(scheme);

    if (length <= n_name || !weft_scan_equal_ignoring_case(text, n_name, scheme))
        return 0;
    const size_t n_blanks = weft_scan_blanks(text + n_name, length - n_name);
    return n_blanks > 0 ? n_name + n_blanks : 0;
}

/* ---- names ---- */

/* RFC 7617 2: neither a control character nor anything that is not UTF-8 is in a name. */
static gboolean
is_user(const char *user, size_t length)
{
    if (length == 0 || length > WEFT_HTTP_MAX_USER_BYTES)
        return FALSE;
    for (size_t i = 0; i < length; i++)
        if ((uint8_t)user[i] < 0x20 || user[i] == 0x7f)
            return FALSE;
    return g_utf8_validate(user, (gssize)length, NULL);
}

const char *
weft_http_authorization_plain_user(const char *user)
{
    const char *backslash = strrchr(user, '\\');

    return backslash != NULL && backslash[1] != '\0' ? backslash + 1 : user;
}

/* ---- Basic ---- */

static gboolean
parse_basic(WeftHttpAuthorization *authorization, WeftHttpSlice credentials)
{
    uint8_t bytes[MAX_BASIC_TEXT_BYTES];
    const char *decoded = (const char *)bytes;

    if (credentials.length > MAX_BASIC_TEXT_BYTES)
        return FALSE;

    const ssize_t length = weft_scan_base64(credentials.text, credentials.length, bytes);
    const char *colon = length > 0 ? memchr(decoded, ':', (size_t)length) : NULL;
    if (colon == NULL)
        return FALSE;

    const size_t n_user = (size_t)(colon - decoded);
    const size_t n_password = (size_t)length - n_user - 1;
    if (!is_user(decoded, n_user) || n_password > WEFT_HTTP_MAX_PASSWORD_BYTES ||
        memchr(colon + 1, '\0', n_password) != NULL)
        return FALSE;
    memcpy(authorization->user, decoded, n_user);
    authorization->user[n_user] = '\0';
    memcpy(authorization->password, colon + 1, n_password);
    authorization->password[n_password] = '\0';
    return TRUE;
}

gboolean
weft_http_authorization_is_basic(const char *text, size_t length, WeftHttpSlice *ret_credentials)
{
    const size_t n_scheme = scan_scheme(text, length, "Basic");

    if (n_scheme == 0)
        return FALSE;
    *ret_credentials = (WeftHttpSlice){text + n_scheme, length - n_scheme};
    weft_scan_trim(&ret_credentials->text, &ret_credentials->length);
    return TRUE;
}

/* ---- Digest ---- */

/* Parameters by their place in Parameters.values. */
enum {
    USERNAME,
    USERNAME_EXTENDED,
    REALM,
    NONCE,
    URI,
    RESPONSE,
    ALGORITHM,
    CNONCE,
    NC,
    QOP,
    USERHASH,
    N_PARAMETERS
};

static const char *const parameter_names[N_PARAMETERS] = {
    "username",  "username*", "realm", "nonce", "uri",     "response",
    "algorithm", "cnonce",    "nc",    "qop",   "userhash"};

typedef struct {
    WeftHttpSlice values[N_PARAMETERS]; /* text NULL: not sent; without quotes */
} Parameters;

static int
parameter_of(const char *name, size_t length)
{
    for (int i = 0; i < N_PARAMETERS; i++)
        if (weft_scan_equal_ignoring_case(name, length, parameter_names[i]))
            return i;
    return -1;
}

/* A token or a quoted string; all of @text. */
static gboolean
take_value(const char *text, size_t length, WeftHttpSlice *ret_value)
{
    if (length > 0 && text[0] == '"') {
        if (weft_scan_quoted_string(text, length) != length)
            return FALSE;
        *ret_value = (WeftHttpSlice){text + 1, length - 2};
        return TRUE;
    }
    *ret_value = (WeftHttpSlice){text, length};
    return length > 0 && weft_scan_while(text, length, WEFT_BYTE_TOKEN) == length;
}

static gboolean
take_parameter(Parameters *parameters, const char *item, size_t length)
{
    const char *equals = memchr(item, '=', length);
    if (equals == NULL)
        return FALSE;

    const char *name = item;
    size_t n_name = (size_t)(equals - item);
    const char *value = equals + 1;
    size_t n_value = length - n_name - 1;
    weft_scan_trim(&name, &n_name);
    weft_scan_trim(&value, &n_value);

    WeftHttpSlice slice;
    if (!take_value(value, n_value, &slice))
        return FALSE;
    const int at = parameter_of(name, n_name);
    if (at < 0)
        return TRUE;
    if (parameters->values[at].text != NULL)
        return FALSE;
    if (at != USERNAME && memchr(slice.text, '\\', slice.length) != NULL)
        return FALSE;
    parameters->values[at] = slice;
    return TRUE;
}

static gboolean
is_value(const Parameters *parameters, int at, const char *wanted)
{
    const WeftHttpSlice *value = &parameters->values[at];

    return value->text != NULL && weft_scan_equal_ignoring_case(value->text, value->length, wanted);
}

/* Without the backslashes of quoted pairs (RFC 9110 5.6.4). */
static gboolean
take_quoted_user(WeftHttpAuthorization *authorization, WeftHttpSlice quoted)
{
    size_t length = 0;

    for (size_t i = 0; i < quoted.length; i++) {
        if (quoted.text[i] == '\\' && i + 1 < quoted.length)
            i++;
        if (length == WEFT_HTTP_MAX_USER_BYTES)
            return FALSE;
        authorization->user[length++] = quoted.text[i];
    }
    authorization->user[length] = '\0';
    return is_user(authorization->user, length);
}

/* RFC 7616 3.4, RFC 8187 3.2.1: UTF-8''J%C3%A4s */
static gboolean
take_extended_user(WeftHttpAuthorization *authorization, WeftHttpSlice value)
{
    static const char charset[] = "UTF-8''";
    const size_t n_charset = sizeof charset - 1;

    if (value.length < n_charset ||
        !weft_scan_equal_ignoring_case(value.text, n_charset, charset) ||
        value.length - n_charset > WEFT_HTTP_MAX_USER_BYTES)
        return FALSE;
    const ssize_t length = weft_scan_percent_decode(value.text + n_charset,
                                                    value.length - n_charset, authorization->user);
    if (length < 0)
        return FALSE;
    authorization->user[length] = '\0';
    return is_user(authorization->user, (size_t)length);
}

static gboolean
take_user(WeftHttpAuthorization *authorization, const Parameters *parameters)
{
    const WeftHttpSlice quoted = parameters->values[USERNAME];
    const WeftHttpSlice extended = parameters->values[USERNAME_EXTENDED];

    if ((quoted.text == NULL) == (extended.text == NULL))
        return FALSE;
    return quoted.text != NULL ? take_quoted_user(authorization, quoted)
                               : take_extended_user(authorization, extended);
}

static gboolean
take_digest(WeftHttpAuthorization *authorization, const Parameters *parameters)
{
    static const int needed[] = {REALM, NONCE, URI, RESPONSE, CNONCE, NC};
    const WeftHttpSlice nc = parameters->values[NC];
    uint64_t n_uses = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
        if (parameters->values[needed[i]].text == NULL)
            return FALSE;
    if (nc.length != NC_DIGITS || weft_scan_hex(nc.text, nc.length, &n_uses) != NC_DIGITS)
        return FALSE;
    authorization->n_uses = (uint32_t)n_uses;
    authorization->nc = nc;
    authorization->realm = parameters->values[REALM];
    authorization->nonce = parameters->values[NONCE];
    authorization->uri = parameters->values[URI];
    authorization->response = parameters->values[RESPONSE];
    authorization->cnonce = parameters->values[CNONCE];
    return take_user(authorization, parameters);
}

static WeftHttpAuthorizationKind
parse_digest(WeftHttpAuthorization *authorization, const char *text, size_t length)
{
    Parameters parameters = {0};
    const char *item = NULL;
    size_t n_item = 0;

    while (weft_scan_list_next(&text, &length, &item, &n_item))
        if (!take_parameter(&parameters, item, n_item))
            return WEFT_HTTP_AUTHORIZATION_BAD;

    /* RFC 7616 3.4: MD5 where none is named. */
    if (parameters.values[ALGORITHM].text == NULL || is_value(&parameters, ALGORITHM, "MD5"))
        authorization->algorithm = WEFT_HTTP_DIGEST_MD5;
    else if (is_value(&parameters, ALGORITHM, "SHA-256"))
        authorization->algorithm = WEFT_HTTP_DIGEST_SHA256;
    else
        return WEFT_HTTP_AUTHORIZATION_UNKNOWN;
    if (!is_value(&parameters, QOP, "auth") || is_value(&parameters, USERHASH, "true"))
        return WEFT_HTTP_AUTHORIZATION_UNKNOWN;
    return take_digest(authorization, &parameters) ? WEFT_HTTP_AUTHORIZATION_DIGEST
                                                   : WEFT_HTTP_AUTHORIZATION_BAD;
}

void
weft_http_authorization_parse(WeftHttpAuthorization *authorization, const char *text, size_t length)
{
    WeftHttpSlice credentials;
    const size_t n_digest = scan_scheme(text, length, "Digest");

    authorization->user[0] = '\0';
    authorization->password[0] = '\0';
    authorization->kind = WEFT_HTTP_AUTHORIZATION_UNKNOWN;
    if (weft_http_authorization_is_basic(text, length, &credentials))
        authorization->kind = parse_basic(authorization, credentials)
                                  ? WEFT_HTTP_AUTHORIZATION_BASIC
                                  : WEFT_HTTP_AUTHORIZATION_BAD;
    else if (n_digest > 0)
        authorization->kind = parse_digest(authorization, text + n_digest, length - n_digest);
}
