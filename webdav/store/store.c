/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all stores share: the error domain, the entity tag, the end.
 */
#include <weft/dav_store.h>
#include <weft/scan.h>

G_DEFINE_QUARK(weft - dav - error - quark, weft_dav_error)

size_t
weft_dav_info_etag(const WeftDavInfo *info, char ret_etag[WEFT_DAV_ETAG_BYTES])
{
    /* Two quotes, three numbers of 16 digits, two dashes, NUL. */
    G_STATIC_ASSERT(WEFT_DAV_ETAG_BYTES >= 2 + 3 * 16 + 2 + 1);
    char *at = ret_etag;

    *at++ = '"';
    at += weft_format_hex(info->version[0], at);
    *at++ = '-';
    at += weft_format_hex(info->version[1], at);
    *at++ = '-';
    at += weft_format_hex(info->version[2], at);
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
