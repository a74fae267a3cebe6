/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * The XML of a request body as a tree, which is never changed.  Everything in it lives as long as
 * the document, which belongs to the thread that has read it.  What a peer may send is bounded: see
 * the limits in reader.c; beyond them, and for every DOCTYPE, reading fails before anything has
 * grown.
 */
typedef struct WeftDavXml WeftDavXml;

typedef enum {
    WEFT_DAV_XML_ELEMENT,
    WEFT_DAV_XML_TEXT,
    WEFT_DAV_XML_COMMENT,
    WEFT_DAV_XML_INSTRUCTION, /* <?name text?> */
} WeftDavXmlKind;

typedef struct {
    const char *ns;     /* "" for none */
    const char *prefix; /* (nullable) */
    const char *name;
    const char *value;
} WeftDavXmlAttribute;

/** A namespace declaration: xmlns:prefix="uri". */
typedef struct {
    const char *prefix; /* "" for xmlns="uri" */
    const char *uri;    /* "" for xmlns="" */
} WeftDavXmlNamespace;

typedef struct WeftDavXmlNode WeftDavXmlNode;
struct WeftDavXmlNode {
    WeftDavXmlKind kind;
    const char *ns;     /* of an element; "" for none */
    const char *prefix; /* of an element; (nullable) */
    const char *name;   /* of an element or an instruction */
    const char *text;   /* of the other kinds; (nullable) for an instruction */
    const WeftDavXmlAttribute *attributes;
    size_t n_attributes;
    const WeftDavXmlNamespace *namespaces; /* declared on this very element */
    size_t n_namespaces;
    WeftDavXmlNode *parent; /* NULL for the root */
    WeftDavXmlNode *first_child;
    WeftDavXmlNode *last_child;
    WeftDavXmlNode *next;
};

#define WEFT_DAV_XML_ERROR (weft_dav_xml_error_quark())
GQuark weft_dav_xml_error_quark(void);

typedef enum {
    WEFT_DAV_XML_ERROR_DOCTYPE, /* it might have entities from elsewhere */
} WeftDavXmlError;

/**
 * Read a whole body.
 * Returns: (transfer full): NULL with DOCTYPE, or a WEFT_HTTP_ERROR: 413 where a limit is passed,
 * otherwise 400
 */
WeftDavXml *weft_dav_xml_read(const void *bytes, size_t size, GError **error);
/** One more who has it; for what is kept beside a request.  Each gives it back. */
WeftDavXml *weft_dav_xml_ref(WeftDavXml *xml);
void weft_dav_xml_free(WeftDavXml *xml);

const WeftDavXmlNode *weft_dav_xml_root(const WeftDavXml *xml);

/** TRUE if @node is the element {@ns}@name. */
gboolean weft_dav_xml_is(const WeftDavXmlNode *node, const char *ns, const char *name);

/** (nullable): the first element below @parent. */
const WeftDavXmlNode *weft_dav_xml_first_element(const WeftDavXmlNode *parent);

/** (nullable): the next element beside @node. */
const WeftDavXmlNode *weft_dav_xml_next_element(const WeftDavXmlNode *node);

/** (nullable): the first element {@ns}@name below @parent. */
const WeftDavXmlNode *weft_dav_xml_find(const WeftDavXmlNode *parent, const char *ns,
                                        const char *name);

/**
 * @element as XML that stands alone: with the namespace declarations it needs from around it, and
 * with the xml:lang in force there.
 * Returns: (transfer full): at most the size of the body and its declarations
 */
char *weft_dav_xml_element_to_string(const WeftDavXmlNode *element);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavXml, weft_dav_xml_free)

G_END_DECLS
