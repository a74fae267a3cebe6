/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From elements to changes.  A table says which live properties can be set, and what their values
 * mean; all that is in no table is a dead property.
 */
#include "webdav/properties/changes.h"

#include <string.h>
#include <weft/clock.h>
#include <weft/date.h>
#include <weft/scan.h>

#include "webdav/properties/live.h"
#include "webdav/xml/multistatus.h"

#define DAV "DAV:"
#define APACHE "http://apache.org/dav/props/"
#define MICROSOFT "urn:schemas-microsoft-com:"

/* Values stand alone, so that what they inherit is written for each of them. */
#define MAX_CHANGES_BYTES (1024 * 1024)

#define MAX_TIME_S INT64_C(253402300799) /* the end of the year 9999 */

/* How a change came out. */
typedef enum {
    FINE,
    PROTECTED,         /* the server's own */
    BAD_VALUE,         /* not one that the property can have */
    BAD_RESOURCE_TYPE, /* of MKCOL: nothing that we can make */
} Verdict;

static const struct {
    unsigned status;
    const char *condition;
} outcomes[] = {
    [FINE] = {0, NULL},
    [PROTECTED] = {403, "cannot-modify-protected-property"}, /* RFC 4918 16 */
    [BAD_VALUE] = {409, NULL},                               /* RFC 4918 9.2.1 */
    [BAD_RESOURCE_TYPE] = {403, "valid-resourcetype"},       /* RFC 5689 3.3 */
};

typedef struct {
    WeftDavProperty property; /* xml is ours */
    Verdict verdict;
    gboolean is_stored; /* as a dead property */
} Change;

static void
change_clear(gpointer data)
{
    g_free((char *)((Change *)data)->property.xml);
}

/* ---- values ---- */

/* Returns: (transfer full): the text right below @node, without blanks around it */
static char *
text_of(const WeftDavXmlNode *node)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (const WeftDavXmlNode *child = node->first_child; child != NULL; child = child->next)
        if (child->kind == WEFT_DAV_XML_TEXT)
            g_string_append(text, child->text);
    return g_strstrip(g_string_free(g_steal_pointer(&text), FALSE));
}

/* An HTTP date; or seconds since 1970, as tools for synchronising send them. */
static gboolean
parse_time(const char *text, int64_t *ret_unix_s)
{
    const size_t length = strlen(text);
    const int64_t now_s = weft_clock_wall_us() / G_USEC_PER_SEC;
    uint64_t seconds = 0;

    if (weft_date_parse_http(text, length, now_s, ret_unix_s))
        return TRUE;
    if (length == 0 || weft_scan_decimal(text, length, &seconds) != length || seconds > MAX_TIME_S)
        return FALSE;
    *ret_unix_s = (int64_t)seconds;
    return TRUE;
}

static gboolean
set_modified(WeftDavAttributes *attributes, const char *text)
{
    return parse_time(text, &attributes->modified_s);
}

static gboolean
set_accessed(WeftDavAttributes *attributes, const char *text)
{
    return parse_time(text, &attributes->accessed_s);
}

static gboolean
check_time(G_GNUC_UNUSED WeftDavAttributes *attributes, const char *text)
{
    int64_t unix_s;

    return parse_time(text, &unix_s);
}

static gboolean
check_hex(G_GNUC_UNUSED WeftDavAttributes *attributes, const char *text)
{
    const size_t length = strlen(text);

    return length > 0 && weft_scan_while(text, length, WEFT_BYTE_HEX) == length;
}

static gboolean
set_executable(WeftDavAttributes *attributes, const char *text)
{
    if (strcmp(text, "T") != 0 && strcmp(text, "F") != 0)
        return FALSE;
    attributes->is_executable = text[0] == 'T';
    return TRUE;
}

/* What of a resource a property changes.  Those that no file system keeps are stored, too, and come
 * back as they were sent (Windows sets all four of its own after each upload). */
static const struct {
    const char *ns;
    const char *name;
    gboolean (*apply)(WeftDavAttributes *attributes, const char *text);
    gboolean is_stored;
} applied[] = {
    {DAV, "getlastmodified", set_modified, FALSE},
    {DAV, "lastmodified", set_modified, FALSE},
    {APACHE, "executable", set_executable, FALSE},
    {MICROSOFT, "Win32LastModifiedTime", set_modified, FALSE},
    {MICROSOFT, "Win32LastAccessTime", set_accessed, TRUE},
    {MICROSOFT, "Win32CreationTime", check_time, TRUE},
    {MICROSOFT, "Win32FileAttributes", check_hex, TRUE},
};

/* ---- the changes ---- */

void
weft_dav_property_changes_init(WeftDavPropertyChanges *changes, gboolean is_of_collection)
{
    *changes = (WeftDavPropertyChanges){
        .changes = g_array_new(FALSE, FALSE, sizeof(Change)),
        .attributes = WEFT_DAV_ATTRIBUTES_KEEP,
        .is_of_collection = is_of_collection,
    };
    g_array_set_clear_func(changes->changes, change_clear);
}

void
weft_dav_property_changes_init_for_new(WeftDavPropertyChanges *changes)
{
    weft_dav_property_changes_init(changes, TRUE);
    changes->makes_collection = TRUE;
}

void
weft_dav_property_changes_clear(WeftDavPropertyChanges *changes)
{
    if (changes->changes != NULL)
        g_array_unref(changes->changes);
}

static const Change *
change_at(const WeftDavPropertyChanges *changes, guint index)
{
    return &g_array_index(changes->changes, Change, index);
}

/* RFC 5689 3: it names DAV:collection; what else it names we cannot make. */
static Verdict
judge_resource_type(const WeftDavXmlNode *node)
{
    const WeftDavXmlNode *type = weft_dav_xml_first_element(node);

    return type != NULL && weft_dav_xml_is(type, DAV, "collection") &&
                   weft_dav_xml_next_element(type) == NULL
               ? FINE
               : BAD_RESOURCE_TYPE;
}

static Verdict
judge_applied(WeftDavPropertyChanges *changes, size_t row, const WeftDavXmlNode *node,
              gboolean sets)
{
    const WeftDavLive *live = weft_dav_live_find(node->ns, node->name);
    g_autofree char *text = text_of(node);

    if (live != NULL && !weft_dav_live_is_on(live, changes->is_of_collection))
        return PROTECTED;
    if (!sets)
        return applied[row].is_stored ? FINE : PROTECTED;
    return applied[row].apply(&changes->attributes, text) ? FINE : BAD_VALUE;
}

static Verdict
judge(WeftDavPropertyChanges *changes, const WeftDavXmlNode *node, gboolean sets,
      gboolean *ret_stored)
{
    *ret_stored = FALSE;
    if (changes->makes_collection && weft_dav_xml_is(node, DAV, "resourcetype"))
        return judge_resource_type(node);
    for (size_t i = 0; i < G_N_ELEMENTS(applied); i++)
        if (weft_dav_xml_is(node, applied[i].ns, applied[i].name)) {
            *ret_stored = applied[i].is_stored;
            return judge_applied(changes, i, node, sets);
        }
    if (weft_dav_live_is_protected(node->ns, node->name))
        return PROTECTED;
    *ret_stored = TRUE;
    return FINE;
}

gboolean
weft_dav_property_changes_add(WeftDavPropertyChanges *changes, const WeftDavXmlNode *instruction,
                              GError **error)
{
    const WeftDavXmlNode *prop = weft_dav_xml_find(instruction, DAV, "prop");
    const gboolean sets = strcmp(instruction->name, "set") == 0;

    if (prop == NULL) {
        g_set_error(error, WEFT_HTTP_ERROR, 400, "%s without prop", instruction->name);
        return FALSE;
    }
    for (const WeftDavXmlNode *node = weft_dav_xml_first_element(prop); node != NULL;
         node = weft_dav_xml_next_element(node)) {
        Change change = {.property = {node->ns, node->name, NULL}};

        change.verdict = judge(changes, node, sets, &change.is_stored);
        changes->is_refused |= change.verdict != FINE;
        if (sets && change.is_stored)
            change.property.xml = weft_dav_xml_element_to_string(node);
        g_array_append_val(changes->changes, change);
        changes->size_bytes += change.property.xml != NULL ? strlen(change.property.xml) : 0;
        if (changes->size_bytes > MAX_CHANGES_BYTES) {
            g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "values of properties too large");
            return FALSE;
        }
    }
    return TRUE;
}

unsigned
weft_dav_property_changes_status(const WeftDavPropertyChanges *changes)
{
    for (guint i = 0; i < changes->changes->len; i++)
        if (change_at(changes, i)->verdict != FINE)
            return outcomes[change_at(changes, i)->verdict].status;
    return 200;
}

/* ---- doing them ---- */

static gboolean
has_attributes(const WeftDavAttributes *attributes)
{
    return attributes->modified_s != WEFT_DAV_TIME_KEEP ||
           attributes->accessed_s != WEFT_DAV_TIME_KEEP || attributes->is_executable >= 0;
}

/* Of what the attributes change, as it was. */
static WeftDavAttributes
attributes_before(const WeftDavAttributes *attributes, const WeftDavInfo *info)
{
    WeftDavAttributes before = WEFT_DAV_ATTRIBUTES_KEEP;

    if (attributes->modified_s != WEFT_DAV_TIME_KEEP)
        before.modified_s = weft_date_second_of_us(info->modified_us);
    if (attributes->is_executable >= 0)
        before.is_executable = info->is_executable;
    return before;
}

/* Returns: (transfer full): of WeftDavProperty, whose strings are the changes' */
static GArray *
stored_changes(const WeftDavPropertyChanges *changes)
{
    GArray *stored = g_array_new(FALSE, FALSE, sizeof(WeftDavProperty));

    for (guint i = 0; i < changes->changes->len; i++)
        if (change_at(changes, i)->is_stored)
            g_array_append_val(stored, change_at(changes, i)->property);
    return stored;
}

gboolean
weft_dav_property_changes_apply(const WeftDavPropertyChanges *changes, WeftDavCall *call,
                                GError **error)
{
    const WeftDavStoreMethods *store = call->store->methods;
    const WeftDavAttributes *attributes = &changes->attributes;
    const WeftDavAttributes before = attributes_before(attributes, &call->info);
    g_autoptr(GArray) stored = stored_changes(changes);

    g_assert(!changes->is_refused);
    /* The attributes first: these can be taken back.  And they are the server's time of change that
     * properties make, not the other way round. */
    if (has_attributes(attributes) &&
        !store->set_attributes(call->store, call->path, attributes, error))
        return FALSE;
    if (stored->len == 0 ||
        store->change_properties(call->store, call->path, (const WeftDavProperty *)stored->data,
                                 stored->len, error))
        return TRUE;
    if (has_attributes(&before))
        store->set_attributes(call->store, call->path, &before, NULL);
    return FALSE;
}

/* ---- telling of them ---- */

/* None if no change came out so. */
static void
append_propstat(const WeftDavPropertyChanges *changes, WeftBuffer *out, Verdict verdict,
                unsigned status)
{
    gboolean is_open = FALSE;

    for (guint i = 0; i < changes->changes->len; i++) {
        const Change *change = change_at(changes, i);

        if (change->verdict != verdict)
            continue;
        if (!is_open)
            weft_buffer_append_string(out, "<D:propstat><D:prop>");
        is_open = TRUE;
        weft_dav_multistatus_append_name(out, change->property.ns, change->property.name);
    }
    if (!is_open)
        return;
    weft_buffer_append_string(out, "</D:prop>");
    weft_dav_multistatus_append_status(out, status);
    if (outcomes[verdict].condition != NULL)
        weft_dav_multistatus_append_error(out, outcomes[verdict].condition);
    weft_buffer_append_string(out, "</D:propstat>");
}

void
weft_dav_property_changes_append_propstats(const WeftDavPropertyChanges *changes, WeftBuffer *out,
                                           unsigned status)
{
    for (Verdict verdict = FINE; verdict <= BAD_RESOURCE_TYPE; verdict++)
        append_propstat(changes, out, verdict, verdict == FINE ? status : outcomes[verdict].status);
}
