/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copying from store to store, through what every store can do.  Member by member, without
 * recursion; what cannot be copied is told and left out, as within one store (RFC 4918 9.8.3).
 */
#include "webdav/weftdav/share_transfer.h"

#include <string.h>
#include <weft/fiber.h>

#define PIECE_BYTES ((size_t)128 * 1024)

/* A collection whose members are being copied. */
typedef struct {
    WeftDavListing *listing;
    const WeftDavEntry *entries; /* the latest batch */
    ssize_t n_entries;
    ssize_t next;
    size_t from_length; /* of its paths */
    size_t to_length;
    WeftDavInfo info;
} Level;

typedef struct {
    const WeftDavShareTransfer *transfer;
    GArray *levels; /* of Level, the outermost first */
    GString *from;
    GString *to;
    void *piece; /* of PIECE_BYTES */
} Copy;

/* ---- one resource ---- */

static gboolean
copy_bytes(const Copy *copy, WeftFile *file, WeftDavUpload *upload, GError **error)
{
    WeftDavStore *target = copy->transfer->target;
    int64_t offset_bytes = 0;

    for (;;) {
        const ssize_t n = weft_file_read_at(file, copy->piece, PIECE_BYTES, offset_bytes, error);

        if (n <= 0)
            return n == 0;
        if (!target->methods->upload_write(upload, copy->piece, (size_t)n, error))
            return FALSE;
        offset_bytes += n;
    }
}

static int64_t
second_of(const WeftDavInfo *info)
{
    return info->modified_us / G_USEC_PER_SEC;
}

static gboolean
copy_content(const Copy *copy, WeftDavInfo *ret_info, GError **error)
{
    const WeftDavShareTransfer *transfer = copy->transfer;
    const WeftDavStoreMethods *target = transfer->target->methods;
    g_autoptr(WeftFile) file =
        transfer->source->methods->open_read(transfer->source, copy->from->str, ret_info, error);
    WeftDavInfo copied;

    if (file == NULL)
        return FALSE;
    WeftDavUpload *upload =
        target->upload_new(transfer->target, copy->to->str, (int64_t)ret_info->size_bytes, error);
    if (upload == NULL)
        return FALSE;
    upload->has_modified = TRUE;
    upload->modified_s = second_of(ret_info);
    const gboolean ok = copy_bytes(copy, file, upload, error) &&
                        target->upload_commit(upload, FALSE, &copied, error);
    target->upload_free(upload);
    return ok;
}

static gboolean
copy_properties(const Copy *copy, GError **error)
{
    const WeftDavShareTransfer *transfer = copy->transfer;
    g_autoptr(GError) problem = NULL;
    g_autoptr(WeftDavPropertySet) set =
        transfer->source->methods->get_properties(transfer->source, copy->from->str, &problem);
    const size_t n = set != NULL ? weft_dav_property_set_size(set) : 0;

    if (problem != NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    if (n == 0)
        return TRUE;
    g_autofree WeftDavProperty *changes = g_new(WeftDavProperty, n);
    for (size_t i = 0; i < n; i++)
        changes[i] = *weft_dav_property_set_get(set, i);
    return transfer->target->methods->change_properties(transfer->target, copy->to->str, changes, n,
                                                        error);
}

static gboolean
copy_file(const Copy *copy, GError **error)
{
    WeftDavStore *target = copy->transfer->target;
    WeftDavAttributes attributes = WEFT_DAV_ATTRIBUTES_KEEP;
    WeftDavInfo info;

    if (!copy_content(copy, &info, error) || !copy_properties(copy, error))
        return FALSE;
    if (!info.is_executable)
        return TRUE;
    attributes.is_executable = TRUE;
    return target->methods->set_attributes(target, copy->to->str, &attributes, error);
}

/* ---- what a collection holds ---- */

/* Make the collection and, with members, go down into it. */
static gboolean
open_level(Copy *copy, const WeftDavInfo *info, gboolean with_members, GError **error)
{
    const WeftDavShareTransfer *transfer = copy->transfer;
    Level level = {.from_length = copy->from->len, .to_length = copy->to->len, .info = *info};

    if (!transfer->target->methods->make_collection(transfer->target, copy->to->str, error) ||
        !copy_properties(copy, error))
        return FALSE;
    if (!with_members)
        return TRUE;
    level.listing =
        transfer->source->methods->list(transfer->source, copy->from->str, FALSE, error);
    if (level.listing == NULL)
        return FALSE;
    g_array_append_val(copy->levels, level);
    return TRUE;
}

static Level *
innermost(const Copy *copy)
{
    const guint n = copy->levels->len;

    return n > 0 ? &g_array_index(copy->levels, Level, n - 1) : NULL;
}

static void
close_level(Copy *copy)
{
    copy->transfer->source->methods->list_free(innermost(copy)->listing);
    g_array_set_size(copy->levels, copy->levels->len - 1);
}

/* Its time is set once nothing more is put into it.  A time is no reason to fail. */
static void
finish_level(Copy *copy)
{
    const Level *level = innermost(copy);
    WeftDavStore *target = copy->transfer->target;
    WeftDavAttributes attributes = WEFT_DAV_ATTRIBUTES_KEEP;
    g_autoptr(GError) ignored = NULL;

    attributes.modified_s = second_of(&level->info);
    g_string_truncate(copy->to, level->to_length);
    if (!target->methods->set_attributes(target, copy->to->str, &attributes, &ignored))
        g_debug("%s: %s", copy->to->str, ignored->message);
    close_level(copy);
}

/* What a member failed with ends it all where it is none of the member's: cancelled, late, full. */
static gboolean
note_failure(Copy *copy, GError *problem, GError **error)
{
    if (problem->domain != WEFT_DAV_ERROR || problem->code == WEFT_DAV_ERROR_NO_SPACE) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    const WeftDavFailure failure = {g_strdup(copy->from->str), problem};
    g_array_append_val(copy->transfer->failures, failure);
    return TRUE;
}

static void
name_member(GString *path, size_t length, const WeftDavEntry *entry)
{
    g_string_truncate(path, length);
    if (length > 1)
        g_string_append_c(path, '/');
    g_string_append_len(path, entry->name, (gssize)entry->name_len);
}

static gboolean
copy_member(Copy *copy, const Level *level, const WeftDavEntry *entry, GError **error)
{
    GError *problem = NULL;
    gboolean ok = FALSE;

    name_member(copy->from, level->from_length, entry);
    name_member(copy->to, level->to_length, entry);
    if (entry->info.is_collection && copy->levels->len == WEFT_DAV_SHARE_TRANSFER_MAX_DEPTH)
        g_set_error_literal(&problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN,
                            "too deep to be copied");
    else if (entry->info.is_collection)
        ok = open_level(copy, &entry->info, TRUE, &problem);
    else
        ok = copy_file(copy, &problem);
    return ok || note_failure(copy, problem, error);
}

/* The next batch of the innermost collection; at its end up again. */
static gboolean
next_batch(Copy *copy, Level *level, GError **error)
{
    level->next = 0;
    level->n_entries =
        copy->transfer->source->methods->list_next(level->listing, &level->entries, error);
    if (level->n_entries < 0)
        return FALSE;
    if (level->n_entries == 0)
        finish_level(copy);
    return weft_fiber_yield(error);
}

static gboolean
copy_members(Copy *copy, GError **error)
{
    for (Level *level = innermost(copy); level != NULL; level = innermost(copy)) {
        const gboolean ok = level->next < level->n_entries
                                ? copy_member(copy, level, &level->entries[level->next++], error)
                                : next_batch(copy, level, error);

        if (!ok)
            return FALSE;
    }
    return TRUE;
}

/* ---- the whole ---- */

static gboolean
build(Copy *copy, gboolean depth_infinity, GError **error)
{
    WeftDavStore *source = copy->transfer->source;
    WeftDavInfo info;

    if (!source->methods->stat(source, copy->from->str, &info, error))
        return FALSE;
    if (!info.is_collection)
        return copy_file(copy, error);
    return open_level(copy, &info, depth_infinity, error) && copy_members(copy, error);
}

/* Returns: (transfer full): a name beside @path that nobody has */
static char *
name_beside(const char *path)
{
    const size_t n_parent = (size_t)(strrchr(path, '/') - path);

    return g_strdup_printf("%.*s/.weft-transfer-%08x%08x", (int)n_parent, path, g_random_int(),
                           g_random_int());
}

/* What is left of the copy must go even where the request has been cancelled. */
static void
give_up(const WeftDavShareTransfer *transfer, const char *stage)
{
    g_auto(WeftShieldScope) shield = weft_shield_scope();
    g_autoptr(GArray) ignored = g_array_new(FALSE, FALSE, sizeof(WeftDavFailure));
    WeftDavInfo info;

    if (transfer->target->methods->stat(transfer->target, stage, &info, NULL))
        transfer->target->methods->remove(transfer->target, stage, ignored, NULL);
    for (guint i = 0; i < ignored->len; i++) {
        WeftDavFailure *failure = &g_array_index(ignored, WeftDavFailure, i);

        g_free(failure->path);
        g_clear_error(&failure->error);
    }
}

static gboolean
check_target(const WeftDavShareTransfer *transfer, gboolean may_replace, GError **error)
{
    WeftDavInfo info;

    if (may_replace ||
        !transfer->target->methods->stat(transfer->target, transfer->to, &info, NULL))
        return TRUE;
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS, "there is a \"%s\" already",
                transfer->to);
    return FALSE;
}

gboolean
weft_dav_share_transfer_copy(const WeftDavShareTransfer *transfer, gboolean depth_infinity,
                             gboolean may_replace, GError **error)
{
    g_autofree char *stage = NULL;
    Copy copy = {.transfer = transfer};

    if (!check_target(transfer, may_replace, error))
        return FALSE;
    stage = name_beside(transfer->to);
    copy.levels = g_array_new(FALSE, FALSE, sizeof(Level));
    copy.from = g_string_new(transfer->from);
    copy.to = g_string_new(stage);
    copy.piece = g_malloc(PIECE_BYTES);

    gboolean ok = build(&copy, depth_infinity, error);
    while (copy.levels->len > 0)
        close_level(&copy);
    ok = ok && transfer->target->methods->move(transfer->target, stage, transfer->to, may_replace,
                                               transfer->failures, error);
    if (!ok)
        give_up(transfer, stage);
    g_array_unref(copy.levels);
    g_string_free(copy.from, TRUE);
    g_string_free(copy.to, TRUE);
    g_free(copy.piece);
    return ok;
}
