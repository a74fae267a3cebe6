/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of live properties, and how each value is written.
 */
#include "webdav/properties/live.h"

#include <string.h>
#include <weft/date.h>
#include <weft/scan.h>

#include "webdav/properties/content_type.h"
#include "webdav/xml/writer.h"

#define DAV "DAV:"
#define APACHE "http://apache.org/dav/props/"

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
#define ALLPROP WEFT_DAV_LIVE_IN_ALLPROP
#define DAV_ELEMENT(name) "<D:" name ">", "</D:" name ">"

/* A collection has no entity tag: what GET shows of it is made of its members, whose changes it
 * does not always see.  The two of locks are on nothing before locks work, yet nobody may set them.
 */
static const WeftDavLive properties[] = {
    {DAV, "creationdate", BOTH | ALLPROP, DAV_ELEMENT("creationdate"), put_creation_date, NULL},
    {DAV, "displayname", BOTH | ALLPROP | WEFT_DAV_LIVE_SETTABLE, DAV_ELEMENT("displayname"),
     put_display_name, NULL},
    {DAV, "getcontentlength", FILES | ALLPROP, DAV_ELEMENT("getcontentlength"), put_content_length,
     NULL},
    {DAV, "getcontenttype", FILES | ALLPROP, DAV_ELEMENT("getcontenttype"), put_content_type, NULL},
    {DAV, "getetag", FILES | ALLPROP, DAV_ELEMENT("getetag"), put_etag, NULL},
    {DAV, "getlastmodified", BOTH | ALLPROP, DAV_ELEMENT("getlastmodified"), put_last_modified,
     NULL},
    {DAV, "resourcetype", BOTH | ALLPROP, "<D:resourcetype/>", "", NULL,
     "<D:resourcetype><D:collection/></D:resourcetype>"},
    {APACHE, "executable", FILES, "<X:executable xmlns:X=\"" APACHE "\">", "</X:executable>",
     put_executable, NULL},
    {DAV, "lockdiscovery", 0, "<D:lockdiscovery/>", "", NULL, NULL},
    {DAV, "supportedlock", 0, "<D:supportedlock/>", "", NULL, NULL},
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

    return live != NULL && (live->flags & WEFT_DAV_LIVE_SETTABLE) == 0;
}

gboolean
weft_dav_live_is_on(const WeftDavLive *live, gboolean is_collection)
{
    return (live->flags & (is_collection ? WEFT_DAV_LIVE_ON_COLLECTION : WEFT_DAV_LIVE_ON_FILE)) !=
           0;
}
