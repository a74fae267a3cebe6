/* SPDX-License-Identifier: Apache-2.0 */
/* Apache's c_glib server, and the same program on the bridge: bench_c_glib simple|weft PORT. */

#include <stdlib.h>
#include <string.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol_factory.h>
#include <thrift/c_glib/server/thrift_simple_server.h>
#include <thrift/c_glib/transport/thrift_framed_transport_factory.h>
#include <thrift/c_glib/transport/thrift_server_socket.h>
#include <weft/thrift_c_glib.h>

#include "bench_bench.h"

typedef benchBenchHandler Answers;
typedef benchBenchHandlerClass AnswersClass;

G_DEFINE_TYPE(Answers, answers, BENCH_TYPE_BENCH_HANDLER)

static gboolean
add(benchBenchIf *iface G_GNUC_UNUSED, gint32 *result, const gint32 a, const gint32 b,
    GError **error G_GNUC_UNUSED)
{
    *result = a + b;
    return TRUE;
}

static gboolean
echo(benchBenchIf *iface G_GNUC_UNUSED, GByteArray **result, const GByteArray *data,
     GError **error G_GNUC_UNUSED)
{
    if (*result == NULL)
        *result = g_byte_array_new();
    g_byte_array_append(*result, data->data, data->len);
    return TRUE;
}

static gboolean
process(benchBenchIf *iface G_GNUC_UNUSED, benchDocument **result, const benchDocument *document,
        GError **error G_GNUC_UNUSED)
{
    g_object_unref(*result);
    *result = g_object_ref((benchDocument *)document);
    return TRUE;
}

static gboolean
notify(benchBenchIf *iface G_GNUC_UNUSED, const gint64 id G_GNUC_UNUSED,
       const gchar *text G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static void
answers_class_init(AnswersClass *class)
{
    class->add = add;
    class->echo = echo;
    class->process = process;
    class->notify = notify;
}

static void
answers_init(Answers *answers G_GNUC_UNUSED)
{
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc != 3)
        return 2;
    const GType type =
        strcmp(argv[1], "weft") == 0 ? WEFT_TYPE_THRIFT_SERVER : THRIFT_TYPE_SIMPLE_SERVER;
    GObject *handler = g_object_new(answers_get_type(), NULL);
    GObject *server = g_object_new(
        type, "processor", g_object_new(BENCH_TYPE_BENCH_PROCESSOR, "handler", handler, NULL),
        "server_transport", g_object_new(THRIFT_TYPE_SERVER_SOCKET, "port", atoi(argv[2]), NULL),
        "input_transport_factory", g_object_new(THRIFT_TYPE_FRAMED_TRANSPORT_FACTORY, NULL),
        "output_transport_factory", g_object_new(THRIFT_TYPE_FRAMED_TRANSPORT_FACTORY, NULL),
        "input_protocol_factory", g_object_new(THRIFT_TYPE_BINARY_PROTOCOL_FACTORY, NULL),
        "output_protocol_factory", g_object_new(THRIFT_TYPE_BINARY_PROTOCOL_FACTORY, NULL), NULL);

    if (!thrift_server_serve(THRIFT_SERVER(server), &error)) {
        g_printerr("bench_c_glib: %s\n", error != NULL ? error->message : "");
        return 1;
    }
    return 0;
}
