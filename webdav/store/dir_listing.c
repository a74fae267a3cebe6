/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listings: one buffer of directory entries at a time, some hundred members a job.  A small folder
 * takes one job: the buffer is filled until the kernel says that this is all.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <weft/clock.h>
#include <weft/fiber.h>

#include "webdav/store/dir_job.h"
#include "webdav/store/dir_place.h"
#include "webdav/store/plain_folders.h"
#include "webdav/store/system_error.h"
#include "webdav/store/tree_removal.h"

#define BUFFER_BYTES ((size_t)32 << 10)
#define MAX_RECORD_BYTES ((size_t)512) /* of one directory entry, generously */
#define BATCH_ENTRIES 256

typedef struct {
    WeftDavListing base;
    int n_refs; /* atomic: the owner's, and a job's that may outlive its fiber */
    char *path;
    int fd;
    WeftFileKind kind; /* of the folder itself */
    struct statx folder;
    int64_t began_us; /* wall clock */
    WeftDavPlainFolder plain;
    gboolean with_properties;
    gboolean has_looked;     /* for properties of a member, as it was not known to have none */
    gboolean has_properties; /* a member has some, or would not tell */
    gboolean is_first;       /* no batch was given yet */
    gboolean is_abandoned;   /* a job left on the pool may still be at work in it */
    gboolean is_complete;    /* the kernel has no more than what is in buffer */
    size_t at;               /* in buffer */
    size_t end;
    size_t n_entries;
    WeftDavEntry entries[BATCH_ENTRIES]; /* their names lie in buffer */
    _Alignas(struct dirent64) char buffer[BUFFER_BYTES];
} DirListing;

static WeftDavDirStore *
store_of(const DirListing *listing)
{
    return (WeftDavDirStore *)listing->base.store;
}

static void
clear_batch(DirListing *listing)
{
    for (size_t i = 0; i < listing->n_entries; i++)
        weft_dav_property_set_free(listing->entries[i].properties);
    listing->n_entries = 0;
}

static void
listing_unref(DirListing *listing)
{
    if (!g_atomic_int_dec_and_test(&listing->n_refs))
        return;
    WeftDavDirStore *store = store_of(listing);

    clear_batch(listing);
    close(listing->fd);
    g_free(listing->path);
    if (!g_atomic_pointer_compare_and_exchange(&store->spare_listing, NULL, listing))
        g_free(listing);
    weft_dav_dir_store_unref(store);
}

/* Opening */

typedef struct {
    WeftDavDirJob base;
    int fd;
    WeftFileKind kind;
    struct statx folder;
} OpenJob;

static gboolean
open_folder(WeftDavDirJob *base, GError **error)
{
    OpenJob *job = (OpenJob *)base;

    job->fd = weft_dav_dir_open(base, base->path, WEFT_DAV_OPEN_READ, error);
    if (job->fd < 0)
        return FALSE;

    struct statx *st = &job->folder;

    if (statx(job->fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, st) == 0 &&
        S_ISDIR(st->stx_mode)) {
        /* Under a limit the path has not left the root's own mount. */
        job->kind = base->limits != 0 ? base->kind : weft_file_kind_of(job->fd);
        return TRUE;
    }
    close(job->fd);
    if (S_ISREG(st->stx_mode)) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_COLLECTION, "\"%s\" is a file",
                    base->path);
        return FALSE;
    }
    return weft_dav_set_system_error(error, ENOENT, "open", base->path);
}

static void
discard_folder(WeftDavDirJob *base)
{
    if (base->has_run_well)
        close(((OpenJob *)base)->fd);
}

/* The struct is large enough for malloc() to ask the system for it, each time. */
static DirListing *
take_spare(WeftDavDirStore *store)
{
    gpointer spare = g_atomic_pointer_get(&store->spare_listing);

    if (spare == NULL || !g_atomic_pointer_compare_and_exchange(&store->spare_listing, spare, NULL))
        return NULL;
    return spare;
}

WeftDavListing *
weft_dav_dir_list(WeftDavStore *base, const char *path, gboolean with_properties, GError **error)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    OpenJob job = {
        .base =
            {
                .store = store,
                .run = open_folder,
                .discard = discard_folder,
                .path = path,
                .kind = store->kind,
                .is_cached = TRUE,
            },
    };

    if (!weft_dav_dir_read(&job.base, sizeof job, error))
        return NULL;

    DirListing *listing = take_spare(store);

    if (listing == NULL)
        listing = g_new(DirListing, 1);
    listing->base.store = &weft_dav_dir_store_ref(store)->base;
    listing->n_refs = 1;
    listing->path = g_strdup(path);
    listing->fd = job.fd;
    listing->kind = job.kind;
    listing->folder = job.folder;
    listing->began_us = weft_clock_wall_us();
    listing->plain = with_properties
                         ? weft_dav_plain_folders_find(store->plain_folders, &job.folder)
                         : (WeftDavPlainFolder){0};
    listing->has_looked = FALSE;
    listing->with_properties = with_properties;
    listing->has_properties = FALSE;
    listing->is_first = TRUE;
    listing->is_abandoned = FALSE;
    listing->is_complete = FALSE;
    listing->at = listing->end = 0;
    listing->n_entries = 0;
    return &listing->base;
}

/* Reading */

typedef struct {
    WeftDavDirJob base;
    DirListing *listing;
} NextJob;

static gboolean
fill_buffer(DirListing *listing, GError **error)
{
    listing->at = listing->end = 0;
    while (!listing->is_complete && BUFFER_BYTES - listing->end >= MAX_RECORD_BYTES) {
        const ssize_t n =
            getdents64(listing->fd, listing->buffer + listing->end, BUFFER_BYTES - listing->end);

        if (n < 0 && errno == EINVAL && listing->end > 0)
            break;
        /* The folder itself was removed meanwhile: then that was all. */
        if (n < 0 && errno != ENOENT)
            return weft_dav_set_system_error(error, errno, "list", listing->path);
        if (n <= 0)
            listing->is_complete = TRUE;
        else
            listing->end += (size_t)n;
    }
    return TRUE;
}

/* Hidden work, and where its store is dead, rubbish: out with it. */
static void
sweep_if_stale(const DirListing *listing, const char *name)
{
    if (weft_dav_staging_is_stale(store_of(listing)->staging, listing->fd, name))
        weft_dav_tree_remove_quietly(listing->fd, name);
}

static gboolean
is_visible_name(const DirListing *listing, const char *name, size_t len)
{
    if (name[0] == '.') {
        if (len == 1 || (len == 2 && name[1] == '.'))
            return FALSE;
        if (weft_dav_is_staging_name(name)) {
            sweep_if_stale(listing, name);
            return FALSE;
        }
    }
    return g_utf8_validate_len(name, len, NULL);
}

/* FALSE: a client sees nothing there. */
static gboolean
look_at_member(NextJob *job, const char *name, struct statx *st)
{
    const DirListing *listing = job->listing;
    /* On local file systems attributes are always true; asking a server for each would take long,
     * but not asking could be wrong for ever. */
    const int sync = listing->kind == WEFT_FILE_REMOTE ? AT_STATX_SYNC_AS_STAT : AT_STATX_DONT_SYNC;

    if (statx(listing->fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | sync, WEFT_DAV_STATX_MASK,
              st) != 0)
        return FALSE;
    if (!weft_dav_statx_is_link(st))
        return weft_dav_statx_is_resource(st);

    g_autofree char *path = g_build_path("/", listing->path, name, NULL);
    const int fd = weft_dav_beneath_open(&store_of(listing)->root, path + 1, O_PATH, 0);

    if (fd < 0)
        return FALSE;

    const gboolean is_seen = statx(fd, "", AT_EMPTY_PATH, WEFT_DAV_STATX_MASK, st) == 0 &&
                             weft_dav_statx_is_resource(st);

    close(fd);
    return is_seen;
}

/* Properties that cannot be read are no reason to hide the member, nor those of the others. */
static WeftDavPropertySet *
read_properties(DirListing *listing, const char *name, const struct statx *st)
{
    WeftDavPropertyBackend *properties = store_of(listing)->properties;
    g_autoptr(GBytes) bytes = NULL;

    if (weft_dav_is_plain_member(st, &listing->folder, listing->plain))
        return NULL;
    listing->has_looked = TRUE;
    if (!properties->load_member(properties, listing->fd, name, &bytes, NULL)) {
        listing->has_properties = TRUE;
        return NULL;
    }
    if (bytes == NULL)
        return NULL;
    listing->has_properties = TRUE;
    return weft_dav_property_set_decode(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
                                        NULL);
}

static void
add_member(NextJob *job, const char *name)
{
    DirListing *listing = job->listing;
    WeftDavEntry *entry = &listing->entries[listing->n_entries];
    const size_t len = strlen(name);
    struct statx st;

    if (!is_visible_name(listing, name, len) || !look_at_member(job, name, &st))
        return;
    entry->name = name;
    entry->name_len = len;
    weft_dav_info_of_statx(&st, &entry->info);
    entry->properties = listing->with_properties ? read_properties(listing, name, &st) : NULL;
    listing->n_entries++;
}

/* The listing has come to its end. */
static void
remember_if_plain(const DirListing *listing)
{
    WeftDavPlainFolder plain = listing->plain;

    if (!listing->has_looked || listing->has_properties || listing->kind == WEFT_FILE_REMOTE)
        return;
    if (plain.since_us == 0)
        plain.full_us = listing->began_us;
    plain.since_us = listing->began_us;
    weft_dav_plain_folders_add(store_of(listing)->plain_folders, &listing->folder, plain);
}

static gboolean
read_batch(WeftDavDirJob *base, GError **error)
{
    NextJob *job = (NextJob *)base;
    DirListing *listing = job->listing;

    if (listing->at == listing->end && !fill_buffer(listing, error))
        return FALSE;
    for (unsigned i = 0; i < BATCH_ENTRIES && listing->at < listing->end; i++) {
        const struct dirent64 *entry = (const struct dirent64 *)(listing->buffer + listing->at);

        listing->at += entry->d_reclen;
        add_member(job, entry->d_name);
    }
    if (listing->is_complete && listing->at == listing->end)
        remember_if_plain(listing);
    return TRUE;
}

static void
discard_batch(WeftDavDirJob *base)
{
    listing_unref(((NextJob *)base)->listing);
}

static gboolean
run_next(DirListing *listing, GError **error)
{
    NextJob job = {
        .base =
            {
                .store = store_of(listing),
                .run = read_batch,
                .discard = discard_batch,
                .kind = listing->kind,
            },
        .listing = listing,
    };

    g_atomic_int_inc(&listing->n_refs);
    const gboolean has_run_well = weft_dav_dir_read(&job.base, sizeof job, error);
    if (job.base.was_abandoned)
        listing->is_abandoned = TRUE;
    else
        listing_unref(listing);
    return has_run_well;
}

ssize_t
weft_dav_dir_list_next(WeftDavListing *base, const WeftDavEntry **ret_entries, GError **error)
{
    DirListing *listing = (DirListing *)base;

    if (listing->is_abandoned) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FAILED,
                    "listing of \"%s\" was broken off", listing->path);
        return -1;
    }
    clear_batch(listing);
    while (listing->n_entries == 0 && !(listing->is_complete && listing->at == listing->end)) {
        /* In memory nothing parks: between batches it is the others' turn. */
        if (!listing->is_first && listing->kind == WEFT_FILE_MEMORY && !weft_fiber_yield(error))
            return -1;
        listing->is_first = FALSE;
        if (!run_next(listing, error))
            return -1;
    }
    *ret_entries = listing->entries;
    return (ssize_t)listing->n_entries;
}

void
weft_dav_dir_list_free(WeftDavListing *base)
{
    if (base != NULL)
        listing_unref((DirListing *)base);
}
