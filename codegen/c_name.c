/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What everything is called in C.
 *
 * - Types begin with a capital letter, behind the prefix of `namespace weft` (or `namespace *`):
 * what begins with a small one is put together from its words: user_profile is UserProfile.
 * - Functions and constants are made of words: getProfile is get_profile, maxItems is MAX_ITEMS.
 * - Members and arguments are called as in the IDL.
 * - What C or C++ reserves, and what generated code needs for itself, gets a '_' at its end.
 * - (weft.name = "...") on anything says the name, and no rule is asked.
 * Two things that end up with one name are an error.
 */

#include "codegen/resolve.h"

#include <string.h>
#include <weft/scan.h>

/* Keywords of C11 and C++20, and macros and types of the headers that generated code includes; in
 * the order of strcmp(). */
static const char *const reserved[] = {
    "ABS",           "BUFSIZ",     "CLAMP",     "DIR",
    "EOF",           "FALSE",      "FILE",      "MAX",
    "MIN",           "NULL",       "TRUE",      "_Alignas",
    "_Alignof",      "_Atomic",    "_Bool",     "_Complex",
    "_Generic",      "_Imaginary", "_Noreturn", "_Static_assert",
    "_Thread_local", "alignas",    "alignof",   "and",
    "and_eq",        "asm",        "assert",    "auto",
    "bitand",        "bitor",      "bool",      "break",
    "case",          "catch",      "char",      "char16_t",
    "char32_t",      "char8_t",    "class",     "co_await",
    "co_return",     "co_yield",   "compl",     "concept",
    "const",         "const_cast", "consteval", "constexpr",
    "constinit",     "continue",   "decltype",  "default",
    "delete",        "do",         "double",    "dynamic_cast",
    "else",          "enum",       "errno",     "explicit",
    "export",        "extern",     "false",     "float",
    "for",           "friend",     "goto",      "if",
    "inline",        "int",        "linux",     "long",
    "mutable",       "namespace",  "new",       "noexcept",
    "not",           "not_eq",     "nullptr",   "offsetof",
    "operator",      "or",         "or_eq",     "private",
    "protected",     "public",     "register",  "reinterpret_cast",
    "requires",      "restrict",   "return",    "short",
    "signed",        "sizeof",     "static",    "static_assert",
    "static_cast",   "stderr",     "stdin",     "stdout",
    "struct",        "switch",     "template",  "this",
    "thread_local",  "throw",      "true",      "try",
    "typedef",       "typeid",     "typename",  "typeof",
    "union",         "unix",       "unsigned",  "using",
    "virtual",       "void",       "volatile",  "wchar_t",
    "while",         "xor",        "xor_eq",
};

/* What else has a meaning in the place of a name; NULL ends each. */
static const char *const reserved_in_structs[] = {"has", NULL};
static const char *const reserved_in_unions[] = {"which", NULL};
static const char *const reserved_as_arguments[] = {
    "arena", "arguments", "call", "client", "error", "handler", "ret_result", "result", NULL,
};
static const char *const reserved_as_functions[] = {
    "add_to", "base", "client_base", "client_free", "client_new", "interface", "service_new", NULL,
};
static const char *const reserved_nowhere[] = {NULL};

/* What is made for each type, behind its c_lower and '_'; NULL ends each. */
static const char *const of_structs[] = {"copy",      "decode",    "encode", "equal",
                                         "from_json", "hash",      "init",   "size",
                                         "to_json",   "to_string", "type",   NULL};
static const char *const of_exceptions[] = {"caught", "throw", NULL};
static const char *const of_enums[] = {"from_name", "name", "type", NULL};
static const char *const of_services[] = {
    "add_to", "client_base", "client_free", "client_new", "interface", "service_new", NULL,
};

/* Who has a name in C. */
typedef struct {
    const WeftIdlDefinition *definition;
    const char *name; /* in the IDL: the definition's, or that of a part of it */
    WeftIdlPosition position;
} Owner;

typedef struct {
    WeftIdlProgram *program;
    WeftArena *arena;
    WeftIdlErrors *errors;
    GHashTable *taken;             /* name in C to Owner: of this file and all it includes */
    GHashTable *refused;           /* WeftIdlDefinition: whose own names are those of another */
    const WeftIdlInclude *include; /* whose names are being taken; NULL: our own */
} Namer;

/* ---- words ---- */

static bool
begins_word(const char *name, size_t i)
{
    if (i == 0 || !g_ascii_isupper(name[i]) || name[i - 1] == '_')
        return false;
    return !g_ascii_isupper(name[i - 1]) || g_ascii_islower(name[i + 1]);
}

/* "getHTTPPage" to "get_http_page". */
static const char *
lower_words(WeftArena *arena, const char *name)
{
    g_autoptr(GString) words = g_string_new(NULL);

    for (size_t i = 0; name[i] != '\0'; i++) {
        if (begins_word(name, i))
            g_string_append_c(words, '_');
        g_string_append_c(words, name[i] == '.' ? '_' : weft_byte_lower(name[i]));
    }
    return weft_arena_strndup(arena, words->str, words->len);
}

static const char *
upper_words(WeftArena *arena, const char *name)
{
    g_autofree char *upper = g_ascii_strup(lower_words(arena, name), -1);

    return weft_arena_strndup(arena, upper, strlen(upper));
}

/* "user_profile" and "user.profile" to "UserProfile"; what begins with a capital stays. */
static const char *
capital_words(WeftArena *arena, const char *name)
{
    g_autoptr(GString) words = g_string_new(NULL);
    bool is_first = true;

    if (!g_ascii_islower(name[0]) && strchr(name, '.') == NULL)
        return name;
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '.' || (*at == '_' && words->len > 0 && at[1] != '\0')) {
            is_first = true;
            continue;
        }
        g_string_append_c(words, is_first ? g_ascii_toupper(*at) : *at);
        is_first = false;
    }
    return weft_arena_strndup(arena, words->str, words->len);
}

/* ---- what may be a name ---- */

static int
compare_words(const void *key, const void *member)
{
    return strcmp(key, *(const char *const *)member);
}

static bool
is_reserved(const char *name, const char *const *reserved_here)
{
    if (bsearch(name, reserved, G_N_ELEMENTS(reserved), sizeof reserved[0], compare_words) != NULL)
        return true;
    for (; *reserved_here != NULL; reserved_here++) {
        if (strcmp(*reserved_here, name) == 0)
            return true;
    }
    return false;
}

static const char *
avoid_reserved(const Namer *namer, const char *name, const char *const *reserved_here)
{
    return is_reserved(name, reserved_here) ? weft_arena_printf(namer->arena, "%s_", name) : name;
}

/* Returns: (nullable): the name that an annotation gives */
static const char *
given_name(const Namer *namer, const WeftIdlAnnotation *annotations, WeftIdlPosition position)
{
    const char *name = weft_idl_annotation_find(annotations, "weft.name");

    if (name == NULL)
        return NULL;
    bool is_good = (weft_byte_is(name[0], WEFT_BYTE_ALPHA) || name[0] == '_') &&
                   !is_reserved(name, reserved_nowhere);
    for (const char *at = name; *at != '\0'; at++)
        is_good = is_good && (weft_byte_is(*at, WEFT_BYTE_ALPHA | WEFT_BYTE_DIGIT) || *at == '_');
    if (is_good)
        return name;
    weft_idl_errors_add(namer->errors, position, "found weft.name \"%s\", expected a name in C",
                        name);
    return NULL;
}

/* Whether nobody need be told that @left and @right have one name in C. */
static bool
is_told(const Namer *namer, const Owner *left, const Owner *right)
{
    const bool is_one_file = left->definition->program == right->definition->program;

    /* Of one file that is included it was told there; of one name in the IDL it is told there. */
    if (is_one_file && (namer->include != NULL || strcmp(left->name, right->name) == 0))
        return true;
    /* Once for all the functions that go with a type. */
    return right->name == right->definition->name &&
           !g_hash_table_add(namer->refused, (gpointer)right->definition);
}

static void
take(const Namer *namer, Owner owner, const char *c_name)
{
    const Owner *first = g_hash_table_lookup(namer->taken, c_name);

    if (first == NULL)
        g_hash_table_insert(
            namer->taken, (gpointer)c_name,
            memcpy(weft_arena_alloc(namer->arena, sizeof owner), &owner, sizeof owner));
    else if (!is_told(namer, first, &owner))
        weft_idl_errors_add(
            namer->errors, namer->include != NULL ? namer->include->position : owner.position,
            "found \"%s\", which is \"%s\" in C, as \"%s\" is (%s:%u); expected another name, "
            "by weft.name or namespace weft",
            owner.name, c_name, first->name, first->position.path, first->position.line);
}

/* Names of @definition as a whole. */
static void
take_whole(const Namer *namer, const WeftIdlDefinition *definition, const char *c_name)
{
    take(namer, (Owner){definition, definition->name, definition->position}, c_name);
}

static void
take_all(const Namer *namer, const WeftIdlDefinition *definition, const char *const *endings)
{
    for (; *endings != NULL; endings++)
        take_whole(namer, definition,
                   weft_arena_printf(namer->arena, "%s_%s", definition->c_lower, *endings));
}

/* ---- definitions ---- */

static void
name_definition(const Namer *namer, WeftIdlDefinition *definition)
{
    WeftArena *arena = namer->arena;
    const char *given = given_name(namer, definition->annotations, definition->position);
    const char *prefix = namer->program->c_prefix;
    const char *name = given != NULL ? given : definition->name;

    if (given == NULL && prefix[0] != '\0')
        name =
            weft_arena_printf(arena, "%s_%s", lower_words(arena, prefix), lower_words(arena, name));
    definition->c_lower = lower_words(arena, name);
    definition->c_upper = given != NULL && definition->what == WEFT_IDL_DEFINES_CONST
                              ? given
                              : upper_words(arena, name);
    definition->c_type = given;
    if (given == NULL)
        definition->c_type = avoid_reserved(
            namer, weft_arena_printf(arena, "%s%s", prefix, capital_words(arena, definition->name)),
            reserved_nowhere);
    if (definition->what == WEFT_IDL_DEFINES_CONST)
        definition->c_upper = avoid_reserved(namer, definition->c_upper, reserved_nowhere);
}

static void
name_enum_values(const Namer *namer, const WeftIdlEnum *enumeration)
{
    for (WeftIdlEnumValue *value = enumeration->values; value != NULL; value = value->next) {
        value->c_name = given_name(namer, value->annotations, value->position);
        if (value->c_name == NULL)
            value->c_name =
                weft_arena_printf(namer->arena, "%s_%s", enumeration->definition.c_upper,
                                  upper_words(namer->arena, value->name));
    }
}

static const char *const *
reserved_in(const WeftIdlStruct *structure)
{
    switch (structure->flavour) {
    case WEFT_IDL_UNION:
        return reserved_in_unions;
    case WEFT_IDL_ARGUMENTS:
        return reserved_as_arguments;
    case WEFT_IDL_PLAIN_STRUCT:
    case WEFT_IDL_EXCEPTION:
    case WEFT_IDL_RESULT:
        break;
    }
    return reserved_in_structs;
}

/* A name for @field that neither C nor another field of the struct has: those are in @names. */
static const char *
member_name(const Namer *namer, const WeftIdlField *field, const char *const *reserved_here,
            GHashTable *names)
{
    const char *name = avoid_reserved(namer, field->name, reserved_here);

    /* C++ takes `Color Color;` for a change of meaning: members have no names of types. */
    while (g_hash_table_contains(namer->taken, name) ||
           (strcmp(name, field->name) != 0 && g_hash_table_contains(names, name)))
        name = weft_arena_printf(namer->arena, "%s_", name);
    return name;
}

static void
name_fields(const Namer *namer, const WeftIdlStruct *structure)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) members = g_hash_table_new(g_str_hash, g_str_equal);

    bool is_repeated = false; /* check.c has told of it */
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        is_repeated = !g_hash_table_add(names, (gpointer)field->name) || is_repeated;
    for (WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        field->c_name = given_name(namer, field->annotations, field->position);
        if (field->c_name == NULL)
            field->c_name = member_name(namer, field, reserved_in(structure), names);
        if (structure->flavour == WEFT_IDL_UNION)
            field->c_constant =
                weft_arena_printf(namer->arena, "%s_%s", structure->definition.c_upper,
                                  upper_words(namer->arena, field->name));
        if (!g_hash_table_add(members, (gpointer)field->c_name) && !is_repeated)
            weft_idl_errors_add(namer->errors, field->position,
                                "found \"%s\", which is \"%s\" in C, as another field is; "
                                "expected another name, by weft.name",
                                field->name, field->c_name);
    }
}

static void
name_message(const Namer *namer, const WeftIdlService *service, const WeftIdlFunction *function,
             WeftIdlStruct *message, const char *what)
{
    WeftIdlDefinition *definition = &message->definition;

    definition->c_lower = weft_arena_printf(namer->arena, "%s_%s_%s", service->definition.c_lower,
                                            function->c_name, what);
    definition->c_upper = upper_words(namer->arena, definition->c_lower);
    definition->c_type = capital_words(namer->arena, definition->c_lower);
}

static void
name_functions(const Namer *namer, const WeftIdlService *service)
{
    for (WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        one->c_name = given_name(namer, one->annotations, one->position);
        if (one->c_name == NULL)
            one->c_name =
                avoid_reserved(namer, lower_words(namer->arena, one->name), reserved_as_functions);
        name_message(namer, service, one, one->arguments, "arguments");
        if (one->answer != NULL)
            name_message(namer, service, one, one->answer, "result");
    }
}

/* ---- names that are taken ---- */

static void
take_struct(const Namer *namer, const WeftIdlStruct *structure)
{
    const WeftIdlDefinition *definition = &structure->definition;

    take_whole(namer, definition, definition->c_type);
    take_all(namer, definition, of_structs);
    if (structure->flavour == WEFT_IDL_EXCEPTION)
        take_all(namer, definition, of_exceptions);
    if (structure->flavour != WEFT_IDL_UNION)
        return;
    take_whole(namer, definition, weft_arena_printf(namer->arena, "%sField", definition->c_type));
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next)
        take(namer, (Owner){definition, field->name, field->position},
             weft_arena_printf(namer->arena, "%s_%s", definition->c_upper,
                               upper_words(namer->arena, field->name)));
}

static void
take_service(const Namer *namer, const WeftIdlService *service)
{
    const WeftIdlDefinition *definition = &service->definition;

    take_whole(namer, definition, weft_arena_printf(namer->arena, "%sHandler", definition->c_type));
    take_whole(namer, definition, weft_arena_printf(namer->arena, "%sClient", definition->c_type));
    take_all(namer, definition, of_services);
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next)
        take(namer, (Owner){definition, one->name, one->position},
             weft_arena_printf(namer->arena, "%s_%s", definition->c_lower, one->c_name));
}

static void
take_definition(const Namer *namer, const WeftIdlDefinition *definition)
{
    switch (definition->what) {
    case WEFT_IDL_DEFINES_TYPEDEF:
        take_whole(namer, definition, definition->c_type);
        return;
    case WEFT_IDL_DEFINES_CONST:
        take_whole(namer, definition, definition->c_upper);
        return;
    case WEFT_IDL_DEFINES_STRUCT:
        take_struct(namer, (const WeftIdlStruct *)definition);
        return;
    case WEFT_IDL_DEFINES_SERVICE:
        take_service(namer, (const WeftIdlService *)definition);
        return;
    case WEFT_IDL_DEFINES_ENUM:
        break;
    }
    take_whole(namer, definition, definition->c_type);
    take_all(namer, definition, of_enums);
    const WeftIdlEnum *enumeration = (const WeftIdlEnum *)definition;
    for (const WeftIdlEnumValue *value = enumeration->values; value != NULL; value = value->next)
        take(namer, (Owner){definition, value->name, value->position}, value->c_name);
}

/* Files that @program includes, each once; those are not more than WEFT_IDL_MAX_INCLUDE_DEPTH deep.
 */
static void
take_included(Namer *namer, const WeftIdlProgram *program, GHashTable *seen)
{
    for (const WeftIdlInclude *one = program->includes; one != NULL; one = one->next) {
        if (!g_hash_table_add(seen, one->program))
            continue;
        if (program == namer->program)
            namer->include = one;
        for (const WeftIdlDefinition *each = one->program->definitions; each != NULL;
             each = each->next)
            take_definition(namer, each);
        take_included(namer, one->program, seen);
    }
}

static const char *
c_prefix(const WeftIdlProgram *program, WeftArena *arena)
{
    const char *for_all = "", *for_weft = NULL;

    for (const WeftIdlNamespace *one = program->namespaces; one != NULL; one = one->next) {
        if (strcmp(one->language, "weft") == 0)
            for_weft = one->name;
        else if (strcmp(one->language, "*") == 0)
            for_all = one->name;
    }
    const char *name = for_weft != NULL ? for_weft : for_all;
    return name[0] == '\0' ? "" : capital_words(arena, name);
}

static void
name_members(const Namer *namer, const WeftIdlDefinition *definition)
{
    if (definition->what == WEFT_IDL_DEFINES_STRUCT)
        name_fields(namer, (const WeftIdlStruct *)definition);
    if (definition->what != WEFT_IDL_DEFINES_SERVICE)
        return;
    const WeftIdlService *service = (const WeftIdlService *)definition;
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        name_fields(namer, one->arguments);
        if (one->answer != NULL)
            name_fields(namer, one->answer);
    }
}

void
weft_idl_name(WeftIdlProgram *program, WeftArena *arena, WeftIdlErrors *errors)
{
    g_autoptr(GHashTable) taken = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) refused = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    Namer namer = {
        .program = program,
        .arena = arena,
        .errors = errors,
        .taken = taken,
        .refused = refused,
    };

    program->c_prefix = c_prefix(program, arena);
    take_included(&namer, program, seen);
    namer.include = NULL;
    for (WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        name_definition(&namer, one);
        if (one->what == WEFT_IDL_DEFINES_ENUM)
            name_enum_values(&namer, (const WeftIdlEnum *)one);
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            name_functions(&namer, (const WeftIdlService *)one);
        take_definition(&namer, one);
    }
    for (const WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next)
        name_members(&namer, one);
}
