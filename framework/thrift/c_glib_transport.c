/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ThriftTransport over a flat buffer: c_glib's own move the rest of a message for each number
 * that is read.
 */

#include "thrift/c_glib_transport.h"

#include "thrift/c_glib_finalize.h"

#include <weft/fiber.h>

#include <string.h>

/* Each read is a number, a string or the end of a struct, of which c_glib makes up to some hundred
 * bytes: a message must not become gigabytes. */
#define MAX_READS_PER_MESSAGE (1U << 20)

/* c_glib recurses with the message; what it may need below the innermost read. */
#define MIN_STACK_BYTES ((size_t)12 * 1024)

#define FIRST_OUTPUT_BYTES 512
#define MAX_KEPT_OUTPUT_BYTES ((size_t)64 * 1024)
#define MAX_OUTPUT_BYTES ((size_t)INT32_MAX)
#define FRAME_SIZE_BYTES 4

G_DEFINE_TYPE(WeftThriftTransport, weft_thrift_transport, THRIFT_TYPE_TRANSPORT)

/* ---- reading ---- */

static gboolean
refuse(GError **error, ThriftTransportError code, const char *reason)
{
    g_set_error_literal(error, THRIFT_TRANSPORT_ERROR, (int)code, reason);
    return FALSE;
}

/* The next message of the stream becomes the input. */
static gboolean
receive(WeftThriftTransport *transport, GError **error)
{
    WeftIntakeMessage message;
    WeftIntakeState state;

    while ((state = weft_intake_next(&transport->intake, &message, error)) == WEFT_INTAKE_MORE) {
        const ssize_t n_read =
            weft_intake_fill(&transport->intake, transport->stream, FALSE, error);
        if (n_read < 0)
            return FALSE;
        if (n_read == 0) {
            g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED,
                                "the peer closed the connection");
            return FALSE;
        }
    }
    if (state == WEFT_INTAKE_BAD)
        return FALSE;
    weft_thrift_transport_set_input(transport, message.data, message.size);
    return TRUE;
}

static gboolean
may_go_on(const WeftThriftTransport *transport, GError **error)
{
    if (transport->n_reads >= MAX_READS_PER_MESSAGE)
        return refuse(error, THRIFT_TRANSPORT_ERROR_MAX_MESSAGE_SIZE_REACHED,
                      "the message has too many values");
    if (weft_fiber_current() != NULL && weft_fiber_stack_left() < MIN_STACK_BYTES)
        return refuse(error, THRIFT_TRANSPORT_ERROR_MAX_MESSAGE_SIZE_REACHED,
                      "the message is too deep");
    return TRUE;
}

static gint32
transport_read_all(ThriftTransport *base, gpointer buffer, guint32 size, GError **error)
{
    WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(base);

    /* Here, because what is read into was made just now, and its class may be new. */
    weft_c_glib_repair_structs();
    if (!may_go_on(transport, error))
        return -1;
    if (transport->input_at == transport->input_size && size > 0 && transport->stream != NULL &&
        !receive(transport, error))
        return -1;
    if (size > transport->input_size - transport->input_at) {
        refuse(error, THRIFT_TRANSPORT_ERROR_RECEIVE, "the message ends inside a value");
        return -1;
    }
    transport->n_reads++;
    if (size > 0)
        memcpy(buffer, transport->input + transport->input_at, size);
    transport->input_at += size;
    return (gint32)size;
}

static gboolean
check_read_bytes_available(ThriftTransport *base, glong size, GError **error)
{
    const WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(base);

    /* Before the first byte of a message nothing is known about it. */
    if (transport->stream != NULL && transport->input_at == transport->input_size)
        return TRUE;
    if (size < 0 || (size_t)size > transport->input_size - transport->input_at)
        return refuse(error, THRIFT_TRANSPORT_ERROR_MAX_MESSAGE_SIZE_REACHED,
                      "a size is larger than the message");
    return TRUE;
}

static gboolean
accept_size(ThriftTransport *base G_GNUC_UNUSED, glong size G_GNUC_UNUSED,
            GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

/* ---- writing ---- */

static gboolean
make_room(WeftBuffer *output, size_t size, GError **error)
{
    if (weft_buffer_room(output) >= size)
        return TRUE;
    if (size > MAX_OUTPUT_BYTES - output->end)
        return refuse(error, THRIFT_TRANSPORT_ERROR_SEND, "the message is too large");

    const size_t capacity = MAX(MAX(2 * output->capacity, output->end + size), FIRST_OUTPUT_BYTES);
    uint8_t *data = g_try_realloc(output->data, capacity);
    if (data == NULL)
        return refuse(error, THRIFT_TRANSPORT_ERROR_SEND, "no memory for the message");
    output->data = data;
    output->capacity = capacity;
    return TRUE;
}

static gboolean
transport_write(ThriftTransport *base, const gpointer bytes, const guint32 size, GError **error)
{
    WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(base);
    WeftBuffer *output = &transport->output;
    const size_t n_frame = transport->is_framed && !transport->has_message ? FRAME_SIZE_BYTES : 0;

    weft_c_glib_repair_structs();
    if (!make_room(output, n_frame + size, error))
        return FALSE;
    transport->has_message = TRUE;
    output->end += n_frame; /* filled in when the message is whole */
    if (size > 0)
        memcpy(output->data + output->end, bytes, size);
    output->end += size;
    return TRUE;
}

static void
end_message(WeftThriftTransport *transport)
{
    WeftBuffer *output = &transport->output;

    if (transport->is_framed && transport->has_message) {
        const uint32_t size = (uint32_t)(output->end - transport->message_begin - FRAME_SIZE_BYTES);
        uint8_t *frame = output->data + transport->message_begin;
        for (unsigned i = 0; i < FRAME_SIZE_BYTES; i++)
            frame[i] = (uint8_t)(size >> (8 * (FRAME_SIZE_BYTES - 1 - i)));
    }
    transport->message_begin = output->end;
    transport->has_message = FALSE;
}

static void
forget_output(WeftThriftTransport *transport)
{
    WeftBuffer *output = &transport->output;

    output->begin = output->end = transport->message_begin = 0;
    if (output->capacity > MAX_KEPT_OUTPUT_BYTES) {
        weft_buffer_clear(output);
        *output = (WeftBuffer){0};
    }
}

void
weft_thrift_transport_drop_message(WeftThriftTransport *transport)
{
    transport->output.end = transport->message_begin;
    transport->has_message = FALSE;
}

static gboolean
transport_flush(ThriftTransport *base, GError **error)
{
    WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(base);

    end_message(transport);
    if (transport->stream == NULL || transport->output.end == 0)
        return TRUE;
    const gboolean succeeded = weft_stream_write_all(transport->stream, transport->output.data,
                                                     transport->output.end, error);
    forget_output(transport);
    return succeeded;
}

/* ---- the rest of what a transport can be asked ---- */

static gboolean
transport_is_open(ThriftTransport *base)
{
    const WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(base);

    return transport->stream != NULL || transport->input != NULL;
}

static gboolean
transport_peek(ThriftTransport *base, GError **error)
{
    WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(base);

    if (transport->input_at < transport->input_size)
        return TRUE;
    return transport->stream != NULL && receive(transport, error);
}

static gboolean
do_nothing(ThriftTransport *base G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
transport_close(ThriftTransport *base, GError **error G_GNUC_UNUSED)
{
    WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(base);

    g_clear_pointer(&transport->stream, weft_stream_free);
    weft_thrift_transport_set_input(transport, NULL, 0);
    return TRUE;
}

static void
transport_finalize(GObject *object)
{
    WeftThriftTransport *transport = WEFT_THRIFT_TRANSPORT(object);

    weft_stream_free(transport->stream);
    weft_intake_clear(&transport->intake);
    weft_buffer_clear(&transport->output);
    G_OBJECT_CLASS(weft_thrift_transport_parent_class)->finalize(object);
}

static void
weft_thrift_transport_class_init(WeftThriftTransportClass *class)
{
    ThriftTransportClass *base = THRIFT_TRANSPORT_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = transport_finalize;
    base->is_open = transport_is_open;
    base->peek = transport_peek;
    base->open = do_nothing;
    base->close = transport_close;
    /* Who asks for less than there is gets all of it: the two are the same. */
    base->read = transport_read_all;
    base->read_all = transport_read_all;
    base->read_end = do_nothing;
    base->write = transport_write;
    base->write_end = do_nothing;
    base->flush = transport_flush;
    base->checkReadBytesAvailable = check_read_bytes_available;
    base->updateKnownMessageSize = accept_size;
    base->resetConsumedMessageSize = accept_size;
    base->countConsumedMessageBytes = accept_size;
}

static void
weft_thrift_transport_init(WeftThriftTransport *transport G_GNUC_UNUSED)
{
}

WeftThriftTransport *
weft_thrift_transport_new(WeftStream *stream, gboolean is_framed)
{
    WeftThriftTransport *transport = g_object_new(WEFT_TYPE_THRIFT_TRANSPORT, NULL);

    transport->stream = stream;
    transport->is_framed = is_framed;
    weft_intake_init(&transport->intake);
    return transport;
}

WeftThriftTransport *
weft_thrift_transport_new_flat(void)
{
    return g_object_new(WEFT_TYPE_THRIFT_TRANSPORT, NULL);
}

void
weft_thrift_transport_set_input(WeftThriftTransport *transport, const void *data, size_t size)
{
    transport->input = data;
    transport->input_at = 0;
    transport->input_size = size;
    transport->n_reads = 0;
}

GBytes *
weft_thrift_transport_steal_output(WeftThriftTransport *transport)
{
    GBytes *bytes = g_bytes_new(transport->output.data, transport->output.end);

    forget_output(transport);
    transport->has_message = FALSE;
    return bytes;
}
