/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory store: a folder, and nothing outside of it.  Opening and closing it, and the short
 * methods.
 */
#include "webdav/store/dir_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "webdav/store/dir_job.h"
#include "webdav/store/dir_place.h"
#include "webdav/store/file_cache.h"
#include "webdav/store/property_bytes.h"
#include "webdav/store/system_error.h"

WeftDavDirStore *
weft_dav_dir_store_ref(WeftDavDirStore *store)
{
    g_atomic_int_inc(&store->n_refs);
    return store;
}

void
weft_dav_dir_store_unref(WeftDavDirStore *store)
{
    if (!g_atomic_int_dec_and_test(&store->n_refs))
        return;
    weft_dav_staging_free(store->staging);
    weft_dav_plain_folders_free(store->plain_folders);
    store->properties->free(store->properties);
    g_free(store->spare_listing);
    close(store->root.fd);
    g_free(store);
}

/* Syncing */

static gboolean
needs_sync(const WeftDavDirStore *store)
{
    return g_atomic_int_get(&store->durability) == WEFT_DAV_DURABILITY_POWER &&
           store->kind != WEFT_FILE_MEMORY;
}

/* Folders on FUSE and some network file systems cannot be synced: they say EINVAL. */
static gboolean
is_synced(int result)
{
    return result == 0 || errno == EINVAL || errno == EROFS;
}

gboolean
weft_dav_dir_store_sync_file(const WeftDavDirStore *store, int fd)
{
    return !needs_sync(store) || is_synced(fdatasync(fd));
}

gboolean
weft_dav_dir_store_sync_folder(const WeftDavDirStore *store, int fd)
{
    return !needs_sync(store) || is_synced(fsync(fd));
}

gboolean
weft_dav_dir_store_sync_tree(const WeftDavDirStore *store, int fd)
{
    return !needs_sync(store) || is_synced(syncfs(fd));
}

/* Reading */

typedef struct {
    WeftDavDirJob base;
    struct statx st;
    WeftDavInfo info; /* of st */
    int fd;
    WeftFileKind kind;
} ReadJob;

static ReadJob
read_job(WeftDavStore *base, const char *path, gboolean (*run)(WeftDavDirJob *, GError **))
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;

    return (ReadJob){
        .base = {.store = store, .run = run, .path = path, .kind = store->kind, .is_cached = TRUE},
        .fd = -1,
    };
}

/* What is open; the descriptor is closed if it is no resource. */
static gboolean
read_info(ReadJob *job, GError **error)
{
    if (statx(job->fd, "", AT_EMPTY_PATH, WEFT_DAV_STATX_MASK, &job->st) != 0 ||
        !weft_dav_statx_is_resource(&job->st)) {
        close(job->fd);
        return weft_dav_set_system_error(error, ENOENT, "find", job->base.path);
    }
    weft_dav_info_of_statx(&job->st, &job->info);
    return TRUE;
}

static gboolean
stat_path(WeftDavDirJob *base, GError **error)
{
    ReadJob *job = (ReadJob *)base;

    job->fd = weft_dav_dir_open(base, base->path, O_PATH, error);
    if (job->fd < 0 || !read_info(job, error))
        return FALSE;
    close(job->fd);
    return TRUE;
}

static gboolean
dir_stat(WeftDavStore *store, const char *path, WeftDavInfo *ret_info, GError **error)
{
    ReadJob job = read_job(store, path, stat_path);

    if (!weft_dav_dir_read(&job.base, sizeof job, error))
        return FALSE;
    *ret_info = job.info;
    return TRUE;
}

static gboolean
open_file(WeftDavDirJob *base, GError **error)
{
    ReadJob *job = (ReadJob *)base;

    job->fd = weft_dav_dir_open(base, base->path, WEFT_DAV_OPEN_READ, error);
    if (job->fd < 0 || !read_info(job, error))
        return FALSE;
    if (job->info.is_collection) {
        close(job->fd);
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION, "\"%s\" is a collection",
                    base->path);
        return FALSE;
    }
    /* Under a limit the path has not left the root's own mount. */
    job->kind = base->limits != 0 ? base->kind : weft_file_kind_of(job->fd);
    return TRUE;
}

static void
discard_file(WeftDavDirJob *base)
{
    if (base->has_run_well)
        close(((ReadJob *)base)->fd);
}

static WeftFile *
dir_open_read(WeftDavStore *store, const char *path, WeftDavInfo *ret_info, GError **error)
{
    const WeftDavDirStore *dir = (WeftDavDirStore *)store;
    WeftFile *file = weft_dav_file_cache_find(dir, path, ret_info);

    if (file != NULL)
        return file;

    ReadJob job = read_job(store, path, open_file);
    job.base.discard = discard_file;
    if (!weft_dav_dir_read(&job.base, sizeof job, error))
        return NULL;
    weft_dav_file_cache_add(dir, path, job.fd, job.kind, &job.st);
    *ret_info = job.info;
    return weft_file_new(job.fd, job.kind);
}

/* Collections */

static gboolean
make_folder(WeftDavDirJob *job, GError **error)
{
    g_auto(WeftDavPlace) place = WEFT_DAV_PLACE_NONE;

    if (!weft_dav_place_open(job, job->path, WEFT_DAV_PLACE_TARGET, &place, error))
        return FALSE;
    if (mkdirat(place.dir_fd, place.name, 0777) != 0)
        return weft_dav_set_system_error(error, errno, "make collection", job->path);
    return weft_dav_dir_store_sync_folder(job->store, place.dir_fd) ||
           weft_dav_set_system_error(error, errno, "sync the collection of", job->path);
}

static gboolean
dir_make_collection(WeftDavStore *base, const char *path, GError **error)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    WeftDavDirJob job = {.store = store, .run = make_folder, .path = path, .kind = store->kind};

    if (weft_dav_path_is_root(path))
        return weft_dav_set_system_error(error, EEXIST, "make collection", path);
    return weft_dav_dir_change(&job, error);
}

/* Dead properties */

typedef struct {
    WeftDavDirJob base;
    WeftDavPropertySet *set; /* what was read */
    const WeftDavProperty *changes;
    size_t n_changes;
} PropertiesJob;

static int
open_resource(WeftDavDirJob *job, GError **error)
{
    const int fd = weft_dav_dir_open(job, job->path, WEFT_DAV_OPEN_READ, error);
    struct statx st;

    if (fd < 0)
        return -1;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) == 0 && weft_dav_statx_is_resource(&st))
        return fd;
    close(fd);
    weft_dav_set_system_error(error, ENOENT, "find", job->path);
    return -1;
}

static gboolean
load_properties(WeftDavDirJob *base, GError **error)
{
    PropertiesJob *job = (PropertiesJob *)base;
    WeftDavPropertyBackend *properties = base->store->properties;
    g_autoptr(GBytes) bytes = NULL;
    const int fd = open_resource(base, error);

    if (fd < 0)
        return FALSE;

    const gboolean is_loaded = properties->load(properties, fd, &bytes, error);

    close(fd);
    if (!is_loaded)
        return FALSE;
    job->set = weft_dav_property_bytes_read(bytes, error);
    return job->set != NULL || bytes == NULL;
}

static void
discard_properties(WeftDavDirJob *base)
{
    weft_dav_property_set_free(((PropertiesJob *)base)->set);
}

static WeftDavPropertySet *
dir_get_properties(WeftDavStore *base, const char *path, GError **error)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    PropertiesJob job = {
        .base =
            {
                .store = store,
                .run = load_properties,
                .discard = discard_properties,
                .path = path,
                .kind = store->kind,
            },
    };

    return weft_dav_dir_read(&job.base, sizeof job, error) ? job.set : NULL;
}

static gboolean
change_open(const PropertiesJob *job, int fd, GError **error)
{
    WeftDavDirStore *store = job->base.store;
    WeftDavPropertyBackend *properties = store->properties;
    g_autoptr(GBytes) old = NULL;
    g_autoptr(GBytes) changed = NULL;

    if (!properties->load(properties, fd, &old, error) ||
        !weft_dav_property_bytes_change(old, job->changes, job->n_changes, &changed, error) ||
        !properties->save(properties, fd, changed, error))
        return FALSE;
    /* Attributes are metadata, which fdatasync() may leave for later: fsync() as for folders. */
    return weft_dav_dir_store_sync_folder(store, fd) ||
           weft_dav_set_system_error(error, errno, "sync", job->base.path);
}

static gboolean
change_properties(WeftDavDirJob *base, GError **error)
{
    const int fd = open_resource(base, error);

    if (fd < 0)
        return FALSE;

    const gboolean is_changed = change_open((PropertiesJob *)base, fd, error);

    close(fd);
    return is_changed;
}

static gboolean
dir_change_properties(WeftDavStore *base, const char *path, const WeftDavProperty *changes,
                      size_t n_changes, GError **error)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    PropertiesJob job = {
        .base = {.store = store, .run = change_properties, .path = path, .kind = store->kind},
        .changes = changes,
        .n_changes = n_changes,
    };

    return weft_dav_dir_change(&job.base, error);
}

/* Times, the executable bit, room */

typedef struct {
    WeftDavDirJob base;
    const WeftDavAttributes *attributes;
} AttributesJob;

/* Who may read may execute, as the file's owner would say it. */
static gboolean
set_executable(int fd, gboolean is_executable)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return FALSE;

    const mode_t mode =
        is_executable ? st.st_mode | ((st.st_mode & 0444) >> 2) : st.st_mode & ~0111;
    return mode == st.st_mode || fchmod(fd, mode & 07777) == 0;
}

static gboolean
apply_attributes(WeftDavDirJob *base, int fd)
{
    const WeftDavAttributes *attributes = ((AttributesJob *)base)->attributes;
    const gboolean has_times = attributes->modified_s != WEFT_DAV_TIME_KEEP ||
                               attributes->accessed_s != WEFT_DAV_TIME_KEEP;

    return (attributes->is_executable < 0 || set_executable(fd, attributes->is_executable)) &&
           (!has_times || weft_dav_stamp_times(fd, attributes)) &&
           weft_dav_dir_store_sync_folder(base->store, fd);
}

static gboolean
change_attributes(WeftDavDirJob *base, GError **error)
{
    const int fd = open_resource(base, error);

    if (fd < 0)
        return FALSE;

    const gboolean is_changed = apply_attributes(base, fd);
    const int reason = errno;

    close(fd);
    return is_changed || weft_dav_set_system_error(error, reason, "set times of", base->path);
}

static gboolean
dir_set_attributes(WeftDavStore *base, const char *path, const WeftDavAttributes *attributes,
                   GError **error)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    AttributesJob job = {
        .base = {.store = store, .run = change_attributes, .path = path, .kind = store->kind},
        .attributes = attributes,
    };

    return weft_dav_dir_change(&job.base, error);
}

typedef struct {
    WeftDavDirJob base;
    WeftDavSpace space;
} SpaceJob;

static gboolean
measure_space(WeftDavDirJob *base, GError **error)
{
    const int fd = weft_dav_dir_open(base, base->path, O_PATH, error);
    struct statvfs st;

    if (fd < 0)
        return FALSE;

    const gboolean is_known = fstatvfs(fd, &st) == 0;
    const int reason = errno;

    close(fd);
    if (!is_known)
        return weft_dav_set_system_error(error, reason, "measure the room for", base->path);
    ((SpaceJob *)base)->space = (WeftDavSpace){
        .available_bytes = (uint64_t)st.f_bavail * st.f_frsize,
        .used_bytes = (uint64_t)(st.f_blocks - st.f_bfree) * st.f_frsize,
    };
    return TRUE;
}

static gboolean
dir_get_space(WeftDavStore *base, const char *path, WeftDavSpace *ret_space, GError **error)
{
    WeftDavDirStore *store = (WeftDavDirStore *)base;
    SpaceJob job = {
        .base = {.store = store,
                 .run = measure_space,
                 .path = path,
                 .kind = store->kind,
                 .is_cached = TRUE},
    };

    if (!weft_dav_dir_read(&job.base, sizeof job, error))
        return FALSE;
    *ret_space = job.space;
    return TRUE;
}

/* The store */

static void
dir_free(WeftDavStore *base)
{
    weft_dav_dir_store_unref((WeftDavDirStore *)base);
}

static int n_stores; /* atomic: that there ever were */

static const WeftDavStoreMethods dir_methods = {
    .stat = dir_stat,
    .open_read = dir_open_read,
    .list = weft_dav_dir_list,
    .list_next = weft_dav_dir_list_next,
    .list_free = weft_dav_dir_list_free,
    .upload_new = weft_dav_dir_upload_new,
    .upload_write = weft_dav_dir_upload_write,
    .upload_merge = weft_dav_dir_upload_merge,
    .upload_commit = weft_dav_dir_upload_commit,
    .upload_free = weft_dav_dir_upload_free,
    .make_collection = dir_make_collection,
    .remove = weft_dav_dir_remove,
    .copy = weft_dav_dir_copy,
    .move = weft_dav_dir_move,
    .get_properties = dir_get_properties,
    .change_properties = dir_change_properties,
    .set_attributes = dir_set_attributes,
    .get_space = dir_get_space,
    .free = dir_free,
};

WeftDavStore *
weft_dav_dir_store_new(const char *root_path, GError **error)
{
    const int fd = open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        weft_dav_set_system_error(error, errno, "open folder", root_path);
        return NULL;
    }

    WeftDavDirStore *store = g_new0(WeftDavDirStore, 1);

    store->base.methods = &dir_methods;
    store->n_refs = 1;
    store->id = (uint64_t)g_atomic_int_add(&n_stores, 1) + 1;
    store->root = weft_dav_beneath(fd);
    store->kind = weft_file_kind_of(fd);
    store->staging = weft_dav_staging_new(fd);
    store->properties = weft_dav_xattr_properties_new();
    store->plain_folders = weft_dav_plain_folders_new();
    /* By descriptor that takes a privilege on older kernels; by /proc, that there is one. */
    store->can_link_unnamed = geteuid() == 0 || access("/proc/self/fd", X_OK) == 0;
    store->durability = WEFT_DAV_DURABILITY_POWER;
    return &store->base;
}

void
weft_dav_dir_store_set_durability(WeftDavStore *base, WeftDavDurability durability)
{
    g_return_if_fail(base->methods == &dir_methods);
    g_atomic_int_set(&((WeftDavDirStore *)base)->durability, (int)durability);
}

void
weft_dav_dir_store_set_properties(WeftDavStore *base, WeftDavPropertyBackend *properties)
{
    g_return_if_fail(base->methods == &dir_methods);

    WeftDavDirStore *store = (WeftDavDirStore *)base;

    store->properties->free(store->properties);
    store->properties = properties;
    /* Files in memory, properties on a disk: nothing may be done on the scheduler's thread. */
    if (properties->waits_for_disk && store->kind == WEFT_FILE_MEMORY)
        store->kind = WEFT_FILE_LOCAL;
}

void
weft_dav_dir_store_forgo_openat2(WeftDavStore *base)
{
    ((WeftDavDirStore *)base)->root.has_openat2 = FALSE;
}

void
weft_dav_dir_store_forgo_unnamed(WeftDavStore *base)
{
    ((WeftDavDirStore *)base)->can_link_unnamed = FALSE;
}
