/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A collection as a ZIP archive, streamed: a walk over listings, each file in blocks, and at the
 * end the directory, the only thing that grows: by its name and some 60 bytes for each member.
 */
#include "webdav/methods/collection_zip.h"

#include <string.h>
#include <weft/date.h>
#include <weft/fiber.h>
#include <zlib.h>

#include "webdav/path.h"
#include "webdav/rights.h"
#include "webdav/zip_format.h"

/* Each level has a descriptor and a buffer. */
#define MAX_LEVELS 128

/* Some 600 000 members. */
#define MAX_DIRECTORY_BYTES ((size_t)64 * 1024 * 1024)

#define FULL_BYTES (32 * 1024)

typedef struct {
    WeftDavListing *listing;
    const WeftDavEntry *entries; /* of the batch that is under way */
    ssize_t n_entries;
    ssize_t next;
    uint64_t version[3]; /* of the collection: one that holds itself, by a link, is not entered */
    size_t path_length;
    size_t name_length;
} Level;

typedef struct {
    WeftDavCall *call;
    GString *path;  /* of the innermost collection, as stores take it, with a slash at the end */
    GString *name;  /* the same as members are named */
    GArray *levels; /* of Level, the outermost first */
    WeftBuffer out;
    WeftBuffer directory;
    uint64_t n_members;
    uint64_t sent_bytes; /* of the archive, without what is in out */
    uint8_t *block;
    gboolean shows_all;
} Archive;

/* ---- what is sent ---- */

static gboolean
flush(Archive *archive, size_t from_bytes, GError **error)
{
    WeftBuffer *out = &archive->out;
    const size_t size = weft_buffer_length(out);

    if (size < from_bytes)
        return TRUE;
    if (!weft_http_response_write(archive->call->response, weft_buffer_bytes(out), size, error))
        return FALSE;
    weft_buffer_consume(out, size);
    archive->sent_bytes += size;
    return TRUE;
}

static gboolean
refuse(Archive *archive, const char *reason, GError **error)
{
    g_set_error(error, WEFT_HTTP_ERROR, 500, "ZIP of %s: %s: %s", archive->call->path,
                archive->path->str, reason);
    return FALSE;
}

static gboolean
add_row(Archive *archive, const WeftDavZipMember *member, GError **error)
{
    weft_dav_zip_append_row(&archive->directory, member);
    archive->n_members++;
    if (weft_buffer_length(&archive->directory) > MAX_DIRECTORY_BYTES)
        return refuse(archive, "too many members", error);
    return TRUE;
}

/* The header of what archive->name names.  The caller completes the member. */
static gboolean
begin_member(Archive *archive, const WeftDavInfo *info, WeftDavZipMember *member, GError **error)
{
    if (archive->name->len > WEFT_DAV_ZIP_MAX_NAME_BYTES)
        return refuse(archive, "its name is too long for an archive", error);
    *member = (WeftDavZipMember){
        .name = archive->name->str,
        .name_len = archive->name->len,
        .is_collection = info->is_collection,
        .is_executable = info->is_executable,
        .modified_s = weft_date_second_of_us(info->modified_us),
        .size_bytes = info->is_collection ? 0 : info->size_bytes,
        .offset_bytes = archive->sent_bytes + weft_buffer_length(&archive->out),
    };
    weft_dav_zip_append_header(&archive->out, member);
    return TRUE;
}

/* Fills the block, at whose end the file's end may not yet be. */
static gboolean
read_block(Archive *archive, WeftFile *file, size_t size, uint64_t offset, GError **error)
{
    size_t filled = 0;

    while (filled < size) {
        ssize_t n = weft_file_read_at(file, archive->block + filled, size - filled,
                                      (int64_t)(offset + filled), error);

        if (n < 0)
            return FALSE;
        if (n == 0)
            return refuse(archive, "a file became shorter", error);
        filled += (size_t)n;
    }
    return TRUE;
}

static gboolean
send_content(Archive *archive, WeftFile *file, WeftDavZipMember *member, GError **error)
{
    uint64_t offset = 0;

    member->crc = (uint32_t)crc32(0, NULL, 0);
    do {
        const size_t size =
            (size_t)MIN(member->size_bytes - offset, (uint64_t)WEFT_DAV_ZIP_MAX_BLOCK_BYTES);

        if (!read_block(archive, file, size, offset, error))
            return FALSE;
        offset += size;
        member->crc = (uint32_t)crc32(member->crc, archive->block, (uInt)size);
        weft_dav_zip_append_block(&archive->out, size, offset == member->size_bytes);
        weft_buffer_append(&archive->out, archive->block, size);
        if (!flush(archive, FULL_BYTES, error) || !weft_fiber_yield(error))
            return FALSE;
    } while (offset < member->size_bytes);
    return TRUE;
}

static gboolean
add_file(Archive *archive, GError **error)
{
    const WeftDavStoreMethods *store = archive->call->store->methods;
    WeftDavZipMember member;
    WeftDavInfo info;
    g_autoptr(WeftFile) file =
        store->open_read(archive->call->store, archive->path->str, &info, error);

    if (file == NULL || !begin_member(archive, &info, &member, error) ||
        !send_content(archive, file, &member, error))
        return FALSE;
    weft_dav_zip_append_descriptor(&archive->out, &member);
    return add_row(archive, &member, error);
}

static gboolean
add_collection(Archive *archive, const WeftDavInfo *info, GError **error)
{
    WeftDavZipMember member;

    return begin_member(archive, info, &member, error) && add_row(archive, &member, error);
}

/* ---- the walk ---- */

static Level *
innermost(Archive *archive)
{
    const guint n = archive->levels->len;

    return n > 0 ? &g_array_index(archive->levels, Level, n - 1) : NULL;
}

static gboolean
open_level(Archive *archive, const WeftDavInfo *info, GError **error)
{
    const WeftDavStoreMethods *store = archive->call->store->methods;
    Level level = {.path_length = archive->path->len, .name_length = archive->name->len};
    g_autofree char *path = g_strdup(archive->path->str);

    if (archive->levels->len == MAX_LEVELS)
        return refuse(archive, "nested too deeply", error);
    if (archive->path->len > 1)
        path[archive->path->len - 1] = '\0';
    level.listing = store->list(archive->call->store, path, FALSE, error);
    if (level.listing == NULL)
        return FALSE;
    memcpy(level.version, info->version, sizeof level.version);
    g_array_append_val(archive->levels, level);
    return TRUE;
}

static void
close_level(gpointer data)
{
    Level *level = data;

    level->listing->store->methods->list_free(level->listing);
}

static gboolean
holds_itself(Archive *archive, const WeftDavInfo *info)
{
    for (guint i = 0; i < archive->levels->len; i++) {
        const Level *level = &g_array_index(archive->levels, Level, i);

        if (memcmp(level->version, info->version, sizeof level->version) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
add_entry(Archive *archive, const WeftDavEntry *entry, GError **error)
{
    WeftDavCall *call = archive->call;

    if (!archive->shows_all && !weft_dav_may_see_member(call, archive->path->str, entry))
        return TRUE;
    g_string_append_len(archive->path, entry->name, (gssize)entry->name_len);
    g_string_append_len(archive->name, entry->name, (gssize)entry->name_len);
    if (!entry->info.is_collection) {
        const unsigned rights =
            weft_dav_call_rights(call, archive->path->str, WEFT_DAV_RIGHTS_HERE);

        if ((rights & WEFT_DAV_MAY_READ) == 0)
            return refuse(archive, "the user may not read it", error);
        return add_file(archive, error);
    }
    g_string_append_c(archive->path, '/');
    g_string_append_c(archive->name, '/');
    if (!add_collection(archive, &entry->info, error))
        return FALSE;
    return holds_itself(archive, &entry->info) || open_level(archive, &entry->info, error);
}

/* Returns: FALSE with @error, or at the end without */
static gboolean
step(Archive *archive, GError **error)
{
    Level *level = innermost(archive);

    if (level == NULL)
        return FALSE;
    g_string_truncate(archive->path, level->path_length);
    g_string_truncate(archive->name, level->name_length);
    if (level->next < level->n_entries)
        return add_entry(archive, &level->entries[level->next++], error);

    level->next = 0;
    level->n_entries =
        level->listing->store->methods->list_next(level->listing, &level->entries, error);
    if (level->n_entries == 0)
        g_array_set_size(archive->levels, archive->levels->len - 1);
    return level->n_entries >= 0 && flush(archive, FULL_BYTES, error) && weft_fiber_yield(error);
}

static gboolean
add_all(Archive *archive, GError **error)
{
    GError *problem = NULL;

    if (!open_level(archive, &archive->call->info, error))
        return FALSE;
    while (step(archive, &problem))
        ;
    if (problem != NULL)
        g_propagate_error(error, problem);
    return problem == NULL;
}

static gboolean
add_directory(Archive *archive, GError **error)
{
    WeftBuffer *directory = &archive->directory;
    const uint64_t offset = archive->sent_bytes + weft_buffer_length(&archive->out);
    const uint64_t size = weft_buffer_length(directory);

    if (!flush(archive, 0, error) ||
        !weft_http_response_write(archive->call->response, weft_buffer_bytes(directory), size,
                                  error))
        return FALSE;
    weft_dav_zip_append_end(&archive->out, archive->n_members, offset, size);
    return flush(archive, 0, error);
}

/* ---- the answer ---- */

gboolean
weft_dav_collection_zip_is_wanted(const WeftDavCall *call)
{
    const char *query = weft_http_request_query(call->request);

    return query != NULL && strcmp(query, "zip") == 0;
}

/* RFC 6266, RFC 8187: a name in UTF-8 for those who read it. */
static void
set_head(WeftDavCall *call, const char *name)
{
    g_autofree char *quoted = g_uri_escape_string(name, NULL, FALSE);
    g_autofree char *disposition =
        g_strdup_printf("attachment; filename=\"folder.zip\"; filename*=UTF-8''%s.zip", quoted);
    weft_http_response_set_header(call->response, "Content-Type", "application/zip");
    weft_http_response_set_header(call->response, "Content-Disposition", disposition);
    weft_http_response_set_header(call->response, "X-Content-Type-Options", "nosniff");
    weft_http_response_set_header(call->response, "Cache-Control", "no-cache");
}

static gboolean
answer(Archive *archive, GError **error)
{
    return add_all(archive, error) && add_directory(archive, error);
}

gboolean
weft_dav_collection_zip_answer(WeftDavCall *call, GError **error)
{
    const char *name = weft_dav_path_name(call->path);
    Archive archive = {.call = call, .shows_all = weft_dav_sees_all_below(call, call->path)};

    if (!weft_dav_call_look(call, error))
        return FALSE;
    set_head(call, *name != '\0' ? name : "files");
    if (strcmp(weft_http_request_method(call->request), "HEAD") == 0)
        return weft_http_response_write(call->response, "", 0, error);

    /* Unpacked it is one folder; only the root has no name to give it. */
    archive.path = g_string_new(call->path);
    archive.name = g_string_new(name);
    if (archive.path->len > 1) {
        g_string_append_c(archive.path, '/');
        g_string_append_c(archive.name, '/');
    }
    archive.levels = g_array_new(FALSE, FALSE, sizeof(Level));
    g_array_set_clear_func(archive.levels, close_level);
    weft_buffer_init(&archive.out, FULL_BYTES + WEFT_DAV_ZIP_MAX_BLOCK_BYTES);
    weft_buffer_init(&archive.directory, FULL_BYTES);
    archive.block = g_malloc(WEFT_DAV_ZIP_MAX_BLOCK_BYTES);

    gboolean ok = answer(&archive, error);
    g_free(archive.block);
    weft_buffer_clear(&archive.directory);
    weft_buffer_clear(&archive.out);
    g_array_unref(archive.levels);
    g_string_free(archive.name, TRUE);
    g_string_free(archive.path, TRUE);
    return ok;
}
