/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

G_BEGIN_DECLS

/**
 * A store in front of another: what a layer does not do itself it hands on.  A layer's struct
 * begins with this one.
 *
 * Uploads and listings that come from the inner store name it as theirs, so what is handed on finds
 * its way whether the layer has put something of its own around them or not.
 */
typedef struct {
    WeftDavStore base;
    WeftDavStore *inner; /* owned */
} WeftDavForwardingStore;

static inline WeftDavStore *
weft_dav_inner(WeftDavStore *store)
{
    return ((WeftDavForwardingStore *)store)->inner;
}

gboolean weft_dav_forward_stat(WeftDavStore *store, const char *path, WeftDavInfo *ret_info,
                               GError **error);
WeftFile *weft_dav_forward_open_read(WeftDavStore *store, const char *path, WeftDavInfo *ret_info,
                                     GError **error);
WeftDavListing *weft_dav_forward_list(WeftDavStore *store, const char *path,
                                      gboolean with_properties, GError **error);
ssize_t weft_dav_forward_list_next(WeftDavListing *listing, const WeftDavEntry **ret_entries,
                                   GError **error);
void weft_dav_forward_list_free(WeftDavListing *listing);
WeftDavUpload *weft_dav_forward_upload_new(WeftDavStore *store, const char *path,
                                           int64_t size_bytes, GError **error);
gboolean weft_dav_forward_upload_write(WeftDavUpload *upload, const void *data, size_t size,
                                       GError **error);
gboolean weft_dav_forward_upload_merge(WeftDavUpload *upload, int64_t offset_bytes, GError **error);
gboolean weft_dav_forward_upload_commit(WeftDavUpload *upload, gboolean may_replace,
                                        WeftDavInfo *ret_info, GError **error);
void weft_dav_forward_upload_free(WeftDavUpload *upload);
gboolean weft_dav_forward_make_collection(WeftDavStore *store, const char *path, GError **error);
gboolean weft_dav_forward_remove(WeftDavStore *store, const char *path, GArray *failures,
                                 GError **error);
gboolean weft_dav_forward_copy(WeftDavStore *store, const char *from, const char *to,
                               gboolean depth_infinity, gboolean may_replace, GArray *failures,
                               GError **error);
gboolean weft_dav_forward_move(WeftDavStore *store, const char *from, const char *to,
                               gboolean may_replace, GArray *failures, GError **error);
WeftDavPropertySet *weft_dav_forward_get_properties(WeftDavStore *store, const char *path,
                                                    GError **error);
gboolean weft_dav_forward_change_properties(WeftDavStore *store, const char *path,
                                            const WeftDavProperty *changes, size_t n_changes,
                                            GError **error);
gboolean weft_dav_forward_set_attributes(WeftDavStore *store, const char *path,
                                         const WeftDavAttributes *attributes, GError **error);
gboolean weft_dav_forward_get_space(WeftDavStore *store, const char *path, WeftDavSpace *ret_space,
                                    GError **error);
/** The inner store's, or @path itself. */
char *weft_dav_forward_resolve(WeftDavStore *store, const char *path, GError **error);

/** Frees the inner store; not the struct. */
void weft_dav_forwarding_clear(WeftDavForwardingStore *store);

G_END_DECLS
