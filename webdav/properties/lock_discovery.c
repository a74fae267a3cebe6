/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks as PROPFIND and LOCK tell of them.
 */
#include "webdav/properties/lock_discovery.h"

#include <string.h>
#include <weft/scan.h>

#include "webdav/rights.h"
#include "webdav/xml/writer.h"

#define LOCK_ENTRY(scope)                                                                          \
    "<D:lockentry><D:lockscope><D:" scope "/></D:lockscope>"                                       \
    "<D:locktype><D:write/></D:locktype></D:lockentry>"

const char weft_dav_supported_lock[] =
    "<D:supportedlock>" LOCK_ENTRY("exclusive") LOCK_ENTRY("shared") "</D:supportedlock>";

static void
append_timeout(WeftBuffer *out, const WeftDavLock *lock)
{
    char digits[20];

    weft_buffer_append_string(out, "<D:timeout>Second-");
    weft_buffer_append(out, digits,
                       weft_format_decimal((uint64_t)weft_dav_lock_left_s(lock), digits));
    weft_buffer_append_string(out, "</D:timeout>");
}

static void
append_root(WeftBuffer *out, const char *root, gboolean is_collection)
{
    weft_buffer_append_string(out, "<D:lockroot><D:href>");
    weft_dav_xml_append_href(out, root, strlen(root));
    if (is_collection && root[1] != '\0')
        weft_buffer_append_string(out, "/");
    weft_buffer_append_string(out, "</D:href></D:lockroot>");
}

/* In the order of the DTD, which some clients rely on. */
static void
append_active_lock(WeftBuffer *out, const WeftDavLock *lock)
{
    weft_buffer_append_string(out, "<D:activelock><D:lockscope>");
    weft_buffer_append_string(out, lock->is_shared ? "<D:shared/>" : "<D:exclusive/>");
    weft_buffer_append_string(out, "</D:lockscope><D:locktype><D:write/></D:locktype><D:depth>");
    weft_buffer_append_string(out, lock->is_infinite ? "infinity" : "0");
    weft_buffer_append_string(out, "</D:depth>");
    if (lock->owner_xml != NULL)
        weft_buffer_append_string(out, lock->owner_xml);
    append_timeout(out, lock);
    weft_buffer_append_string(out, "<D:locktoken><D:href>");
    weft_dav_xml_append_text(out, lock->token, strlen(lock->token));
    weft_buffer_append_string(out, "</D:href></D:locktoken>");
}

void
weft_dav_append_active_locks(WeftBuffer *out, const WeftDavCall *call, const GPtrArray *locks,
                             const char *path, gboolean is_collection)
{
    for (guint i = 0; i < locks->len; i++) {
        const WeftDavLock *lock = locks->pdata[i];

        append_active_lock(out, lock);
        if (weft_dav_may_see(call, lock->root))
            append_root(out, lock->root, is_collection || strcmp(lock->root, path) != 0);
        weft_buffer_append_string(out, "</D:activelock>");
    }
}
