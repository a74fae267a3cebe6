/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service whose calls are answered by c_glib's processor: it gets a message in memory and leaves
 * its answer there.
 */

#include "thrift/c_glib_transport.h"
#include "thrift/message.h"

#include <weft/deadline.h>

#include <thrift/c_glib/protocol/thrift_binary_protocol_factory.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol_factory.h>
#include <thrift/c_glib/thrift_application_exception.h>

/* From a message's first byte to its last. */
#define MESSAGE_TIMEOUT_MS 30000

/* Answers of pipelined calls leave together, up to so much. */
#define MAX_GATHERED_BYTES ((size_t)64 * 1024)

/* Of sessions that wait for the next connection, on one thread. */
#define MAX_IDLE_SESSIONS 64

/* What a connection needs while it is served. */
typedef struct {
    WeftIntake intake;
    WeftThriftTransport *transport;
    ThriftProtocol *input;
    ThriftProtocol *output;
    WeftArena arena; /* of one call */
} Session;

/* The service's data. */
typedef struct {
    ThriftProcessor *processor;
    ThriftProtocolFactory *factory;
    WeftThriftProtocol protocol; /* that it makes */
    GMutex mutex;                /* of sessions: workers share the service */
    GPtrArray *sessions;         /* idle ones */
} Answering;

/* ---- sessions ---- */

static void
session_drop_protocols(Session *session)
{
    g_clear_object(&session->input);
    g_clear_object(&session->output);
    g_clear_object(&session->transport);
}

static void
session_free(Session *session)
{
    session_drop_protocols(session);
    weft_intake_clear(&session->intake);
    weft_arena_clear(&session->arena);
    g_free(session);
}

static void
session_make_protocols(const Answering *answering, Session *session)
{
    session->transport = weft_thrift_transport_new_flat();
    session->input = thrift_protocol_factory_get_protocol(answering->factory,
                                                          THRIFT_TRANSPORT(session->transport));
    session->output = thrift_protocol_factory_get_protocol(answering->factory,
                                                           THRIFT_TRANSPORT(session->transport));
}

static Session *
session_take(Answering *answering)
{
    Session *session = NULL;

    g_mutex_lock(&answering->mutex);
    if (answering->sessions->len > 0)
        session = g_ptr_array_steal_index_fast(answering->sessions, answering->sessions->len - 1);
    g_mutex_unlock(&answering->mutex);
    if (session != NULL)
        return session;

    session = g_new0(Session, 1);
    weft_intake_init(&session->intake);
    weft_arena_init(&session->arena, SIZE_MAX);
    session_make_protocols(answering, session);
    return session;
}

static void
session_put(Answering *answering, Session *session)
{
    weft_intake_reset(&session->intake);
    g_mutex_lock(&answering->mutex);
    if (answering->sessions->len < MAX_IDLE_SESSIONS)
        g_ptr_array_add(answering->sessions, g_steal_pointer(&session));
    g_mutex_unlock(&answering->mutex);
    if (session != NULL)
        session_free(session);
}

/* ---- one call ---- */

/* FALSE: the old form of binary, which c_glib reads wrongly in 0.17, or no call */
static gboolean
read_head(const WeftIntakeMessage *message, WeftArena *arena, WeftThriftMessage *ret_head)
{
    WeftThriftReader reader;

    weft_thrift_reader_init(&reader, message->data, message->size, arena, NULL, false);
    return weft_thrift_read_message(message->protocol, message->data, &reader, ret_head) != NULL &&
           !ret_head->is_old &&
           (ret_head->kind == WEFT_THRIFT_MESSAGE_CALL ||
            ret_head->kind == WEFT_THRIFT_MESSAGE_ONEWAY);
}

static gboolean
write_exception(ThriftProtocol *output, const WeftThriftMessage *head, const char *reason)
{
    GObject *exception =
        g_object_new(THRIFT_TYPE_APPLICATION_EXCEPTION, "type",
                     THRIFT_APPLICATION_EXCEPTION_ERROR_PROTOCOL_ERROR, "message", reason, NULL);
    g_autoptr(GError) error = NULL;
    const gboolean succeeded =
        thrift_protocol_write_message_begin(output, head->name.data, T_EXCEPTION, head->sequence_id,
                                            &error) >= 0 &&
        thrift_struct_write(THRIFT_STRUCT(exception), output, &error) >= 0 &&
        thrift_protocol_write_message_end(output, &error) >= 0 &&
        thrift_transport_flush(output->transport, &error);

    g_object_unref(exception);
    return succeeded;
}

/* c_glib left a protocol in the middle of a message: there will be new ones, with the answers that
 * are whole. */
static void
renew_protocols(const Answering *answering, Session *session)
{
    WeftThriftTransport *old = g_object_ref(session->transport);

    weft_thrift_transport_drop_message(old);
    session_drop_protocols(session);
    session_make_protocols(answering, session);
    session->transport->is_framed = old->is_framed;
    session->transport->output = old->output;
    session->transport->message_begin = old->message_begin;
    old->output = (WeftBuffer){0};
    g_object_unref(old);
}

/* FALSE: there is no telling what the peer wants */
static gboolean
answer(Answering *answering, Session *session, const WeftIntakeMessage *message)
{
    WeftThriftTransport *transport = session->transport;
    g_autoptr(GError) error = NULL;
    WeftThriftMessage head;

    weft_arena_reset(&session->arena);
    if (message->protocol != answering->protocol || !read_head(message, &session->arena, &head))
        return FALSE;
    weft_thrift_transport_set_input(transport, message->data, message->size);
    transport->is_framed = message->is_framed;

    const size_t n_answered = transport->message_begin;
    if (thrift_processor_process(answering->processor, session->input, session->output, &error) &&
        !transport->has_message)
        return TRUE;

    const gboolean has_answered = transport->message_begin > n_answered;
    renew_protocols(answering, session);
    if (has_answered || head.kind == WEFT_THRIFT_MESSAGE_ONEWAY)
        return TRUE;
    return write_exception(session->output, &head,
                           error != NULL ? error->message : "the call failed");
}

/* ---- one connection ---- */

static gboolean
send_answers(Session *session, WeftStream *stream)
{
    WeftThriftTransport *transport = session->transport;

    if (transport->output.end == 0)
        return TRUE;
    g_autoptr(GBytes) answers = weft_thrift_transport_steal_output(transport);
    size_t size;
    const void *data = g_bytes_get_data(answers, &size);
    return weft_stream_write_all(stream, data, size, NULL);
}

/* Returns: bytes read; -2 where the connection may be parked; 0 and -1: it has ended */
static ssize_t
read_more(Session *session, WeftConnection *connection)
{
    WeftStream *stream = weft_connection_stream(connection);

    if (weft_intake_is_empty(&session->intake)) {
        if (weft_connection_is_draining(connection))
            return 0;
        return weft_intake_fill(&session->intake, stream, TRUE, NULL);
    }
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(MESSAGE_TIMEOUT_MS);
    return weft_intake_fill(&session->intake, stream, FALSE, NULL);
}

static WeftServeResult
serve_messages(Answering *answering, Session *session, WeftConnection *connection)
{
    WeftStream *stream = weft_connection_stream(connection);
    WeftIntakeMessage message;
    ssize_t n_read;

    for (;;) {
        switch (weft_intake_next(&session->intake, &message, NULL)) {
        case WEFT_INTAKE_BAD:
            (void)send_answers(session, stream);
            return WEFT_SERVE_CLOSE;
        case WEFT_INTAKE_MESSAGE:
            if (!answer(answering, session, &message)) {
                (void)send_answers(session, stream);
                return WEFT_SERVE_CLOSE;
            }
            if (session->transport->output.end >= MAX_GATHERED_BYTES &&
                !send_answers(session, stream))
                return WEFT_SERVE_CLOSE;
            break;
        case WEFT_INTAKE_MORE:
            if (!send_answers(session, stream))
                return WEFT_SERVE_CLOSE;
            n_read = read_more(session, connection);
            if (n_read == -2)
                return WEFT_SERVE_PARK;
            if (n_read <= 0)
                return WEFT_SERVE_CLOSE;
            break;
        }
    }
}

static WeftServeResult
serve_connection(WeftConnection *connection, gpointer data)
{
    Answering *answering = data;
    WeftBuffer *input = weft_connection_input(connection);
    const size_t n_input = weft_buffer_length(input);
    Session *session = session_take(answering);
    WeftServeResult result = WEFT_SERVE_CLOSE;

    if (weft_intake_append(&session->intake, weft_buffer_bytes(input), n_input, NULL)) {
        weft_buffer_consume(input, n_input);
        result = serve_messages(answering, session, connection);
    }
    if (result == WEFT_SERVE_CLOSE)
        /* Answers that could not be sent are nobody else's. */
        g_bytes_unref(weft_thrift_transport_steal_output(session->transport));
    session_put(answering, session);
    return result;
}

/* ---- the service ---- */

static void
answering_free(gpointer data)
{
    Answering *answering = data;

    g_ptr_array_unref(answering->sessions);
    g_object_unref(answering->processor);
    g_object_unref(answering->factory);
    g_mutex_clear(&answering->mutex);
    g_free(answering);
}

WeftService *
weft_thrift_c_glib_service_new(ThriftProcessor *processor, ThriftProtocolFactory *factory,
                               GError **error)
{
    WeftThriftProtocol protocol = WEFT_THRIFT_PROTOCOL_BINARY;

    if (factory != NULL && THRIFT_IS_COMPACT_PROTOCOL_FACTORY(factory)) {
        protocol = WEFT_THRIFT_PROTOCOL_COMPACT;
    } else if (factory != NULL && !THRIFT_IS_BINARY_PROTOCOL_FACTORY(factory)) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                            "the protocol factory makes neither binary nor compact protocols");
        return NULL;
    }

    Answering *answering = g_new0(Answering, 1);
    answering->processor = g_object_ref(processor);
    answering->factory = factory != NULL ? g_object_ref(factory)
                                         : g_object_new(THRIFT_TYPE_BINARY_PROTOCOL_FACTORY, NULL);
    answering->protocol = protocol;
    answering->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)session_free);
    g_mutex_init(&answering->mutex);
    WeftService *service =
        weft_service_new("thrift c_glib", serve_connection, answering, answering_free);

    /* As c_glib's own server: who is silent may stay. */
    weft_service_set_idle_timeout_ms(service, 0);
    return service;
}
