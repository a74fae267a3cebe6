/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing on, method by method.
 */
#include "webdav/store/forwarding_store.h"

gboolean
weft_dav_forward_stat(WeftDavStore *store, const char *path, WeftDavInfo *ret_info, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->stat(inner, path, ret_info, error);
}

WeftFile *
weft_dav_forward_open_read(WeftDavStore *store, const char *path, WeftDavInfo *ret_info,
                           GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->open_read(inner, path, ret_info, error);
}

WeftDavListing *
weft_dav_forward_list(WeftDavStore *store, const char *path, gboolean with_properties,
                      GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->list(inner, path, with_properties, error);
}

ssize_t
weft_dav_forward_list_next(WeftDavListing *listing, const WeftDavEntry **ret_entries,
                           GError **error)
{
    return listing->store->methods->list_next(listing, ret_entries, error);
}

void
weft_dav_forward_list_free(WeftDavListing *listing)
{
    if (listing != NULL)
        listing->store->methods->list_free(listing);
}

WeftDavUpload *
weft_dav_forward_upload_new(WeftDavStore *store, const char *path, int64_t size_bytes,
                            GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->upload_new(inner, path, size_bytes, error);
}

gboolean
weft_dav_forward_upload_write(WeftDavUpload *upload, const void *data, size_t size, GError **error)
{
    return upload->store->methods->upload_write(upload, data, size, error);
}

gboolean
weft_dav_forward_upload_merge(WeftDavUpload *upload, int64_t offset_bytes, GError **error)
{
    return upload->store->methods->upload_merge(upload, offset_bytes, error);
}

gboolean
weft_dav_forward_upload_commit(WeftDavUpload *upload, gboolean may_replace, WeftDavInfo *ret_info,
                               GError **error)
{
    return upload->store->methods->upload_commit(upload, may_replace, ret_info, error);
}

void
weft_dav_forward_upload_free(WeftDavUpload *upload)
{
    if (upload != NULL)
        upload->store->methods->upload_free(upload);
}

gboolean
weft_dav_forward_make_collection(WeftDavStore *store, const char *path, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->make_collection(inner, path, error);
}

gboolean
weft_dav_forward_remove(WeftDavStore *store, const char *path, GArray *failures, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->remove(inner, path, failures, error);
}

gboolean
weft_dav_forward_copy(WeftDavStore *store, const char *from, const char *to,
                      gboolean depth_infinity, gboolean may_replace, GArray *failures,
                      GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->copy(inner, from, to, depth_infinity, may_replace, failures, error);
}

gboolean
weft_dav_forward_move(WeftDavStore *store, const char *from, const char *to, gboolean may_replace,
                      GArray *failures, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->move(inner, from, to, may_replace, failures, error);
}

WeftDavPropertySet *
weft_dav_forward_get_properties(WeftDavStore *store, const char *path, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->get_properties(inner, path, error);
}

gboolean
weft_dav_forward_change_properties(WeftDavStore *store, const char *path,
                                   const WeftDavProperty *changes, size_t n_changes, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->change_properties(inner, path, changes, n_changes, error);
}

gboolean
weft_dav_forward_set_attributes(WeftDavStore *store, const char *path,
                                const WeftDavAttributes *attributes, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->set_attributes(inner, path, attributes, error);
}

gboolean
weft_dav_forward_get_space(WeftDavStore *store, const char *path, WeftDavSpace *ret_space,
                           GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->get_space(inner, path, ret_space, error);
}

char *
weft_dav_forward_resolve(WeftDavStore *store, const char *path, GError **error)
{
    WeftDavStore *inner = weft_dav_inner(store);

    return inner->methods->resolve != NULL ? inner->methods->resolve(inner, path, error)
                                           : g_strdup(path);
}

void
weft_dav_forwarding_clear(WeftDavForwardingStore *store)
{
    weft_dav_store_free(store->inner);
}
