/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services in the header and in the source.
 */

#include "codegen/emit_service.h"

#include "codegen/emit_declaration.h"
#include "codegen/emit_value.h"

#include <string.h>

enum {
    MAX_STACK_BYTES = 512, /* of a result, about */
};

/* ---- parameters ---- */

/** The rest of what would clash has been renamed with all names in C. */
static char *
parameter_name(const WeftIdlField *field)
{
    return g_strdup_printf("%s%s", field->c_name,
                           strcmp(field->c_name, "arguments") == 0 ? "_" : "");
}

/** Append the arguments of @function as parameters, a ", " behind each. */
static void
put_parameters(GString *head, const WeftEmitFile *file, const WeftIdlFunction *function)
{
    for (const WeftIdlField *field = function->arguments->fields; field != NULL;
         field = field->next) {
        g_autofree char *name = parameter_name(field);
        g_autofree char *parameter = weft_emit_parameter(file, field->type, name);
        g_string_append_printf(head, "%s, ", parameter);
    }
}

static bool
has_result(const WeftIdlFunction *function)
{
    return weft_idl_type_true(function->result)->kind != WEFT_IDL_VOID;
}

/** Whether the caller of @function says where the result's strings and containers shall lie. */
static bool
takes_arena(const WeftIdlFunction *function)
{
    return has_result(function) && weft_emit_needs_arena(function->result);
}

/** "profiles_get(ProfilesClient *client, ...)".  (transfer full) */
static char *
client_head(const WeftEmitFile *file, const WeftIdlService *service,
            const WeftIdlFunction *function)
{
    const WeftIdlDefinition *definition = &service->definition;
    GString *head = g_string_new(NULL);

    g_string_append_printf(head, "%s_%s(%sClient *client, ", definition->c_lower, function->c_name,
                           definition->c_type);
    if (takes_arena(function))
        g_string_append(head, "WeftArena *arena, ");
    put_parameters(head, file, function);
    if (has_result(function))
        g_string_append_printf(head, "%s *ret_result, ", weft_emit_c_type(file, function->result));
    g_string_append(head, "GError **error)");
    return g_string_free(head, FALSE);
}

/* ---- the header ---- */

/** What the IDL says of @function, and what is to be known besides.  (transfer full) (nullable) */
static char *
doc_of(const WeftIdlFunction *function)
{
    g_autoptr(GString) doc = g_string_new(function->doc.text != NULL ? function->doc.text : "");
    const char *parting = function->doc.text != NULL ? "\n" : "";

    if (function->exceptions != NULL) {
        g_string_append_printf(doc, "%sThrows", parting);
        parting = " ";
    }
    for (const WeftIdlField *field = function->exceptions; field != NULL; field = field->next)
        g_string_append_printf(doc, "%s%s", field == function->exceptions ? " " : ", ",
                               weft_emit_struct_of(field->type)->definition.c_type);
    if (function->exceptions != NULL)
        g_string_append_c(doc, '.');
    if (function->is_oneway)
        g_string_append_printf(doc, "%sOneway: nobody waits for an answer.", parting);
    return doc->len > 0 ? g_string_free(g_steal_pointer(&doc), FALSE) : NULL;
}

static void
put_handler_member(WeftCode *code, const WeftEmitFile *file, const WeftIdlFunction *function)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *doc = doc_of(function);

    if (doc != NULL)
        weft_code_comment(code, doc);
    g_string_append_printf(line, "gboolean (*%s)(WeftCall *call, ", function->c_name);
    put_parameters(line, file, function);
    if (has_result(function))
        g_string_append_printf(line, "%s *result, ", weft_emit_c_type(file, function->result));
    weft_code_line(code, "%sGError **error);", line->str);
}

static void
put_handler(WeftCode *code, const WeftEmitFile *file, const WeftIdlService *service)
{
    const WeftIdlDefinition *definition = &service->definition;

    if (definition->doc.text != NULL)
        weft_code_comment(code, definition->doc.text);
    weft_code_open(code, "typedef struct %sHandler", definition->c_type);
    if (service->base != NULL)
        weft_code_line(code, "%sHandler base;", service->base->definition.c_type);
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next)
        put_handler_member(code, file, function);
    if (service->base == NULL && service->functions == NULL)
        weft_code_line(code, "char nothing; /* C knows no struct without members */");
    g_autofree char *end = g_strdup_printf("} %sHandler;", definition->c_type);
    weft_code_close(code, end);
}

static void
put_client_prototypes(WeftCode *code, const WeftEmitFile *file, const WeftIdlService *service)
{
    const char *lower = service->definition.c_lower;
    const char *type = service->definition.c_type;

    weft_code_line(code, "/** A client of it; @url: as weft_thrift_client_new() takes it. */");
    weft_code_line(code, "typedef struct %sClient %sClient;", type, type);
    weft_code_line(code, "%sClient *%s_client_new(const char *url, GError **error);", type, lower);
    weft_code_line(code, "void %s_client_free(%sClient *client);", lower, type);
    if (service->base != NULL)
        weft_code_line(code, "%sClient *%s_client_base(%sClient *client);",
                       service->base->definition.c_type, lower, type);
    else
        weft_code_line(code, "WeftThriftClient *%s_client_base(%sClient *client);", lower, type);
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next) {
        g_autofree char *head = client_head(file, service, function);
        weft_code_line(code, "WEFT_PARKS gboolean %s;", head);
    }
    weft_code_line(code, "G_DEFINE_AUTOPTR_CLEANUP_FUNC(%sClient, %s_client_free)", type, lower);
}

void
weft_emit_service_prototypes(WeftCode *code, const WeftEmitFile *file,
                             const WeftIdlService *service)
{
    const char *lower = service->definition.c_lower;
    const char *type = service->definition.c_type;

    weft_code_gap(code);
    put_handler(code, file, service);
    weft_code_gap(code);
    weft_code_line(code,
                   "/** A server of it; @data: weft_call_data().  What the handler leaves NULL "
                   "is refused. */");
    weft_code_line(code,
                   "WeftService *%s_service_new(const %sHandler *handler, gpointer data, "
                   "GDestroyNotify data_free);",
                   lower, type);
    weft_code_line(code,
                   "void %s_add_to(WeftThriftProcessor *processor, const %sHandler *handler, "
                   "gpointer data, GDestroyNotify data_free);",
                   lower, type);
    weft_code_line(code, "extern const WeftThriftInterface %s_interface;", lower);
    weft_code_gap(code);
    put_client_prototypes(code, file, service);
    weft_code_gap(code);
}

/* ---- the source: messages ---- */

static void
put_message(WeftCode *code, const WeftEmitFile *file, const WeftIdlStruct *structure)
{
    weft_code_gap(code);
    weft_code_open(code, "typedef struct %s", structure->definition.c_type);
    weft_emit_members(code, file, structure);
    g_autofree char *end = g_strdup_printf("} %s;", structure->definition.c_type);
    weft_code_close(code, end);
}

void
weft_emit_service_messages(WeftCode *code, const WeftEmitFile *file, const WeftIdlService *service)
{
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next) {
        put_message(code, file, function->arguments);
        if (function->answer != NULL)
            put_message(code, file, function->answer);
    }
}

/* ---- the source: the server's side ---- */

void
weft_emit_service_preamble(WeftCode *code)
{
    weft_code_function(code, "static gboolean",
                       "refuse_call(const WeftCall *call, GError **error)");
    weft_code_line(code, "g_set_error(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD, "
                         "\"nothing handles \\\"%%s\\\"\", weft_call_method_name(call));");
    weft_code_line(code, "return FALSE;");
    weft_code_close(code, "}");
}

/** The call of the handler, in invoke.  (transfer full) */
static char *
handler_call(const WeftIdlFunction *function)
{
    GString *line = g_string_new(NULL);

    g_string_append_printf(line, "typed->%s(call, ", function->c_name);
    for (const WeftIdlField *field = function->arguments->fields; field != NULL;
         field = field->next) {
        const bool is_pointer = weft_emit_is_pointer(function->arguments, field);
        const bool is_struct = weft_emit_is_struct(field->type);
        g_string_append_printf(line, "%sgiven->%s, ",
                               is_pointer == is_struct ? "" : (is_struct ? "&" : "*"),
                               field->c_name);
    }
    if (has_result(function))
        g_string_append(line, "&answer->success, ");
    g_string_append(line, "error)");
    return g_string_free(line, FALSE);
}

static void
put_invoke(WeftCode *code, const WeftIdlService *service, const WeftIdlFunction *function)
{
    const WeftIdlDefinition *definition = &service->definition;
    g_autofree char *call = handler_call(function);

    weft_code_function(code, "static gboolean",
                       "%s_%s_invoke(WeftCall *call, const void *handler, const void *arguments%s, "
                       "void *result%s, GError **error)",
                       definition->c_lower, function->c_name,
                       function->arguments->fields == NULL ? " G_GNUC_UNUSED" : "",
                       has_result(function) ? "" : " G_GNUC_UNUSED");
    weft_code_line(code, "const %sHandler *typed = handler;", definition->c_type);
    if (function->arguments->fields != NULL)
        weft_code_line(code, "const %s *given = arguments;",
                       function->arguments->definition.c_type);
    if (has_result(function))
        weft_code_line(code, "%s *answer = result;", function->answer->definition.c_type);
    weft_code_gap(code);
    weft_code_line(code, "if (typed->%s == NULL)", function->c_name);
    weft_code_line(code, "    return refuse_call(call, error);");
    if (has_result(function)) {
        weft_code_line(code, "answer->has.success = %s;", call);
        weft_code_line(code, "return answer->has.success;");
    } else {
        weft_code_line(code, "return %s;", call);
    }
    weft_code_close(code, "}");
}

static int
by_name(gconstpointer left, gconstpointer right)
{
    const WeftIdlFunction *const *first = left;
    const WeftIdlFunction *const *second = right;

    return strcmp((*first)->name, (*second)->name);
}

/** The functions of @service as its table has them: sorted.  (transfer container) */
static GPtrArray *
sorted_functions(const WeftIdlService *service)
{
    GPtrArray *sorted = g_ptr_array_new();

    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next)
        g_ptr_array_add(sorted, (gpointer)function);
    g_ptr_array_sort(sorted, by_name);
    return sorted;
}

static void
put_method(WeftCode *code, const WeftIdlService *service, const WeftIdlFunction *function)
{
    const char *timeout = weft_idl_annotation_find(function->annotations, "weft.timeout_ms");
    const char *idempotent = weft_idl_annotation_find(function->annotations, "weft.idempotent");
    guint64 timeout_ms = 0;

    if (timeout != NULL)
        g_ascii_string_to_unsigned(timeout, 10, 0, G_MAXINT64, &timeout_ms, NULL);
    weft_code_line(code, "{");
    code->depth++;
    weft_code_line(code, ".name = \"%s\",", function->name);
    weft_code_line(code, ".arguments = &%s_type,", function->arguments->definition.c_lower);
    if (function->answer != NULL)
        weft_code_line(code, ".result = &%s_type,", function->answer->definition.c_lower);
    weft_code_line(code, ".invoke = %s_%s_invoke,", service->definition.c_lower, function->c_name);
    if (timeout_ms > 0)
        weft_code_line(code, ".timeout_ms = %" G_GUINT64_FORMAT ",", timeout_ms);
    if (idempotent != NULL && strcmp(idempotent, "0") != 0 && strcmp(idempotent, "false") != 0)
        weft_code_line(code, ".is_idempotent = true,");
    weft_code_close(code, "},");
}

static void
put_interface(WeftCode *code, const WeftIdlService *service)
{
    const WeftIdlDefinition *definition = &service->definition;
    const char *lower = definition->c_lower;
    g_autoptr(GPtrArray) sorted = sorted_functions(service);

    weft_code_gap(code);
    if (sorted->len > 0) {
        weft_code_open(code, "static const WeftThriftMethod %s_methods[] =", lower);
        for (unsigned i = 0; i < sorted->len; i++)
            put_method(code, service, sorted->pdata[i]);
        weft_code_close(code, "};");
        weft_code_gap(code);
    }
    weft_code_open(code, "const WeftThriftInterface %s_interface =", lower);
    weft_code_line(code, ".name = \"%s\",", definition->name);
    if (service->base != NULL)
        weft_code_line(code, ".base = &%s_interface,", service->base->definition.c_lower);
    if (sorted->len > 0) {
        weft_code_line(code, ".methods = %s_methods,", lower);
        weft_code_line(code, ".n_methods = G_N_ELEMENTS(%s_methods),", lower);
    }
    weft_code_close(code, "};");
}

static void
put_server_functions(WeftCode *code, const WeftIdlService *service)
{
    const char *lower = service->definition.c_lower;
    const char *type = service->definition.c_type;

    weft_code_function(code, "void",
                       "%s_add_to(WeftThriftProcessor *processor, const %sHandler *handler, "
                       "gpointer data, GDestroyNotify data_free)",
                       lower, type);
    weft_code_line(code,
                   "weft_thrift_processor_add(processor, &%s_interface, handler, data, data_free);",
                   lower);
    weft_code_close(code, "}");

    weft_code_function(code, "WeftService *",
                       "%s_service_new(const %sHandler *handler, gpointer data, GDestroyNotify "
                       "data_free)",
                       lower, type);
    weft_code_line(code, "WeftThriftProcessor *processor = weft_thrift_processor_new();");
    weft_code_gap(code);
    weft_code_line(code, "%s_add_to(processor, handler, data, data_free);", lower);
    weft_code_line(code, "return weft_thrift_service_new(processor);");
    weft_code_close(code, "}");
}

/* ---- the source: the client's side ---- */

/** Set the members of `arguments` from the parameters. */
static void
put_arguments(WeftCode *code, const WeftEmitFile *file, const WeftIdlFunction *function)
{
    const WeftIdlStruct *arguments = function->arguments;
    g_autoptr(GString) has = g_string_new(NULL);

    if (arguments->fields == NULL) {
        weft_code_line(code, "const %s arguments = {0};", arguments->definition.c_type);
        return;
    }
    weft_code_open(code, "const %s arguments =", arguments->definition.c_type);
    for (const WeftIdlField *field = arguments->fields; field != NULL; field = field->next) {
        const bool is_pointer = weft_emit_is_pointer(arguments, field);
        const bool is_struct = weft_emit_is_struct(field->type);
        g_autofree char *name = parameter_name(field);
        g_autofree char *given = NULL;
        if (is_pointer && is_struct)
            given = g_strdup_printf("(%s *)%s", weft_emit_c_type(file, field->type), name);
        else
            given = g_strconcat(is_pointer ? "&" : (is_struct ? "*" : ""), name, NULL);
        weft_code_line(code, ".%s = %s,", field->c_name, given);
        if (weft_emit_has_presence(arguments, field))
            g_string_append_printf(has, "%s.%s = true", has->len > 0 ? ", " : "", field->c_name);
    }
    if (has->len > 0)
        weft_code_line(code, ".has = {%s},", has->str);
    weft_code_close(code, "};");
}

/** Whether the result of @function is so large that it must not lie on the stack of a fiber. */
static bool
is_large(const WeftIdlFunction *function)
{
    return has_result(function) && weft_emit_size_estimate(function->result) > MAX_STACK_BYTES;
}

/** Where the answer is read to: `result`. */
static void
put_answer(WeftCode *code, const WeftEmitFile *file, const WeftIdlFunction *function)
{
    const WeftIdlDefinition *answer = &function->answer->definition;
    g_autofree char *initial = weft_emit_initial(file, function->answer);

    if (is_large(function))
        weft_code_line(code, "g_autofree %s *result = g_new0(%s, 1);", answer->c_type,
                       answer->c_type);
    else if (initial != NULL)
        weft_code_line(code, "%s result = %s_initial;", answer->c_type, answer->c_lower);
    else
        weft_code_line(code, "%s result = {0};", answer->c_type);
    if (is_large(function) && initial != NULL) {
        weft_code_gap(code);
        weft_code_line(code, "*result = %s_initial;", answer->c_lower);
    }
}

static void
put_client_function(WeftCode *code, const WeftEmitFile *file, const WeftIdlService *service,
                    const WeftIdlFunction *function)
{
    g_autofree char *head = client_head(file, service, function);
    g_autoptr(GPtrArray) sorted = sorted_functions(service);
    const char *result = function->answer == NULL ? "NULL"
                         : is_large(function)     ? "result"
                                                  : "&result";
    unsigned place = 0;

    g_ptr_array_find(sorted, function, &place);
    weft_code_function(code, "gboolean", "%s", head);
    put_arguments(code, file, function);
    if (function->answer != NULL)
        put_answer(code, file, function);
    weft_code_gap(code);
    g_autofree char *call = g_strdup_printf(
        "weft_thrift_client_call((WeftThriftClient *)client, &%s_methods[%u], &arguments, %s, %s, "
        "error)",
        service->definition.c_lower, place, takes_arena(function) ? "arena" : "NULL", result);
    if (has_result(function)) {
        weft_code_line(code, "if (!%s)", call);
        weft_code_line(code, "    return FALSE;");
        weft_code_line(code, "*ret_result = result%ssuccess;", is_large(function) ? "->" : ".");
        weft_code_line(code, "return TRUE;");
    } else {
        weft_code_line(code, "return %s;", call);
    }
    weft_code_close(code, "}");
}

static void
put_client_functions(WeftCode *code, const WeftEmitFile *file, const WeftIdlService *service)
{
    const char *lower = service->definition.c_lower;
    const char *type = service->definition.c_type;
    const char *base = service->base != NULL ? service->base->definition.c_type : "WeftThrift";

    g_autofree char *made = g_strdup_printf("%sClient *", type);
    weft_code_function(code, made, "%s_client_new(const char *url, GError **error)", lower);
    weft_code_line(code, "return (%sClient *)weft_thrift_client_new(url, error);", type);
    weft_code_close(code, "}");
    weft_code_function(code, "void", "%s_client_free(%sClient *client)", lower, type);
    weft_code_line(code, "weft_thrift_client_free((WeftThriftClient *)client);");
    weft_code_close(code, "}");
    g_autofree char *result = g_strdup_printf("%sClient *", base);
    weft_code_function(code, result, "%s_client_base(%sClient *client)", lower, type);
    weft_code_line(code, "return (%sClient *)client;", base);
    weft_code_close(code, "}");
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next)
        put_client_function(code, file, service, function);
}

void
weft_emit_service_functions(WeftCode *code, const WeftEmitFile *file, const WeftIdlService *service)
{
    g_autofree char *title = g_strdup_printf("service %s", service->definition.name);

    weft_code_section(code, title);
    for (const WeftIdlFunction *function = service->functions; function != NULL;
         function = function->next)
        put_invoke(code, service, function);
    put_interface(code, service);
    put_server_functions(code, service);
    put_client_functions(code, file, service);
}
