/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PROPFIND (RFC 4918 9.1): properties of a resource, and of what is below it as deep as Depth says.
 * The answer streams while collections are read, one listing open for each level.
 */
#include <string.h>
#include <weft/fiber.h>

#include "webdav/address.h"
#include "webdav/properties/lock_discovery.h"
#include "webdav/properties/plan.h"
#include "webdav/properties/view.h"
#include "webdav/rights.h"
#include "webdav/service.h"
#include "webdav/xml/multistatus.h"

#define MAX_BODY_BYTES (256 * 1024)
#define MAX_LEVELS 128 /* of collections open at a time; each has a descriptor and a buffer */

/* A collection on the way down. */
typedef struct {
    WeftDavListing *listing;
    const WeftDavEntry *entries; /* the listing's latest batch */
    ssize_t n_entries;
    ssize_t next;
    size_t path_length; /* of the collection in Walk.path, with the slash at its end */
} Level;

typedef struct {
    WeftDavCall *call;
    WeftDavDepth depth;
    WeftDavPlan *plan;
    gboolean needs_dead;
    gboolean shows_all; /* nothing below is hidden from the user */
    WeftDavMultistatus multistatus;
    GArray *levels;   /* of Level, the outermost first */
    GString *path;    /* of the innermost collection */
    WeftBuffer begin; /* what its members' responses begin with */
    WeftDavView view;
} Walk;

/* ---- the resource itself ---- */

static gboolean
append_self(Walk *walk, GError **error)
{
    const WeftDavCall *call = walk->call;
    const char *name = weft_dav_path_name(call->path);
    gboolean is_root = name[0] == '\0';
    g_autoptr(WeftDavPropertySet) dead = NULL;
    g_autoptr(GError) problem = NULL;

    if (walk->needs_dead)
        dead = call->store->methods->get_properties(call->store, call->path, &problem);
    if (problem != NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }

    g_string_append_len(walk->path, call->path, is_root ? 0 : name - call->path);
    walk->view.folder = walk->path->str;
    const WeftDavResource resource = {name, strlen(name), &call->info, dead, &walk->view};
    weft_dav_plan_begin(&walk->begin, call->path, is_root ? 0 : (size_t)(name - call->path));
    weft_dav_plan_append(walk->plan, &walk->multistatus.buffer, &walk->begin, &resource);
    return TRUE;
}

/* ---- what is below it ---- */

/* Go down into the collection that walk->path names, with a slash at its end. */
static gboolean
open_level(Walk *walk, GError **error)
{
    const WeftDavStoreMethods *store = walk->call->store->methods;
    Level level = {.path_length = walk->path->len};
    g_autofree char *path = g_strndup(walk->path->str, MAX(walk->path->len - 1, 1));

    level.listing = store->list(walk->call->store, path, walk->needs_dead, error);
    if (level.listing == NULL)
        return FALSE;
    g_array_append_val(walk->levels, level);
    weft_dav_plan_begin(&walk->begin, walk->path->str, walk->path->len);
    return TRUE;
}

static Level *
innermost(Walk *walk)
{
    guint n = walk->levels->len;

    return n > 0 ? &g_array_index(walk->levels, Level, n - 1) : NULL;
}

static void
close_level(Walk *walk)
{
    walk->call->store->methods->list_free(innermost(walk)->listing);
    g_array_set_size(walk->levels, walk->levels->len - 1);

    const Level *outer = innermost(walk);
    if (outer == NULL)
        return;
    g_string_truncate(walk->path, outer->path_length);
    weft_dav_plan_begin(&walk->begin, walk->path->str, walk->path->len);
}

/* What cannot be listed was told of by the collection that holds it; the answer goes on (a part of
 * the tree may go away, or be closed to us, while we walk). */
static gboolean
descend(Walk *walk, const WeftDavEntry *entry, GError **error)
{
    g_autoptr(GError) problem = NULL;

    g_string_append_len(walk->path, entry->name, (gssize)entry->name_len);
    g_string_append_c(walk->path, '/');
    if (open_level(walk, &problem))
        return TRUE;
    if (problem->domain != WEFT_DAV_ERROR) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    g_string_truncate(walk->path, innermost(walk)->path_length);
    return TRUE;
}

/* RFC 4918 9.1: where we stop short of what was asked, the place says so. */
static void
append_too_deep(Walk *walk, const WeftDavEntry *entry)
{
    g_autofree char *path =
        g_strdup_printf("%s%.*s/", walk->path->str, (int)entry->name_len, entry->name);

    weft_dav_multistatus_add_status(&walk->multistatus, path, 507, NULL);
}

static gboolean
append_entry(Walk *walk, const WeftDavEntry *entry, GError **error)
{
    const WeftDavResource resource = {entry->name, entry->name_len, &entry->info, entry->properties,
                                      &walk->view};
    gboolean is_deeper = entry->info.is_collection && walk->depth == WEFT_DAV_DEPTH_INFINITY;

    if (!walk->shows_all && !weft_dav_may_see_member(walk->call, walk->path->str, entry))
        return TRUE;
    if (is_deeper && walk->levels->len == MAX_LEVELS) {
        append_too_deep(walk, entry);
        return TRUE;
    }
    walk->view.folder = walk->path->str;
    weft_dav_plan_append(walk->plan, &walk->multistatus.buffer, &walk->begin, &resource);
    if (!weft_dav_multistatus_flush(&walk->multistatus, error))
        return FALSE;
    return !is_deeper || descend(walk, entry, error);
}

/* The next batch of the innermost collection; at its end up again. */
static gboolean
next_batch(Walk *walk, Level *level, GError **error)
{
    level->next = 0;
    level->n_entries =
        walk->call->store->methods->list_next(level->listing, &level->entries, error);
    if (level->n_entries < 0)
        return FALSE;
    if (level->n_entries == 0)
        close_level(walk);
    /* A listing out of memory never parks by itself; others must get their turn. */
    return weft_fiber_yield(error);
}

static gboolean
walk_members(Walk *walk, GError **error)
{
    walk->shows_all = weft_dav_sees_all_below(walk->call, walk->call->path);
    g_string_assign(walk->path, walk->call->path);
    if (walk->path->len > 1)
        g_string_append_c(walk->path, '/');
    if (!open_level(walk, error))
        return FALSE;

    for (Level *level = innermost(walk); level != NULL; level = innermost(walk)) {
        gboolean ok = level->next < level->n_entries
                          ? append_entry(walk, &level->entries[level->next++], error)
                          : next_batch(walk, level, error);

        if (!ok)
            return FALSE;
    }
    return TRUE;
}

/* ---- the answer ---- */

/* Once for all of the answer, and not at all as long as nobody locks. */
static gboolean
look_for_locks(Walk *walk, GError **error)
{
    WeftDavCall *call = walk->call;

    if (weft_dav_lock_store_is_empty(call->locks) ||
        !weft_dav_query_asks(weft_dav_plan_query(walk->plan), WEFT_DAV_LIVE_OF_LOCKS))
        return TRUE;
    walk->view.locks = weft_dav_lock_view_new(call, walk->depth != WEFT_DAV_DEPTH_0, error);
    return walk->view.locks != NULL;
}

static gboolean
answer(Walk *walk, GError **error)
{
    WeftDavCall *call = walk->call;

    if (weft_dav_query_asks(weft_dav_plan_query(walk->plan), WEFT_DAV_LIVE_OF_SPACE) &&
        !call->store->methods->get_space(call->store, call->path, &walk->view.space, error))
        return FALSE;
    if (!look_for_locks(walk, error))
        return FALSE;
    if (!append_self(walk, error))
        return FALSE;
    if (call->on == WEFT_DAV_ON_COLLECTION && walk->depth != WEFT_DAV_DEPTH_0 &&
        !walk_members(walk, error))
        return FALSE;
    return weft_dav_multistatus_end(&walk->multistatus, error);
}

static void
walk_init(Walk *walk, WeftDavCall *call)
{
    *walk = (Walk){.call = call, .view.call = call};
    walk->levels = g_array_new(FALSE, FALSE, sizeof(Level));
    walk->path = g_string_new(NULL);
    weft_buffer_init(&walk->begin, 256);
    weft_dav_multistatus_init(&walk->multistatus, call->response);
}

static void
walk_clear(Walk *walk)
{
    while (walk->levels->len > 0)
        close_level(walk);
    g_array_unref(walk->levels);
    g_string_free(walk->path, TRUE);
    weft_dav_plan_unref(walk->plan);
    weft_dav_lock_view_free(walk->view.locks);
    weft_buffer_clear(&walk->begin);
    weft_dav_multistatus_clear(&walk->multistatus);
}

static gboolean
read_request(Walk *walk, GError **error)
{
    WeftDavCall *call = walk->call;
    g_autoptr(GBytes) body = NULL;
    size_t size = 0;

    if (!weft_dav_parse_depth(weft_dav_call_header(call, "Depth"), &walk->depth, error))
        return FALSE;
    /* Clients send all sorts of Content-Type; what is in the body is plain from the body. */
    body = weft_http_request_read_all(call->request, MAX_BODY_BYTES, error);
    if (body == NULL)
        return FALSE;

    const void *bytes = g_bytes_get_data(body, &size);
    walk->plan = weft_dav_plan_for_body(bytes, size, error);
    if (walk->plan == NULL)
        return FALSE;
    walk->needs_dead = weft_dav_query_needs_dead(weft_dav_plan_query(walk->plan));
    return TRUE;
}

gboolean
weft_dav_propfind(WeftDavCall *call, GError **error)
{
    Walk walk;
    gboolean ok = FALSE;

    walk_init(&walk, call);
    if (!read_request(&walk, error) || !weft_dav_call_look(call, error))
        goto out;
    if (call->on == WEFT_DAV_ON_NOTHING) {
        g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND, "no resource \"%s\"",
                    call->path);
        goto out;
    }
    if (call->on == WEFT_DAV_ON_COLLECTION)
        weft_dav_call_set_content_location(call);
    if (walk.depth == WEFT_DAV_DEPTH_INFINITY && call->on == WEFT_DAV_ON_COLLECTION &&
        !call->options->allow_depth_infinity)
        ok = weft_dav_call_answer_condition(call, 403, "propfind-finite-depth", error);
    else
        ok = answer(&walk, error);
out:
    walk_clear(&walk);
    return ok;
}
