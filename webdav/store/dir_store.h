/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>

#include "webdav/store/beneath.h"
#include "webdav/store/plain_folders.h"
#include "webdav/store/property_backend.h"
#include "webdav/store/resource_info.h"
#include "webdav/store/staging.h"

G_BEGIN_DECLS

/**
 * The directory store, as its own files see it.  dir_job.c runs what may block, dir_place.c finds
 * where a path ends, dir_listing.c, dir_upload.c and dir_transfer.c are the methods of these names,
 * dir_store.c the others.
 */
typedef struct {
    WeftDavStore base;
    int n_refs;  /* atomic: the owner's, and one for each job that may outlive its fiber */
    uint64_t id; /* unlike that of any other store, also of one that has gone */
    WeftDavBeneath root;
    WeftFileKind kind; /* of the root; mounts below it may differ */
    WeftDavStaging *staging;
    WeftDavPropertyBackend *properties;
    WeftDavPlainFolders *plain_folders;
    gboolean can_link_unnamed; /* files made by O_TMPFILE can be given names */
    gpointer spare_listing;    /* atomic: the last one that ended, for dir_listing.c; NULL: none */
    int durability;            /* atomic: of WeftDavDurability */
} WeftDavDirStore;

WeftDavDirStore *weft_dav_dir_store_ref(WeftDavDirStore *store);
void weft_dav_dir_store_unref(WeftDavDirStore *store);

/**
 * Keep dead properties in @properties from now on.  Before the store is used.
 * @properties: (transfer full)
 */
void weft_dav_dir_store_set_properties(WeftDavStore *store, WeftDavPropertyBackend *properties);

/** Do as if the kernel had no openat2(2); for tests.  Before the store is used. */
void weft_dav_dir_store_forgo_openat2(WeftDavStore *store);

/** Do as if the file system had no O_TMPFILE; for tests.  Before the store is used. */
void weft_dav_dir_store_forgo_unnamed(WeftDavStore *store);

/** What an answer must wait for; FALSE with errno.  Nothing to do in memory or without power. */
gboolean weft_dav_dir_store_sync_file(const WeftDavDirStore *store, int fd);
gboolean weft_dav_dir_store_sync_folder(const WeftDavDirStore *store, int fd);
/** All of the file system that @fd lies on: cheaper than each file of a tree. */
gboolean weft_dav_dir_store_sync_tree(const WeftDavDirStore *store, int fd);

/** The methods that have files of their own. */
WeftDavListing *weft_dav_dir_list(WeftDavStore *store, const char *path, gboolean with_properties,
                                  GError **error);
ssize_t weft_dav_dir_list_next(WeftDavListing *listing, const WeftDavEntry **ret_entries,
                               GError **error);
void weft_dav_dir_list_free(WeftDavListing *listing);

WeftDavUpload *weft_dav_dir_upload_new(WeftDavStore *store, const char *path, int64_t size_bytes,
                                       GError **error);
gboolean weft_dav_dir_upload_write(WeftDavUpload *upload, const void *data, size_t size,
                                   GError **error);
gboolean weft_dav_dir_upload_merge(WeftDavUpload *upload, int64_t offset_bytes, GError **error);
gboolean weft_dav_dir_upload_commit(WeftDavUpload *upload, gboolean may_replace,
                                    WeftDavInfo *ret_info, GError **error);
void weft_dav_dir_upload_free(WeftDavUpload *upload);

gboolean weft_dav_dir_remove(WeftDavStore *store, const char *path, GArray *failures,
                             GError **error);
gboolean weft_dav_dir_copy(WeftDavStore *store, const char *from, const char *to,
                           gboolean depth_infinity, gboolean may_replace, GArray *failures,
                           GError **error);
gboolean weft_dav_dir_move(WeftDavStore *store, const char *from, const char *to,
                           gboolean may_replace, GArray *failures, GError **error);

G_END_DECLS
