/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apache's c_glib: as a client of interop.thrift, and as the server of the tests' calculator, which
 * is Apache's own or the bridge's by nothing but its type: interop_c_glib client
 * --port=N|--unix=PATH [--transport=T] [--protocol=P] interop_c_glib simple|weft --port=N
 */

#include "c_glib_calculator.h"
#include "iop_interop.h"

#include <stdio.h>
#include <string.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol_factory.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/server/thrift_simple_server.h>
#include <thrift/c_glib/transport/thrift_buffered_transport.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_framed_transport_factory.h>
#include <thrift/c_glib/transport/thrift_server_socket.h>
#include <thrift/c_glib/transport/thrift_socket.h>
#include <weft/thrift_c_glib.h>

static int option_port;
static char *option_unix;
static char *option_transport = "framed";
static char *option_protocol = "binary";

static const GOptionEntry option_entries[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &option_port, NULL, NULL},
    {"unix", 0, 0, G_OPTION_ARG_STRING, &option_unix, NULL, NULL},
    {"transport", 0, 0, G_OPTION_ARG_STRING, &option_transport, NULL, NULL},
    {"protocol", 0, 0, G_OPTION_ARG_STRING, &option_protocol, NULL, NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

static int
serve(GType type, GError **error)
{
    ThriftProcessor *processor = calculator_processor_new();
    GObject *socket = g_object_new(THRIFT_TYPE_SERVER_SOCKET, "port", option_port, NULL);
    GObject *transports = g_object_new(THRIFT_TYPE_FRAMED_TRANSPORT_FACTORY, NULL);
    GObject *protocols = g_object_new(THRIFT_TYPE_BINARY_PROTOCOL_FACTORY, NULL);
    ThriftServer *server = g_object_new(
        type, "processor", processor, "server_transport", socket, "input_transport_factory",
        transports, "output_transport_factory", transports, "input_protocol_factory", protocols,
        "output_protocol_factory", protocols, NULL);
    const gboolean succeeded = thrift_server_serve(server, error);

    g_object_unref(server);
    g_object_unref(protocols);
    g_object_unref(transports);
    g_object_unref(socket);
    g_object_unref(processor);
    return succeeded;
}

/* ---- client ---- */

static int n_steps;

static gboolean
expect(gboolean is_so, const char *what, GError **error)
{
    n_steps++;
    if (!is_so && *error == NULL)
        g_set_error(error, g_quark_from_static_string("interop"), 1, "not as it must be: %s", what);
    return is_so;
}

#define EXPECT(condition)                                                                          \
    if (!expect((condition), #condition, error))                                                   \
    return FALSE

static gboolean
call_with_values(IopInteropIf *client, GError **error)
{
    static const gint64 numbers[] = {G_MININT64, -1, 0, 300, G_MAXINT64};
    static const char *const texts[] = {"", "a", "Grüße, 世界"};
    gint64 number;
    IopEverything *everything = g_object_new(IOP_TYPE_EVERYTHING, NULL);
    IopEverything *same = g_object_new(IOP_TYPE_EVERYTHING, NULL);
    gboolean is;

    EXPECT(iop_basic_if_ping(IOP_BASIC_IF(client), error));
    for (unsigned i = 0; i < G_N_ELEMENTS(numbers); i++)
        EXPECT(iop_interop_if_same_i64(client, &number, numbers[i], error) && number == numbers[i]);
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = NULL;
        EXPECT(iop_interop_if_same_string(client, &text, texts[i], error) &&
               strcmp(text, texts[i]) == 0);
    }
    /* What was read by c_glib is written by it again: the server knows whether all is there. */
    EXPECT(iop_interop_if_sample(client, &everything, error));
    EXPECT(iop_interop_if_is_sample(client, &is, everything, error) && is);
    EXPECT(iop_interop_if_same(client, &same, everything, error));
    EXPECT(iop_interop_if_is_sample(client, &is, same, error) && is);
    g_object_unref(same);
    g_object_unref(everything);
    return TRUE;
}

static gboolean
call_for_exceptions(IopInteropIf *client, GError **error)
{
    g_autoptr(GError) failure = NULL;
    IopRefused *refused = NULL;
    IopEmpty *empty = NULL;
    gint32 quotient;

    EXPECT(iop_interop_if_divide(client, &quotient, 7, 2, &refused, &empty, error) &&
           quotient == 3);
    EXPECT(!iop_interop_if_divide(client, &quotient, 7, 0, &refused, &empty, &failure) &&
           refused != NULL && refused->code == 33);
    g_clear_error(&failure);
    g_clear_object(&refused);
    EXPECT(!iop_interop_if_divide(client, &quotient, 0, 0, &refused, &empty, &failure) &&
           empty != NULL);
    g_clear_error(&failure);
    g_clear_object(&empty);
    EXPECT(!iop_interop_if_fail(client, "of itself", &failure) && failure != NULL);
    return TRUE;
}

static gboolean
call(GError **error)
{
    GObject *socket =
        option_unix != NULL
            ? g_object_new(THRIFT_TYPE_SOCKET, "path", option_unix, NULL)
            : g_object_new(THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port", option_port, NULL);
    const GType transport_type = strcmp(option_transport, "framed") == 0
                                     ? THRIFT_TYPE_FRAMED_TRANSPORT
                                     : THRIFT_TYPE_BUFFERED_TRANSPORT;
    const GType protocol_type = strcmp(option_protocol, "compact") == 0
                                    ? THRIFT_TYPE_COMPACT_PROTOCOL
                                    : THRIFT_TYPE_BINARY_PROTOCOL;
    ThriftTransport *transport = g_object_new(transport_type, "transport", socket, NULL);
    GObject *protocol = g_object_new(protocol_type, "transport", transport, NULL);
    IopInteropIf *client = g_object_new(IOP_TYPE_INTEROP_CLIENT, "input_protocol", protocol,
                                        "output_protocol", protocol, NULL);
    gint64 number;

    if (!thrift_transport_open(transport, error) || !call_with_values(client, error) ||
        !call_for_exceptions(client, error))
        return FALSE;
    EXPECT(iop_interop_if_remember(client, 4711, error));
    EXPECT(iop_interop_if_remembered(client, &number, error) && number == 4711);
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("client|simple|weft");
    g_autoptr(GError) error = NULL;
    gboolean succeeded;

    g_option_context_add_main_entries(context, option_entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 2) {
        g_printerr("interop_c_glib: %s\n", error != NULL ? error->message : "client or server?");
        return 2;
    }
    if (strcmp(argv[1], "client") == 0)
        succeeded = call(&error);
    else
        succeeded = serve(strcmp(argv[1], "weft") == 0 ? WEFT_TYPE_THRIFT_SERVER
                                                       : THRIFT_TYPE_SIMPLE_SERVER,
                          &error);
    if (!succeeded) {
        g_printerr("c_glib: %s\n", error != NULL ? error->message : "failed");
        return 1;
    }
    if (n_steps > 0)
        printf("%d steps\n", n_steps);
    return 0;
}
