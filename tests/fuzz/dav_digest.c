/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: fields that bring digests or ask for one, and X-Update-Range.
 */
#include <string.h>

#include "webdav/digest.h"
#include "webdav/methods/update_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *value = g_strndup((const char *)data, size);
    WeftDavUpdateRange range;

    for (int form = WEFT_DAV_DIGEST_STRUCTURED; form <= WEFT_DAV_DIGEST_OC; form++) {
        g_auto(WeftDavDigests) digests = {.n = 0};
        g_autoptr(GError) error = NULL;
        const gboolean ok = weft_dav_digests_add(&digests, (WeftDavDigestForm)form, value, &error);

        g_assert(ok == (error == NULL));
        g_assert(digests.n <= WEFT_DAV_MAX_DIGESTS);
        weft_dav_digests_update(&digests, value, strlen(value));
        (void)weft_dav_digests_verify(&digests, NULL);
    }
    (void)weft_dav_digest_choose(value, FALSE);
    (void)weft_dav_digest_choose(value, TRUE);

    if (weft_dav_update_range_parse(value, &range, NULL)) {
        const int64_t offset = weft_dav_update_range_offset(&range, 1000);

        g_assert(offset >= -1 && offset <= 1000);
        g_assert(range.length_bytes != 0);
    }
    return 0;
}
