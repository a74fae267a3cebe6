/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks as PROPFIND and LOCK tell of them.  A listing takes all it may need at once, so that an
 * entry costs one look into a table; what its collection is held by is found once a collection.
 */
#include "webdav/properties/lock_discovery.h"

#include <string.h>
#include <weft/scan.h>

#include "webdav/properties/view.h"
#include "webdav/rights.h"
#include "webdav/xml/writer.h"

/* Beyond as many a listing looks up the locks of each entry instead. */
#define MAX_LOCKS_TAKEN 4096

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

/* ---- the locks of a listing ---- */

struct WeftDavLockView {
    const WeftDavCall *call;
    GPtrArray *locks;     /* of WeftDavLock: all of them */
    GHashTable *by_root;  /* of GPtrArray, by path; NULL where there are too many to take */
    GString *folder;      /* the collection that inherited is of, with a slash at its end */
    GPtrArray *inherited; /* of WeftDavLock: those that hold all in folder */
    GString *path;        /* of the entry; kept for its memory */
};

static void
add_by_root(GHashTable *by_root, WeftDavLock *lock)
{
    GPtrArray *locks = g_hash_table_lookup(by_root, lock->root);

    if (locks == NULL) {
        locks = weft_dav_locks_new();
        g_hash_table_insert(by_root, (char *)lock->root, locks);
    }
    g_ptr_array_add(locks, weft_dav_lock_ref(lock));
}

static gboolean
take_locks(WeftDavLockView *view, gboolean with_members, GError **error)
{
    WeftDavLockStore *store = view->call->locks;

    if (!store->methods->find_covering(store, view->call->path, view->locks, error))
        return FALSE;
    if (with_members && !store->methods->find_in(store, view->call->path, WEFT_DAV_LOCKS_BELOW,
                                                 MAX_LOCKS_TAKEN, view->locks, error))
        return FALSE;
    if (view->locks->len >= MAX_LOCKS_TAKEN)
        return TRUE;

    view->by_root =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < view->locks->len; i++)
        add_by_root(view->by_root, view->locks->pdata[i]);
    return TRUE;
}

WeftDavLockView *
weft_dav_lock_view_new(const WeftDavCall *call, gboolean with_members, GError **error)
{
    WeftDavLockView *view = g_new0(WeftDavLockView, 1);

    view->call = call;
    view->locks = weft_dav_locks_new();
    view->folder = g_string_new(NULL);
    view->inherited = weft_dav_locks_new();
    view->path = g_string_new(NULL);
    if (!take_locks(view, with_members, error))
        g_clear_pointer(&view, weft_dav_lock_view_free);
    return view;
}

void
weft_dav_lock_view_free(WeftDavLockView *view)
{
    if (view == NULL)
        return;
    g_clear_pointer(&view->by_root, g_hash_table_unref);
    g_ptr_array_unref(view->locks);
    g_ptr_array_unref(view->inherited);
    g_string_free(view->folder, TRUE);
    g_string_free(view->path, TRUE);
    g_free(view);
}

/* What is locked to any depth at the path that the first @length bytes of @text are. */
static void
inherit_from(WeftDavLockView *view, const char *text, size_t length)
{
    g_string_truncate(view->path, 0);
    g_string_append_len(view->path, text, (gssize)length);

    const GPtrArray *locks = g_hash_table_lookup(view->by_root, view->path->str);
    for (guint i = 0; locks != NULL && i < locks->len; i++) {
        WeftDavLock *lock = locks->pdata[i];

        if (lock->is_infinite)
            g_ptr_array_add(view->inherited, weft_dav_lock_ref(lock));
    }
}

static void
enter_folder(WeftDavLockView *view, const char *folder)
{
    if (strcmp(view->folder->str, folder) == 0)
        return;
    g_string_assign(view->folder, folder);
    g_ptr_array_set_size(view->inherited, 0);
    for (const char *slash = strchr(folder, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        inherit_from(view, folder, slash == folder ? 1 : (size_t)(slash - folder));
}

/* Slow, and right for any number of locks.  What cannot be told is left out. */
static void
append_looked_up(WeftBuffer *out, WeftDavLockView *view, gboolean is_collection)
{
    WeftDavLockStore *store = view->call->locks;
    g_autoptr(GPtrArray) locks = weft_dav_locks_new();

    if (store->methods->find_covering(store, view->path->str, locks, NULL))
        weft_dav_append_active_locks(out, view->call, locks, view->path->str, is_collection);
}

void
weft_dav_lock_view_append(WeftBuffer *out, const WeftDavResource *resource)
{
    WeftDavLockView *view = resource->view != NULL ? resource->view->locks : NULL;
    const gboolean is_collection = resource->info->is_collection;

    if (view == NULL)
        return;
    if (view->by_root != NULL)
        enter_folder(view, resource->view->folder);
    g_string_assign(view->path, resource->view->folder);
    g_string_append_len(view->path, resource->name, (gssize)resource->name_len);
    if (view->path->len == 0)
        g_string_append_c(view->path, '/');
    if (view->by_root == NULL) {
        append_looked_up(out, view, is_collection);
        return;
    }

    const GPtrArray *own = g_hash_table_lookup(view->by_root, view->path->str);
    weft_dav_append_active_locks(out, view->call, view->inherited, view->path->str, is_collection);
    if (own != NULL)
        weft_dav_append_active_locks(out, view->call, own, view->path->str, is_collection);
}
