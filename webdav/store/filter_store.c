/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that clients do not see, and names that they may spell in several ways.
 *
 * A path with a hidden name in it is not there; to make something at one is refused.  A listing
 * shows the runs of entries between hidden ones, as they lie in the inner store's own batch.  Files
 * of macOS may have a life of their own in a store in memory, flat and small.
 */
#include <weft/dav_store.h>

#include <fnmatch.h>
#include <pthread.h>
#include <string.h>

#include "webdav/store/forwarding_store.h"

#define MAX_TEMPORARY_FILES 1024
#define MAX_TEMPORARY_BYTES ((uint64_t)32 << 20) /* of all of them */
#define MAX_NAME_BYTES 255

typedef struct {
    WeftDavForwardingStore forwarding;
    WeftDavFilter filter;    /* its patterns are ours */
    WeftDavStore *temporary; /* of TEMP, otherwise NULL: all in the root, by a digest of the path */
    pthread_mutex_t mutex;   /* guards the next; never held across a park */
    GQueue temporary_names;  /* of char *: what was made there, the oldest first */
} FilterStore;

typedef struct {
    WeftDavListing base;
    WeftDavListing *inner;
    const WeftDavEntry *entries; /* the inner listing's latest batch */
    ssize_t n_entries;
    ssize_t next;
} FilterListing;

typedef enum { SHOWN, HIDDEN, TEMPORARY } Fate;

static FilterStore *
filter_of(WeftDavStore *store)
{
    return (FilterStore *)store;
}

/* ---- names ---- */

static gboolean
is_apple_name(const char *name)
{
    return name[0] == '.' && (name[1] == '_' || strcmp(name, ".DS_Store") == 0);
}

static Fate
fate_of_name(const FilterStore *store, const char *name)
{
    const WeftDavFilter *filter = &store->filter;

    if (is_apple_name(name)) {
        if (filter->apple_files == WEFT_DAV_APPLE_FILES_HIDE)
            return HIDDEN;
        if (filter->apple_files == WEFT_DAV_APPLE_FILES_TEMP)
            return TEMPORARY;
    }
    if (filter->hides_dot_files && name[0] == '.')
        return HIDDEN;
    for (size_t i = 0; filter->deny != NULL && filter->deny[i] != NULL; i++)
        if (fnmatch(filter->deny[i], name, filter->ignores_case ? FNM_CASEFOLD : 0) == 0)
            return HIDDEN;
    return SHOWN;
}

/* Nothing lives below a file of macOS, so only the last name may be one. */
static Fate
fate_of_path(const FilterStore *store, const char *path)
{
    char name[MAX_NAME_BYTES + 1];
    Fate fate = SHOWN;

    while (path[0] == '/' && path[1] != '\0') {
        const size_t length = strcspn(path + 1, "/");

        if (fate != SHOWN)
            return HIDDEN;
        /* No file system has longer ones: the inner store says so. */
        if (length <= MAX_NAME_BYTES) {
            memcpy(name, path + 1, length);
            name[length] = '\0';
            fate = fate_of_name(store, name);
            if (fate == HIDDEN)
                return HIDDEN;
        }
        path += 1 + length;
    }
    return fate;
}

static gboolean
refuse_absent(GError **error, const char *path)
{
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND, "no resource \"%s\"", path);
    return FALSE;
}

static gboolean
refuse_name(GError **error, const char *path)
{
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                "the share takes no name like that of \"%s\"", path);
    return FALSE;
}

/* ---- files of macOS ---- */

/* Returns: (transfer full): where the file of @path is in the temporary store */
static char *
temporary_path(const char *path)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, path, -1);

    return g_strconcat("/", digest, NULL);
}

/* Whose method does it: *@ret_path is @path, or that of the temporary file.
 * Returns: (nullable): NULL for what is hidden */
static WeftDavStore *
store_for(WeftDavStore *base, const char *path, char **ret_path)
{
    FilterStore *store = filter_of(base);

    switch (fate_of_path(store, path)) {
    case SHOWN:
        *ret_path = g_strdup(path);
        return store->forwarding.inner;
    case TEMPORARY:
        *ret_path = temporary_path(path);
        return store->temporary;
    case HIDDEN:
        break;
    }
    return NULL;
}

/* One more, at @at in the temporary store; the oldest goes when there are too many. */
static void
remember_temporary(FilterStore *store, const char *at)
{
    g_autofree char *oldest = NULL;
    g_autoptr(GArray) failures = NULL;
    WeftDavInfo info;

    if (store->temporary->methods->stat(store->temporary, at, &info, NULL))
        return;
    pthread_mutex_lock(&store->mutex);
    g_queue_push_tail(&store->temporary_names, g_strdup(at));
    if (store->temporary_names.length > MAX_TEMPORARY_FILES)
        oldest = g_queue_pop_head(&store->temporary_names);
    pthread_mutex_unlock(&store->mutex);
    if (oldest == NULL)
        return;
    failures = g_array_new(FALSE, FALSE, sizeof(WeftDavFailure));
    store->temporary->methods->remove(store->temporary, oldest, failures, NULL);
}

/* ---- reading ---- */

static gboolean
filter_stat(WeftDavStore *base, const char *path, WeftDavInfo *ret_info, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    return store != NULL ? store->methods->stat(store, at, ret_info, error)
                         : refuse_absent(error, path);
}

static WeftFile *
filter_open_read(WeftDavStore *base, const char *path, WeftDavInfo *ret_info, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    if (store != NULL)
        return store->methods->open_read(store, at, ret_info, error);
    refuse_absent(error, path);
    return NULL;
}

static WeftDavListing *
filter_list(WeftDavStore *base, const char *path, gboolean with_properties, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);
    WeftDavListing *inner = NULL;

    if (store == NULL)
        refuse_absent(error, path);
    else
        inner = store->methods->list(store, at, with_properties, error);
    if (inner == NULL)
        return NULL;

    FilterListing *listing = g_new0(FilterListing, 1);
    listing->base.store = base;
    listing->inner = inner;
    return &listing->base;
}

/* The next entries that follow one another and are shown. */
static ssize_t
next_run(FilterListing *listing, const WeftDavEntry **ret_entries)
{
    const FilterStore *store = filter_of(listing->base.store);
    ssize_t end;

    while (listing->next < listing->n_entries &&
           fate_of_name(store, listing->entries[listing->next].name) != SHOWN)
        listing->next++;
    for (end = listing->next; end < listing->n_entries; end++)
        if (fate_of_name(store, listing->entries[end].name) != SHOWN)
            break;
    *ret_entries = listing->entries + listing->next;

    const ssize_t n = end - listing->next;
    listing->next = end;
    return n;
}

static ssize_t
filter_list_next(WeftDavListing *base, const WeftDavEntry **ret_entries, GError **error)
{
    FilterListing *listing = (FilterListing *)base;

    for (;;) {
        const ssize_t n = next_run(listing, ret_entries);

        if (n > 0)
            return n;
        listing->next = 0;
        listing->n_entries = weft_dav_forward_list_next(listing->inner, &listing->entries, error);
        if (listing->n_entries <= 0)
            return listing->n_entries;
    }
}

static void
filter_list_free(WeftDavListing *base)
{
    FilterListing *listing = (FilterListing *)base;

    if (listing == NULL)
        return;
    weft_dav_forward_list_free(listing->inner);
    g_free(listing);
}

/* ---- changing ---- */

static WeftDavUpload *
filter_upload_new(WeftDavStore *base, const char *path, int64_t size_bytes, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    if (store == NULL) {
        refuse_name(error, path);
        return NULL;
    }
    if (store == filter_of(base)->temporary)
        remember_temporary(filter_of(base), at);
    return store->methods->upload_new(store, at, size_bytes, error);
}

static gboolean
filter_make_collection(WeftDavStore *base, const char *path, GError **error)
{
    if (fate_of_path(filter_of(base), path) != SHOWN)
        return refuse_name(error, path);
    return weft_dav_forward_make_collection(base, path, error);
}

static gboolean
filter_remove(WeftDavStore *base, const char *path, GArray *failures, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    return store != NULL ? store->methods->remove(store, at, failures, error)
                         : refuse_absent(error, path);
}

/* Both ends in one store, and *@ret_from and *@ret_to there; what would come to be stored, or be
 * stored no more, is refused. */
static WeftDavStore *
store_for_both(WeftDavStore *base, const char *from, const char *to, char **ret_from, char **ret_to,
               GError **error)
{
    WeftDavStore *source = store_for(base, from, ret_from);
    WeftDavStore *target = source != NULL ? store_for(base, to, ret_to) : NULL;

    if (source == NULL)
        refuse_absent(error, from);
    else if (source != target)
        refuse_name(error, to);
    return source == target ? source : NULL;
}

static gboolean
filter_copy(WeftDavStore *base, const char *from, const char *to, gboolean depth_infinity,
            gboolean may_replace, GArray *failures, GError **error)
{
    g_autofree char *at = NULL;
    g_autofree char *onto = NULL;
    WeftDavStore *store = store_for_both(base, from, to, &at, &onto, error);

    return store != NULL &&
           store->methods->copy(store, at, onto, depth_infinity, may_replace, failures, error);
}

static gboolean
filter_move(WeftDavStore *base, const char *from, const char *to, gboolean may_replace,
            GArray *failures, GError **error)
{
    g_autofree char *at = NULL;
    g_autofree char *onto = NULL;
    WeftDavStore *store = store_for_both(base, from, to, &at, &onto, error);

    return store != NULL && store->methods->move(store, at, onto, may_replace, failures, error);
}

static WeftDavPropertySet *
filter_get_properties(WeftDavStore *base, const char *path, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    if (store != NULL)
        return store->methods->get_properties(store, at, error);
    refuse_absent(error, path);
    return NULL;
}

static gboolean
filter_change_properties(WeftDavStore *base, const char *path, const WeftDavProperty *changes,
                         size_t n_changes, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    return store != NULL ? store->methods->change_properties(store, at, changes, n_changes, error)
                         : refuse_absent(error, path);
}

static gboolean
filter_set_attributes(WeftDavStore *base, const char *path, const WeftDavAttributes *attributes,
                      GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    return store != NULL ? store->methods->set_attributes(store, at, attributes, error)
                         : refuse_absent(error, path);
}

static gboolean
filter_get_space(WeftDavStore *base, const char *path, WeftDavSpace *ret_space, GError **error)
{
    g_autofree char *at = NULL;
    WeftDavStore *store = store_for(base, path, &at);

    return store != NULL ? store->methods->get_space(store, at, ret_space, error)
                         : refuse_absent(error, path);
}

/* ---- spellings ---- */

/* What two spellings of one name have in common.  Returns: (transfer full) */
static char *
key_of(const FilterStore *store, const char *name)
{
    g_autofree char *composed = g_utf8_normalize(name, -1, G_NORMALIZE_NFC);

    if (composed == NULL)
        return g_strdup(name);
    if (!store->filter.ignores_case)
        return store->filter.normalises ? g_steal_pointer(&composed) : g_strdup(name);

    g_autofree char *folded = g_utf8_casefold(store->filter.normalises ? composed : name, -1);
    /* Folding may take apart what was composed. */
    return store->filter.normalises ? g_utf8_normalize(folded, -1, G_NORMALIZE_NFC)
                                    : g_steal_pointer(&folded);
}

/* The member of @folder that @name means.  Of several the first in the order of bytes, so that it
 * is always the same one.
 * *@ret_member: (transfer full) (nullable): NULL if there is none */
static gboolean
find_member(FilterStore *store, const char *folder, const char *name, char **ret_member,
            GError **error)
{
    WeftDavStore *inner = store->forwarding.inner;
    g_autofree char *key = key_of(store, name);
    g_autofree char *best = NULL;
    const WeftDavEntry *entries = NULL;
    ssize_t n = 0;
    WeftDavListing *listing = inner->methods->list(inner, folder, FALSE, error);

    if (listing == NULL)
        return FALSE;
    while ((n = inner->methods->list_next(listing, &entries, error)) > 0)
        for (ssize_t i = 0; i < n; i++) {
            g_autofree char *other = key_of(store, entries[i].name);

            if (strcmp(key, other) == 0 && (best == NULL || strcmp(entries[i].name, best) < 0)) {
                g_free(best);
                best = g_strdup(entries[i].name);
            }
        }
    inner->methods->list_free(listing);
    if (n < 0)
        return FALSE;
    *ret_member = g_steal_pointer(&best);
    return TRUE;
}

static gboolean
is_there(FilterStore *store, const char *path)
{
    WeftDavStore *inner = store->forwarding.inner;
    WeftDavInfo info;

    return inner->methods->stat(inner, path, &info, NULL);
}

/* Segment by segment; behind the first that means nothing, all are as they were asked for. */
static gboolean
resolve_segments(FilterStore *store, const char *path, GString *found, GError **error)
{
    while (path[0] == '/' && path[1] != '\0') {
        const size_t length = strcspn(path + 1, "/");
        const size_t n_folder = found->len;
        g_autofree char *name = g_strndup(path + 1, length);
        g_autofree char *member = NULL;
        g_autofree char *folder = g_strdup(n_folder > 0 ? found->str : "/");
        g_autoptr(GError) problem = NULL;

        g_string_append_printf(found, "/%s", name);
        path += 1 + length;
        if (is_there(store, found->str))
            continue;
        if (!find_member(store, folder, name, &member, &problem) &&
            problem->domain != WEFT_DAV_ERROR) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
        if (member == NULL) {
            g_string_append(found, path);
            return TRUE;
        }
        g_string_truncate(found, n_folder);
        g_string_append_printf(found, "/%s", member);
    }
    return TRUE;
}

/* As asked for where that is there, which costs one look; a listing for each segment that is not.
 */
static char *
filter_resolve(WeftDavStore *base, const char *path, GError **error)
{
    FilterStore *store = filter_of(base);
    g_autofree char *asked = weft_dav_forward_resolve(base, path, error);
    g_autoptr(GString) found = NULL;

    if (asked == NULL || !(store->filter.ignores_case || store->filter.normalises) ||
        is_there(store, asked))
        return g_steal_pointer(&asked);
    found = g_string_new(NULL);
    if (!resolve_segments(store, asked, found, error))
        return NULL;
    return g_string_free(g_steal_pointer(&found), FALSE);
}

/* ---- the store ---- */

static void
filter_free(WeftDavStore *base)
{
    FilterStore *store = filter_of(base);

    weft_dav_forwarding_clear(&store->forwarding);
    weft_dav_store_free(store->temporary);
    g_queue_clear_full(&store->temporary_names, g_free);
    pthread_mutex_destroy(&store->mutex);
    g_strfreev((char **)store->filter.deny);
    g_free(store);
}

static const WeftDavStoreMethods filter_methods = {
    .stat = filter_stat,
    .open_read = filter_open_read,
    .list = filter_list,
    .list_next = filter_list_next,
    .list_free = filter_list_free,
    .upload_new = filter_upload_new,
    .upload_write = weft_dav_forward_upload_write,
    .upload_merge = weft_dav_forward_upload_merge,
    .upload_commit = weft_dav_forward_upload_commit,
    .upload_free = weft_dav_forward_upload_free,
    .make_collection = filter_make_collection,
    .remove = filter_remove,
    .copy = filter_copy,
    .move = filter_move,
    .get_properties = filter_get_properties,
    .change_properties = filter_change_properties,
    .set_attributes = filter_set_attributes,
    .get_space = filter_get_space,
    .resolve = filter_resolve,
    .free = filter_free,
};

WeftDavStore *
weft_dav_filter_store_new(WeftDavStore *inner, const WeftDavFilter *filter)
{
    g_return_val_if_fail(inner != NULL && filter != NULL, NULL);

    FilterStore *store = g_new0(FilterStore, 1);
    store->forwarding.base.methods = &filter_methods;
    store->forwarding.inner = inner;
    store->filter = *filter;
    store->filter.deny = (const char *const *)g_strdupv((char **)filter->deny);
    if (filter->apple_files == WEFT_DAV_APPLE_FILES_TEMP)
        store->temporary =
            weft_dav_quota_store_new(weft_dav_memory_store_new(), MAX_TEMPORARY_BYTES);
    pthread_mutex_init(&store->mutex, NULL);
    g_queue_init(&store->temporary_names);
    return &store->forwarding.base;
}
