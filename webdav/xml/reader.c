/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request bodies in XML, by libxml2's push parser and SAX2.  Nothing of libxml2's tree is used: our
 * own handlers count, and stop the parser at the first thing that is too much.  Bodies are turned
 * into UTF-8 before it sees them, so that it never asks iconv for help.
 */
#include "webdav/xml/reader.h"

#include <libxml/parser.h>
#include <string.h>
#include <weft/arena.h>
#include <weft/http.h>
#include <weft/scan.h>

#include "webdav/xml/encoding.h"
#include "webdav/xml/kept_bodies.h"

#define MAX_BODY_BYTES (256 * 1024)
#define MAX_DEPTH 64
#define MAX_ELEMENTS 1000
#define MAX_ATTRIBUTES 64    /* of one element */
#define MAX_NAMESPACES 64    /* declared on one element */
#define MAX_DECLARATIONS 256 /* of namespaces, in all: every look-up passes them one by one */
#define MAX_NAME_BYTES 1024
#define MAX_NS_BYTES 4096
#define MAX_NODES 10000 /* elements, text, comments and instructions */

struct WeftDavXml {
    unsigned n_refs; /* all of one thread */
    WeftArena arena;
    WeftDavXmlNode *root;
};

/* What the handlers share while a document is read. */
typedef struct {
    WeftDavXml *xml;
    xmlParserCtxt *parser;
    WeftDavXmlNode *current; /* the innermost open element */
    GString *text;           /* characters since the last markup: they come in pieces */
    unsigned depth;
    unsigned n_elements;
    unsigned n_nodes;
    unsigned n_declarations;
    GError *error; /* the first refusal of ours */
} Reading;

/* ---- refusing ---- */

/* clang-format off */
G_DEFINE_QUARK(weft-dav-xml-error-quark, weft_dav_xml_error)
/* clang-format on */

static void
refuse(Reading *reading, WeftHttpStatus status, const char *reason)
{
    if (reading->error != NULL)
        return;
    reading->error = g_error_new(WEFT_HTTP_ERROR, status, "XML body: %s", reason);
    xmlStopParser(reading->parser);
}

/* Of libxml2's own errors only those of namespaces are not fatal to it; to us they are
 * (RFC 4918 8.2: a body that is not namespace-well-formed is a bad request). */
static void
on_error(void *data, xmlError *problem)
{
    Reading *reading = data;

    if (problem->level < XML_ERR_ERROR || reading->error != NULL)
        return;

    g_autofree char *message = g_strdup(problem->message != NULL ? problem->message : "bad");
    reading->error = g_error_new(WEFT_HTTP_ERROR, 400, "XML body, line %d: %s", problem->line,
                                 g_strstrip(message));
    xmlStopParser(reading->parser);
}

/* ---- building ---- */

static WeftDavXmlNode *
add_node(Reading *reading, WeftDavXmlKind kind)
{
    if (++reading->n_nodes > MAX_NODES) {
        refuse(reading, 413, "too many nodes");
        return NULL;
    }

    WeftDavXmlNode *node = weft_arena_alloc(&reading->xml->arena, sizeof *node);
    WeftDavXmlNode *parent = reading->current;

    *node = (WeftDavXmlNode){.kind = kind, .parent = parent};
    if (parent == NULL)
        return node;
    if (parent->last_child != NULL)
        parent->last_child->next = node;
    else
        parent->first_child = node;
    parent->last_child = node;
    return node;
}

static void
end_text(Reading *reading)
{
    if (reading->text->len == 0)
        return;

    WeftDavXmlNode *node = add_node(reading, WEFT_DAV_XML_TEXT);
    if (node != NULL)
        node->text =
            weft_arena_strndup(&reading->xml->arena, reading->text->str, reading->text->len);
    g_string_truncate(reading->text, 0);
}

/* (nullable) @string as the arena's, "" for NULL; NULL if it is longer than @max_bytes. */
static const char *
keep(Reading *reading, const xmlChar *string, size_t max_bytes)
{
    size_t length = string != NULL ? strlen((const char *)string) : 0;

    if (length > max_bytes) {
        refuse(reading, 413, "a name is too long");
        return NULL;
    }
    if (length == 0)
        return "";
    return weft_arena_strndup(&reading->xml->arena, (const char *)string, length);
}

/* libxml2 leaves an ampersand in a value as "&#38;", for a tree builder to expand; a bare one
 * cannot be there. */
static const char *
keep_value(Reading *reading, const xmlChar *begin, const xmlChar *end)
{
    static const char escaped[] = "&#38;";
    char *value =
        weft_arena_strndup(&reading->xml->arena, (const char *)begin, (size_t)(end - begin));
    char *out = value;

    for (const char *in = value; *in != '\0';) {
        *out++ = *in;
        in += strncmp(in, escaped, sizeof escaped - 1) == 0 ? sizeof escaped - 1 : 1;
    }
    *out = '\0';
    return value;
}

/* A namespace name was an attribute's value, too. */
static const char *
keep_ns(Reading *reading, const xmlChar *ns)
{
    size_t length = ns != NULL ? strlen((const char *)ns) : 0;

    if (length > MAX_NS_BYTES) {
        refuse(reading, 413, "a namespace name is too long");
        return NULL;
    }
    return length > 0 ? keep_value(reading, ns, ns + length) : "";
}

static gboolean
keep_attributes(Reading *reading, WeftDavXmlNode *node, size_t n_attributes,
                const xmlChar **attributes)
{
    enum { NAME, PREFIX, NS, BEGIN, END, N_FIELDS };
    WeftDavXmlAttribute *kept;

    if (n_attributes > MAX_ATTRIBUTES) {
        refuse(reading, 413, "too many attributes");
        return FALSE;
    }
    kept = weft_arena_alloc(&reading->xml->arena, n_attributes * sizeof *kept);
    for (size_t i = 0; i < n_attributes; i++, attributes += N_FIELDS) {
        kept[i].name = keep(reading, attributes[NAME], MAX_NAME_BYTES);
        kept[i].prefix = keep(reading, attributes[PREFIX], MAX_NAME_BYTES);
        kept[i].ns = keep_ns(reading, attributes[NS]);
        kept[i].value = keep_value(reading, attributes[BEGIN], attributes[END]);
        if (attributes[PREFIX] == NULL)
            kept[i].prefix = NULL;
    }
    node->attributes = kept;
    node->n_attributes = n_attributes;
    return reading->error == NULL;
}

static gboolean
keep_namespaces(Reading *reading, WeftDavXmlNode *node, size_t n_namespaces,
                const xmlChar **namespaces)
{
    WeftDavXmlNamespace *kept;

    reading->n_declarations += n_namespaces;
    if (n_namespaces > MAX_NAMESPACES || reading->n_declarations > MAX_DECLARATIONS) {
        refuse(reading, 413, "too many namespaces");
        return FALSE;
    }
    kept = weft_arena_alloc(&reading->xml->arena, n_namespaces * sizeof *kept);
    for (size_t i = 0; i < n_namespaces; i++) {
        kept[i].prefix = keep(reading, namespaces[2 * i], MAX_NAME_BYTES);
        kept[i].uri = keep_ns(reading, namespaces[2 * i + 1]);
    }
    node->namespaces = kept;
    node->n_namespaces = n_namespaces;
    return reading->error == NULL;
}

/* ---- SAX2 ---- */

static void /* NOLINTNEXTLINE(readability-function-size): libxml2 chose the parameters */
on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *ns,
         int n_namespaces, const xmlChar **namespaces, int n_attributes,
         int n_defaulted G_GNUC_UNUSED, const xmlChar **attributes)
{
    Reading *reading = data;

    end_text(reading);
    if (++reading->depth > MAX_DEPTH || ++reading->n_elements > MAX_ELEMENTS) {
        refuse(reading, 413, "too many elements, or too deep");
        return;
    }

    WeftDavXmlNode *node = add_node(reading, WEFT_DAV_XML_ELEMENT);
    if (node == NULL)
        return;
    node->name = keep(reading, name, MAX_NAME_BYTES);
    node->ns = keep_ns(reading, ns);
    if (prefix != NULL)
        node->prefix = keep(reading, prefix, MAX_NAME_BYTES);
    if (!keep_namespaces(reading, node, (size_t)n_namespaces, namespaces) ||
        !keep_attributes(reading, node, (size_t)n_attributes, attributes))
        return;
    if (reading->xml->root == NULL)
        reading->xml->root = node;
    reading->current = node;
}

static void
on_end(void *data, const xmlChar *name G_GNUC_UNUSED, const xmlChar *prefix G_GNUC_UNUSED,
       const xmlChar *ns G_GNUC_UNUSED)
{
    Reading *reading = data;

    end_text(reading);
    if (reading->current == NULL)
        return;
    reading->depth--;
    reading->current = reading->current->parent;
}

static void
on_characters(void *data, const xmlChar *text, int length)
{
    Reading *reading = data;

    if (reading->current != NULL)
        g_string_append_len(reading->text, (const char *)text, length);
}

static void
on_comment(void *data, const xmlChar *text)
{
    Reading *reading = data;

    if (reading->current == NULL)
        return;
    end_text(reading);

    WeftDavXmlNode *node = add_node(reading, WEFT_DAV_XML_COMMENT);
    if (node != NULL)
        node->text = keep(reading, text, MAX_BODY_BYTES);
}

static void
on_instruction(void *data, const xmlChar *name, const xmlChar *text)
{
    Reading *reading = data;

    if (reading->current == NULL)
        return;
    end_text(reading);

    WeftDavXmlNode *node = add_node(reading, WEFT_DAV_XML_INSTRUCTION);
    if (node == NULL)
        return;
    node->name = keep(reading, name, MAX_NAME_BYTES);
    node->text = text != NULL ? keep(reading, text, MAX_BODY_BYTES) : NULL;
}

/* The first thing libxml2 tells of a DOCTYPE, before it has read a declaration in it. */
static void
on_doctype(void *data, const xmlChar *name G_GNUC_UNUSED, const xmlChar *public_id G_GNUC_UNUSED,
           const xmlChar *system_id G_GNUC_UNUSED)
{
    Reading *reading = data;

    if (reading->error != NULL)
        return;
    reading->error = g_error_new_literal(WEFT_DAV_XML_ERROR, WEFT_DAV_XML_ERROR_DOCTYPE,
                                         "XML body: a DOCTYPE is not accepted");
    xmlStopParser(reading->parser);
}

static void
on_reference(void *data, const xmlChar *name G_GNUC_UNUSED)
{
    refuse(data, 400, "an entity is not accepted");
}

static void
on_warning(void *data G_GNUC_UNUSED, const char *format G_GNUC_UNUSED, ...)
{
}

static xmlSAXHandler handlers = {
    .initialized = XML_SAX2_MAGIC,
    .internalSubset = on_doctype,
    .externalSubset = on_doctype,
    .reference = on_reference,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_characters,
    .ignorableWhitespace = on_characters,
    .cdataBlock = on_characters,
    .comment = on_comment,
    .processingInstruction = on_instruction,
    .warning = on_warning,
    .error = on_warning,
    .serror = on_error,
};

/* ---- the document ---- */

static void
parse(Reading *reading, const char *text, size_t size)
{
    reading->parser = xmlCreatePushParserCtxt(&handlers, reading, NULL, 0, NULL);
    if (reading->parser == NULL) {
        g_set_error_literal(&reading->error, WEFT_HTTP_ERROR, 503, "XML body: no memory");
        return;
    }
    xmlCtxtUseOptions(reading->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    xmlParseChunk(reading->parser, text, (int)size, 1);

    if (reading->error == NULL && (!reading->parser->wellFormed || !reading->parser->nsWellFormed))
        g_set_error_literal(&reading->error, WEFT_HTTP_ERROR, 400, "XML body: not well-formed");
    if (reading->error == NULL && reading->xml->root == NULL)
        g_set_error_literal(&reading->error, WEFT_HTTP_ERROR, 400, "XML body: no element");
    xmlFreeParserCtxt(reading->parser);
}

static gpointer
init_libxml(gpointer data G_GNUC_UNUSED)
{
    xmlInitParser();
    return NULL;
}

static WeftDavXml *
read_anew(const void *bytes, size_t size, GError **error)
{
    static GOnce once = G_ONCE_INIT;

    g_once(&once, init_libxml, NULL);

    size_t text_size = 0;
    g_autofree char *text = weft_dav_xml_to_utf8(bytes, size, &text_size, error);
    if (text == NULL ||
        !weft_dav_xml_check_tags(text, text_size, MAX_ATTRIBUTES + MAX_NAMESPACES, error))
        return NULL;

    g_autoptr(WeftDavXml) xml = g_new0(WeftDavXml, 1);
    Reading reading = {.xml = xml, .text = g_string_new(NULL)};

    xml->n_refs = 1;
    weft_arena_init(&xml->arena, SIZE_MAX);
    parse(&reading, text, text_size);
    g_string_free(reading.text, TRUE);
    if (reading.error != NULL) {
        g_propagate_error(error, reading.error);
        return NULL;
    }
    return g_steal_pointer(&xml);
}

WeftDavXml *
weft_dav_xml_read(const void *bytes, size_t size, GError **error)
{
    if (size > MAX_BODY_BYTES) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 413, "XML body: too large");
        return NULL;
    }
    if (size == 0) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 400, "XML body: empty");
        return NULL;
    }

    WeftDavXml *xml = weft_dav_kept_body_find(bytes, size);
    if (xml != NULL)
        return xml;
    xml = read_anew(bytes, size, error);
    if (xml != NULL)
        weft_dav_kept_body_add(bytes, size, xml);
    return xml;
}

WeftDavXml *
weft_dav_xml_ref(WeftDavXml *xml)
{
    xml->n_refs++;
    return xml;
}

void
weft_dav_xml_free(WeftDavXml *xml)
{
    if (xml == NULL || --xml->n_refs > 0)
        return;
    weft_arena_clear(&xml->arena);
    g_free(xml);
}

const WeftDavXmlNode *
weft_dav_xml_root(const WeftDavXml *xml)
{
    return xml->root;
}

gboolean
weft_dav_xml_is(const WeftDavXmlNode *node, const char *ns, const char *name)
{
    return node->kind == WEFT_DAV_XML_ELEMENT && strcmp(node->name, name) == 0 &&
           strcmp(node->ns, ns) == 0;
}

static const WeftDavXmlNode *
skip_to_element(const WeftDavXmlNode *node)
{
    while (node != NULL && node->kind != WEFT_DAV_XML_ELEMENT)
        node = node->next;
    return node;
}

const WeftDavXmlNode *
weft_dav_xml_first_element(const WeftDavXmlNode *parent)
{
    return skip_to_element(parent->first_child);
}

const WeftDavXmlNode *
weft_dav_xml_next_element(const WeftDavXmlNode *node)
{
    return skip_to_element(node->next);
}

const WeftDavXmlNode *
weft_dav_xml_find(const WeftDavXmlNode *parent, const char *ns, const char *name)
{
    const WeftDavXmlNode *node = weft_dav_xml_first_element(parent);

    while (node != NULL && !weft_dav_xml_is(node, ns, name))
        node = weft_dav_xml_next_element(node);
    return node;
}
