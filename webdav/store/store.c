/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all stores share: the error domain, the entity tag, the end.
 */
#include <weft/dav_store.h>

G_DEFINE_QUARK(weft - dav - error - quark, weft_dav_error)

static char *
append_hex(char *at, uint64_t value)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned n_digits = value == 0 ? 1 : (67 - (unsigned)__builtin_clzll(value)) / 4;

    for (unsigned i = n_digits; i > 0; i--)
        *at++ = digits[value >> (4 * (i - 1)) & 0xf];
    return at;
}

size_t
weft_dav_info_etag(const WeftDavInfo *info, char ret_etag[WEFT_DAV_ETAG_BYTES])
{
    /* Two quotes, three numbers of 16 digits, two dashes, NUL. */
    G_STATIC_ASSERT(WEFT_DAV_ETAG_BYTES >= 2 + 3 * 16 + 2 + 1);
    char *at = ret_etag;

    *at++ = '"';
    at = append_hex(at, info->version[0]);
    *at++ = '-';
    at = append_hex(at, info->version[1]);
    *at++ = '-';
    at = append_hex(at, info->version[2]);
    *at++ = '"';
    *at = '\0';
    return (size_t)(at - ret_etag);
}

void
weft_dav_store_free(WeftDavStore *store)
{
    if (store != NULL)
        store->methods->free(store);
}
