/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: an Authorization field.  What is taken out of it lies in it, and is a name.
 */

#include "http/authorization.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_within(WeftHttpSlice slice, const char *text, size_t size)
{
    g_assert(slice.text >= text && slice.text + slice.length <= text + size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    WeftHttpAuthorization sent;

    weft_http_authorization_parse(&sent, text, size);
    switch (sent.kind) {
    case WEFT_HTTP_AUTHORIZATION_UNKNOWN:
    case WEFT_HTTP_AUTHORIZATION_BAD:
        return 0;
    case WEFT_HTTP_AUTHORIZATION_BASIC:
        g_assert(strlen(sent.password) <= WEFT_HTTP_MAX_PASSWORD_BYTES);
        break;
    case WEFT_HTTP_AUTHORIZATION_DIGEST:
        check_within(sent.nonce, text, size);
        check_within(sent.response, text, size);
        check_within(sent.cnonce, text, size);
        check_within(sent.uri, text, size);
        check_within(sent.realm, text, size);
        g_assert(sent.nc.length == 8);
        break;
    }
    g_assert(sent.user[0] != '\0' && strlen(sent.user) <= WEFT_HTTP_MAX_USER_BYTES);
    g_assert(g_utf8_validate(sent.user, -1, NULL));
    g_assert(weft_http_authorization_plain_user(sent.user)[0] != '\0');
    return 0;
}
