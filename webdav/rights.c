/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user of a call may do: the one place that turns rights into refusals.
 */
#include "webdav/rights.h"

#include <string.h>

/* The path that rights know: below the prefix, if there is one; and what leads to it is the root.
 * Returns: (nullable): NULL for what is beside it */
static const char *
below_prefix(const char *path, const char *prefix)
{
    const size_t n_path = strlen(path);
    const size_t n_prefix = prefix != NULL ? strlen(prefix) : 0;

    if (n_prefix == 0)
        return path;
    if (n_path <= n_prefix) {
        const gboolean leads_there =
            n_path == 1 || (memcmp(path, prefix, n_path) == 0 &&
                            (prefix[n_path] == '/' || prefix[n_path] == '\0'));

        return leads_there ? "/" : NULL;
    }
    return memcmp(path, prefix, n_prefix) == 0 && path[n_prefix] == '/' ? path + n_prefix : NULL;
}

unsigned
weft_dav_call_rights(const WeftDavCall *call, const char *path, WeftDavExtent extent)
{
    const WeftDavRights *rights = &call->options->rights;

    if (rights->function == NULL)
        return WEFT_DAV_MAY_ALL;
    path = below_prefix(path, call->options->prefix);
    if (path == NULL)
        return 0;
    return rights->function(rights->data, weft_http_request_user(call->request), path, extent);
}

static gboolean
may_sign_in(const WeftDavCall *call)
{
    return call->options->rights.is_asked_in && weft_http_request_user(call->request) == NULL;
}

static gboolean
refuse(const WeftDavCall *call, gboolean may_know, GError **error)
{
    if (may_sign_in(call))
        g_set_error_literal(error, WEFT_HTTP_ERROR, 401, "sign in first");
    else if (may_know)
        g_set_error_literal(error, WEFT_HTTP_ERROR, 403, "you have no right to do this");
    else
        g_set_error_literal(error, WEFT_HTTP_ERROR, 404, "no such resource");
    return FALSE;
}

static gboolean
has_all(unsigned rights, unsigned wanted)
{
    return (rights & wanted) == wanted;
}

/* Who may write may add; rules that say otherwise are none. */
static gboolean
may_make(unsigned rights)
{
    return (rights & (WEFT_DAV_MAY_WRITE | WEFT_DAV_MAY_ADD)) != 0;
}

static gboolean
is_granted(const WeftDavCall *call, WeftDavNeeds needs, unsigned here)
{
    const char *path = call->path;

    switch (needs) {
    case WEFT_DAV_NEEDS_TO_ASK:
        return strcmp(path, "/") == 0 || (here & WEFT_DAV_MAY_SEE) != 0 || may_make(here) ||
               may_sign_in(call);
    case WEFT_DAV_NEEDS_TO_SEE:
        return (here & WEFT_DAV_MAY_SEE) != 0;
    case WEFT_DAV_NEEDS_TO_MAKE:
        return may_make(here);
    case WEFT_DAV_NEEDS_TO_WRITE:
        return (here & WEFT_DAV_MAY_WRITE) != 0;
    case WEFT_DAV_NEEDS_TO_REMOVE:
        return has_all(weft_dav_call_rights(call, path, WEFT_DAV_RIGHTS_ALL_BELOW),
                       WEFT_DAV_MAY_WRITE);
    case WEFT_DAV_NEEDS_TO_COPY:
        return has_all(weft_dav_call_rights(call, path, WEFT_DAV_RIGHTS_ALL_BELOW),
                       WEFT_DAV_MAY_READ);
    case WEFT_DAV_NEEDS_TO_MOVE:
        return has_all(weft_dav_call_rights(call, path, WEFT_DAV_RIGHTS_ALL_BELOW),
                       WEFT_DAV_MAY_READ | WEFT_DAV_MAY_WRITE);
    }
    g_assert_not_reached();
}

gboolean
weft_dav_check_rights(const WeftDavCall *call, WeftDavNeeds needs, GError **error)
{
    if (call->options->rights.function == NULL)
        return TRUE;

    const unsigned here = weft_dav_call_rights(call, call->path, WEFT_DAV_RIGHTS_HERE);
    if (is_granted(call, needs, here))
        return TRUE;

    /* To who may add, names are no secret that a read could keep: he learns them by trying. */
    const gboolean reads = needs == WEFT_DAV_NEEDS_TO_ASK || needs == WEFT_DAV_NEEDS_TO_SEE;
    return refuse(call, (here & WEFT_DAV_MAY_SEE) != 0 || (!reads && may_make(here)), error);
}

gboolean
weft_dav_is_stranger(const WeftDavCall *call)
{
    return may_sign_in(call) && strcmp(call->path, "/") != 0 &&
           (weft_dav_call_rights(call, call->path, WEFT_DAV_RIGHTS_HERE) & WEFT_DAV_MAY_SEE) == 0;
}

gboolean
weft_dav_check_destination(const WeftDavCall *call, GError **error)
{
    if (may_make(weft_dav_call_rights(call, call->destination, WEFT_DAV_RIGHTS_ALL_BELOW)))
        return TRUE;
    return refuse(call, TRUE, error);
}

gboolean
weft_dav_may_replace(const WeftDavCall *call, const char *path)
{
    return has_all(weft_dav_call_rights(call, path, WEFT_DAV_RIGHTS_HERE), WEFT_DAV_MAY_WRITE);
}

gboolean
weft_dav_check_replace(const WeftDavCall *call, const char *path, GError **error)
{
    return weft_dav_may_replace(call, path) || refuse(call, TRUE, error);
}

gboolean
weft_dav_check_read(const WeftDavCall *call, GError **error)
{
    const unsigned here = weft_dav_call_rights(call, call->path, WEFT_DAV_RIGHTS_HERE);

    return has_all(here, WEFT_DAV_MAY_READ) || refuse(call, (here & WEFT_DAV_MAY_SEE) != 0, error);
}

gboolean
weft_dav_sees_all_below(const WeftDavCall *call, const char *path)
{
    return has_all(weft_dav_call_rights(call, path, WEFT_DAV_RIGHTS_ALL_BELOW), WEFT_DAV_MAY_SEE);
}

gboolean
weft_dav_may_see(const WeftDavCall *call, const char *path)
{
    return has_all(weft_dav_call_rights(call, path, WEFT_DAV_RIGHTS_HERE), WEFT_DAV_MAY_SEE);
}

gboolean
weft_dav_may_see_member(const WeftDavCall *call, const char *collection, const WeftDavEntry *entry)
{
    const char *slash = g_str_has_suffix(collection, "/") ? "" : "/";
    g_autofree char *path =
        g_strdup_printf("%s%s%.*s", collection, slash, (int)entry->name_len, entry->name);

    return weft_dav_may_see(call, path);
}
