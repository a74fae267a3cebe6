/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of Thrift's IDL.  An error ends its definition; reading goes on with the next one.
 */

%define api.pure full
%define api.prefix {weft_idl_yy}
%define api.value.type union
%define api.location.type {WeftIdlLocation}
%define api.token.prefix {WEFT_IDL_TOKEN_}
%define parse.error custom
%define parse.lac full
%locations
%lex-param {void *scanner}
%parse-param {WeftIdlParser *parser} {void *scanner}
%expect 0

%code requires {
#include "codegen/build.h"
}

%code provides {
int weft_idl_yylex(WEFT_IDL_YYSTYPE *value, WeftIdlLocation *location, void *scanner);
}

%code {
#include <string.h>

/* The stack grows on the heap; what may nest has limits of its own. */
#define YYINITDEPTH 16
#define YYMAXDEPTH 4096

/* A rule begins where its first part that matched something does. */
#define YYLLOC_DEFAULT(current, rhs, n) ((current) = first_location((rhs), (n)))

static WeftIdlLocation
first_location(const WeftIdlLocation *parts, int n_parts)
{
    for (int i = 1; i <= n_parts; i++) {
        if (parts[i].line != 0)
            return parts[i];
    }
    return (WeftIdlLocation){0};
}

static void
weft_idl_yyerror(const WeftIdlLocation *location, WeftIdlParser *parser, void *scanner,
                 const char *message)
{
    (void)scanner;
    weft_idl_parser_fail(parser, location, "%s", message);
}
}

%token END_OF_FILE 0
%token <WeftIdlText> NAME
%token <WeftIdlText> STRING
%token <int64_t> INTEGER
%token <double> DOUBLE
%token INCLUDE CPP_INCLUDE NAMESPACE
%token TYPEDEF ENUM SENUM CONST STRUCT UNION EXCEPTION SERVICE
%token EXTENDS ONEWAY ASYNC VOID THROWS REQUIRED OPTIONAL TRUE FALSE
%token BOOL BYTE I8 I16 I32 I64 TYPE_DOUBLE TYPE_STRING BINARY SLIST LIST SET MAP CPP_TYPE
%token XSD_ALL XSD_OPTIONAL XSD_NILLABLE XSD_ATTRS

%type <const char *> name type_name cpp_type namespace_language
%type <WeftIdlKind> base_kind
%type <WeftIdlType *> type container_type result_type
%type <WeftIdlAnnotation *> annotations annotation_list annotation
%type <WeftIdlLiteral *> literal list_literal map_literal default
%type <WeftIdlLiteralItem *> list_items map_items
%type <WeftIdlField *> fields field field_list throws
%type <WeftIdlFieldId> field_id
%type <WeftIdlRequiredness> requiredness
%type <bool> reference oneway
%type <WeftIdlEnumValue *> enum_values enum_value
%type <WeftIdlFunction *> functions function
%type <WeftIdlStructFlavour> struct_word
%type <WeftIdlBaseName> extends

%%

file:
    %empty
  | file header
  | file definition separator
  | file error { parser->n_open = 0; };

header:
    INCLUDE STRING { weft_idl_build_include(parser, $2, &@1); }
  | CPP_INCLUDE STRING { weft_idl_build_cpp_include(parser, $2, &@1); }
  | NAMESPACE namespace_language NAME annotations
    { weft_idl_build_namespace(parser, $2, $3.data, $4, &@1); };

namespace_language: NAME { $$ = $1.data; } | '*' { $$ = "*"; };

definition: typedef | enum | senum | const | struct | service;

separator: %empty | ',' | ';';

name: NAME { $$ = weft_idl_build_name(parser, $1, &@1); };

typedef:
    TYPEDEF type name annotations { weft_idl_build_typedef(parser, (WeftIdlHead){$3, $4, &@$, &@3}, $2); };

enum:
    ENUM name '{' enum_values '}' annotations
    { weft_idl_build_enum(parser, (WeftIdlHead){$2, $6, &@$, &@2}, $4); };

enum_values: %empty { $$ = NULL; }
  | enum_values enum_value { $$ = weft_idl_chain_push($1, $2); };

enum_value:
    name annotations separator { $$ = weft_idl_build_enum_value(parser, (WeftIdlHead){$1, $2, &@1, &@1}, NULL); }
  | name '=' INTEGER annotations separator
    { $$ = weft_idl_build_enum_value(parser, (WeftIdlHead){$1, $4, &@1, &@1}, &$3); };

senum: SENUM name '{' senum_values '}' annotations
    { weft_idl_parser_fail(parser, &@1, "found senum, which Thrift no longer has, expected enum"); };

senum_values: %empty | senum_values STRING separator;

const:
    CONST type name '=' literal annotations
    { weft_idl_build_const(parser, (WeftIdlHead){$3, $6, &@$, &@3}, $2, $5); };

struct:
    struct_word name xsd_all '{' fields '}' annotations
    { weft_idl_build_struct(parser, (WeftIdlHead){$2, $7, &@$, &@2}, $1, $5); };

struct_word:
    STRUCT { $$ = WEFT_IDL_PLAIN_STRUCT; }
  | UNION { $$ = WEFT_IDL_UNION; }
  | EXCEPTION { $$ = WEFT_IDL_EXCEPTION; };

fields: field_list { $$ = weft_idl_build_fields($1); };

field_list: %empty { $$ = NULL; }
  | field_list field { $$ = weft_idl_chain_push($1, $2); };

field:
    field_id requiredness type reference name default xsd_field annotations separator
    {
        $$ = weft_idl_build_field(parser, (WeftIdlHead){$5, $8, &@$, &@5}, $3);
        $$->id = $1.id;
        $$->has_explicit_id = $1.is_explicit;
        $$->requiredness = $2;
        $$->is_reference = $4;
        $$->initial = weft_idl_build_value(parser->arena, $6);
    };

field_id: %empty { $$ = (WeftIdlFieldId){0}; }
  | INTEGER ':' { $$ = weft_idl_build_field_id(parser, $1, &@1); };

requiredness: %empty { $$ = WEFT_IDL_DEFAULT; }
  | REQUIRED { $$ = WEFT_IDL_REQUIRED; }
  | OPTIONAL { $$ = WEFT_IDL_OPTIONAL; };

reference: %empty { $$ = false; } | '&' { $$ = true; };

default: %empty { $$ = NULL; } | '=' literal { $$ = $2; };

xsd_all: %empty | XSD_ALL;

xsd_field: xsd_optional xsd_nillable xsd_attributes;

xsd_optional: %empty | XSD_OPTIONAL;

xsd_nillable: %empty | XSD_NILLABLE;

xsd_attributes: %empty | XSD_ATTRS '{' fields '}';

service:
    SERVICE name extends '{' functions '}' annotations
    { weft_idl_build_service(parser, (WeftIdlHead){$2, $7, &@$, &@2}, $3, $5); };

extends: %empty { $$ = (WeftIdlBaseName){0}; }
  | EXTENDS NAME { $$ = (WeftIdlBaseName){$2.data, weft_idl_parser_position(parser, &@2)}; };

functions: %empty { $$ = NULL; }
  | functions function { $$ = weft_idl_chain_push($1, $2); };

function:
    oneway result_type name '(' fields ')' throws annotations separator
    {
        $$ = weft_idl_build_function(parser, (WeftIdlHead){$3, $8, &@$, &@3}, $2, $5, $7);
        $$->is_oneway = $1;
    };

oneway: %empty { $$ = false; } | ONEWAY { $$ = true; } | ASYNC { $$ = true; };

result_type: type
  | VOID { $$ = weft_idl_build_type(parser, WEFT_IDL_VOID, "void", &@1); };

throws: %empty { $$ = NULL; } | THROWS '(' fields ')' { $$ = $3; };

type:
    base_kind annotations
    { $$ = weft_idl_build_type(parser, $1, NULL, &@1); $$->annotations = $2; }
  | type_name annotations
    { $$ = weft_idl_build_type(parser, WEFT_IDL_TYPEDEF, $1, &@1); $$->annotations = $2; }
  | container_type annotations { $$ = $1; $$->annotations = $2; };

type_name: NAME { $$ = $1.data; };

base_kind:
    BOOL { $$ = WEFT_IDL_BOOL; }
  | BYTE { $$ = WEFT_IDL_I8; }
  | I8 { $$ = WEFT_IDL_I8; }
  | I16 { $$ = WEFT_IDL_I16; }
  | I32 { $$ = WEFT_IDL_I32; }
  | I64 { $$ = WEFT_IDL_I64; }
  | TYPE_DOUBLE { $$ = WEFT_IDL_DOUBLE; }
  | TYPE_STRING { $$ = WEFT_IDL_STRING; }
  | BINARY { $$ = WEFT_IDL_BINARY; }
  | SLIST
    {
        weft_idl_parser_fail(parser, &@1, "found slist, which Thrift no longer has, expected string");
        $$ = WEFT_IDL_STRING;
    };

container_type:
    LIST cpp_type open_angle type '>' cpp_type
    {
        $$ = weft_idl_build_container(parser, WEFT_IDL_LIST, NULL, $4, &@1);
        $$->cpp_type = $2 != NULL ? $2 : $6;
    }
  | SET cpp_type open_angle type '>'
    { $$ = weft_idl_build_container(parser, WEFT_IDL_SET, NULL, $4, &@1); $$->cpp_type = $2; }
  | MAP cpp_type open_angle type ',' type '>'
    { $$ = weft_idl_build_container(parser, WEFT_IDL_MAP, $4, $6, &@1); $$->cpp_type = $2; };

open_angle: '<' { if (!weft_idl_parser_enter(parser, &@1)) YYABORT; };

cpp_type: %empty { $$ = NULL; } | CPP_TYPE STRING { $$ = $2.data; };

annotations: %empty { $$ = NULL; }
  | '(' annotation_list ')' { $$ = weft_idl_chain_reverse($2); };

annotation_list: %empty { $$ = NULL; }
  | annotation_list annotation { $$ = weft_idl_chain_push($1, $2); };

annotation:
    NAME separator { $$ = weft_idl_build_annotation(parser, $1.data, "1", &@1); }
  | NAME '=' STRING separator { $$ = weft_idl_build_annotation(parser, $1.data, $3.data, &@1); };

literal:
    INTEGER
    { $$ = weft_idl_build_literal(parser, WEFT_IDL_LITERAL_INTEGER, &@1); $$->integer = $1; }
  | DOUBLE { $$ = weft_idl_build_literal(parser, WEFT_IDL_LITERAL_DOUBLE, &@1); $$->real = $1; }
  | TRUE { $$ = weft_idl_build_literal(parser, WEFT_IDL_LITERAL_BOOL, &@1); $$->integer = 1; }
  | FALSE { $$ = weft_idl_build_literal(parser, WEFT_IDL_LITERAL_BOOL, &@1); }
  | STRING { $$ = weft_idl_build_text(parser, WEFT_IDL_LITERAL_STRING, $1, &@1); }
  | NAME { $$ = weft_idl_build_text(parser, WEFT_IDL_LITERAL_NAME, $1, &@1); }
  | list_literal
  | map_literal;

list_literal: open_list list_items ']'
    {
        $$ = weft_idl_build_literal(parser, WEFT_IDL_LITERAL_LIST, &@1);
        $$->items = weft_idl_chain_reverse($2);
        weft_idl_parser_leave(parser);
    };

open_list: '[' { if (!weft_idl_parser_enter(parser, &@1)) YYABORT; };

list_items: %empty { $$ = NULL; }
  | list_items literal separator
    { $$ = weft_idl_chain_push($1, weft_idl_build_literal_item(parser, NULL, $2)); };

map_literal: open_map map_items '}'
    {
        $$ = weft_idl_build_literal(parser, WEFT_IDL_LITERAL_MAP, &@1);
        $$->items = weft_idl_chain_reverse($2);
        weft_idl_parser_leave(parser);
    };

open_map: '{' { if (!weft_idl_parser_enter(parser, &@1)) YYABORT; };

map_items: %empty { $$ = NULL; }
  | map_items literal ':' literal separator
    { $$ = weft_idl_chain_push($1, weft_idl_build_literal_item(parser, $2, $4)); };

%%

enum { MAX_EXPECTED = YYNTOKENS };

/* What a token is called; those of one word are said once.  NULL: not said. */
static const char *
token_word(yysymbol_kind_t symbol)
{
    switch ((int)symbol) {
    case YYSYMBOL_YYEOF: return "the end of the file";
    case YYSYMBOL_NAME: return "a name";
    case YYSYMBOL_STRING: return "a string";
    case YYSYMBOL_INTEGER: return "an integer";
    case YYSYMBOL_DOUBLE: return "a value";
    case YYSYMBOL_INCLUDE: return "a header";
    case YYSYMBOL_STRUCT: return "a definition";
    case YYSYMBOL_I32: return "a type";
    case YYSYMBOL_VOID: return "a function";
    case YYSYMBOL_OPTIONAL: return "a field";
    case YYSYMBOL_EXTENDS: return "extends";
    case YYSYMBOL_THROWS: return "throws";
    default: return yysymbol_name(symbol)[0] == '\'' ? yysymbol_name(symbol) : NULL;
    }
}

/* Whether @symbol is said by what else is expected: a field begins with a type, a type is a name. */
static bool
is_said_by(yysymbol_kind_t symbol, yysymbol_kind_t other)
{
    switch ((int)other) {
    case YYSYMBOL_OPTIONAL:
        return symbol == YYSYMBOL_I32 || symbol == YYSYMBOL_NAME || symbol == YYSYMBOL_INTEGER;
    case YYSYMBOL_VOID: return symbol == YYSYMBOL_I32 || symbol == YYSYMBOL_NAME;
    case YYSYMBOL_I32: return symbol == YYSYMBOL_NAME;
    case YYSYMBOL_DOUBLE:
        return symbol == YYSYMBOL_NAME || symbol == YYSYMBOL_INTEGER || symbol == YYSYMBOL_STRING ||
               strcmp(yysymbol_name(symbol), "'['") == 0 || strcmp(yysymbol_name(symbol), "'{'") == 0;
    default: return false;
    }
}

static void
append_expected(GString *message, const yysymbol_kind_t *expected, int n_expected)
{
    const char *words[MAX_EXPECTED];
    unsigned n_words = 0;

    for (int i = 0; i < n_expected; i++) {
        const char *word = token_word(expected[i]);
        for (int j = 0; j < n_expected && word != NULL; j++) {
            if (is_said_by(expected[i], expected[j]))
                word = NULL;
        }
        if (word != NULL)
            words[n_words++] = word;
    }
    for (unsigned i = 0; i < n_words; i++)
        g_string_append_printf(message, "%s%s",
                               i == 0 ? ", expected " : i + 1 == n_words ? " or " : ", ", words[i]);
}

static int
yyreport_syntax_error(const yypcontext_t *context, WeftIdlParser *parser, void *scanner)
{
    yysymbol_kind_t expected[MAX_EXPECTED];
    int n_expected = yypcontext_expected_tokens(context, expected, MAX_EXPECTED);
    g_autoptr(GString) message = g_string_new(NULL);

    const yysymbol_kind_t found = yypcontext_token(context);
    const bool is_keyword = found >= YYSYMBOL_INCLUDE && found <= YYSYMBOL_XSD_ATTRS;

    (void)scanner;
    g_string_append_printf(message, "found %s%s", is_keyword ? "the keyword " : "", parser->found);
    append_expected(message, expected, n_expected);
    weft_idl_parser_fail(parser, yypcontext_location(context), "%s", message->str);
    return 0;
}

void
weft_idl_parse_tokens(WeftIdlParser *parser, void *scanner)
{
    /* What is wrong is in the parser's errors; there is nothing more to know. */
    (void)weft_idl_yyparse(parser, scanner);
}
