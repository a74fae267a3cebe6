/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in the files of a new project.
 */

#include "codegen/scaffold_text.h"

#include <string.h>

#include "codegen/emit_code.h"

static const char cmake_text[] =
    "# Build: cmake -B build -G Ninja && cmake --build build && ctest --test-dir build\n"
    "cmake_minimum_required(VERSION 3.25)\n"
    "project(@NAME@ LANGUAGES C CXX)\n"
    "\n"
    "set(CMAKE_C_STANDARD 11)\n"
    "set(CMAKE_CXX_STANDARD 17)\n"
    "if(NOT CMAKE_BUILD_TYPE)\n"
    "    set(CMAKE_BUILD_TYPE RelWithDebInfo)\n"
    "endif()\n"
    "find_package(weft 0.1 REQUIRED)\n"
    "\n"
    "# The service: what weftgen makes of idl/, and the handlers.\n"
    "file(GLOB_RECURSE idl CONFIGURE_DEPENDS idl/*.thrift)\n"
    "file(GLOB handlers CONFIGURE_DEPENDS handlers/*.c)\n"
    "add_library(handlers STATIC ${handlers})\n"
    "target_include_directories(handlers PUBLIC handlers)\n"
    "target_compile_options(handlers PRIVATE -Wall)\n"
    "target_link_libraries(handlers PUBLIC weft::weft)\n"
    "weft_thrift(handlers ${idl} INCLUDE_DIRS idl)\n"
    "\n"
    "add_executable(@NAME@-server server.c)\n"
    "target_link_libraries(@NAME@-server PRIVATE handlers)\n"
    "add_executable(@NAME@-client client.c)\n"
    "target_link_libraries(@NAME@-client PRIVATE handlers)\n"
    "\n"
    "enable_testing()\n"
    "find_package(GTest)\n"
    "if(GTest_FOUND)\n"
    "    file(GLOB tests CONFIGURE_DEPENDS tests/*.cc)\n"
    "    add_executable(@NAME@-test ${tests})\n"
    "    target_link_libraries(@NAME@-test PRIVATE handlers GTest::gtest_main)\n"
    "    add_test(NAME @NAME@ COMMAND @NAME@-test)\n"
    "endif()\n";

static const char server_text[] =
    "/* Serves @NAME@: @NAME@-server [ADDRESS] */\n"
    "#include <weft/server.h>\n"
    "\n"
    "#include \"handlers.h\"\n"
    "\n"
    "int\n"
    "main(int argc, char **argv)\n"
    "{\n"
    "    return weft_serve(argc > 1 ? argv[1] : \"127.0.0.1:9090\", handlers_service_new());\n"
    "}\n";

static const char client_main_text[] =
    "int\n"
    "main(int argc, char **argv)\n"
    "{\n"
    "    char *url = argc > 1 ? argv[1] : \"thrift://127.0.0.1:9090\";\n"
    "    g_autoptr(GError) error = NULL;\n"
    "\n"
    "    if (weft_run(\"client\", call_services, url, &error))\n"
    "        return 0;\n"
    "    g_printerr(\"@NAME@-client: %s\\n\", error->message);\n"
    "    return 1;\n"
    "}\n";

/* @SERVICE@ is "Profiles", @SERVICE_LOWER@ "profiles". */
static const char test_head_text[] =
    "// Calls @SERVICE@ over loopback.\n"
    "#include <gtest/gtest.h>\n"
    "#include <weft/scheduler.h>\n"
    "#include <weft/server.h>\n"
    "\n"
    "#include <functional>\n"
    "#include <stdexcept>\n"
    "#include <string>\n"
    "#include <thread>\n"
    "\n"
    "#include \"handlers.h\"\n"
    "\n"
    "class @SERVICE@Test : public testing::Test\n"
    "{\n"
    "  protected:\n"
    "    @SERVICE@Test()\n"
    "    {\n"
    "        g_autoptr(GError) error = nullptr;\n"
    "        if (!weft_server_add(server_, \"127.0.0.1:0\", handlers_service_new(), &error))\n"
    "            throw std::runtime_error(error->message);\n"
    "        g_autofree char *address = weft_server_bound_address(server_, 0);\n"
    "        url_ = std::string(\"thrift://\") + address + \"?service=@WIRE_NAME@\";\n"
    "        thread_ = std::thread([this] { weft_server_run(server_, nullptr); });\n"
    "    }\n"
    "    ~@SERVICE@Test() override\n"
    "    {\n"
    "        weft_server_stop(server_);\n"
    "        thread_.join();\n"
    "        weft_server_free(server_);\n"
    "    }\n"
    "\n"
    "    // Run @body in a fiber, with a client.\n"
    "    void with_client(std::function<void(@SERVICE@Client *)> body)\n"
    "    {\n"
    "        body_ = [this, body] {\n"
    "            g_autoptr(GError) error = nullptr;\n"
    "            g_autoptr(@SERVICE@Client) client = @SERVICE_LOWER@_client_new(url_.c_str(), "
    "&error);\n"
    "            ASSERT_NE(client, nullptr) << error->message;\n"
    "            body(client);\n"
    "        };\n"
    "        auto run = [](gpointer data, GError **) -> gboolean {\n"
    "            (*static_cast<std::function<void()> *>(data))();\n"
    "            return TRUE;\n"
    "        };\n"
    "        EXPECT_TRUE(weft_run(\"test\", run, &body_, nullptr));\n"
    "    }\n"
    "\n"
    "  private:\n"
    "    WeftServer *server_ = weft_server_new();\n"
    "    std::string url_;\n"
    "    std::thread thread_;\n"
    "    std::function<void()> body_;\n"
    "};\n";

/* ---- parts ---- */

static char *
fill(const char *text, const WeftScaffoldProject *project, const WeftIdlService *service)
{
    GString *filled = g_string_new(text);

    g_string_replace(filled, "@NAME@", project->name, 0);
    if (service != NULL) {
        g_string_replace(filled, "@SERVICE@", service->definition.c_type, 0);
        g_string_replace(filled, "@SERVICE_LOWER@", service->definition.c_lower, 0);
        g_string_replace(filled, "@WIRE_NAME@", service->definition.name, 0);
    }
    return g_string_free(filled, FALSE);
}

static bool
has_result(const WeftIdlFunction *function)
{
    return function->result->kind != WEFT_IDL_VOID;
}

/* Whether a value can be sent as init leaves it: a union has to have a field. */
static bool
can_be_empty(const WeftIdlType *type)
{
    const WeftIdlStruct *structure = weft_emit_struct_of(type);

    if (structure == NULL)
        return true;
    if (structure->flavour == WEFT_IDL_UNION)
        return false;
    /* What is embedded comes to an end; what is a pointer begins as NULL. */
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        const bool is_good = field->is_pointer ? field->requiredness != WEFT_IDL_REQUIRED
                                               : field->requiredness == WEFT_IDL_OPTIONAL ||
                                                     can_be_empty(field->type);
        if (!is_good)
            return false;
    }
    return true;
}

/* Whether a call with nothing in it is answered by a handler that does nothing. */
static bool
can_call_empty(const WeftIdlFunction *function)
{
    for (const WeftIdlField *field = function->arguments->fields; field != NULL;
         field = field->next) {
        if (!can_be_empty(field->type))
            return false;
    }
    return can_be_empty(function->result);
}

/* "handle_profiles_get(WeftCall *call, int64_t id, Profile *result, GError **error)" */
static char *
handler_head(const WeftScaffoldProject *project, const WeftIdlService *service,
             const WeftIdlFunction *function)
{
    GString *head = g_string_new(NULL);

    g_string_append_printf(head, "handle_%s_%s(WeftCall *call, ", service->definition.c_lower,
                           function->c_name);
    for (const WeftIdlField *field = function->arguments->fields; field != NULL;
         field = field->next) {
        g_autofree char *parameter =
            weft_emit_parameter(&project->file, field->type, field->c_name);
        g_string_append_printf(head, "%s, ", parameter);
    }
    if (has_result(function))
        g_string_append_printf(head, "%s *result, ",
                               weft_emit_c_type(&project->file, function->result));
    g_string_append(head, "GError **error)");
    return g_string_free(head, FALSE);
}

/* The header that declares @service, as sources of the project include it. */
static void
put_include(WeftCode *code, const WeftIdlProgram *program)
{
    weft_code_line(code, "#include \"%s.weft.h\"", program->name);
}

/* Variables for a call with nothing in it: structs of arguments, and the result. */
static void
put_call_variables(WeftCode *code, const WeftScaffoldProject *project,
                   const WeftIdlFunction *function)
{
    for (const WeftIdlField *field = function->arguments->fields; field != NULL;
         field = field->next) {
        if (weft_emit_is_struct(field->type))
            weft_code_line(code, "%s %s;", weft_emit_true_c_type(&project->file, field->type),
                           field->c_name);
    }
    if (has_result(function))
        weft_code_line(code, "%s result;", weft_emit_c_type(&project->file, function->result));
    weft_code_gap(code);
    for (const WeftIdlField *field = function->arguments->fields; field != NULL;
         field = field->next) {
        if (weft_emit_is_struct(field->type))
            weft_code_line(code, "%s_init(&%s);", weft_emit_c_lower(&project->file, field->type),
                           field->c_name);
    }
}

/* "0, ", or what else is nothing of @type in C. */
static void
put_empty(GString *call, const WeftScaffoldProject *project, const WeftIdlType *type)
{
    if (weft_emit_is_string(type))
        g_string_append(call, "WEFT_STRING(\"\"), ");
    else if (weft_emit_is_container(type) || weft_idl_type_true(type)->kind == WEFT_IDL_UUID)
        g_string_append_printf(call, "(%s){0}, ", weft_emit_c_type(&project->file, type));
    else
        g_string_append(call, "0, ");
}

/* "profiles_get(client, &arena, {}, &result, &error)" */
static char *
client_call(const WeftScaffoldProject *project, const WeftIdlService *service,
            const WeftIdlFunction *function, bool is_cplusplus)
{
    GString *call = g_string_new(NULL);

    g_string_append_printf(call, "%s_%s(client, ", service->definition.c_lower, function->c_name);
    if (has_result(function) && weft_emit_needs_arena(function->result))
        g_string_append(call, is_cplusplus ? "&arena, " : "arena, ");
    for (const WeftIdlField *field = function->arguments->fields; field != NULL;
         field = field->next) {
        if (weft_emit_is_struct(field->type))
            g_string_append_printf(call, "&%s, ", field->c_name);
        else if (is_cplusplus)
            g_string_append(call, "{}, ");
        else
            put_empty(call, project, field->type);
    }
    if (has_result(function))
        g_string_append(call, "&result, ");
    g_string_append(call, is_cplusplus ? "&error)" : "error)");
    return g_string_free(call, FALSE);
}

/* ---- written once ---- */

char *
weft_scaffold_cmake(const WeftScaffoldProject *project)
{
    return fill(cmake_text, project, NULL);
}

char *
weft_scaffold_server(const WeftScaffoldProject *project)
{
    return fill(server_text, project, NULL);
}

static bool
can_print(const WeftIdlFunction *function)
{
    return has_result(function) && !weft_emit_is_container(function->result);
}

static void
put_client_call(WeftCode *code, const WeftScaffoldProject *project, const WeftIdlService *service,
                const WeftIdlFunction *function)
{
    const bool needs_arena = has_result(function) && weft_emit_needs_arena(function->result);
    g_autofree char *call = client_call(project, service, function, false);

    weft_code_function(code, "static gboolean", "call_%s_%s(%sClient *client, GError **error)",
                       service->definition.c_lower, function->c_name, service->definition.c_type);
    if (needs_arena)
        weft_code_line(code, "g_autoptr(WeftArena) arena = weft_arena_new();");
    put_call_variables(code, project, function);
    weft_code_gap(code);
    weft_code_line(code, "if (!%s)", call);
    weft_code_line(code, "    return FALSE;");
    if (can_print(function)) {
        g_autofree char *type = weft_emit_type_expression(&project->file, function->result);
        weft_code_line(code, "g_autofree char *text = weft_thrift_to_string(%s, &result);", type);
        weft_code_line(code, "g_print(\"%s.%s: %%s\\n\", text);", service->definition.name,
                       function->name);
    } else {
        weft_code_line(code, "g_print(\"%s.%s: answered\\n\");", service->definition.name,
                       function->name);
    }
    weft_code_line(code, "return TRUE;");
    weft_code_close(code, "}");
}

static void
put_client_function(WeftCode *code, const WeftScaffoldProject *project,
                    const WeftIdlService *service)
{
    const WeftIdlDefinition *definition = &service->definition;

    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        if (can_call_empty(one))
            put_client_call(code, project, service, one);
    }
    weft_code_function(code, "static gboolean", "call_%s(const char *url, GError **error)",
                       definition->c_lower);
    weft_code_line(code, "g_autofree char *whose = g_strconcat(url, \"?service=%s\", NULL);",
                   definition->name);
    weft_code_line(code, "g_autoptr(%sClient) client = %s_client_new(whose, error);",
                   definition->c_type, definition->c_lower);
    weft_code_gap(code);
    weft_code_line(code, "if (client == NULL)");
    weft_code_line(code, "    return FALSE;");
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        if (!can_call_empty(one))
            continue;
        weft_code_line(code, "if (!call_%s_%s(client, error))", definition->c_lower, one->c_name);
        weft_code_line(code, "    return FALSE;");
    }
    weft_code_line(code, "return TRUE;");
    weft_code_close(code, "}");
}

char *
weft_scaffold_client(const WeftScaffoldProject *project)
{
    g_autofree char *end = fill(client_main_text, project, NULL);
    WeftCode code;

    weft_code_init(&code);
    weft_code_line(&code, "/* Calls methods with nothing in it: %s-client [URL] */", project->name);
    weft_code_line(&code, "#include <weft/scheduler.h>");
    weft_code_gap(&code);
    weft_code_line(&code, "#include \"handlers.h\"");
    for (unsigned i = 0; i < project->services->len; i++)
        put_client_function(&code, project, g_ptr_array_index(project->services, i));
    weft_code_function(&code, "static gboolean", "call_services(gpointer url, GError **error)");
    for (unsigned i = 0; i < project->services->len; i++) {
        const WeftIdlService *service = g_ptr_array_index(project->services, i);
        weft_code_line(&code, "if (!call_%s(url, error))", service->definition.c_lower);
        weft_code_line(&code, "    return FALSE;");
    }
    weft_code_line(&code, "return TRUE;");
    weft_code_close(&code, "}");
    g_autofree char *begin = weft_code_steal(&code);
    return g_strconcat(begin, "\n", end, NULL);
}

char *
weft_scaffold_handlers_head(const WeftScaffoldProject *project, const WeftIdlService *service)
{
    return g_strdup_printf("/* %s of %s: the handlers.  weftgen puts new methods at the end. */\n"
                           "#include \"handlers.h\"\n",
                           service->definition.name, project->name);
}

char *
weft_scaffold_tests_head(const WeftScaffoldProject *project, const WeftIdlService *service)
{
    return fill(test_head_text, project, service);
}

/* ---- put behind ---- */

char *
weft_scaffold_handler_mark(const WeftIdlService *service, const WeftIdlFunction *function)
{
    return g_strdup_printf("handle_%s_%s(", service->definition.c_lower, function->c_name);
}

char *
weft_scaffold_test_mark(const WeftIdlService *service, const WeftIdlFunction *function)
{
    return g_strdup_printf("(%sTest, %s)", service->definition.c_type, function->c_name);
}

char *
weft_scaffold_handler(const WeftScaffoldProject *project, const WeftIdlService *service,
                      const WeftIdlFunction *function)
{
    g_autofree char *head = handler_head(project, service, function);
    WeftCode code;

    weft_code_init(&code);
    weft_code_function(&code, "gboolean", "%s", head);
    if (has_result(function))
        weft_code_line(&code, "/* Empty until something is put into @result; strings and lists go "
                              "into weft_call_arena(call). */");
    weft_code_line(&code, "return TRUE;");
    weft_code_close(&code, "}");
    g_autofree char *text = weft_code_steal(&code);
    return g_strconcat("\n", text, NULL);
}

char *
weft_scaffold_test(const WeftScaffoldProject *project, const WeftIdlService *service,
                   const WeftIdlFunction *function)
{
    g_autofree char *call = client_call(project, service, function, true);
    g_autofree char *mark = weft_scaffold_test_mark(service, function);
    WeftCode code;

    weft_code_init(&code);
    weft_code_line(&code, "TEST_F%s", mark);
    weft_code_line(&code, "{");
    code.depth++;
    if (!can_call_empty(function))
        weft_code_line(&code,
                       "GTEST_SKIP() << \"unions want a field: fill them in, here and in the "
                       "handler\";");
    weft_code_line(&code, "with_client([](%sClient *client) {", service->definition.c_type);
    code.depth++;
    weft_code_line(&code, "g_autoptr(GError) error = nullptr;");
    if (has_result(function) && weft_emit_needs_arena(function->result)) {
        weft_code_line(&code, "g_auto(WeftArena) arena;");
        weft_code_line(&code, "weft_arena_init(&arena, SIZE_MAX);");
    }
    put_call_variables(&code, project, function);
    weft_code_gap(&code);
    weft_code_line(&code, "EXPECT_TRUE(%s) << error->message;", call);
    code.depth--;
    weft_code_line(&code, "});");
    code.depth--;
    weft_code_line(&code, "}");
    g_autofree char *text = weft_code_steal(&code);
    return g_strconcat("\n", text, NULL);
}

/* ---- written anew ---- */

char *
weft_scaffold_table_header(const WeftScaffoldProject *project)
{
    WeftCode code;

    weft_code_init(&code);
    weft_code_line(&code, "/* Made by weftgen new: changes are lost.  The handlers of %s. */",
                   project->name);
    weft_code_line(&code, "#pragma once");
    weft_code_gap(&code);
    put_include(&code, project->file.program);
    weft_code_gap(&code);
    weft_code_line(&code, "G_BEGIN_DECLS");
    for (unsigned i = 0; i < project->services->len; i++) {
        const WeftIdlService *service = g_ptr_array_index(project->services, i);
        weft_code_gap(&code);
        for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
            g_autofree char *head = handler_head(project, service, one);
            weft_code_line(&code, "gboolean %s;", head);
        }
    }
    weft_code_gap(&code);
    weft_code_line(&code, "/** All services of it, for weft_serve(). */");
    weft_code_line(&code, "WeftService *handlers_service_new(void);");
    weft_code_gap(&code);
    weft_code_line(&code, "G_END_DECLS");
    return weft_code_steal(&code);
}

/* The members of @service's handler, its bases' before.  @prefix: ".base.base" of the base's base
 */
static void
put_table_members(WeftCode *code, const WeftIdlService *service, const char *prefix)
{
    if (service->base != NULL) {
        g_autofree char *deeper = g_strconcat(prefix, ".base", NULL);
        put_table_members(code, service->base, deeper);
    }
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next)
        weft_code_line(code, "%s.%s = handle_%s_%s,", prefix, one->c_name,
                       service->definition.c_lower, one->c_name);
}

char *
weft_scaffold_table(const WeftScaffoldProject *project)
{
    WeftCode code;

    weft_code_init(&code);
    weft_code_line(&code,
                   "/* Made by weftgen new: changes are lost.  Ties handlers to services. */");
    weft_code_line(&code, "#include \"handlers.h\"");
    for (unsigned i = 0; i < project->services->len; i++) {
        const WeftIdlService *service = g_ptr_array_index(project->services, i);
        weft_code_gap(&code);
        weft_code_open(&code, "static const %sHandler %s_handler =", service->definition.c_type,
                       service->definition.c_lower);
        put_table_members(&code, service, "");
        weft_code_close(&code, "};");
    }
    weft_code_function(&code, "WeftService *", "handlers_service_new(void)");
    weft_code_line(&code, "WeftThriftProcessor *processor = weft_thrift_processor_new();");
    weft_code_gap(&code);
    /* The one that was written last comes first: it answers calls that name no service. */
    for (unsigned i = project->services->len; i-- > 0;) {
        const WeftIdlService *service = g_ptr_array_index(project->services, i);
        weft_code_line(&code, "%s_add_to(processor, &%s_handler, NULL, NULL);",
                       service->definition.c_lower, service->definition.c_lower);
    }
    weft_code_line(&code, "return weft_thrift_service_new(processor);");
    weft_code_close(&code, "}");
    return weft_code_steal(&code);
}
