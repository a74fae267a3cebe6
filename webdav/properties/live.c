/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of live properties, and how each value is written.
 */
#include "webdav/properties/live.h"

#include <string.h>
#include <weft/date.h>
#include <weft/scan.h>

#include "webdav/properties/content_type.h"
#include "webdav/properties/lock_discovery.h"
#include "webdav/properties/view.h"
#include "webdav/xml/writer.h"

#define DAV "DAV:"
#define APACHE "http://apache.org/dav/props/"
#define MICROSOFT "urn:schemas-microsoft-com:"

static char *
put_creation_date(char *at, const WeftDavResource *resource)
{
    weft_date_format_iso(weft_date_second_of_us(resource->info->created_us), at);
    return at + WEFT_DATE_ISO_BYTES;
}

static char *
put_display_name(char *at, const WeftDavResource *resource)
{
    return weft_dav_xml_put_text(at, resource->name, resource->name_len);
}

static char *
put_content_length(char *at, const WeftDavResource *resource)
{
    return at + weft_format_decimal(resource->info->size_bytes, at);
}

static char *
put_content_type(char *at, const WeftDavResource *resource)
{
    size_t length = 0;
    const char *type = weft_dav_content_type(resource->name, resource->name_len, &length);

    return weft_dav_xml_put(at, type, length);
}

static char *
put_etag(char *at, const WeftDavResource *resource)
{
    return at + weft_dav_info_etag(resource->info, at);
}

static char *
put_last_modified(char *at, const WeftDavResource *resource)
{
    weft_date_format_http(weft_date_second_of_us(resource->info->modified_us), at);
    return at + WEFT_DATE_HTTP_BYTES;
}

static char *
put_executable(char *at, const WeftDavResource *resource)
{
    *at = resource->info->is_executable ? 'T' : 'F';
    return at + 1;
}

#define FILES WEFT_DAV_LIVE_ON_FILE
#define BOTH (WEFT_DAV_LIVE_ON_FILE | WEFT_DAV_LIVE_ON_COLLECTION)
#define FOLDERS WEFT_DAV_LIVE_ON_COLLECTION
#define ALLPROP WEFT_DAV_LIVE_IN_ALLPROP
#define APPLIED WEFT_DAV_LIVE_APPLIED
#define SPACE WEFT_DAV_LIVE_OF_SPACE
#define LOCKS WEFT_DAV_LIVE_OF_LOCKS
#define DAV_ELEMENT(name) "<D:" name ">", "</D:" name ">"

/* A collection has no entity tag: what GET shows of it is made of its members, whose changes it
 * does not always see. */
static const WeftDavLive properties[] = {
    {DAV, "creationdate", BOTH | ALLPROP, DAV_ELEMENT("creationdate"), put_creation_date, NULL,
     NULL},
    {DAV, "displayname", BOTH | ALLPROP | WEFT_DAV_LIVE_SETTABLE, DAV_ELEMENT("displayname"),
     put_display_name, NULL, NULL},
    {DAV, "getcontentlength", FILES | ALLPROP, DAV_ELEMENT("getcontentlength"), put_content_length,
     NULL, NULL},
    {DAV, "getcontenttype", FILES | ALLPROP, DAV_ELEMENT("getcontenttype"), put_content_type, NULL,
     NULL},
    {DAV, "getetag", FILES | ALLPROP, DAV_ELEMENT("getetag"), put_etag, NULL, NULL},
    {DAV, "getlastmodified", BOTH | ALLPROP | APPLIED, DAV_ELEMENT("getlastmodified"),
     put_last_modified, NULL, NULL},
    {DAV, "resourcetype", BOTH | ALLPROP, "<D:resourcetype/>", "", NULL,
     "<D:resourcetype><D:collection/></D:resourcetype>", NULL},
    {APACHE, "executable", FILES | APPLIED, "<X:executable xmlns:X=\"" APACHE "\">",
     "</X:executable>", put_executable, NULL, NULL},
    {MICROSOFT, "Win32LastModifiedTime", BOTH | APPLIED,
     "<Z:Win32LastModifiedTime xmlns:Z=\"" MICROSOFT "\">", "</Z:Win32LastModifiedTime>",
     put_last_modified, NULL, NULL},
    {DAV, "quota-available-bytes", FOLDERS | SPACE, DAV_ELEMENT("quota-available-bytes"),
     weft_dav_view_put_available, NULL, NULL},
    {DAV, "quota-used-bytes", FOLDERS | SPACE, DAV_ELEMENT("quota-used-bytes"),
     weft_dav_view_put_used, NULL, NULL},
    {DAV, "quota", FOLDERS | SPACE, DAV_ELEMENT("quota"), weft_dav_view_put_quota_blocks, NULL,
     NULL},
    {DAV, "quotaused", FOLDERS | SPACE, DAV_ELEMENT("quotaused"), weft_dav_view_put_used_blocks,
     NULL, NULL},
    {DAV, "current-user-principal", BOTH, DAV_ELEMENT("current-user-principal"), NULL, NULL,
     weft_dav_view_append_user},
    {DAV, "current-user-privilege-set", BOTH, DAV_ELEMENT("current-user-privilege-set"), NULL, NULL,
     weft_dav_view_append_privileges},
    {DAV, "lockdiscovery", BOTH | ALLPROP | LOCKS, DAV_ELEMENT("lockdiscovery"), NULL, NULL,
     weft_dav_lock_view_append},
    {DAV, "supportedlock", BOTH | ALLPROP, weft_dav_supported_lock, "", NULL, NULL, NULL},
};

const WeftDavLive *
weft_dav_live_properties(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(properties);
    return properties;
}

const WeftDavLive *
weft_dav_live_find(const char *ns, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(properties); i++)
        if (strcmp(properties[i].name, name) == 0 && strcmp(properties[i].ns, ns) == 0)
            return &properties[i];
    return NULL;
}

gboolean
weft_dav_live_is_protected(const char *ns, const char *name)
{
    const WeftDavLive *live = weft_dav_live_find(ns, name);

    return live != NULL && (live->flags & (WEFT_DAV_LIVE_SETTABLE | WEFT_DAV_LIVE_APPLIED)) == 0;
}

gboolean
weft_dav_live_is_on(const WeftDavLive *live, gboolean is_collection)
{
    return (live->flags & (is_collection ? WEFT_DAV_LIVE_ON_COLLECTION : WEFT_DAV_LIVE_ON_FILE)) !=
           0;
}
