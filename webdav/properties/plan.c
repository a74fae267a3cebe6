/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a query to text.  Resources without dead properties are nearly all there are: for them a
 * file and a collection each have a shape, constant text with values in it.  Those with dead
 * properties go the plain way, property by property.
 */
#include "webdav/properties/plan.h"

#include "webdav/xml/multistatus.h"
#include "webdav/xml/writer.h"

#define RESPONSE_OPEN "<D:response><D:href>"
#define RESPONSE_CLOSE "</D:response>\n"
#define PROPSTAT_OPEN "<D:propstat><D:prop>"
#define PROPSTAT_CLOSE "</D:propstat>"
#define MAX_STEPS 24 /* live properties with a value; the table has fewer */

/* Text, and the value behind it. */
typedef struct {
    size_t n_text;
    char *(*put)(char *at, const WeftDavResource *resource);
    void (*append)(WeftBuffer *out, const WeftDavResource *resource); /* (nullable): not put */
} Step;

/* The response of a resource without dead properties, from behind its name. */
typedef struct {
    WeftBuffer text; /* of all steps one behind the other, then what is behind the last value */
    Step steps[MAX_STEPS];
    size_t n_steps;
    size_t n_last_text;
} Shape;

struct WeftDavPlan {
    unsigned n_refs; /* of requests under way, and of the thread's cache; one thread, no atomics */
    WeftDavQuery *query;
    Shape shapes[2]; /* by is_collection */
};

/* ---- what is found ---- */

static const WeftDavAsked *
asked_at(const WeftDavQuery *query, guint index)
{
    return &g_array_index(query->asked, WeftDavAsked, index);
}

/* (nullable): the dead property that answers @asked. */
static const WeftDavProperty *
find_dead(const WeftDavAsked *asked, const WeftDavResource *resource)
{
    if (resource->properties == NULL)
        return NULL;
    if (asked->live != NULL && (asked->live->flags & WEFT_DAV_LIVE_SETTABLE) == 0)
        return NULL;
    return weft_dav_property_set_find(resource->properties, asked->ns, asked->name);
}

static gboolean
is_live(const WeftDavAsked *asked, gboolean is_collection)
{
    return asked->live != NULL && weft_dav_live_is_on(asked->live, is_collection);
}

/* What a client names and the resource lacks is told; what allprop and propname would have brought
 * is not. */
static gboolean
is_told_missing(const WeftDavQuery *query, const WeftDavAsked *asked)
{
    if (query->kind == WEFT_DAV_QUERY_PROP)
        return TRUE;
    return query->kind == WEFT_DAV_QUERY_ALLPROP &&
           (asked->live == NULL || (asked->live->flags & WEFT_DAV_LIVE_IN_ALLPROP) == 0);
}

/* ---- text ---- */

static void
append_propstat_end(WeftBuffer *out, unsigned status)
{
    weft_buffer_append_string(out, "</D:prop>");
    weft_dav_multistatus_append_status(out, status);
    weft_buffer_append_string(out, PROPSTAT_CLOSE);
}

/* RFC 4918 9.1.2: a propstat for what is found, then one for what is not; never an empty response.
 * Begins either with its first name. */
static void
open_propstat(WeftBuffer *out, gboolean *is_open)
{
    if (!*is_open)
        weft_buffer_append_string(out, PROPSTAT_OPEN);
    *is_open = TRUE;
}

static void
append_missing(const WeftDavQuery *query, WeftBuffer *out, const WeftDavResource *resource)
{
    gboolean is_open = FALSE;

    for (guint i = 0; i < query->asked->len; i++) {
        const WeftDavAsked *asked = asked_at(query, i);

        if (is_live(asked, resource->info->is_collection) || find_dead(asked, resource) != NULL ||
            !is_told_missing(query, asked))
            continue;
        open_propstat(out, &is_open);
        weft_dav_multistatus_append_name(out, asked->ns, asked->name);
    }
    if (is_open)
        append_propstat_end(out, 404);
}

/* A name with nothing to add: the value, where it has one, comes by the caller. */
static void
append_live_open(WeftBuffer *out, const WeftDavLive *live, gboolean is_collection)
{
    gboolean is_other = is_collection && live->on_collection != NULL;

    weft_buffer_append_string(out, is_other ? live->on_collection : live->open);
}

/* ---- shapes ---- */

static gboolean
has_value(const WeftDavLive *live)
{
    return live->put != NULL || live->append != NULL;
}

static void
add_step(Shape *shape, size_t *done, const WeftDavLive *live)
{
    g_assert(shape->n_steps < MAX_STEPS);
    shape->steps[shape->n_steps++] =
        (Step){weft_buffer_length(&shape->text) - *done, live->put, live->append};
    *done = weft_buffer_length(&shape->text);
}

static void
make_shape(const WeftDavQuery *query, Shape *shape, gboolean is_collection)
{
    const WeftDavInfo info = {.is_collection = is_collection};
    const WeftDavResource nothing = {.name = "", .info = &info};
    WeftBuffer *text = &shape->text;
    size_t done = 0;
    gboolean is_open = FALSE;

    weft_buffer_init(text, 1024);
    weft_buffer_append_string(text, is_collection ? "/</D:href>" : "</D:href>");
    for (guint i = 0; i < query->asked->len; i++) {
        const WeftDavAsked *asked = asked_at(query, i);

        if (!is_live(asked, is_collection))
            continue;
        open_propstat(text, &is_open);
        if (query->kind == WEFT_DAV_QUERY_PROPNAME) {
            weft_dav_multistatus_append_name(text, asked->ns, asked->name);
            continue;
        }
        append_live_open(text, asked->live, is_collection);
        if (has_value(asked->live))
            add_step(shape, &done, asked->live);
        weft_buffer_append_string(text, asked->live->close);
    }
    if (query->asked->len == 0)
        open_propstat(text, &is_open);
    if (is_open)
        append_propstat_end(text, 200);
    append_missing(query, text, &nothing);
    weft_buffer_append_string(text, RESPONSE_CLOSE);
    shape->n_last_text = weft_buffer_length(text) - done;
}

/* Bytes that the steps may write, beyond what has no bound. */
static size_t
room_for(const Shape *shape, const WeftDavResource *resource)
{
    return weft_buffer_length(&shape->text) +
           2 * resource->name_len * WEFT_DAV_XML_MAX_ESCAPE_BYTES +
           shape->n_steps * WEFT_DAV_LIVE_MAX_VALUE_BYTES;
}

/* A value without bound moves the buffer: let it, and make room for the rest again. */
static char *
append_unbounded(const Shape *shape, const Step *step, WeftBuffer *out, char *at,
                 const WeftDavResource *resource)
{
    out->end = (size_t)(at - (char *)out->data);
    step->append(out, resource);
    weft_buffer_reserve(out, room_for(shape, resource));
    return (char *)out->data + out->end;
}

/* The hot path of a listing: one check for room, then copies. */
static void
append_shaped(WeftDavPlan *plan, WeftBuffer *out, const WeftBuffer *begin,
              const WeftDavResource *resource)
{
    const Shape *shape = &plan->shapes[resource->info->is_collection ? 1 : 0];
    const char *text = (const char *)weft_buffer_bytes(&shape->text);
    size_t n_begin = weft_buffer_length(begin);

    weft_buffer_reserve(out, n_begin + room_for(shape, resource));

    char *at = (char *)out->data + out->end;
    at = weft_dav_xml_put(at, (const char *)weft_buffer_bytes(begin), n_begin);
    at = weft_dav_xml_put_href(at, resource->name, resource->name_len);
    for (size_t i = 0; i < shape->n_steps; i++) {
        at = weft_dav_xml_put(at, text, shape->steps[i].n_text);
        text += shape->steps[i].n_text;
        at = G_UNLIKELY(shape->steps[i].append != NULL)
                 ? append_unbounded(shape, &shape->steps[i], out, at, resource)
                 : shape->steps[i].put(at, resource);
    }
    at = weft_dav_xml_put(at, text, shape->n_last_text);
    out->end = (size_t)(at - (char *)out->data);
}

/* ---- with dead properties ---- */

static void
append_live(WeftBuffer *out, const WeftDavLive *live, const WeftDavResource *resource)
{
    append_live_open(out, live, resource->info->is_collection);
    if (!has_value(live))
        return;
    if (live->append != NULL) {
        live->append(out, resource);
        weft_buffer_append_string(out, live->close);
        return;
    }
    weft_buffer_reserve(out, resource->name_len * WEFT_DAV_XML_MAX_ESCAPE_BYTES +
                                 WEFT_DAV_LIVE_MAX_VALUE_BYTES);
    char *end = live->put((char *)out->data + out->end, resource);
    out->end = (size_t)(end - (char *)out->data);
    weft_buffer_append_string(out, live->close);
}

static gboolean
is_asked(const WeftDavQuery *query, const WeftDavProperty *property)
{
    for (guint i = 0; i < query->asked->len; i++) {
        const WeftDavAsked *asked = asked_at(query, i);

        if (strcmp(asked->name, property->name) == 0 && strcmp(asked->ns, property->ns) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
append_asked(WeftDavPlan *plan, WeftBuffer *out, const WeftDavResource *resource, gboolean *is_open)
{
    gboolean names_only = plan->query->kind == WEFT_DAV_QUERY_PROPNAME;

    for (guint i = 0; i < plan->query->asked->len; i++) {
        const WeftDavAsked *asked = asked_at(plan->query, i);
        const WeftDavProperty *dead = find_dead(asked, resource);

        if (dead == NULL && !is_live(asked, resource->info->is_collection))
            continue;
        open_propstat(out, is_open);
        if (names_only)
            weft_dav_multistatus_append_name(out, asked->ns, asked->name);
        else if (dead != NULL)
            weft_buffer_append_string(out, dead->xml);
        else
            append_live(out, asked->live, resource);
    }
}

/* What allprop and propname bring beyond what is asked by name. */
static void
append_other_dead(WeftDavPlan *plan, WeftBuffer *out, const WeftDavResource *resource,
                  gboolean *is_open)
{
    for (size_t i = 0; i < weft_dav_property_set_size(resource->properties); i++) {
        const WeftDavProperty *dead = weft_dav_property_set_get(resource->properties, i);

        if (is_asked(plan->query, dead))
            continue;
        open_propstat(out, is_open);
        if (plan->query->kind == WEFT_DAV_QUERY_PROPNAME)
            weft_dav_multistatus_append_name(out, dead->ns, dead->name);
        else
            weft_buffer_append_string(out, dead->xml);
    }
}

static void
append_plainly(WeftDavPlan *plan, WeftBuffer *out, const WeftBuffer *begin,
               const WeftDavResource *resource)
{
    gboolean is_open = FALSE;

    weft_buffer_append(out, weft_buffer_bytes(begin), weft_buffer_length(begin));
    weft_dav_xml_append_href(out, resource->name, resource->name_len);
    weft_buffer_append_string(out, resource->info->is_collection ? "/</D:href>" : "</D:href>");
    append_asked(plan, out, resource, &is_open);
    if (plan->query->kind != WEFT_DAV_QUERY_PROP)
        append_other_dead(plan, out, resource, &is_open);
    if (plan->query->asked->len == 0)
        open_propstat(out, &is_open);
    if (is_open)
        append_propstat_end(out, 200);
    append_missing(plan->query, out, resource);
    weft_buffer_append_string(out, RESPONSE_CLOSE);
}

/* ---- the plan ---- */

WeftDavPlan *
weft_dav_plan_new(WeftDavQuery *query)
{
    WeftDavPlan *plan = g_new0(WeftDavPlan, 1);

    plan->n_refs = 1;
    plan->query = query;
    make_shape(query, &plan->shapes[0], FALSE);
    make_shape(query, &plan->shapes[1], TRUE);
    return plan;
}

static WeftDavPlan *
plan_ref(WeftDavPlan *plan)
{
    plan->n_refs++;
    return plan;
}

void
weft_dav_plan_unref(WeftDavPlan *plan)
{
    if (plan == NULL || --plan->n_refs > 0)
        return;
    weft_buffer_clear(&plan->shapes[0].text);
    weft_buffer_clear(&plan->shapes[1].text);
    weft_dav_query_free(plan->query);
    g_free(plan);
}

const WeftDavQuery *
weft_dav_plan_query(const WeftDavPlan *plan)
{
    return plan->query;
}

/* ---- plans of the latest bodies ---- */

#define MAX_CACHED_PLANS 8
#define MAX_CACHED_BODY_BYTES 4096

typedef struct {
    char *body;
    size_t size;
    WeftDavPlan *plan; /* NULL: free */
} CachedPlan;

typedef struct {
    CachedPlan plans[MAX_CACHED_PLANS];
    unsigned next; /* the oldest: the next to make room */
} PlanCache;

static void
cached_plan_clear(CachedPlan *cached)
{
    g_clear_pointer(&cached->body, g_free);
    g_clear_pointer(&cached->plan, weft_dav_plan_unref);
}

static void
plan_cache_free(gpointer data)
{
    PlanCache *cache = data;

    for (size_t i = 0; i < MAX_CACHED_PLANS; i++)
        cached_plan_clear(&cache->plans[i]);
    g_free(cache);
}

static PlanCache *
cache_of_thread(void)
{
    static GPrivate private = G_PRIVATE_INIT(plan_cache_free);
    PlanCache *cache = g_private_get(&private);

    if (cache == NULL) {
        cache = g_new0(PlanCache, 1);
        g_private_set(&private, cache);
    }
    return cache;
}

static void
cache_plan(PlanCache *cache, const void *body, size_t size, WeftDavPlan *plan)
{
    CachedPlan *cached = &cache->plans[cache->next];

    cache->next = (cache->next + 1) % MAX_CACHED_PLANS;
    cached_plan_clear(cached);
    *cached = (CachedPlan){g_memdup2(body, size), size, plan_ref(plan)};
}

WeftDavPlan *
weft_dav_plan_for_body(const void *body, size_t size, GError **error)
{
    PlanCache *cache = cache_of_thread();

    for (size_t i = 0; i < MAX_CACHED_PLANS; i++) {
        const CachedPlan *cached = &cache->plans[i];

        if (cached->plan != NULL && cached->size == size &&
            (size == 0 || memcmp(cached->body, body, size) == 0))
            return plan_ref(cached->plan);
    }

    WeftDavQuery *query = weft_dav_query_read(body, size, error);
    if (query == NULL)
        return NULL;
    WeftDavPlan *plan = weft_dav_plan_new(query);
    if (size <= MAX_CACHED_BODY_BYTES)
        cache_plan(cache, body, size, plan);
    return plan;
}

void
weft_dav_plan_begin(WeftBuffer *begin, const char *path, size_t length)
{
    weft_buffer_consume(begin, weft_buffer_length(begin));
    weft_buffer_append_string(begin, RESPONSE_OPEN);
    weft_dav_xml_append_href(begin, path, length);
}

void
weft_dav_plan_append(WeftDavPlan *plan, WeftBuffer *out, const WeftBuffer *begin,
                     const WeftDavResource *resource)
{
    if (resource->properties == NULL)
        append_shaped(plan, out, begin, resource);
    else
        append_plainly(plan, out, begin, resource);
}
