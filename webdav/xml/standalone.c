/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An element out of its document, as text that means the same alone (RFC 4918 4.3): what it
 * inherited - namespace declarations it uses, xml:lang - is written on it.
 */
#include <string.h>
#include <weft/scan.h>

#include "webdav/xml/reader.h"
#include "webdav/xml/writer.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"

/* A declaration in force at the element, from one of its ancestors. */
typedef struct {
    const WeftDavXmlNamespace *namespace;
    gboolean is_used;
} Inherited;

/* ---- what is inherited ---- */

static Inherited *
find_inherited(GArray *inherited, const char *prefix, size_t length)
{
    for (guint i = 0; i < inherited->len; i++) {
        Inherited *one = &g_array_index(inherited, Inherited, i);

        if (strlen(one->namespace->prefix) == length &&
            memcmp(one->namespace->prefix, prefix, length) == 0)
            return one;
    }
    return NULL;
}

/* Those of @element itself are in the list first, to hide those around it; they are used by being
 * written anyway, and are not to be written twice. */
static GArray *
collect_inherited(const WeftDavXmlNode *element, guint *ret_n_own)
{
    GArray *inherited = g_array_new(FALSE, FALSE, sizeof(Inherited));

    for (const WeftDavXmlNode *node = element; node != NULL; node = node->parent) {
        for (size_t i = 0; i < node->n_namespaces; i++) {
            const WeftDavXmlNamespace *namespace = &node->namespaces[i];
            Inherited one = {namespace, FALSE};

            if (find_inherited(inherited, namespace->prefix, strlen(namespace->prefix)) == NULL)
                g_array_append_val(inherited, one);
        }
        if (node == element)
            *ret_n_own = inherited->len;
    }
    return inherited;
}

static void
mark_used(GArray *inherited, const char *prefix, size_t length)
{
    Inherited *one = find_inherited(inherited, prefix, length);

    if (one != NULL)
        one->is_used = TRUE;
}

/* TRUE if @prefix, as @node uses it, is declared below @top. */
static gboolean
is_declared_below(const WeftDavXmlNode *node, const WeftDavXmlNode *top, const char *prefix)
{
    for (; node != top; node = node->parent)
        for (size_t i = 0; i < node->n_namespaces; i++)
            if (strcmp(node->namespaces[i].prefix, prefix) == 0)
                return TRUE;
    return FALSE;
}

static void
mark_name(GArray *inherited, const WeftDavXmlNode *node, const WeftDavXmlNode *top,
          const char *prefix)
{
    if (!is_declared_below(node, top, prefix))
        mark_used(inherited, prefix, strlen(prefix));
}

/* A value may hold qualified names, which only its user understands: whatever stands before a colon
 * counts as a prefix. */
static void
mark_prefixes_in(GArray *inherited, const char *value)
{
    for (const char *colon = strchr(value, ':'); colon != NULL; colon = strchr(colon + 1, ':')) {
        const char *begin = colon;

        while (begin > value &&
               (weft_byte_is(begin[-1], WEFT_BYTE_UNRESERVED) || (uint8_t)begin[-1] >= 0x80))
            begin--;
        if (begin < colon)
            mark_used(inherited, begin, (size_t)(colon - begin));
    }
}

static const WeftDavXmlNode *
next_in_subtree(const WeftDavXmlNode *node, const WeftDavXmlNode *top)
{
    if (node->first_child != NULL)
        return node->first_child;
    while (node != top && node->next == NULL)
        node = node->parent;
    return node != top ? node->next : NULL;
}

static void
mark_subtree(GArray *inherited, const WeftDavXmlNode *top)
{
    for (const WeftDavXmlNode *node = top; node != NULL; node = next_in_subtree(node, top)) {
        if (node->kind == WEFT_DAV_XML_TEXT)
            mark_prefixes_in(inherited, node->text);
        if (node->kind != WEFT_DAV_XML_ELEMENT)
            continue;

        mark_name(inherited, node, top, node->prefix != NULL ? node->prefix : "");
        for (size_t i = 0; i < node->n_attributes; i++) {
            const WeftDavXmlAttribute *attribute = &node->attributes[i];

            if (attribute->prefix != NULL)
                mark_name(inherited, node, top, attribute->prefix);
            mark_prefixes_in(inherited, attribute->value);
        }
    }
}

static const char *
own_language(const WeftDavXmlNode *node)
{
    for (size_t i = 0; i < node->n_attributes; i++)
        if (strcmp(node->attributes[i].ns, XML_NS) == 0 &&
            strcmp(node->attributes[i].name, "lang") == 0)
            return node->attributes[i].value;
    return NULL;
}

/* ---- writing ---- */

static void
append_name(WeftBuffer *out, const char *prefix, const char *name)
{
    if (prefix != NULL) {
        weft_buffer_append_string(out, prefix);
        weft_buffer_append_string(out, ":");
    }
    weft_buffer_append_string(out, name);
}

static void
append_attribute(WeftBuffer *out, const char *prefix, const char *name, const char *value)
{
    weft_buffer_append_string(out, " ");
    append_name(out, prefix, name);
    weft_buffer_append_string(out, "=\"");
    weft_dav_xml_append_attribute(out, value, strlen(value));
    weft_buffer_append_string(out, "\"");
}

static void
append_declaration(WeftBuffer *out, const WeftDavXmlNamespace *namespace)
{
    if (namespace->prefix[0] == '\0')
        append_attribute(out, NULL, "xmlns", namespace->uri);
    else
        append_attribute(out, "xmlns", namespace->prefix, namespace->uri);
}

static void
append_inherited(WeftBuffer *out, const WeftDavXmlNode *top)
{
    guint n_own = 0;
    g_autoptr(GArray) inherited = collect_inherited(top, &n_own);

    mark_subtree(inherited, top);
    for (guint i = n_own; i < inherited->len; i++) {
        const Inherited *one = &g_array_index(inherited, Inherited, i);

        if (one->is_used && !(one->namespace->prefix[0] == '\0' && one->namespace->uri[0] == '\0'))
            append_declaration(out, one->namespace);
    }

    const char *language = NULL;
    for (const WeftDavXmlNode *node = top; node != NULL && language == NULL; node = node->parent)
        language = own_language(node);
    if (language != NULL && own_language(top) == NULL)
        append_attribute(out, "xml", "lang", language);
}

static void
append_start(WeftBuffer *out, const WeftDavXmlNode *element, gboolean is_top)
{
    weft_buffer_append_string(out, "<");
    append_name(out, element->prefix, element->name);
    for (size_t i = 0; i < element->n_namespaces; i++)
        append_declaration(out, &element->namespaces[i]);
    if (is_top)
        append_inherited(out, element);
    for (size_t i = 0; i < element->n_attributes; i++)
        append_attribute(out, element->attributes[i].prefix, element->attributes[i].name,
                         element->attributes[i].value);
    weft_buffer_append_string(out, element->first_child != NULL ? ">" : "/>");
}

static void
append_end(WeftBuffer *out, const WeftDavXmlNode *element)
{
    weft_buffer_append_string(out, "</");
    append_name(out, element->prefix, element->name);
    weft_buffer_append_string(out, ">");
}

static void
append_node(WeftBuffer *out, const WeftDavXmlNode *node, gboolean is_top)
{
    switch (node->kind) {
    case WEFT_DAV_XML_ELEMENT:
        append_start(out, node, is_top);
        break;
    case WEFT_DAV_XML_TEXT:
        weft_dav_xml_append_text(out, node->text, strlen(node->text));
        break;
    case WEFT_DAV_XML_COMMENT:
        weft_buffer_append_string(out, "<!--");
        weft_buffer_append_string(out, node->text);
        weft_buffer_append_string(out, "-->");
        break;
    case WEFT_DAV_XML_INSTRUCTION:
        weft_buffer_append_string(out, "<?");
        weft_buffer_append_string(out, node->name);
        if (node->text != NULL) {
            weft_buffer_append_string(out, " ");
            weft_buffer_append_string(out, node->text);
        }
        weft_buffer_append_string(out, "?>");
        break;
    }
}

char *
weft_dav_xml_element_to_string(const WeftDavXmlNode *element)
{
    WeftBuffer out;
    const WeftDavXmlNode *node = element;

    weft_buffer_init(&out, 256);
    while (node != NULL) {
        append_node(&out, node, node == element);
        if (node->first_child != NULL) {
            node = node->first_child;
            continue;
        }
        while (node != element && node->next == NULL) {
            node = node->parent;
            append_end(&out, node);
        }
        node = node != element ? node->next : NULL;
    }
    weft_buffer_append(&out, "", 1);

    char *string = g_strdup((const char *)weft_buffer_bytes(&out));
    weft_buffer_clear(&out);
    return string;
}
