/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store that hands each call to the share that the path's first segment names.
 */
#include "webdav/weftdav/shares.h"

#include <string.h>
#include <weft/clock.h>
#include <weft/error.h>

#include "webdav/weftdav/share_transfer.h"

typedef struct {
    char *name;
    size_t length; /* of name */
    WeftDavStore *store;
} Share;

typedef struct {
    WeftDavStore base;
    GPtrArray *shares; /* of Share */
    int64_t made_us;
} Shares;

/* A listing of the root.  Others are the shares' own. */
typedef struct {
    WeftDavListing base;
    GArray *entries; /* of WeftDavEntry; names are the shares' */
    gboolean is_told;
} RootListing;

static gboolean
refuse(GError **error, WeftDavError code, const char *reason)
{
    g_set_error_literal(error, WEFT_DAV_ERROR, code, reason);
    return FALSE;
}

/* ---- where a path leads ---- */

/* @ret_inner: (nullable): the path within the share.  NULL for the root and for what is no share */
static const Share *
find_share(const Shares *shares, const char *path, const char **ret_inner)
{
    const size_t length = strcspn(path + 1, "/");

    for (guint i = 0; i < shares->shares->len; i++) {
        const Share *share = g_ptr_array_index(shares->shares, i);

        if (share->length == length && memcmp(share->name, path + 1, length) == 0) {
            *ret_inner = path[length + 1] == '\0' ? "/" : path + length + 1;
            return share;
        }
    }
    return NULL;
}

static gboolean
is_root(const char *path)
{
    return strcmp(path, "/") == 0;
}

static const Share *
share_of(WeftDavStore *store, const char *path, const char **ret_inner, GError **error)
{
    const Share *share = find_share((const Shares *)store, path, ret_inner);

    if (share != NULL)
        return share;
    if (is_root(path))
        refuse(error, WEFT_DAV_ERROR_FORBIDDEN, "the collection of shares is fixed");
    else
        refuse(error,
               strchr(path + 1, '/') != NULL ? WEFT_DAV_ERROR_NO_PARENT : WEFT_DAV_ERROR_NOT_FOUND,
               "no such share");
    return NULL;
}

/* The same for what is to be made, replaced or removed: that is never a share. */
static const Share *
share_within(WeftDavStore *store, const char *path, const char **ret_inner, GError **error)
{
    const Share *share = find_share((const Shares *)store, path, ret_inner);

    if (share == NULL && !is_root(path) && strchr(path + 1, '/') != NULL) {
        refuse(error, WEFT_DAV_ERROR_NO_PARENT, "no such share");
        return NULL;
    }
    if (share == NULL || is_root(*ret_inner)) {
        refuse(error, WEFT_DAV_ERROR_FORBIDDEN, "the collection of shares is fixed");
        return NULL;
    }
    return share;
}

/* Failures from @begin on are told by paths of the share. */
static void
name_share(const Share *share, GArray *failures, guint begin)
{
    for (guint i = begin; i < failures->len; i++) {
        WeftDavFailure *failure = &g_array_index(failures, WeftDavFailure, i);
        char *path = g_strdup_printf("/%s%s", share->name, failure->path);

        g_free(failure->path);
        failure->path = path;
    }
}

/* ---- looking ---- */

static void
describe_root(const Shares *shares, WeftDavInfo *ret_info)
{
    *ret_info = (WeftDavInfo){
        .modified_us = shares->made_us,
        .created_us = shares->made_us,
        .version = {(uint64_t)shares->made_us, 0, 0},
        .is_collection = TRUE,
    };
}

static gboolean
shares_stat(WeftDavStore *store, const char *path, WeftDavInfo *ret_info, GError **error)
{
    const char *inner = NULL;

    if (is_root(path)) {
        describe_root((const Shares *)store, ret_info);
        return TRUE;
    }
    const Share *share = share_of(store, path, &inner, error);
    return share != NULL && share->store->methods->stat(share->store, inner, ret_info, error);
}

static WeftFile *
shares_open_read(WeftDavStore *store, const char *path, WeftDavInfo *ret_info, GError **error)
{
    const char *inner = NULL;

    if (is_root(path)) {
        refuse(error, WEFT_DAV_ERROR_IS_COLLECTION, "the collection of shares is no file");
        return NULL;
    }
    const Share *share = share_of(store, path, &inner, error);
    return share != NULL ? share->store->methods->open_read(share->store, inner, ret_info, error)
                         : NULL;
}

/* A share that cannot be looked at, because its disk is gone, does not hide the others. */
static WeftDavListing *
list_root(Shares *shares)
{
    RootListing *listing = g_new0(RootListing, 1);

    listing->base.store = &shares->base;
    listing->entries = g_array_new(FALSE, TRUE, sizeof(WeftDavEntry));
    for (guint i = 0; i < shares->shares->len; i++) {
        const Share *share = g_ptr_array_index(shares->shares, i);
        WeftDavEntry entry = {.name = share->name, .name_len = share->length};

        if (share->store->methods->stat(share->store, "/", &entry.info, NULL))
            g_array_append_val(listing->entries, entry);
    }
    return &listing->base;
}

static WeftDavListing *
shares_list(WeftDavStore *store, const char *path, gboolean with_properties, GError **error)
{
    const char *inner = NULL;

    if (is_root(path))
        return list_root((Shares *)store);
    const Share *share = share_of(store, path, &inner, error);
    return share != NULL ? share->store->methods->list(share->store, inner, with_properties, error)
                         : NULL;
}

static gboolean
is_root_listing(const WeftDavListing *listing)
{
    return listing->store->methods->list == shares_list;
}

static ssize_t
shares_list_next(WeftDavListing *base, const WeftDavEntry **ret_entries, GError **error)
{
    RootListing *listing = (RootListing *)base;

    if (!is_root_listing(base))
        return base->store->methods->list_next(base, ret_entries, error);
    if (listing->is_told)
        return 0;
    listing->is_told = TRUE;
    *ret_entries = (const WeftDavEntry *)(void *)listing->entries->data;
    return (ssize_t)listing->entries->len;
}

static void
shares_list_free(WeftDavListing *base)
{
    RootListing *listing = (RootListing *)base;

    if (base == NULL)
        return;
    if (!is_root_listing(base)) {
        base->store->methods->list_free(base);
        return;
    }
    g_array_unref(listing->entries);
    g_free(listing);
}

/* ---- uploads: they name the share's store as theirs ---- */

static WeftDavUpload *
shares_upload_new(WeftDavStore *store, const char *path, int64_t size_bytes, GError **error)
{
    const char *inner = NULL;
    const Share *share = share_within(store, path, &inner, error);

    return share != NULL ? share->store->methods->upload_new(share->store, inner, size_bytes, error)
                         : NULL;
}

static gboolean
shares_upload_write(WeftDavUpload *upload, const void *data, size_t size, GError **error)
{
    return upload->store->methods->upload_write(upload, data, size, error);
}

static gboolean
shares_upload_merge(WeftDavUpload *upload, int64_t offset_bytes, GError **error)
{
    return upload->store->methods->upload_merge(upload, offset_bytes, error);
}

static gboolean
shares_upload_commit(WeftDavUpload *upload, gboolean may_replace, WeftDavInfo *ret_info,
                     GError **error)
{
    return upload->store->methods->upload_commit(upload, may_replace, ret_info, error);
}

static void
shares_upload_free(WeftDavUpload *upload)
{
    if (upload != NULL)
        upload->store->methods->upload_free(upload);
}

/* ---- changing ---- */

static gboolean
shares_make_collection(WeftDavStore *store, const char *path, GError **error)
{
    const char *inner = NULL;
    const Share *share = share_within(store, path, &inner, error);

    return share != NULL && share->store->methods->make_collection(share->store, inner, error);
}

static gboolean
shares_remove(WeftDavStore *store, const char *path, GArray *failures, GError **error)
{
    const guint begin = failures->len;
    const char *inner = NULL;
    const Share *share = share_within(store, path, &inner, error);

    if (share == NULL)
        return FALSE;
    const gboolean ok = share->store->methods->remove(share->store, inner, failures, error);
    name_share(share, failures, begin);
    return ok;
}

static gboolean
shares_copy(WeftDavStore *store, const char *from, const char *to, gboolean depth_infinity,
            gboolean may_replace, GArray *failures, GError **error)
{
    const guint begin = failures->len;
    const char *inner_from = NULL;
    const char *inner_to = NULL;
    const Share *source = share_of(store, from, &inner_from, error);
    const Share *target = source != NULL ? share_within(store, to, &inner_to, error) : NULL;
    gboolean ok = FALSE;

    if (target == NULL)
        return FALSE;
    if (source == target) {
        ok = source->store->methods->copy(source->store, inner_from, inner_to, depth_infinity,
                                          may_replace, failures, error);
    } else {
        const WeftDavShareTransfer transfer = {source->store, inner_from, target->store, inner_to,
                                               failures};

        ok = weft_dav_share_transfer_copy(&transfer, depth_infinity, may_replace, error);
    }
    name_share(source, failures, begin);
    return ok;
}

/* Nothing is removed before all of it stands at its new place. */
static gboolean
move_across(const Share *source, const char *from, const Share *target, const char *to,
            gboolean may_replace, GArray *failures, GError **error)
{
    const guint begin = failures->len;
    const WeftDavShareTransfer transfer = {source->store, from, target->store, to, failures};

    if (!weft_dav_share_transfer_copy(&transfer, TRUE, may_replace, error))
        return FALSE;
    return failures->len > begin ||
           source->store->methods->remove(source->store, from, failures, error);
}

static gboolean
shares_move(WeftDavStore *store, const char *from, const char *to, gboolean may_replace,
            GArray *failures, GError **error)
{
    const guint begin = failures->len;
    const char *inner_from = NULL;
    const char *inner_to = NULL;
    const Share *source = share_within(store, from, &inner_from, error);
    const Share *target = source != NULL ? share_within(store, to, &inner_to, error) : NULL;

    if (target == NULL)
        return FALSE;
    const gboolean ok =
        source == target
            ? source->store->methods->move(source->store, inner_from, inner_to, may_replace,
                                           failures, error)
            : move_across(source, inner_from, target, inner_to, may_replace, failures, error);
    name_share(source, failures, begin);
    return ok;
}

/* ---- properties ---- */

static WeftDavPropertySet *
shares_get_properties(WeftDavStore *store, const char *path, GError **error)
{
    const char *inner = NULL;

    if (is_root(path))
        return NULL;
    const Share *share = share_of(store, path, &inner, error);
    return share != NULL ? share->store->methods->get_properties(share->store, inner, error) : NULL;
}

static gboolean
shares_change_properties(WeftDavStore *store, const char *path, const WeftDavProperty *changes,
                         size_t n_changes, GError **error)
{
    const char *inner = NULL;
    const Share *share = share_of(store, path, &inner, error);

    return share != NULL &&
           share->store->methods->change_properties(share->store, inner, changes, n_changes, error);
}

static gboolean
shares_set_attributes(WeftDavStore *store, const char *path, const WeftDavAttributes *attributes,
                      GError **error)
{
    const char *inner = NULL;
    const Share *share = share_of(store, path, &inner, error);

    return share != NULL &&
           share->store->methods->set_attributes(share->store, inner, attributes, error);
}

/* Clients ask for the room of what they mount; of several, that of the first. */
static gboolean
shares_get_space(WeftDavStore *store, const char *path, WeftDavSpace *ret_space, GError **error)
{
    const Shares *shares = (const Shares *)store;
    const char *inner = "/";
    const Share *share = is_root(path) && shares->shares->len > 0
                             ? g_ptr_array_index(shares->shares, 0)
                             : share_of(store, path, &inner, error);

    return share != NULL && share->store->methods->get_space(share->store, inner, ret_space, error);
}

static char *
shares_resolve(WeftDavStore *store, const char *path, GError **error)
{
    const char *inner = NULL;
    const Share *share = find_share((const Shares *)store, path, &inner);

    if (share == NULL || share->store->methods->resolve == NULL)
        return g_strdup(path);
    g_autofree char *resolved = share->store->methods->resolve(share->store, inner, error);
    if (resolved == NULL)
        return NULL;
    return g_strdup_printf("/%s%s", share->name, is_root(resolved) ? "" : resolved);
}

/* ---- making one ---- */

static void
share_free(gpointer data)
{
    Share *share = data;

    weft_dav_store_free(share->store);
    g_free(share->name);
    g_free(share);
}

static void
shares_free(WeftDavStore *store)
{
    Shares *shares = (Shares *)store;

    g_ptr_array_unref(shares->shares);
    g_free(shares);
}

static const WeftDavStoreMethods shares_methods = {
    .stat = shares_stat,
    .open_read = shares_open_read,
    .list = shares_list,
    .list_next = shares_list_next,
    .list_free = shares_list_free,
    .upload_new = shares_upload_new,
    .upload_write = shares_upload_write,
    .upload_merge = shares_upload_merge,
    .upload_commit = shares_upload_commit,
    .upload_free = shares_upload_free,
    .make_collection = shares_make_collection,
    .remove = shares_remove,
    .copy = shares_copy,
    .move = shares_move,
    .get_properties = shares_get_properties,
    .change_properties = shares_change_properties,
    .set_attributes = shares_set_attributes,
    .get_space = shares_get_space,
    .resolve = shares_resolve,
    .free = shares_free,
};

WeftDavStore *
weft_dav_shares_new(void)
{
    Shares *shares = g_new0(Shares, 1);

    shares->base.methods = &shares_methods;
    shares->shares = g_ptr_array_new_with_free_func(share_free);
    shares->made_us = weft_clock_wall_us();
    return &shares->base;
}

static gboolean
is_name(const char *name)
{
    return *name != '\0' && *name != '.' && strchr(name, '/') == NULL &&
           g_utf8_validate(name, -1, NULL);
}

gboolean
weft_dav_shares_add(WeftDavStore *store, const char *name, WeftDavStore *share, GError **error)
{
    Shares *shares = (Shares *)store;
    g_autoptr(WeftDavStore) owned = share;
    g_autofree char *path = g_strconcat("/", name, NULL);
    const char *inner = NULL;

    if (!is_name(name) || find_share(shares, path, &inner) != NULL) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                    "\"%s\" cannot be the name of a share, or is one already", name);
        return FALSE;
    }

    Share *added = g_new0(Share, 1);
    added->name = g_strdup(name);
    added->length = strlen(name);
    added->store = g_steal_pointer(&owned);
    g_ptr_array_add(shares->shares, added);
    return TRUE;
}
