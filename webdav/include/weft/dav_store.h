/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/file.h>

G_BEGIN_DECLS

/**
 * Where WebDAV resources live.  A store is a small struct of methods; weft_dav_dir_store_new() and
 * weft_dav_memory_store_new() make two kinds, and your own is a struct that begins with
 * WeftDavStore.
 *
 * Paths are absolute within the store, '/'-separated, UTF-8, decoded, without "." and "..", without
 * a slash at the end but for the root "/".  All methods may park, and may be called from several
 * schedulers at once.  The service above holds a lock on the path of what it changes, in fiber
 * order (webdav/path_lock.h); a store needs none for two changes of one path.
 */
typedef struct WeftDavStore WeftDavStore;

#define WEFT_DAV_ERROR (weft_dav_error_quark())
GQuark weft_dav_error_quark(void);

/** webdav/status.c is the one place that turns these into 404, 409, 507. */
typedef enum {
    WEFT_DAV_ERROR_NOT_FOUND,      /* no such resource */
    WEFT_DAV_ERROR_NO_PARENT,      /* the collection to hold it is missing */
    WEFT_DAV_ERROR_EXISTS,         /* there is a resource already */
    WEFT_DAV_ERROR_IS_COLLECTION,  /* a collection where a file is due */
    WEFT_DAV_ERROR_NOT_COLLECTION, /* a file where a collection is due */
    WEFT_DAV_ERROR_FORBIDDEN, /* refused: permissions, reserved or impossible names, onto itself */
    WEFT_DAV_ERROR_NO_SPACE,  /* disk full, over quota, no room for properties */
    WEFT_DAV_ERROR_TOO_LARGE, /* larger than the store takes */
    WEFT_DAV_ERROR_NAME_TOO_LONG,
    WEFT_DAV_ERROR_READ_ONLY, /* the store takes no changes */
    WEFT_DAV_ERROR_LOCKED,    /* a lock (RFC 4918 6) stands against it */
    WEFT_DAV_ERROR_FAILED,    /* the system said no; the message says what */
} WeftDavError;

/** What is known of a resource without opening it. */
typedef struct {
    uint64_t size_bytes; /* 0 for collections */
    int64_t modified_us; /* wall clock, since 1970 */
    int64_t created_us;  /* birth time where known, otherwise modified_us */
    uint64_t version[3]; /* of this state and no other; the entity tag is made of it */
    gboolean is_collection;
    gboolean is_executable; /* by its owner */
} WeftDavInfo;

/** A time that is to stay as it is. */
#define WEFT_DAV_TIME_KEEP INT64_MIN

/** What a client may set of a resource beside its content.  Times are whole seconds since 1970;
 * what is below the second is the store's, which makes entity tags of it. */
typedef struct {
    int64_t modified_s; /* WEFT_DAV_TIME_KEEP: as it is; so the next */
    int64_t accessed_s;
    int is_executable; /* TRUE, FALSE; -1: as it is.  Of files */
} WeftDavAttributes;

#define WEFT_DAV_ATTRIBUTES_KEEP ((WeftDavAttributes){WEFT_DAV_TIME_KEEP, WEFT_DAV_TIME_KEEP, -1})

/** Room on what a resource is stored on, or in what its share may take. */
typedef struct {
    uint64_t available_bytes;
    uint64_t used_bytes;
} WeftDavSpace;

/** Bytes of an entity tag with quotes and NUL. */
#define WEFT_DAV_ETAG_BYTES 56

/** The strong entity tag of @info: "\"1a2b-3c-4d\"".  Returns: its length */
size_t weft_dav_info_etag(const WeftDavInfo *info, char ret_etag[WEFT_DAV_ETAG_BYTES]);

/** One dead property: a name, and its element as XML that stands alone. */
typedef struct {
    const char *ns;   /* "" for no namespace */
    const char *name; /* local name */
    const char *xml;  /* the element, with all namespaces and xml:lang it needs; NULL: remove it */
} WeftDavProperty;

/** Dead properties of one resource, in the order they were set. */
typedef struct WeftDavPropertySet WeftDavPropertySet;
WeftDavPropertySet *weft_dav_property_set_new(void);
void weft_dav_property_set_free(WeftDavPropertySet *set);
size_t weft_dav_property_set_size(const WeftDavPropertySet *set);
/** Returns: (transfer none) */
const WeftDavProperty *weft_dav_property_set_get(const WeftDavPropertySet *set, size_t index);
const WeftDavProperty *weft_dav_property_set_find(const WeftDavPropertySet *set, const char *ns,
                                                  const char *name);
/** Set or, with xml NULL, remove.  Copies. */
void weft_dav_property_set_apply(WeftDavPropertySet *set, const WeftDavProperty *change);
/** As bytes for storage, and back; NULL with @error where @bytes are damaged. */
GBytes *weft_dav_property_set_encode(const WeftDavPropertySet *set);
WeftDavPropertySet *weft_dav_property_set_decode(const void *bytes, size_t size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavPropertySet, weft_dav_property_set_free)

/** One member of a collection, while a listing stands on it. */
typedef struct {
    const char *name; /* UTF-8, one segment */
    size_t name_len;
    WeftDavInfo info;
    WeftDavPropertySet *properties; /* (nullable): its dead properties, if asked for and if any */
} WeftDavEntry;

/** A listing under way.  Stores begin their own struct with this one. */
typedef struct WeftDavListing WeftDavListing;
struct WeftDavListing {
    WeftDavStore *store;
};

/** An upload under way: written, then committed or aborted.  Stores begin theirs with this one. */
typedef struct WeftDavUpload WeftDavUpload;
struct WeftDavUpload {
    WeftDavStore *store;
    gboolean has_modified; /* the file gets the time modified_s; otherwise that of its commit */
    int64_t modified_s;
    gboolean has_replaced; /* set by the commit: there was a file */
};

/** Members that a recursive operation could not handle; for 207 answers. */
typedef struct {
    char *path;
    GError *error;
} WeftDavFailure;

typedef struct {
    gboolean (*stat)(WeftDavStore *store, const char *path, WeftDavInfo *ret_info, GError **error);

    /** Open a file for reading.  @ret_info: of the very state that was opened. */
    WeftFile *(*open_read)(WeftDavStore *store, const char *path, WeftDavInfo *ret_info,
                           GError **error);

    /** The members of a collection, in no order, in constant memory.  @with_properties: fill
     * WeftDavEntry.properties. */
    WeftDavListing *(*list)(WeftDavStore *store, const char *path, gboolean with_properties,
                            GError **error);
    /** Up to some hundred entries, valid until the next call.  Returns: how many; 0 at the end, -1
     */
    ssize_t (*list_next)(WeftDavListing *listing, const WeftDavEntry **ret_entries, GError **error);
    void (*list_free)(WeftDavListing *listing);

    /** Begin to write the file @path; nothing is visible before upload_commit.
     * @size_bytes: if known, otherwise -1 */
    WeftDavUpload *(*upload_new)(WeftDavStore *store, const char *path, int64_t size_bytes,
                                 GError **error);
    gboolean (*upload_write)(WeftDavUpload *upload, const void *data, size_t size, GError **error);
    /**
     * Make what was written a part of the file that stands at its path: from now on the upload is
     * that file with these bytes from @offset_bytes on, over others or behind the last.  Shares
     * blocks where the file system can, and otherwise copies the file.  After the last write.
     * NOT_FOUND: no file; TOO_LARGE: begins behind its end
     */
    gboolean (*upload_merge)(WeftDavUpload *upload, int64_t offset_bytes, GError **error);
    /** Put it in its place, whole, at once.  Replaces a file (its dead properties stay).
     * On failure what was there stands.  @may_replace: FALSE: EXISTS if there is a resource */
    gboolean (*upload_commit)(WeftDavUpload *upload, gboolean may_replace, WeftDavInfo *ret_info,
                              GError **error);
    /** Free; an upload that was not committed leaves no trace.  NULL is fine. */
    void (*upload_free)(WeftDavUpload *upload);

    gboolean (*make_collection)(WeftDavStore *store, const char *path, GError **error);

    /** Remove a resource, a collection with all below it.  Members that stay are added to @failures
     * (array of WeftDavFailure), and with them their ancestors stay; that is TRUE.  FALSE: nothing
     * was done. */
    gboolean (*remove)(WeftDavStore *store, const char *path, GArray *failures, GError **error);

    /**
     * Make @to a copy of @from, with dead properties; built beside and put in place at once.
     * @depth_infinity: FALSE copies a collection without members
     * @may_replace: FALSE: EXISTS if there is a resource at @to
     * FORBIDDEN if one is the other or lies below it, told by the file system, not by names.
     */
    gboolean (*copy)(WeftDavStore *store, const char *from, const char *to, gboolean depth_infinity,
                     gboolean may_replace, GArray *failures, GError **error);
    gboolean (*move)(WeftDavStore *store, const char *from, const char *to, gboolean may_replace,
                     GArray *failures, GError **error);

    /** Returns: (transfer full) (nullable): NULL without error where it has none */
    WeftDavPropertySet *(*get_properties)(WeftDavStore *store, const char *path, GError **error);
    /** All of @changes, in order, or none. */
    gboolean (*change_properties)(WeftDavStore *store, const char *path,
                                  const WeftDavProperty *changes, size_t n_changes, GError **error);

    /** Set what is not to be kept. */
    gboolean (*set_attributes)(WeftDavStore *store, const char *path,
                               const WeftDavAttributes *attributes, GError **error);

    /** How much room there is for @path, which exists. */
    gboolean (*get_space)(WeftDavStore *store, const char *path, WeftDavSpace *ret_space,
                          GError **error);

    /**
     * (nullable): the path that a client means by @path, where a store takes several names for one
     * resource: the service asks before it locks or does anything.
     * Returns: (transfer full)
     */
    char *(*resolve)(WeftDavStore *store, const char *path, GError **error);

    void (*free)(WeftDavStore *store);
} WeftDavStoreMethods;

struct WeftDavStore {
    const WeftDavStoreMethods *methods; /* first member of your own struct */
};

void weft_dav_store_free(WeftDavStore *store);

/** When a change counts as done. */
typedef enum {
    WEFT_DAV_DURABILITY_POWER,   /* data and directory are on the disk before the answer */
    WEFT_DAV_DURABILITY_PROCESS, /* it survives the end of the process, not a power cut */
} WeftDavDurability;

/**
 * A directory tree; nothing outside @root_path is ever touched.  Durability: power.
 *
 * Symbolic links are followed where they stay below the root (relative ones only); others, and what
 * is neither file nor folder, are not to be seen.  PUT, DELETE and MOVE of a link are about the
 * link; COPY makes a file of a link to a file, and within a tree keeps a link to a collection as a
 * link. Names that are not UTF-8 are not to be seen either, but go with the collection they are in.
 * Names that begin with ".weft-staging" are the store's own: it builds there what is not yet to be
 * seen, and sweeps what a killed process left there when it opens the tree.
 */
WeftDavStore *weft_dav_dir_store_new(const char *root_path, GError **error);
void weft_dav_dir_store_set_durability(WeftDavStore *store, WeftDavDurability durability);

/**
 * A share that may hold @max_bytes: the sum of the lengths of all files in it, as clients see them.
 * NO_SPACE beyond, for an upload whose length is known before it is written.  The files are counted
 * when that is first needed, and again before a refusal if the count is older than a minute,
 * because others may change them past the store.
 * @inner: (transfer full)
 */
WeftDavStore *weft_dav_quota_store_new(WeftDavStore *inner, uint64_t max_bytes);

/** What to do with the files that macOS leaves everywhere: ".DS_Store" and those that begin "._".
 */
typedef enum {
    WEFT_DAV_APPLE_FILES_KEEP, /* they are files like others */
    WEFT_DAV_APPLE_FILES_HIDE, /* clients see none, and can make none */
    WEFT_DAV_APPLE_FILES_TEMP, /* who makes one finds it again for a while; none is ever stored */
} WeftDavAppleFiles;

/** Which names a share has, and how they are found. */
typedef struct {
    WeftDavAppleFiles apple_files;
    gboolean
        hides_dot_files; /* names that begin with a dot are not to be seen, and not to be made */
    const char *const *deny; /* (nullable): patterns with * and ? for names treated so; NULL at its
                                end */
    gboolean ignores_case;   /* a name that is not there means one that differs in case alone */
    gboolean normalises;     /* ... or in the way Unicode composes it (NFC, NFD) */
} WeftDavFilter;

/**
 * A share of which some names are kept away, and others are found under more than one spelling.
 * What is hidden stays where it is, goes with the collection it is in, and can be reached by no
 * method.
 * @inner: (transfer full)
 * @filter: copied
 */
WeftDavStore *weft_dav_filter_store_new(WeftDavStore *inner, const WeftDavFilter *filter);

/** A tree in memory, empty at first; for tests, and for passing things around. */
WeftDavStore *weft_dav_memory_store_new(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavStore, weft_dav_store_free)

G_END_DECLS
