/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weft as a server and as a client of interop.thrift:
 *   interop_weft server --listen=ADDRESS --tls=ADDRESS --http=ADDRESS --certificate=FILE --key=FILE
 *   interop_weft client --url=URL [--multiplexed] [--without-oneway]
 */

#include "interop.weft.h"

#include <stdio.h>
#include <string.h>
#include <weft/scheduler.h>
#include <weft/server.h>
#include <weft/thrift_http.h>

static char *option_url;
static char **option_listen;
static char *option_tls;
static char *option_http;
static char *option_certificate;
static char *option_key;
static gboolean option_multiplexed;
static gboolean option_without_oneway;

static const GOptionEntry option_entries[] = {
    {"url", 0, 0, G_OPTION_ARG_STRING, &option_url, NULL, NULL},
    {"listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_listen, NULL, NULL},
    {"tls", 0, 0, G_OPTION_ARG_STRING, &option_tls, NULL, NULL},
    {"http", 0, 0, G_OPTION_ARG_STRING, &option_http, NULL, NULL},
    {"certificate", 0, 0, G_OPTION_ARG_STRING, &option_certificate, NULL, NULL},
    {"key", 0, 0, G_OPTION_ARG_STRING, &option_key, NULL, NULL},
    {"multiplexed", 0, 0, G_OPTION_ARG_NONE, &option_multiplexed, NULL, NULL},
    {"without-oneway", 0, 0, G_OPTION_ARG_NONE, &option_without_oneway, NULL, NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

static const char everything_json[] =
    "{\"yes\": true, \"tiny\": -128, \"small\": -32768, \"medium\": -2147483648,"
    " \"large\": -9223372036854775808, \"real\": 3.141592653589793,"
    " \"words\": \"Grüße, 世界 \\\"quoted\\\" \\\\ \\n\", \"raw\": \"AAH+/4A=\","
    " \"colour\": \"BLUE\", \"stamp\": 1700000000000000, \"place\": {\"x\": -1, \"y\": 2147483647},"
    " \"shape\": {\"corners\": [{\"x\": 0, \"y\": 0}, {\"x\": 3, \"y\": 4}]},"
    " \"tree\": {\"name\": \"root\", \"branches\": ["
    "   {\"name\": \"branch\", \"branches\": [{\"name\": \"leaf\", \"branches\": []},"
    "                                     {\"name\": \"leaf\", \"branches\": []}]},"
    "   {\"name\": \"leaf\", \"branches\": []}]},"
    " \"flags\": [true, false, true], \"numbers\": [0, -1, 9223372036854775807],"
    " \"lines\": [\"one\", \"\", \"three\"], \"path\": [{\"x\": 1, \"y\": 2}, {\"x\": 3, \"y\": "
    "4}],"
    " \"marks\": [-5, 0, 7], \"names\": [\"ann\", \"bob\"],"
    " \"titles\": {\"-1\": \"minus\", \"1\": \"plus\"},"
    " \"places\": {\"here\": {\"x\": 1, \"y\": 1}, \"there\": {\"x\": 2, \"y\": 2}},"
    " \"table\": {\"e\": {\"1\": 0.5, \"2\": -0.25}, \"f\": {}}, \"matrix\": [[1, 2], [], [-3]],"
    " \"index\": {\"odd\": [1, 3], \"even\": [2]}, \"palette\": [\"RED\", \"BLUE\"],"
    " \"records\": [{\"a\": 1}, {}, {\"b\": 2, \"c\": 3}], \"maybe\": 7, \"usual\": 42,"
    " \"no\": false, \"far\": \"away\"}";

static gboolean
make_everything(Everything *ret_value, WeftArena *arena, GError **error)
{
    everything_init(ret_value);
    return everything_from_json(ret_value, everything_json, sizeof everything_json - 1, arena,
                                error);
}

/* ---- server ---- */

static int64_t remembered_number;

static gboolean
ping(WeftCall *call G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
language(WeftCall *call G_GNUC_UNUSED, WeftString *result, GError **error G_GNUC_UNUSED)
{
    *result = WEFT_STRING("C");
    return TRUE;
}

static gboolean
not_of(WeftCall *call G_GNUC_UNUSED, bool value, bool *result, GError **error G_GNUC_UNUSED)
{
    *result = !value;
    return TRUE;
}

/* Gives back what it was given. */
#define SAME(name, type)                                                                           \
    static gboolean name(WeftCall *call G_GNUC_UNUSED, type value, type *result,                   \
                         GError **error G_GNUC_UNUSED)                                             \
    {                                                                                              \
        *result = value;                                                                           \
        return TRUE;                                                                               \
    }
SAME(same_i8, int8_t)
SAME(same_i16, int16_t)
SAME(same_i32, int32_t)
SAME(same_i64, int64_t)
SAME(same_double, double)
SAME(same_string, WeftString)
SAME(same_binary, WeftString)
SAME(same_colour, Colour)
SAME(same_list, WeftI32List)
SAME(same_set, WeftStringList)
SAME(same_map, StringI64Map)

static gboolean
same_shape(WeftCall *call G_GNUC_UNUSED, const Shape *value, Shape *result,
           GError **error G_GNUC_UNUSED)
{
    *result = *value;
    return TRUE;
}

static gboolean
same(WeftCall *call G_GNUC_UNUSED, const Everything *value, Everything *result,
     GError **error G_GNUC_UNUSED)
{
    *result = *value;
    return TRUE;
}

static gboolean
sample(WeftCall *call, Everything *result, GError **error)
{
    return make_everything(result, weft_call_arena(call), error);
}

static gboolean
is_sample(WeftCall *call, const Everything *value, bool *result, GError **error)
{
    Everything wanted;

    if (!make_everything(&wanted, weft_call_arena(call), error))
        return FALSE;
    *result = everything_equal(value, &wanted);
    if (!*result) {
        g_autofree char *text = everything_to_json(value, 2);
        g_printerr("this is not everything: %s\n", text);
    }
    return TRUE;
}

static gboolean
refuse(WeftCall *call G_GNUC_UNUSED, int32_t code, GError **error)
{
    const Refused refused = {.code = code, .reason = WEFT_STRING("refused as told")};

    return refused_throw(&refused, error);
}

static gboolean
divide(WeftCall *call, int32_t left, int32_t right, int32_t *result, GError **error)
{
    const Empty empty = {0};

    if (left == 0)
        return empty_throw(&empty, error);
    if (right == 0)
        return refuse(call, 33, error);
    *result = left / right;
    return TRUE;
}

static gboolean
fail(WeftCall *call G_GNUC_UNUSED, WeftString reason, GError **error)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, reason.data);
    return FALSE;
}

static gboolean
remember(WeftCall *call G_GNUC_UNUSED, int64_t number, GError **error G_GNUC_UNUSED)
{
    remembered_number = number;
    return TRUE;
}

static gboolean
remembered(WeftCall *call G_GNUC_UNUSED, int64_t *result, GError **error G_GNUC_UNUSED)
{
    *result = remembered_number;
    return TRUE;
}

static gboolean
greet(WeftCall *call, WeftString name, WeftString *result, GError **error G_GNUC_UNUSED)
{
    *result = weft_string_printf(weft_call_arena(call), "hello, %s", name.data);
    return TRUE;
}

static const InteropHandler handler = {
    .base = {.ping = ping, .language = language},
    .not_of = not_of,
    .same_i8 = same_i8,
    .same_i16 = same_i16,
    .same_i32 = same_i32,
    .same_i64 = same_i64,
    .same_double = same_double,
    .same_string = same_string,
    .same_binary = same_binary,
    .same_colour = same_colour,
    .same_shape = same_shape,
    .same_list = same_list,
    .same_set = same_set,
    .same_map = same_map,
    .same = same,
    .sample = sample,
    .is_sample = is_sample,
    .divide = divide,
    .refuse = refuse,
    .fail = fail,
    .remember = remember,
    .remembered = remembered,
};

static const SecondHandler second_handler = {.greet = greet};

static WeftThriftProcessor *
new_processor(void)
{
    WeftThriftProcessor *processor = weft_thrift_processor_new();

    interop_add_to(processor, &handler, NULL, NULL);
    second_add_to(processor, &second_handler, NULL, NULL);
    return processor;
}

static gboolean
listen_at_all(WeftServer *server, GError **error)
{
    WeftService *service = weft_thrift_service_new(new_processor());

    if (!weft_server_add(server, option_listen[0], service, error))
        return FALSE;
    for (char **address = option_listen + 1; *address != NULL; address++) {
        if (!weft_server_add_address(server, *address, service, error))
            return FALSE;
    }
    if (option_tls != NULL) {
        WeftTlsContext *context =
            weft_tls_context_new_server(option_certificate, option_key, error);
        if (context == NULL || !weft_server_add_address(server, option_tls, service, error))
            return FALSE;
        weft_server_set_tls(server, weft_server_n_listeners(server) - 1, context);
        weft_tls_context_unref(context);
    }
    return TRUE;
}

static gboolean
listen_for_http(WeftServer *server, WeftThriftProcessor *processor, GError **error)
{
    WeftHttpRouter *router = weft_http_router_new();

    weft_http_router_add(router, "POST", "/thrift", weft_thrift_http_handle, processor);
    return weft_server_add(server, option_http,
                           weft_http_service_new(weft_http_router_handle, router,
                                                 (GDestroyNotify)weft_http_router_free),
                           error);
}

static gboolean
serve(GError **error)
{
    g_autoptr(WeftThriftProcessor) processor = new_processor();
    g_autoptr(WeftServer) server = weft_server_new();

    return listen_at_all(server, error) &&
           (option_http == NULL || listen_for_http(server, processor, error)) &&
           weft_server_run(server, error);
}

/* ---- client ---- */

static int n_steps;

static gboolean
expect(gboolean is_so, const char *what, GError **error)
{
    n_steps++;
    if (!is_so && *error == NULL)
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "not as it must be: %s", what);
    else if (*error != NULL)
        g_prefix_error(error, "%s: ", what);
    return is_so;
}

#define EXPECT(condition)                                                                          \
    if (!expect((condition), #condition, error))                                                   \
    return FALSE

static gboolean
call_with_numbers(InteropClient *client, GError **error)
{
    static const int64_t numbers[] = {INT64_MIN, INT32_MIN, INT16_MIN, INT8_MIN, -1,
                                      0,         63,        64,        INT8_MAX, 300,
                                      INT16_MAX, INT32_MAX, INT64_MAX};
    static const double doubles[] = {0, -1.5, 1e300, 5e-324, 3.141592653589793};
    bool is;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    double real;
    Colour colour;

    EXPECT(interop_not_of(client, false, &is, error) && is);
    EXPECT(interop_not_of(client, true, &is, error) && !is);
    for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const int64_t number = numbers[i];
        EXPECT(interop_same_i8(client, (int8_t)number, &i8, error) && i8 == (int8_t)number);
        EXPECT(interop_same_i16(client, (int16_t)number, &i16, error) && i16 == (int16_t)number);
        EXPECT(interop_same_i32(client, (int32_t)number, &i32, error) && i32 == (int32_t)number);
        EXPECT(interop_same_i64(client, number, &i64, error) && i64 == number);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(doubles); i++)
        EXPECT(interop_same_double(client, doubles[i], &real, error) && real == doubles[i]);
    EXPECT(interop_same_colour(client, COLOUR_GREEN, &colour, error) && colour == COLOUR_GREEN);
    return TRUE;
}

static gboolean
call_with_strings(InteropClient *client, WeftArena *arena, GError **error)
{
    static const char *const texts[] = {"", "a", "Grüße, 世界"};
    char *bytes = weft_arena_alloc(arena, 256);
    WeftString result;

    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        const WeftString text = weft_string(texts[i]);
        EXPECT(interop_same_string(client, arena, text, &result, error) &&
               weft_string_equal(result, text));
    }
    for (unsigned i = 0; i < 256; i++)
        bytes[i] = (char)i;
    EXPECT(interop_same_binary(client, arena, (WeftString){bytes, 256}, &result, error) &&
           weft_string_equal(result, (WeftString){bytes, 256}));
    EXPECT(interop_same_binary(client, arena, (WeftString){NULL, 0}, &result, error) &&
           result.length == 0);

    const size_t n_long = 70000;
    char *filler = weft_arena_alloc(arena, n_long);
    memset(filler, 'x', n_long);
    EXPECT(interop_same_string(client, arena, (WeftString){filler, n_long}, &result, error) &&
           weft_string_equal(result, (WeftString){filler, n_long}));
    return TRUE;
}

static gboolean
call_with_containers(InteropClient *client, WeftArena *arena, GError **error)
{
    static const uint32_t sizes[] = {0, 1, 14, 15, 16, 2000};
    WeftString names[] = {WEFT_STRING("x"), WEFT_STRING("y")};
    StringI64Pair pairs[] = {{WEFT_STRING("a"), 1}, {WEFT_STRING("b"), INT64_MIN}};
    const Shape label = {.which = SHAPE_LABEL, .label = WEFT_STRING("only this")};
    WeftI32List list = {weft_arena_alloc0(arena, 2000 * sizeof(int32_t)), 0};
    WeftI32List result;
    WeftStringList set;
    StringI64Map map;
    Shape shape;

    for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
        list.n_items = sizes[i];
        EXPECT(interop_same_list(client, arena, list, &result, error) &&
               result.n_items == sizes[i]);
    }
    EXPECT(interop_same_set(client, arena, (WeftStringList){names, 2}, &set, error) &&
           set.n_items == 2);
    EXPECT(interop_same_map(client, arena, (StringI64Map){pairs, 2}, &map, error) &&
           map.n_items == 2 && map.items[0].value + map.items[1].value == INT64_MIN + 1);
    EXPECT(interop_same_map(client, arena, (StringI64Map){NULL, 0}, &map, error) &&
           map.n_items == 0);
    EXPECT(interop_same_shape(client, arena, &label, &shape, error) && shape_equal(&shape, &label));
    return TRUE;
}

static gboolean
call_with_everything(InteropClient *client, WeftArena *arena, GError **error)
{
    Everything wanted;
    Everything result;
    bool is;

    EXPECT(make_everything(&wanted, arena, error));
    EXPECT(interop_same(client, arena, &wanted, &result, error) &&
           everything_equal(&result, &wanted));
    EXPECT(interop_sample(client, arena, &result, error) && everything_equal(&result, &wanted));
    EXPECT(interop_is_sample(client, &wanted, &is, error) && is);
    return TRUE;
}

/* Whether what failed did so as @code says, or with no code (-1) but some exception of Thrift's. */
static gboolean
was_refused(GError **failure, int32_t code)
{
    const Refused *refused = refused_caught(*failure);
    const gboolean is_so = code == -1
                               ? g_error_matches(*failure, WEFT_THRIFT_ERROR, (*failure)->code)
                               : refused != NULL && refused->code == code &&
                                     strcmp(refused->reason.data, "refused as told") == 0;

    g_clear_error(failure);
    return is_so;
}

static gboolean
call_for_exceptions(InteropClient *client, GError **error)
{
    g_autoptr(GError) failure = NULL;
    int32_t quotient;

    EXPECT(interop_divide(client, 7, 2, &quotient, error) && quotient == 3);
    EXPECT(!interop_divide(client, 7, 0, &quotient, &failure) && was_refused(&failure, 33));
    EXPECT(!interop_divide(client, 0, 0, &quotient, &failure) && empty_caught(failure) != NULL);
    g_clear_error(&failure);
    EXPECT(!interop_refuse(client, -5, &failure) && was_refused(&failure, -5));
    EXPECT(!interop_fail(client, WEFT_STRING("of itself"), &failure) && was_refused(&failure, -1));
    return TRUE;
}

static gboolean
call_second(WeftArena *arena, GError **error)
{
    g_autofree char *url = g_strdup_printf("%s&service=Second", option_url);
    g_autoptr(SecondClient) second = second_client_new(url, error);
    WeftString greeting;

    EXPECT(second != NULL);
    EXPECT(second_greet(second, arena, WEFT_STRING("you"), &greeting, error) &&
           strcmp(greeting.data, "hello, you") == 0);
    return TRUE;
}

static gboolean
call_all(gpointer data G_GNUC_UNUSED, GError **error)
{
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autofree char *url =
        g_strconcat(option_url, option_multiplexed ? "&service=Interop" : "", NULL);
    g_autoptr(InteropClient) client = interop_client_new(url, error);
    WeftString name;
    int64_t number;

    EXPECT(client != NULL);
    BasicClient *basic = interop_client_base(client);
    EXPECT(basic_ping(basic, error));
    EXPECT(basic_language(basic, arena, &name, error) && name.length > 0);
    if (!call_with_numbers(client, error) || !call_with_strings(client, arena, error) ||
        !call_with_containers(client, arena, error) ||
        !call_with_everything(client, arena, error) || !call_for_exceptions(client, error))
        return FALSE;
    if (!option_without_oneway) {
        EXPECT(interop_remember(client, 4711, error));
        EXPECT(interop_remembered(client, &number, error) && number == 4711);
    }
    return !option_multiplexed || call_second(arena, error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("server|client");
    g_autoptr(GError) error = NULL;
    gboolean succeeded;

    g_option_context_add_main_entries(context, option_entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
        g_printerr("interop_weft: %s\n", error != NULL ? error->message : "server or client?");
        return 2;
    }
    if (strcmp(argv[1], "server") == 0)
        succeeded = serve(&error);
    else
        succeeded = weft_run("interop", call_all, NULL, &error);
    if (!succeeded) {
        g_printerr("weft: %s\n", error->message);
        return 1;
    }
    if (n_steps > 0)
        printf("%d steps\n", n_steps);
    return 0;
}
