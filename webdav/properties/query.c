/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the body of a PROPFIND to a list of properties.
 */
#include "webdav/properties/query.h"

#include <string.h>
#include <weft/http.h>

static gboolean
refuse(GError **error, const char *reason)
{
    g_set_error(error, WEFT_HTTP_ERROR, 400, "PROPFIND body: %s", reason);
    return FALSE;
}

/* Asked twice is answered once; what a client repeats among dead properties is its own affair. */
static void
ask(WeftDavQuery *query, const char *ns, const char *name)
{
    WeftDavAsked asked = {ns, name, weft_dav_live_find(ns, name)};

    for (guint i = 0; asked.live != NULL && i < query->asked->len; i++)
        if (g_array_index(query->asked, WeftDavAsked, i).live == asked.live)
            return;
    g_array_append_val(query->asked, asked);
}

static void
ask_for_members(WeftDavQuery *query, const WeftDavXmlNode *list)
{
    for (const WeftDavXmlNode *node = weft_dav_xml_first_element(list); node != NULL;
         node = weft_dav_xml_next_element(node))
        ask(query, node->ns, node->name);
}

static void
ask_for_all(WeftDavQuery *query, WeftDavQueryKind kind)
{
    size_t n = 0;
    const WeftDavLive *live = weft_dav_live_properties(&n);

    query->kind = kind;
    for (size_t i = 0; i < n; i++)
        if (kind == WEFT_DAV_QUERY_PROPNAME || (live[i].flags & WEFT_DAV_LIVE_IN_ALLPROP) != 0)
            ask(query, live[i].ns, live[i].name);
}

/* RFC 4918 14.20: one of propname, allprop with or without include, prop.  Elements that are none
 * of these are passed over (17). */
static gboolean
read_root(WeftDavQuery *query, const WeftDavXmlNode *root, GError **error)
{
    const WeftDavXmlNode *prop = weft_dav_xml_find(root, "DAV:", "prop");
    const WeftDavXmlNode *all = weft_dav_xml_find(root, "DAV:", "allprop");
    const WeftDavXmlNode *names = weft_dav_xml_find(root, "DAV:", "propname");
    const WeftDavXmlNode *include = weft_dav_xml_find(root, "DAV:", "include");

    if (!weft_dav_xml_is(root, "DAV:", "propfind"))
        return refuse(error, "no propfind element");
    if ((prop != NULL) + (all != NULL) + (names != NULL) != 1)
        return refuse(error, "not one of prop, allprop and propname");
    if (include != NULL && all == NULL)
        return refuse(error, "include without allprop");

    if (prop != NULL) {
        query->kind = WEFT_DAV_QUERY_PROP;
        ask_for_members(query, prop);
        return TRUE;
    }
    ask_for_all(query, all != NULL ? WEFT_DAV_QUERY_ALLPROP : WEFT_DAV_QUERY_PROPNAME);
    if (include != NULL)
        ask_for_members(query, include);
    return TRUE;
}

WeftDavQuery *
weft_dav_query_read(const void *body, size_t size, GError **error)
{
    g_autoptr(WeftDavQuery) query = g_new0(WeftDavQuery, 1);

    query->asked = g_array_new(FALSE, FALSE, sizeof(WeftDavAsked));
    if (size == 0) {
        ask_for_all(query, WEFT_DAV_QUERY_ALLPROP);
        return g_steal_pointer(&query);
    }

    query->xml = weft_dav_xml_read(body, size, error);
    if (query->xml == NULL || !read_root(query, weft_dav_xml_root(query->xml), error))
        return NULL;
    return g_steal_pointer(&query);
}

void
weft_dav_query_free(WeftDavQuery *query)
{
    if (query == NULL)
        return;
    g_array_unref(query->asked);
    weft_dav_xml_free(query->xml);
    g_free(query);
}

gboolean
weft_dav_query_needs_dead(const WeftDavQuery *query)
{
    if (query->kind != WEFT_DAV_QUERY_PROP)
        return TRUE;
    for (guint i = 0; i < query->asked->len; i++) {
        const WeftDavLive *live = g_array_index(query->asked, WeftDavAsked, i).live;

        if (live == NULL || (live->flags & WEFT_DAV_LIVE_SETTABLE) != 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
weft_dav_query_asks(const WeftDavQuery *query, unsigned flags)
{
    for (guint i = 0; query->kind != WEFT_DAV_QUERY_PROPNAME && i < query->asked->len; i++) {
        const WeftDavLive *live = g_array_index(query->asked, WeftDavAsked, i).live;

        if (live != NULL && (live->flags & flags) != 0)
            return TRUE;
    }
    return FALSE;
}
