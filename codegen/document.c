/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IDL file as one HTML page: no scripts, nothing loaded from elsewhere, readable by screen
 * readers (landmarks, headings in order, tables with heads) and in the dark.
 */

#include "codegen/document.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    GString *html;
    const WeftIdlProgram *program; /* the file the page is about */
} Page;

static const char style[] =
    ":root{color-scheme:light dark;--line:#8888;--soft:#8881}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}"
    "code,pre{font:.95em/1.4 ui-monospace,monospace}"
    "pre{overflow-x:auto;padding:.5rem;background:var(--soft)}"
    "h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}h3{margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:start;vertical-align:top;padding:.25rem .5rem;border:1px solid var(--line)}"
    "td p:first-child{margin-top:0}td p:last-child{margin-bottom:0}"
    ".signature{padding:.5rem;background:var(--soft);overflow-x:auto}"
    ".skip{position:absolute;left:-100rem}.skip:focus{position:static}"
    ":target{outline:2px solid;outline-offset:.25rem}";

/* ---- text ---- */

static void
put_escaped(Page *page, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *escaped = g_markup_escape_text(valid, -1);

    g_string_append(page->html, escaped);
}

static void put(Page *page, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
put(Page *page, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(page->html, format, arguments);
    va_end(arguments);
}

typedef enum { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_LIST, BLOCK_CODE } Block;

static Block
block_of(const char *line, Block open)
{
    if (line[0] == '\0')
        return open == BLOCK_CODE ? BLOCK_CODE : BLOCK_NONE;
    if (g_str_has_prefix(line, "- ") || g_str_has_prefix(line, "* "))
        return BLOCK_LIST;
    if (line[0] == ' ' && open == BLOCK_LIST)
        return BLOCK_LIST;
    return line[0] == ' ' ? BLOCK_CODE : BLOCK_PARAGRAPH;
}

static void
change_block(Page *page, Block from, Block to)
{
    static const char *const begin[] = {"", "<p>", "<ul>", "<pre>"};
    static const char *const end[] = {"", "</p>\n", "</li></ul>\n", "</pre>\n"};

    if (from != to)
        put(page, "%s%s", end[from], begin[to]);
}

/* Paragraphs, lists with '-' or '*', and what is indented as it stands. */
static void
put_doc(Page *page, const WeftIdlDoc *doc)
{
    g_auto(GStrv) lines = doc->text == NULL ? NULL : g_strsplit(doc->text, "\n", -1);
    Block open = BLOCK_NONE;

    for (char **line = lines; line != NULL && *line != NULL; line++) {
        const Block block = block_of(*line, open);
        const bool is_item = block == BLOCK_LIST && (*line)[0] != ' ';
        const bool goes_on = block == open;
        change_block(page, open, block);
        if (is_item)
            put(page, "%s<li>", goes_on ? "</li>" : "");
        put_escaped(page, is_item ? *line + 2 : *line);
        if (block != BLOCK_NONE)
            put(page, "\n");
        open = block;
    }
    change_block(page, open, BLOCK_NONE);
}

/* ---- types and values ---- */

/* "Profile" of the page's file, "shared.Profile" of another: also what anchors are called. */
static void
put_definition_name(Page *page, const WeftIdlDefinition *definition)
{
    if (definition->program != page->program) {
        put_escaped(page, definition->program->name);
        put(page, ".");
    }
    put_escaped(page, definition->name);
}

static void
put_link(Page *page, const WeftIdlDefinition *definition)
{
    put(page, "<a href=\"#");
    put_definition_name(page, definition);
    put(page, "\">");
    put_definition_name(page, definition);
    put(page, "</a>");
}

static void
put_type(Page *page, const WeftIdlType *type)
{
    switch (type->kind) {
    case WEFT_IDL_TYPEDEF:
        put_link(page, &type->definition->definition);
        return;
    case WEFT_IDL_ENUM:
        put_link(page, &type->enumeration->definition);
        return;
    case WEFT_IDL_STRUCT:
        put_link(page, &type->structure->definition);
        return;
    default:
        break;
    }
    put_escaped(page, type->name);
    if (type->element == NULL)
        return;
    put(page, "&lt;");
    if (type->key != NULL) {
        put_type(page, type->key);
        put(page, ", ");
    }
    put_type(page, type->element);
    put(page, "&gt;");
}

static void put_value(Page *page, const WeftIdlValue *value);

static void
put_items(Page *page, const WeftIdlValue *value)
{
    const bool is_list = value->type->kind == WEFT_IDL_LIST || value->type->kind == WEFT_IDL_SET;

    put(page, is_list ? "[" : "{");
    for (const WeftIdlItem *item = value->items; item != NULL; item = item->next) {
        if (item->key != NULL)
            put_value(page, item->key);
        if (item->field != NULL)
            put_escaped(page, item->field->name);
        put(page, is_list ? "" : ": ");
        put_value(page, item->value);
        put(page, item->next != NULL ? ", " : "");
    }
    put(page, is_list ? "]" : "}");
}

static void
put_string(Page *page, const WeftIdlValue *value)
{
    g_autofree char *valid = g_utf8_make_valid(value->string.data, (gssize)value->string.length);

    put(page, "\"");
    put_escaped(page, valid);
    put(page, "\"");
}

static void
put_value(Page *page, const WeftIdlValue *value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    if (value->constant != NULL) {
        put_link(page, &value->constant->definition);
        return;
    }
    switch (value->type->kind) {
    case WEFT_IDL_BOOL:
        put(page, value->boolean ? "true" : "false");
        return;
    case WEFT_IDL_DOUBLE:
        put(page, "%s", g_ascii_dtostr(number, sizeof number, value->real));
        return;
    case WEFT_IDL_STRING:
    case WEFT_IDL_BINARY:
        put_string(page, value);
        return;
    case WEFT_IDL_UUID:
        for (size_t i = 0; i < sizeof value->uuid; i++)
            put(page, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", value->uuid[i]);
        return;
    case WEFT_IDL_ENUM:
        put_escaped(page, value->enum_value->name);
        return;
    case WEFT_IDL_LIST:
    case WEFT_IDL_SET:
    case WEFT_IDL_MAP:
    case WEFT_IDL_STRUCT:
        put_items(page, value);
        return;
    default:
        put(page, "%" PRIi64, value->integer);
    }
}

/* ---- definitions ---- */

static const char *
word_of(const WeftIdlDefinition *definition)
{
    switch (definition->what) {
    case WEFT_IDL_DEFINES_TYPEDEF:
        return "typedef";
    case WEFT_IDL_DEFINES_ENUM:
        return "enum";
    case WEFT_IDL_DEFINES_CONST:
        return "const";
    case WEFT_IDL_DEFINES_SERVICE:
        return "service";
    case WEFT_IDL_DEFINES_STRUCT:
        break;
    }
    switch (((const WeftIdlStruct *)definition)->flavour) {
    case WEFT_IDL_UNION:
        return "union";
    case WEFT_IDL_EXCEPTION:
        return "exception";
    default:
        return "struct";
    }
}

static void
put_head(Page *page, const WeftIdlDefinition *definition)
{
    put(page, "<h3 id=\"");
    put_definition_name(page, definition);
    put(page, "\">%s ", word_of(definition));
    put_definition_name(page, definition);
    put(page, "</h3>\n");
    put_doc(page, &definition->doc);
}

static void
put_enum(Page *page, const WeftIdlEnum *enumeration)
{
    put(page, "<table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Value</th>"
              "<th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
    for (const WeftIdlEnumValue *one = enumeration->values; one != NULL; one = one->next) {
        put(page, "<tr><th scope=\"row\"><code>");
        put_escaped(page, one->name);
        put(page, "</code></th><td>%d</td><td>", one->value);
        put_doc(page, &one->doc);
        put(page, "</td></tr>\n");
    }
    put(page, "</tbody></table>\n");
}

static void
put_field(Page *page, const WeftIdlField *field, bool is_union)
{
    put(page, "<tr><td>%d</td><th scope=\"row\"><code>", field->id);
    put_escaped(page, field->name);
    put(page, "</code></th><td><code>");
    put_type(page, field->type);
    put(page, "</code></td><td>");
    if (field->requiredness == WEFT_IDL_REQUIRED)
        put(page, "<p>Required.</p>\n");
    if (field->requiredness == WEFT_IDL_OPTIONAL && !is_union)
        put(page, "<p>Optional.</p>\n");
    if (field->initial != NULL) {
        put(page, "<p>Default <code>");
        put_value(page, field->initial);
        put(page, "</code>.</p>\n");
    }
    put_doc(page, &field->doc);
    put(page, "</td></tr>\n");
}

static void
put_fields(Page *page, const WeftIdlField *fields, bool is_union)
{
    if (fields == NULL)
        return;
    put(page, "<table><thead><tr><th scope=\"col\">Id</th><th scope=\"col\">Name</th>"
              "<th scope=\"col\">Type</th><th scope=\"col\">Meaning</th></tr></thead><tbody>\n");
    for (const WeftIdlField *field = fields; field != NULL; field = field->next)
        put_field(page, field, is_union);
    put(page, "</tbody></table>\n");
}

static void
put_signature(Page *page, const WeftIdlFunction *function)
{
    put(page, "<p class=\"signature\"><code>%s", function->is_oneway ? "oneway " : "");
    put_type(page, function->result);
    put(page, " ");
    put_escaped(page, function->name);
    put(page, "(");
    for (const WeftIdlField *one = function->arguments->fields; one != NULL; one = one->next) {
        put_type(page, one->type);
        put(page, " ");
        put_escaped(page, one->name);
        put(page, one->next != NULL ? ", " : "");
    }
    put(page, ")");
    for (const WeftIdlField *one = function->exceptions; one != NULL; one = one->next) {
        put(page, one == function->exceptions ? " throws " : ", ");
        put_type(page, one->type);
    }
    put(page, "</code></p>\n");
}

static bool
has_docs(const WeftIdlField *fields)
{
    for (const WeftIdlField *field = fields; field != NULL; field = field->next) {
        if (field->doc.text != NULL || field->initial != NULL)
            return true;
    }
    return false;
}

static void
put_service(Page *page, const WeftIdlService *service)
{
    if (service->base != NULL) {
        put(page, "<p>Has all methods of ");
        put_link(page, &service->base->definition);
        put(page, ", too.</p>\n");
    }
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        put(page, "<h4 id=\"");
        put_definition_name(page, &service->definition);
        put(page, ".");
        put_escaped(page, one->name);
        put(page, "\">");
        put_escaped(page, one->name);
        put(page, "</h4>\n");
        put_signature(page, one);
        put_doc(page, &one->doc);
        if (weft_idl_annotation_find(one->annotations, "weft.idempotent") != NULL)
            put(page, "<p>May be called again where it is not known whether it was done.</p>\n");
        if (has_docs(one->arguments->fields))
            put_fields(page, one->arguments->fields, false);
    }
}

static void
put_definition(Page *page, const WeftIdlDefinition *definition)
{
    put_head(page, definition);
    switch (definition->what) {
    case WEFT_IDL_DEFINES_TYPEDEF:
        put(page, "<p class=\"signature\"><code>");
        put_type(page, ((const WeftIdlTypedef *)definition)->type);
        put(page, "</code></p>\n");
        return;
    case WEFT_IDL_DEFINES_CONST:
        put(page, "<p class=\"signature\"><code>");
        put_type(page, ((const WeftIdlConst *)definition)->type);
        put(page, " = ");
        put_value(page, ((const WeftIdlConst *)definition)->value);
        put(page, "</code></p>\n");
        return;
    case WEFT_IDL_DEFINES_ENUM:
        put_enum(page, (const WeftIdlEnum *)definition);
        return;
    case WEFT_IDL_DEFINES_STRUCT: {
        const WeftIdlStruct *structure = (const WeftIdlStruct *)definition;
        if (structure->flavour == WEFT_IDL_UNION)
            put(page, "<p>One of:</p>\n");
        put_fields(page, structure->fields, structure->flavour == WEFT_IDL_UNION);
        return;
    }
    case WEFT_IDL_DEFINES_SERVICE:
        put_service(page, (const WeftIdlService *)definition);
        return;
    }
}

/* ---- the page ---- */

/* What a file's part is parted into, in this order. */
static const struct {
    const char *title;
    WeftIdlDefines what;
} chapters[] = {
    {"Services", WEFT_IDL_DEFINES_SERVICE},
    {"Structs, unions and exceptions", WEFT_IDL_DEFINES_STRUCT},
    {"Enums", WEFT_IDL_DEFINES_ENUM},
    {"Other types", WEFT_IDL_DEFINES_TYPEDEF},
    {"Constants", WEFT_IDL_DEFINES_CONST},
};

typedef void (*PutDefinition)(Page *page, const WeftIdlDefinition *definition);

/* What stands around a chapter. */
typedef struct {
    const char *begin; /* before its title */
    const char *after_title;
    const char *end;
    PutDefinition put_one;
} Frame;

static void
put_title(Page *page, const WeftIdlProgram *program, const char *title, const Frame *frame)
{
    put(page, "%s", frame->begin);
    if (program != page->program) {
        put_escaped(page, program->name);
        put(page, ": ");
    }
    put(page, "%s%s\n", title, frame->after_title);
}

static void
put_chapters(Page *page, const WeftIdlProgram *program, const Frame *frame)
{
    for (size_t i = 0; i < G_N_ELEMENTS(chapters); i++) {
        bool is_open = false;
        for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
            if (one->what != chapters[i].what)
                continue;
            if (!is_open)
                put_title(page, program, chapters[i].title, frame);
            is_open = true;
            frame->put_one(page, one);
        }
        if (is_open)
            put(page, "%s", frame->end);
    }
}

static void
put_entry(Page *page, const WeftIdlDefinition *definition)
{
    put(page, "<li>");
    put_link(page, definition);
    put(page, "</li>\n");
}

/* The page's file first, then what it includes, the nearest last. */
static void
put_all(Page *page, const WeftIdlProgram *programs, Frame frame)
{
    put_chapters(page, page->program, &frame);
    for (const WeftIdlProgram *one = programs; one != NULL; one = one->next) {
        if (one != page->program)
            put_chapters(page, one, &frame);
    }
}

char *
weft_document(const WeftIdlProgram *program, const WeftIdlProgram *programs)
{
    Page page = {
        g_string_new("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width\">\n<title>"),
        program};

    put_escaped(&page, program->name);
    put(&page, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
    put(&page, "<a class=\"skip\" href=\"#main\">To the text</a>\n<header><h1>");
    put_escaped(&page, program->name);
    put(&page, "</h1></header>\n<nav aria-label=\"Contents\"><ul>\n");
    put_all(&page, programs, (Frame){"<li>", "<ul>", "</ul></li>\n", put_entry});
    put(&page, "</ul></nav>\n<main id=\"main\">\n");
    put_doc(&page, &program->doc);
    put_all(&page, programs, (Frame){"<h2>", "</h2>", "", put_definition});
    put(&page, "</main>\n</body>\n</html>\n");
    return g_string_free(page.html, FALSE);
}
