/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions by name, and their signatures.
 */

#include "codegen/weftcall/signature.h"

#include <string.h>
#include <weft/error.h>

/* A service extends another so often at most: the checks of the IDL refuse circles. */
#define MAX_BASES 64

/* The services of @program's own; NULL ends them. */
static const WeftIdlService *
next_service(const WeftIdlDefinition *definition)
{
    while (definition != NULL && definition->what != WEFT_IDL_DEFINES_SERVICE)
        definition = definition->next;
    return (const WeftIdlService *)definition;
}

static const WeftIdlFunction *
find_function(const WeftIdlService *service, const char *name)
{
    for (unsigned i = 0; service != NULL && i < MAX_BASES; service = service->base, i++) {
        for (const WeftIdlFunction *function = service->functions; function != NULL;
             function = function->next) {
            if (strcmp(function->name, name) == 0)
                return function;
        }
    }
    return NULL;
}

static gboolean
set_unknown(GError **error, const WeftIdlProgram *program, const char *what, const char *name)
{
    g_autofree char *list = weft_signature_list(program);

    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "%s has no %s \"%s\"; there are\n%s",
                program->path, what, name, list);
    g_strchomp((*error)->message);
    return FALSE;
}

static const WeftIdlService *
find_service(const WeftIdlProgram *program, const char *name, size_t length, GError **error)
{
    const WeftIdlService *found = NULL;

    for (const WeftIdlService *service = next_service(program->definitions); service != NULL;
         service = next_service(service->definition.next)) {
        if (strlen(service->definition.name) == length &&
            memcmp(service->definition.name, name, length) == 0)
            return service;
        if (length == 0 && found != NULL) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                        "%s has several services: say which, as in \"%s.FUNCTION\"", program->path,
                        found->definition.name);
            return NULL;
        }
        found = service;
    }
    if (length > 0 || found == NULL) {
        g_autofree char *service = g_strndup(name, length);

        set_unknown(error, program, "service", service);
        return NULL;
    }
    return found;
}

const WeftIdlFunction *
weft_signature_find(const WeftIdlProgram *program, const char *name,
                    const WeftIdlService **ret_service, GError **error)
{
    const char *dot = strrchr(name, '.');
    const WeftIdlService *service =
        find_service(program, name, dot != NULL ? (size_t)(dot - name) : 0, error);

    if (service == NULL)
        return NULL;
    const WeftIdlFunction *function = find_function(service, dot != NULL ? dot + 1 : name);
    if (function == NULL) {
        set_unknown(error, program, "function", name);
        return NULL;
    }
    if (ret_service != NULL)
        *ret_service = service;
    return function;
}

static void
append_fields(GString *text, const WeftIdlField *field, WeftArena *arena)
{
    for (const char *comma = ""; field != NULL; field = field->next, comma = ", ")
        g_string_append_printf(text, "%s%s %s", comma, weft_idl_type_text(field->type, arena),
                               field->name);
}

char *
weft_signature_text(const WeftIdlService *service, const WeftIdlFunction *function)
{
    GString *text = g_string_new(NULL);
    g_auto(WeftArena) arena;
    const char *before = " throws ";

    weft_arena_init(&arena, SIZE_MAX);
    g_string_append_printf(text, "%s.%s(", service->definition.name, function->name);
    append_fields(text, function->arguments->fields, &arena);
    g_string_append_printf(text, "): %s",
                           function->is_oneway ? "oneway"
                                               : weft_idl_type_text(function->result, &arena));
    for (const WeftIdlField *field = function->exceptions; field != NULL; field = field->next) {
        g_string_append_printf(text, "%s%s", before, weft_idl_type_text(field->type, &arena));
        before = ", ";
    }
    return g_string_free(text, FALSE);
}

char *
weft_signature_list(const WeftIdlProgram *program)
{
    GString *list = g_string_new(NULL);

    for (const WeftIdlService *service = next_service(program->definitions); service != NULL;
         service = next_service(service->definition.next)) {
        const WeftIdlService *from = service;

        for (unsigned i = 0; from != NULL && i < MAX_BASES; from = from->base, i++) {
            for (const WeftIdlFunction *function = from->functions; function != NULL;
                 function = function->next) {
                g_autofree char *line = weft_signature_text(service, function);

                g_string_append_printf(list, "%s\n", line);
            }
        }
    }
    return g_string_free(list, FALSE);
}
