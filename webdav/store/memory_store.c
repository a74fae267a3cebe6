/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store whose tree lies in memory: one mutex over all of it, held for the length of a look-up or
 * a change and never across a park.  Contents are immutable bytes, so a reader keeps the version
 * that it opened.  Nothing recurses: trees are as deep as clients make them.
 */
#include <weft/dav_store.h>

#include <pthread.h>
#include <string.h>
#include <weft/clock.h>
#include <weft/fiber.h>

#include "webdav/store/property_bytes.h"

#define MAX_NAME_BYTES 255
#define MAX_FILE_BYTES ((size_t)1 << 30)
#define BATCH_ENTRIES 128

typedef struct Node Node;
struct Node {
    char *name;
    Node *parent;       /* NULL for the root, and for what has been taken out of the tree */
    GTree *children;    /* name -> Node, which it owns; NULL for files */
    GBytes *content;    /* NULL for collections */
    GBytes *properties; /* encoded; NULL if there are none */
    uint64_t id;
    uint64_t generation; /* of content or members; no two states of the store share one */
    int64_t modified_us;
    int64_t created_us;
    gboolean is_executable;
};

typedef struct {
    WeftDavStore base;
    pthread_mutex_t mutex; /* guards all below */
    Node *root;
    uint64_t last_number; /* the last id or generation given out */
} MemoryStore;

typedef struct {
    WeftDavListing base;
    char *path;
    char *last_name; /* where the last batch ended; NULL before the first */
    gboolean with_properties;
    size_t n_entries;
    WeftDavEntry entries[BATCH_ENTRIES];
} MemoryListing;

typedef struct {
    WeftDavUpload base;
    char *path;
    uint8_t *data;
    size_t size;
    size_t capacity;
} MemoryUpload;

/* The mutex, held for the rest of a C scope. */
typedef MemoryStore Hold;

static Hold *
hold_tree(MemoryStore *store)
{
    pthread_mutex_lock(&store->mutex);
    return store;
}

static void
release_tree(Hold *store)
{
    pthread_mutex_unlock(&store->mutex);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hold, release_tree)

/* Nodes */

static int
compare_names(gconstpointer name, gconstpointer other, G_GNUC_UNUSED gpointer data)
{
    return strcmp(name, other);
}

static Node *
node_new(MemoryStore *store, const char *name, gboolean is_collection)
{
    Node *node = g_new0(Node, 1);

    node->name = g_strdup(name);
    node->id = ++store->last_number;
    node->generation = ++store->last_number;
    node->modified_us = weft_clock_wall_us();
    node->created_us = node->modified_us;
    if (is_collection)
        node->children = g_tree_new_full(compare_names, NULL, NULL, NULL);
    return node;
}

static gboolean
push_child(G_GNUC_UNUSED gpointer name, gpointer child, gpointer pending)
{
    g_ptr_array_add(pending, child);
    return FALSE;
}

static void
node_free(Node *node)
{
    if (node == NULL)
        return;

    g_autoptr(GPtrArray) pending = g_ptr_array_new();

    g_ptr_array_add(pending, node);
    while (pending->len > 0) {
        Node *next = g_ptr_array_steal_index_fast(pending, pending->len - 1);

        if (next->children != NULL) {
            g_tree_foreach(next->children, push_child, pending);
            g_tree_unref(next->children);
        }
        g_clear_pointer(&next->content, g_bytes_unref);
        g_clear_pointer(&next->properties, g_bytes_unref);
        g_free(next->name);
        g_free(next);
    }
}

/* Its members changed. */
static void
node_touch(MemoryStore *store, Node *node)
{
    node->generation = ++store->last_number;
    node->modified_us = weft_clock_wall_us();
}

static void
attach_child(MemoryStore *store, Node *parent, Node *child)
{
    child->parent = parent;
    g_tree_insert(parent->children, child->name, child);
    node_touch(store, parent);
}

static void
detach(MemoryStore *store, Node *node)
{
    g_tree_remove(node->parent->children, node->name);
    node_touch(store, node->parent);
    node->parent = NULL;
}

static gboolean
is_above(const Node *node, const Node *other)
{
    for (other = other->parent; other != NULL; other = other->parent) {
        if (other == node)
            return TRUE;
    }
    return FALSE;
}

static WeftDavInfo
info_of(const Node *node)
{
    const size_t size_bytes = node->content == NULL ? 0 : g_bytes_get_size(node->content);

    return (WeftDavInfo){
        .size_bytes = size_bytes,
        .modified_us = node->modified_us,
        .created_us = node->created_us,
        .version = {node->id, node->generation, size_bytes},
        .is_collection = node->children != NULL,
        .is_executable = node->is_executable,
    };
}

/* Paths */

/* The node at @path, or NULL. */
static Node *
find_locked(const MemoryStore *store, const char *path)
{
    Node *node = store->root;
    char name[MAX_NAME_BYTES + 1];

    while (*path == '/' && path[1] != '\0' && node != NULL) {
        const char *begin = path + 1;
        const char *end = strchrnul(begin, '/');
        const size_t len = (size_t)(end - begin);

        if (node->children == NULL || len > MAX_NAME_BYTES)
            return NULL;
        memcpy(name, begin, len);
        name[len] = '\0';
        node = g_tree_lookup(node->children, name);
        path = end;
    }
    return node;
}

static Node *
get_locked(const MemoryStore *store, const char *path, GError **error)
{
    Node *node = find_locked(store, path);

    if (node == NULL)
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND, "no resource \"%s\"", path);
    return node;
}

/* The collection that holds @path, or is to hold it.  @path: not the root */
static Node *
get_parent_locked(const MemoryStore *store, const char *path, GError **error)
{
    const char *name = strrchr(path, '/') + 1;
    g_autofree char *parent_path = g_strndup(path, (size_t)(name - path) - 1);
    Node *parent = find_locked(store, parent_path[0] == '\0' ? "/" : parent_path);

    if (parent == NULL || parent->children == NULL) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_PARENT, "no collection to hold \"%s\"",
                    path);
        return NULL;
    }
    if (strlen(name) > MAX_NAME_BYTES) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NAME_TOO_LONG,
                    "name longer than %d bytes in \"%s\"", MAX_NAME_BYTES, path);
        return NULL;
    }
    return parent;
}

static const char *
last_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static gboolean
is_root(const char *path)
{
    return path[1] == '\0';
}

static gboolean
refuse_root(const char *path, GError **error)
{
    if (!is_root(path))
        return TRUE;
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                "the root can be neither removed nor replaced");
    return FALSE;
}

/* Reading */

static gboolean
memory_stat(WeftDavStore *base, const char *path, WeftDavInfo *ret_info, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    const Node *node = get_locked(store, path, error);

    if (node == NULL)
        return FALSE;
    *ret_info = info_of(node);
    return TRUE;
}

static WeftFile *
memory_open_read(WeftDavStore *base, const char *path, WeftDavInfo *ret_info, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    const Node *node = get_locked(store, path, error);

    if (node == NULL)
        return NULL;
    if (node->children != NULL) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION, "\"%s\" is a collection",
                    path);
        return NULL;
    }
    *ret_info = info_of(node);
    return weft_file_new_for_bytes(node->content);
}

static WeftDavListing *
memory_list(WeftDavStore *base, const char *path, gboolean with_properties, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    const Node *node = get_locked(store, path, error);

    if (node == NULL)
        return NULL;
    if (node->children == NULL) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_COLLECTION, "\"%s\" is a file", path);
        return NULL;
    }

    MemoryListing *listing = g_new0(MemoryListing, 1);

    listing->base.store = base;
    listing->path = g_strdup(path);
    listing->with_properties = with_properties;
    return &listing->base;
}

static void
clear_batch(MemoryListing *listing)
{
    for (size_t i = 0; i < listing->n_entries; i++) {
        g_free((char *)listing->entries[i].name);
        weft_dav_property_set_free(listing->entries[i].properties);
    }
    listing->n_entries = 0;
}

static gboolean
add_entry(MemoryListing *listing, const Node *node, GError **error)
{
    g_autoptr(WeftDavPropertySet) properties = NULL;

    if (listing->with_properties && node->properties != NULL) {
        properties = weft_dav_property_bytes_read(node->properties, error);
        if (properties == NULL)
            return FALSE;
    }
    listing->entries[listing->n_entries++] = (WeftDavEntry){
        .name = g_strdup(node->name),
        .name_len = strlen(node->name),
        .info = info_of(node),
        .properties = g_steal_pointer(&properties),
    };
    return TRUE;
}

/* The tree may have changed since the last batch: go on behind the last name. */
static gboolean
fill_batch(MemoryListing *listing, GError **error)
{
    MemoryStore *store = (MemoryStore *)listing->base.store;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    const Node *node = find_locked(store, listing->path);

    if (node == NULL || node->children == NULL)
        return TRUE;

    GTreeNode *at = listing->last_name == NULL
                        ? g_tree_node_first(node->children)
                        : g_tree_upper_bound(node->children, listing->last_name);

    for (; at != NULL && listing->n_entries < BATCH_ENTRIES; at = g_tree_node_next(at)) {
        if (!add_entry(listing, g_tree_node_value(at), error))
            return FALSE;
    }
    return TRUE;
}

static ssize_t
memory_list_next(WeftDavListing *base, const WeftDavEntry **ret_entries, GError **error)
{
    MemoryListing *listing = (MemoryListing *)base;

    /* Batches never block: between them it is the others' turn. */
    if (listing->last_name != NULL && !weft_fiber_yield(error))
        return -1;
    clear_batch(listing);
    if (!fill_batch(listing, error))
        return -1;
    if (listing->n_entries > 0) {
        g_free(listing->last_name);
        listing->last_name = g_strdup(listing->entries[listing->n_entries - 1].name);
    }
    *ret_entries = listing->entries;
    return (ssize_t)listing->n_entries;
}

static void
memory_list_free(WeftDavListing *base)
{
    MemoryListing *listing = (MemoryListing *)base;

    if (listing == NULL)
        return;
    clear_batch(listing);
    g_free(listing->last_name);
    g_free(listing->path);
    g_free(listing);
}

/* Uploads */

/* Whether a file may stand at @path; *@ret_node is what stands there, or NULL. */
static Node *
get_place_of_file_locked(const MemoryStore *store, const char *path, Node **ret_node,
                         GError **error)
{
    Node *node = find_locked(store, path);

    if (node != NULL && node->children != NULL) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_IS_COLLECTION, "\"%s\" is a collection",
                    path);
        return NULL;
    }
    *ret_node = node;
    return get_parent_locked(store, path, error);
}

static WeftDavUpload *
memory_upload_new(WeftDavStore *base, const char *path, int64_t size_bytes, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    Node *node;

    if (size_bytes > (int64_t)MAX_FILE_BYTES) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_TOO_LARGE,
                    "\"%s\" is larger than a file in memory may be", path);
        return NULL;
    }
    pthread_mutex_lock(&store->mutex);
    const gboolean is_possible = get_place_of_file_locked(store, path, &node, error) != NULL;
    pthread_mutex_unlock(&store->mutex);
    if (!is_possible)
        return NULL;

    MemoryUpload *upload = g_new0(MemoryUpload, 1);

    upload->base.store = base;
    upload->path = g_strdup(path);
    return &upload->base;
}

static gboolean
reserve(MemoryUpload *upload, size_t size, GError **error)
{
    if (size > MAX_FILE_BYTES - upload->size) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_TOO_LARGE,
                    "\"%s\" is larger than a file in memory may be", upload->path);
        return FALSE;
    }
    if (upload->size + size <= upload->capacity)
        return TRUE;

    const size_t capacity = MAX(upload->size + size, upload->capacity * 2);
    uint8_t *data = g_try_realloc(upload->data, capacity);

    if (data == NULL) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_SPACE, "no memory for \"%s\"",
                    upload->path);
        return FALSE;
    }
    upload->data = data;
    upload->capacity = capacity;
    return TRUE;
}

static gboolean
memory_upload_write(WeftDavUpload *base, const void *data, size_t size, GError **error)
{
    MemoryUpload *upload = (MemoryUpload *)base;

    if (size == 0)
        return TRUE;
    if (!reserve(upload, size, error))
        return FALSE;
    memcpy(upload->data + upload->size, data, size);
    upload->size += size;
    return TRUE;
}

/* What was written becomes a part of @old. */
static gboolean
splice(MemoryUpload *upload, GBytes *old, int64_t offset_bytes, GError **error)
{
    const size_t old_size = g_bytes_get_size(old);
    const size_t offset = (size_t)offset_bytes;
    MemoryUpload whole = {.path = upload->path};

    if (offset_bytes < 0 || offset > old_size) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_TOO_LARGE, "behind the end of \"%s\"",
                    upload->path);
        return FALSE;
    }
    if (!reserve(&whole, MAX(old_size, offset + upload->size), error))
        return FALSE;
    whole.size = MAX(old_size, offset + upload->size);
    g_assert(whole.size == 0 || whole.data != NULL);
    if (old_size > 0)
        memcpy(whole.data, g_bytes_get_data(old, NULL), old_size);
    if (upload->size > 0)
        memcpy(whole.data + offset, upload->data, upload->size);
    g_free(upload->data);
    upload->data = whole.data;
    upload->size = whole.size;
    upload->capacity = whole.capacity;
    return TRUE;
}

static void
set_content(MemoryStore *store, Node *node, GBytes *content)
{
    g_clear_pointer(&node->content, g_bytes_unref);
    node->content = g_bytes_ref(content);
    node_touch(store, node);
}

static gboolean
memory_upload_merge(WeftDavUpload *base, int64_t offset_bytes, GError **error)
{
    MemoryUpload *upload = (MemoryUpload *)base;
    MemoryStore *store = (MemoryStore *)base->store;
    g_autoptr(GBytes) old = NULL;

    {
        G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
        const Node *node = get_locked(store, upload->path, error);

        if (node == NULL)
            return FALSE;
        old = node->content == NULL ? g_bytes_new(NULL, 0) : g_bytes_ref(node->content);
    }
    return splice(upload, old, offset_bytes, error);
}

static gboolean
memory_upload_commit(WeftDavUpload *base, gboolean may_replace, WeftDavInfo *ret_info,
                     GError **error)
{
    MemoryUpload *upload = (MemoryUpload *)base;
    MemoryStore *store = (MemoryStore *)base->store;
    g_autoptr(GBytes) content =
        g_bytes_new_take(g_realloc(g_steal_pointer(&upload->data), upload->size), upload->size);
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    Node *node;
    Node *parent = get_place_of_file_locked(store, upload->path, &node, error);

    upload->size = 0;
    upload->capacity = 0;
    if (parent == NULL)
        return FALSE;
    if (node != NULL && !may_replace) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS, "\"%s\" exists", upload->path);
        return FALSE;
    }
    base->has_replaced = node != NULL;
    if (node == NULL) {
        node = node_new(store, last_name(upload->path), FALSE);
        attach_child(store, parent, node);
    }
    set_content(store, node, content);
    if (base->has_modified)
        node->modified_us = base->modified_s * G_USEC_PER_SEC;
    *ret_info = info_of(node);
    return TRUE;
}

static void
memory_upload_free(WeftDavUpload *base)
{
    MemoryUpload *upload = (MemoryUpload *)base;

    if (upload == NULL)
        return;
    g_free(upload->data);
    g_free(upload->path);
    g_free(upload);
}

/* Changes */

static gboolean
memory_make_collection(WeftDavStore *base, const char *path, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);

    if (find_locked(store, path) != NULL) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS, "\"%s\" exists", path);
        return FALSE;
    }

    Node *parent = get_parent_locked(store, path, error);

    if (parent == NULL)
        return FALSE;
    attach_child(store, parent, node_new(store, last_name(path), TRUE));
    return TRUE;
}

static gboolean
memory_remove(WeftDavStore *base, const char *path, G_GNUC_UNUSED GArray *failures, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;

    if (!refuse_root(path, error))
        return FALSE;
    pthread_mutex_lock(&store->mutex);
    Node *node = get_locked(store, path, error);
    if (node != NULL)
        detach(store, node);
    pthread_mutex_unlock(&store->mutex);

    node_free(node);
    return node != NULL;
}

typedef struct {
    const Node *from;
    Node *to_parent;
    Node *replaced; /* (nullable) */
} Transfer;

/* Look up both ends of a COPY or MOVE and refuse what cannot be. */
static gboolean
prepare_transfer_locked(const MemoryStore *store, const char *from, const char *to,
                        gboolean may_replace, Transfer *ret_transfer, GError **error)
{
    const Node *source = get_locked(store, from, error);

    if (source == NULL || !refuse_root(to, error))
        return FALSE;

    Node *parent = get_parent_locked(store, to, error);

    if (parent == NULL)
        return FALSE;

    Node *replaced = find_locked(store, to);

    if (replaced == source || parent == source || is_above(source, parent) ||
        (replaced != NULL && is_above(replaced, source))) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                    "\"%s\" and \"%s\" are one, or one holds the other", from, to);
        return FALSE;
    }
    if (replaced != NULL && !may_replace) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS, "\"%s\" exists", to);
        return FALSE;
    }
    *ret_transfer = (Transfer){source, parent, replaced};
    return TRUE;
}

static Node *
clone_alone(MemoryStore *store, const Node *node, const char *name)
{
    Node *clone = node_new(store, name, node->children != NULL);

    if (node->content != NULL)
        clone->content = g_bytes_ref(node->content);
    if (node->properties != NULL)
        clone->properties = g_bytes_ref(node->properties);
    clone->is_executable = node->is_executable;
    return clone;
}

static Node *
clone_tree(MemoryStore *store, const Node *top, const char *name)
{
    g_autoptr(GPtrArray) sources = g_ptr_array_new();
    g_autoptr(GPtrArray) clones = g_ptr_array_new(); /* of the same length: their clones */
    Node *clone_of_top = clone_alone(store, top, name);

    g_ptr_array_add(sources, (gpointer)top);
    g_ptr_array_add(clones, clone_of_top);
    while (sources->len > 0) {
        const Node *source = g_ptr_array_steal_index_fast(sources, sources->len - 1);
        Node *clone = g_ptr_array_steal_index_fast(clones, clones->len - 1);
        GTreeNode *at = source->children == NULL ? NULL : g_tree_node_first(source->children);

        for (; at != NULL; at = g_tree_node_next(at)) {
            Node *child = g_tree_node_value(at);
            Node *child_clone = clone_alone(store, child, child->name);

            attach_child(store, clone, child_clone);
            g_ptr_array_add(sources, child);
            g_ptr_array_add(clones, child_clone);
        }
    }
    return clone_of_top;
}

static gboolean
memory_copy(WeftDavStore *base, const char *from, const char *to, gboolean depth_infinity,
            gboolean may_replace, G_GNUC_UNUSED GArray *failures, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    Transfer transfer;

    pthread_mutex_lock(&store->mutex);
    const gboolean is_possible =
        prepare_transfer_locked(store, from, to, may_replace, &transfer, error);
    if (is_possible) {
        Node *clone = depth_infinity ? clone_tree(store, transfer.from, last_name(to))
                                     : clone_alone(store, transfer.from, last_name(to));

        if (transfer.replaced != NULL)
            detach(store, transfer.replaced);
        attach_child(store, transfer.to_parent, clone);
    }
    pthread_mutex_unlock(&store->mutex);

    if (is_possible)
        node_free(transfer.replaced);
    return is_possible;
}

static void
move_locked(MemoryStore *store, Node *node, Node *to_parent, const char *name)
{
    detach(store, node);
    g_free(node->name);
    node->name = g_strdup(name);
    attach_child(store, to_parent, node);
}

static gboolean
memory_move(WeftDavStore *base, const char *from, const char *to, gboolean may_replace,
            G_GNUC_UNUSED GArray *failures, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    Transfer transfer;

    if (!refuse_root(from, error))
        return FALSE;
    pthread_mutex_lock(&store->mutex);
    const gboolean is_possible =
        prepare_transfer_locked(store, from, to, may_replace, &transfer, error);
    if (is_possible) {
        if (transfer.replaced != NULL)
            detach(store, transfer.replaced);
        move_locked(store, (Node *)transfer.from, transfer.to_parent, last_name(to));
    }
    pthread_mutex_unlock(&store->mutex);

    if (is_possible)
        node_free(transfer.replaced);
    return is_possible;
}

/* Dead properties */

static WeftDavPropertySet *
memory_get_properties(WeftDavStore *base, const char *path, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    const Node *node = get_locked(store, path, error);

    return node == NULL ? NULL : weft_dav_property_bytes_read(node->properties, error);
}

static gboolean
memory_change_properties(WeftDavStore *base, const char *path, const WeftDavProperty *changes,
                         size_t n_changes, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    Node *node = get_locked(store, path, error);
    g_autoptr(GBytes) bytes = NULL;

    if (node == NULL)
        return FALSE;
    if (!weft_dav_property_bytes_change(node->properties, changes, n_changes, &bytes, error))
        return FALSE;
    g_clear_pointer(&node->properties, g_bytes_unref);
    node->properties = g_steal_pointer(&bytes);
    return TRUE;
}

/* Times, the executable flag, room */

static gboolean
memory_set_attributes(WeftDavStore *base, const char *path, const WeftDavAttributes *attributes,
                      GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);
    Node *node = get_locked(store, path, error);

    if (node == NULL)
        return FALSE;
    if (attributes->modified_s != WEFT_DAV_TIME_KEEP)
        node->modified_us = attributes->modified_s * G_USEC_PER_SEC;
    if (attributes->is_executable >= 0)
        node->is_executable = attributes->is_executable;
    return TRUE;
}

static uint64_t
content_bytes_locked(const MemoryStore *store)
{
    g_autoptr(GPtrArray) pending = g_ptr_array_new();
    uint64_t size_bytes = 0;

    g_ptr_array_add(pending, store->root);
    while (pending->len > 0) {
        const Node *node = g_ptr_array_steal_index_fast(pending, pending->len - 1);

        if (node->content != NULL)
            size_bytes += g_bytes_get_size(node->content);
        if (node->children != NULL)
            g_tree_foreach(node->children, push_child, pending);
    }
    return size_bytes;
}

/* Memory has no size that a share could promise: what the next file may take is there. */
static gboolean
memory_get_space(WeftDavStore *base, const char *path, WeftDavSpace *ret_space, GError **error)
{
    MemoryStore *store = (MemoryStore *)base;
    G_GNUC_UNUSED g_autoptr(Hold) hold = hold_tree(store);

    if (get_locked(store, path, error) == NULL)
        return FALSE;
    *ret_space = (WeftDavSpace){MAX_FILE_BYTES, content_bytes_locked(store)};
    return TRUE;
}

static void
memory_free(WeftDavStore *base)
{
    MemoryStore *store = (MemoryStore *)base;

    node_free(store->root);
    pthread_mutex_destroy(&store->mutex);
    g_free(store);
}

static const WeftDavStoreMethods memory_methods = {
    .stat = memory_stat,
    .open_read = memory_open_read,
    .list = memory_list,
    .list_next = memory_list_next,
    .list_free = memory_list_free,
    .upload_new = memory_upload_new,
    .upload_write = memory_upload_write,
    .upload_merge = memory_upload_merge,
    .upload_commit = memory_upload_commit,
    .upload_free = memory_upload_free,
    .make_collection = memory_make_collection,
    .remove = memory_remove,
    .copy = memory_copy,
    .move = memory_move,
    .get_properties = memory_get_properties,
    .change_properties = memory_change_properties,
    .set_attributes = memory_set_attributes,
    .get_space = memory_get_space,
    .free = memory_free,
};

WeftDavStore *
weft_dav_memory_store_new(void)
{
    MemoryStore *store = g_new0(MemoryStore, 1);

    store->base.methods = &memory_methods;
    pthread_mutex_init(&store->mutex, NULL);
    store->root = node_new(store, "", TRUE);
    return &store->base;
}
