/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ThriftServer whose connections are weft's: parked while they are silent, served by a fiber
 * while they are not.
 */

#include <weft/server.h>
#include <weft/thrift_c_glib.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <thrift/c_glib/transport/thrift_server_socket.h>

struct WeftThriftServer {
    ThriftServer parent;

    char *address; /* (nullable) */

    GMutex mutex;
    WeftServer *server; /* while serve() runs */
    gboolean is_stopped;
};

struct WeftThriftServerClass {
    ThriftServerClass parent;
};

enum { PROPERTY_ADDRESS = 1 };

G_DEFINE_TYPE(WeftThriftServer, weft_thrift_server, THRIFT_TYPE_SERVER)

static gboolean
refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, reason);
    return FALSE;
}

/* c_glib opens the socket, so that its port and its path mean what they mean there; a queue of five
 * connections does not. */
static gboolean
add_server_transport(const WeftThriftServer *server, WeftServer *weft, WeftService *service,
                     GError **error)
{
    g_autoptr(WeftService) owned = service;
    ThriftServerTransport *transport = server->parent.server_transport;

    if (transport == NULL || !THRIFT_IS_SERVER_SOCKET(transport))
        return refuse(error, "neither an address nor a server socket");
    if (!thrift_server_transport_listen(transport, error))
        return FALSE;

    const int fd = fcntl(THRIFT_SERVER_SOCKET(transport)->sd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0 || listen(fd, SOMAXCONN) != 0) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "listen: %s", g_strerror(errno));
        return FALSE;
    }
    return weft_server_add_socket(weft, fd, g_steal_pointer(&owned), error);
}

static gboolean
add_service(const WeftThriftServer *server, WeftServer *weft, GError **error)
{
    WeftService *service = weft_thrift_c_glib_service_new(
        server->parent.processor, server->parent.input_protocol_factory, error);

    if (service == NULL)
        return FALSE;
    return server->address != NULL ? weft_server_add(weft, server->address, service, error)
                                   : add_server_transport(server, weft, service, error);
}

static gboolean
server_serve(ThriftServer *base, GError **error)
{
    WeftThriftServer *server = WEFT_THRIFT_SERVER(base);
    g_autoptr(WeftServer) weft = weft_server_new();
    gboolean is_stopped;

    if (base->processor == NULL)
        return refuse(error, "a server without a processor");
    if (!add_service(server, weft, error))
        return FALSE;

    g_mutex_lock(&server->mutex);
    is_stopped = server->is_stopped;
    server->is_stopped = FALSE;
    server->server = weft;
    g_mutex_unlock(&server->mutex);

    const gboolean succeeded = is_stopped || weft_server_run(weft, error);

    g_mutex_lock(&server->mutex);
    server->server = NULL;
    g_mutex_unlock(&server->mutex);
    return succeeded;
}

static void
server_stop(ThriftServer *base)
{
    WeftThriftServer *server = WEFT_THRIFT_SERVER(base);

    g_mutex_lock(&server->mutex);
    if (server->server != NULL)
        weft_server_stop(server->server);
    else
        server->is_stopped = TRUE;
    g_mutex_unlock(&server->mutex);
}

static void
server_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    WeftThriftServer *server = WEFT_THRIFT_SERVER(object);

    if (id != PROPERTY_ADDRESS) {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
        return;
    }
    g_free(server->address);
    server->address = g_value_dup_string(value);
}

static void
server_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    if (id == PROPERTY_ADDRESS)
        g_value_set_string(value, WEFT_THRIFT_SERVER(object)->address);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void
server_finalize(GObject *object)
{
    WeftThriftServer *server = WEFT_THRIFT_SERVER(object);

    g_free(server->address);
    g_mutex_clear(&server->mutex);
    G_OBJECT_CLASS(weft_thrift_server_parent_class)->finalize(object);
}

static void
weft_thrift_server_class_init(WeftThriftServerClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->set_property = server_set_property;
    object_class->get_property = server_get_property;
    object_class->finalize = server_finalize;
    THRIFT_SERVER_CLASS(class)->serve = server_serve;
    THRIFT_SERVER_CLASS(class)->stop = server_stop;
    g_object_class_install_property(
        object_class, PROPERTY_ADDRESS,
        g_param_spec_string("address", "Address", "Where to listen, instead of server_transport",
                            NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY));
}

static void
weft_thrift_server_init(WeftThriftServer *server)
{
    g_mutex_init(&server->mutex);
}
