/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bound on what a share may hold: the bytes of all files in it, as clients see them.
 *
 * They are counted when first needed, and kept up to date by what goes through here.  What changes
 * beside us is seen by the next count; so nobody is refused by an old one.  Uploads under way have
 * their bytes reserved, so that two of them cannot both take the last room.
 */
#include <weft/dav_store.h>

#include <pthread.h>
#include <weft/clock.h>
#include <weft/completion.h>

#include "webdav/store/forwarding_store.h"

/* A refusal stands on a count that is not older; and the tree is not walked more often. */
#define MAX_COUNT_AGE_US (60 * G_USEC_PER_SEC)

typedef struct {
    WeftDavForwardingStore forwarding;
    uint64_t max_bytes;
    pthread_mutex_t mutex;   /* guards all below; never held across a park */
    uint64_t used_bytes;     /* of the last count and of all changes since */
    uint64_t reserved_bytes; /* of uploads and copies under way, beyond what they replace */
    uint64_t gained_bytes;   /* while counting: it may have missed them */
    int64_t counted_at_us;
    gboolean is_counted;
    gboolean is_counting;
    GPtrArray *waiting; /* of WeftCompletion: who waits for the first count */
} QuotaStore;

typedef struct {
    WeftDavUpload base;
    WeftDavUpload *inner;
    char *path;
    uint64_t old_bytes;     /* of the file that it replaces, as far as known */
    uint64_t written_bytes; /* by the client */
    uint64_t reserved_bytes;
} QuotaUpload;

static WeftDavStore *
inner_of(QuotaStore *quota)
{
    return quota->forwarding.inner;
}

/* ---- measuring ---- */

static gboolean
add_members(WeftDavStore *inner, const char *path, GPtrArray *pending, uint64_t *size_bytes,
            GError **error)
{
    WeftDavListing *listing = inner->methods->list(inner, path, FALSE, error);
    const WeftDavEntry *entries = NULL;
    ssize_t n = 0;

    if (listing == NULL)
        return FALSE;
    while ((n = inner->methods->list_next(listing, &entries, error)) > 0)
        for (ssize_t i = 0; i < n; i++) {
            *size_bytes += entries[i].info.size_bytes;
            if (entries[i].info.is_collection)
                g_ptr_array_add(pending, g_build_path("/", path, entries[i].name, NULL));
        }
    inner->methods->list_free(listing);
    return n == 0;
}

/* Of all files at and below @path; nothing is 0.  What cannot be listed cannot be counted either;
 * and trees change while they are walked. */
static gboolean
measure_tree(WeftDavStore *inner, const char *path, uint64_t *ret_bytes, GError **error)
{
    g_autoptr(GPtrArray) pending = g_ptr_array_new_with_free_func(g_free);
    uint64_t size_bytes = 0;

    g_ptr_array_add(pending, g_strdup(path));
    while (pending->len > 0) {
        g_autofree char *folder = g_ptr_array_steal_index_fast(pending, pending->len - 1);
        g_autoptr(GError) problem = NULL;

        if (!add_members(inner, folder, pending, &size_bytes, &problem) &&
            problem->domain != WEFT_DAV_ERROR) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
    }
    *ret_bytes = size_bytes;
    return TRUE;
}

static gboolean
measure(WeftDavStore *inner, const char *path, uint64_t *ret_bytes, GError **error)
{
    g_autoptr(GError) problem = NULL;
    WeftDavInfo info;

    if (inner->methods->stat(inner, path, &info, &problem)) {
        *ret_bytes = info.size_bytes;
        return !info.is_collection || measure_tree(inner, path, ret_bytes, error);
    }
    *ret_bytes = 0;
    if (problem->domain == WEFT_DAV_ERROR)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

/* ---- counting ---- */

static void
end_count(QuotaStore *quota, gboolean is_well, uint64_t counted_bytes)
{
    pthread_mutex_lock(&quota->mutex);
    quota->is_counting = FALSE;
    if (is_well) {
        quota->used_bytes = counted_bytes + quota->gained_bytes;
        quota->counted_at_us = weft_clock_now_us();
        quota->is_counted = TRUE;
    }
    for (guint i = 0; i < quota->waiting->len; i++)
        weft_completion_post(g_ptr_array_index(quota->waiting, i));
    g_ptr_array_set_size(quota->waiting, 0);
    pthread_mutex_unlock(&quota->mutex);
}

/* By whom is_counting was set. */
static gboolean
count(QuotaStore *quota, GError **error)
{
    uint64_t counted_bytes = 0;
    const gboolean is_well = measure_tree(inner_of(quota), "/", &counted_bytes, error);

    end_count(quota, is_well, counted_bytes);
    return is_well;
}

typedef enum { THERE_IS_A_COUNT, I_COUNT, SOMEBODY_COUNTS } Turn;

/* @max_age_us: of a count that will do; where somebody counts anew, an old one does, too */
static Turn
take_turn(QuotaStore *quota, int64_t max_age_us, WeftCompletion **ret_completion)
{
    Turn turn = THERE_IS_A_COUNT;

    pthread_mutex_lock(&quota->mutex);
    const gboolean is_fresh =
        quota->is_counted && weft_clock_now_us() - quota->counted_at_us <= max_age_us;
    if (quota->is_counting && !quota->is_counted) {
        turn = SOMEBODY_COUNTS;
        *ret_completion = weft_completion_new();
        g_ptr_array_add(quota->waiting, weft_completion_ref(*ret_completion));
    } else if (!is_fresh && !quota->is_counting) {
        turn = I_COUNT;
        quota->is_counting = TRUE;
        quota->gained_bytes = 0;
    }
    pthread_mutex_unlock(&quota->mutex);
    return turn;
}

static gboolean
have_count(QuotaStore *quota, int64_t max_age_us, GError **error)
{
    for (;;) {
        g_autoptr(WeftCompletion) completion = NULL;

        switch (take_turn(quota, max_age_us, &completion)) {
        case THERE_IS_A_COUNT:
            return TRUE;
        case I_COUNT:
            return count(quota, error);
        case SOMEBODY_COUNTS:
            if (!weft_completion_wait(completion, "the first count of a quota", error))
                return FALSE;
            break;
        }
    }
}

/* ---- reserving ---- */

static gboolean
try_reserve(QuotaStore *quota, uint64_t size_bytes)
{
    pthread_mutex_lock(&quota->mutex);
    const uint64_t taken_bytes = quota->used_bytes + quota->reserved_bytes;
    const gboolean fits =
        taken_bytes <= quota->max_bytes && size_bytes <= quota->max_bytes - taken_bytes;
    if (fits)
        quota->reserved_bytes += size_bytes;
    pthread_mutex_unlock(&quota->mutex);
    return fits;
}

static gboolean
reserve(QuotaStore *quota, uint64_t size_bytes, GError **error)
{
    if (size_bytes == 0)
        return TRUE;
    if (!have_count(quota, INT64_MAX, error))
        return FALSE;
    if (try_reserve(quota, size_bytes))
        return TRUE;
    if (!have_count(quota, MAX_COUNT_AGE_US, error))
        return FALSE;
    if (try_reserve(quota, size_bytes))
        return TRUE;
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_SPACE,
                "the share may hold %" G_GUINT64_FORMAT " bytes, and no more", quota->max_bytes);
    return FALSE;
}

/* What was reserved is settled: the share has @gained_bytes more and @lost_bytes less. */
static void
settle(QuotaStore *quota, uint64_t reserved_bytes, uint64_t gained_bytes, uint64_t lost_bytes)
{
    pthread_mutex_lock(&quota->mutex);
    quota->reserved_bytes -= reserved_bytes;
    quota->used_bytes += gained_bytes;
    quota->used_bytes -= MIN(lost_bytes, quota->used_bytes);
    quota->gained_bytes += gained_bytes;
    pthread_mutex_unlock(&quota->mutex);
}

/* ---- uploads ---- */

static QuotaStore *
quota_of(const QuotaUpload *upload)
{
    return (QuotaStore *)upload->base.store;
}

/* Room for an upload that is to have @size_bytes in all. */
static gboolean
reserve_upload(QuotaUpload *upload, uint64_t size_bytes, GError **error)
{
    const uint64_t has_bytes = upload->old_bytes + upload->reserved_bytes;

    if (size_bytes <= has_bytes)
        return TRUE;
    if (!reserve(quota_of(upload), size_bytes - has_bytes, error))
        return FALSE;
    upload->reserved_bytes += size_bytes - has_bytes;
    return TRUE;
}

static void
quota_upload_free(WeftDavUpload *base)
{
    QuotaUpload *upload = (QuotaUpload *)base;

    if (upload == NULL)
        return;
    weft_dav_forward_upload_free(upload->inner);
    settle(quota_of(upload), upload->reserved_bytes, 0, 0);
    g_free(upload->path);
    g_free(upload);
}

/* Judged before a byte of the body is read, where its length is known. */
static WeftDavUpload *
quota_upload_new(WeftDavStore *base, const char *path, int64_t size_bytes, GError **error)
{
    WeftDavStore *inner = inner_of((QuotaStore *)base);
    QuotaUpload *upload = g_new0(QuotaUpload, 1);
    WeftDavInfo info;

    upload->base.store = base;
    upload->path = g_strdup(path);
    if (inner->methods->stat(inner, path, &info, NULL))
        upload->old_bytes = info.size_bytes;
    if (reserve_upload(upload, size_bytes > 0 ? (uint64_t)size_bytes : 0, error))
        upload->inner = inner->methods->upload_new(inner, path, size_bytes, error);
    if (upload->inner != NULL)
        return &upload->base;
    quota_upload_free(&upload->base);
    return NULL;
}

static gboolean
quota_upload_write(WeftDavUpload *base, const void *data, size_t size, GError **error)
{
    QuotaUpload *upload = (QuotaUpload *)base;

    if (!reserve_upload(upload, upload->written_bytes + size, error) ||
        !weft_dav_forward_upload_write(upload->inner, data, size, error))
        return FALSE;
    upload->written_bytes += size;
    return TRUE;
}

static gboolean
quota_upload_merge(WeftDavUpload *base, int64_t offset_bytes, GError **error)
{
    QuotaUpload *upload = (QuotaUpload *)base;

    return (offset_bytes < 0 ||
            reserve_upload(upload, (uint64_t)offset_bytes + upload->written_bytes, error)) &&
           weft_dav_forward_upload_merge(upload->inner, offset_bytes, error);
}

static gboolean
quota_upload_commit(WeftDavUpload *base, gboolean may_replace, WeftDavInfo *ret_info,
                    GError **error)
{
    QuotaUpload *upload = (QuotaUpload *)base;
    WeftDavStore *inner = inner_of(quota_of(upload));
    WeftDavInfo old = {.size_bytes = 0};

    /* What is replaced now, under the service's lock, may be another file than at the beginning. */
    if (!inner->methods->stat(inner, upload->path, &old, NULL))
        old.size_bytes = 0;
    upload->inner->has_modified = base->has_modified;
    upload->inner->modified_s = base->modified_s;
    if (!weft_dav_forward_upload_commit(upload->inner, may_replace, ret_info, error))
        return FALSE;
    base->has_replaced = upload->inner->has_replaced;
    settle(quota_of(upload), upload->reserved_bytes, ret_info->size_bytes, old.size_bytes);
    upload->reserved_bytes = 0;
    return TRUE;
}

/* ---- trees ---- */

static gboolean
quota_remove(WeftDavStore *base, const char *path, GArray *failures, GError **error)
{
    QuotaStore *quota = (QuotaStore *)base;
    WeftDavStore *inner = inner_of(quota);
    uint64_t before_bytes = 0;
    uint64_t after_bytes = 0;

    if (!measure(inner, path, &before_bytes, error) ||
        !inner->methods->remove(inner, path, failures, error))
        return FALSE;
    if (failures->len > 0 && !measure(inner, path, &after_bytes, NULL))
        after_bytes = before_bytes;
    settle(quota, 0, 0, before_bytes - MIN(after_bytes, before_bytes));
    return TRUE;
}

static gboolean
quota_copy(WeftDavStore *base, const char *from, const char *to, gboolean depth_infinity,
           gboolean may_replace, GArray *failures, GError **error)
{
    QuotaStore *quota = (QuotaStore *)base;
    WeftDavStore *inner = inner_of(quota);
    WeftDavInfo info;
    uint64_t copied_bytes = 0;
    uint64_t replaced_bytes = 0;

    if (!inner->methods->stat(inner, from, &info, error))
        return FALSE;
    if ((!info.is_collection || depth_infinity) && !measure(inner, from, &copied_bytes, error))
        return FALSE;
    if (!measure(inner, to, &replaced_bytes, error))
        return FALSE;

    const uint64_t needed_bytes = copied_bytes - MIN(replaced_bytes, copied_bytes);
    if (!reserve(quota, needed_bytes, error))
        return FALSE;
    if (!inner->methods->copy(inner, from, to, depth_infinity, may_replace, failures, error)) {
        settle(quota, needed_bytes, 0, 0);
        return FALSE;
    }
    if (failures->len > 0)
        measure(inner, to, &copied_bytes, NULL);
    settle(quota, needed_bytes, copied_bytes, replaced_bytes);
    return TRUE;
}

static gboolean
quota_move(WeftDavStore *base, const char *from, const char *to, gboolean may_replace,
           GArray *failures, GError **error)
{
    QuotaStore *quota = (QuotaStore *)base;
    WeftDavStore *inner = inner_of(quota);
    uint64_t replaced_bytes = 0;

    if (!measure(inner, to, &replaced_bytes, error) ||
        !inner->methods->move(inner, from, to, may_replace, failures, error))
        return FALSE;
    settle(quota, 0, 0, replaced_bytes);
    return TRUE;
}

/* ---- room ---- */

static gboolean
quota_get_space(WeftDavStore *base, const char *path, WeftDavSpace *ret_space, GError **error)
{
    QuotaStore *quota = (QuotaStore *)base;
    WeftDavSpace space;

    if (!weft_dav_forward_get_space(base, path, &space, error) ||
        !have_count(quota, INT64_MAX, error))
        return FALSE;
    pthread_mutex_lock(&quota->mutex);
    const uint64_t left_bytes = quota->max_bytes - MIN(quota->used_bytes, quota->max_bytes);
    space.available_bytes = MIN(space.available_bytes, left_bytes);
    space.used_bytes = quota->used_bytes;
    pthread_mutex_unlock(&quota->mutex);
    *ret_space = space;
    return TRUE;
}

/* ---- the store ---- */

static void
quota_free(WeftDavStore *base)
{
    QuotaStore *quota = (QuotaStore *)base;

    weft_dav_forwarding_clear(&quota->forwarding);
    g_ptr_array_unref(quota->waiting);
    pthread_mutex_destroy(&quota->mutex);
    g_free(quota);
}

static const WeftDavStoreMethods quota_methods = {
    .stat = weft_dav_forward_stat,
    .open_read = weft_dav_forward_open_read,
    .list = weft_dav_forward_list,
    .list_next = weft_dav_forward_list_next,
    .list_free = weft_dav_forward_list_free,
    .upload_new = quota_upload_new,
    .upload_write = quota_upload_write,
    .upload_merge = quota_upload_merge,
    .upload_commit = quota_upload_commit,
    .upload_free = quota_upload_free,
    .make_collection = weft_dav_forward_make_collection,
    .remove = quota_remove,
    .copy = quota_copy,
    .move = quota_move,
    .get_properties = weft_dav_forward_get_properties,
    .change_properties = weft_dav_forward_change_properties,
    .set_attributes = weft_dav_forward_set_attributes,
    .get_space = quota_get_space,
    .resolve = weft_dav_forward_resolve,
    .free = quota_free,
};

static void
unref_completion(gpointer completion)
{
    weft_completion_unref(completion);
}

WeftDavStore *
weft_dav_quota_store_new(WeftDavStore *inner, uint64_t max_bytes)
{
    g_return_val_if_fail(inner != NULL, NULL);

    QuotaStore *quota = g_new0(QuotaStore, 1);
    quota->forwarding.base.methods = &quota_methods;
    quota->forwarding.inner = inner;
    quota->max_bytes = max_bytes;
    quota->waiting = g_ptr_array_new_with_free_func(unref_completion);
    pthread_mutex_init(&quota->mutex, NULL);
    return &quota->forwarding.base;
}
