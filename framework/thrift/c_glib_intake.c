/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buffer grows with what has come, never with what a frame announces.
 */

#include "thrift/c_glib_intake.h"

#include "thrift/detect.h"

#include <weft/thrift_error.h>

#define FIRST_BYTES ((size_t)8 * 1024)

/* What one message may have, as in c_glib's own configuration. */
#define MAX_MESSAGE_BYTES ((size_t)16 * 1024 * 1024)

#define FRAME_SIZE_BYTES 4

void
weft_intake_init(WeftIntake *intake)
{
    *intake = (WeftIntake){0};
    weft_buffer_init(&intake->bytes, FIRST_BYTES);
}

void
weft_intake_clear(WeftIntake *intake)
{
    weft_buffer_clear(&intake->bytes);
}

void
weft_intake_reset(WeftIntake *intake)
{
    intake->is_under_way = FALSE;
    intake->n_taken = 0;
    intake->bytes.begin = intake->bytes.end = 0;
    if (intake->bytes.capacity > FIRST_BYTES) {
        weft_buffer_clear(&intake->bytes);
        weft_buffer_init(&intake->bytes, FIRST_BYTES);
    }
}

gboolean
weft_intake_is_empty(const WeftIntake *intake)
{
    return weft_buffer_length(&intake->bytes) == intake->n_taken;
}

static WeftIntakeState
refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_PROTOCOL, reason);
    return WEFT_INTAKE_BAD;
}

static WeftIntakeState
begin_message(WeftIntake *intake, GError **error)
{
    const WeftThriftDetected detected = weft_thrift_detect(
        weft_buffer_bytes(&intake->bytes), weft_buffer_length(&intake->bytes), MAX_MESSAGE_BYTES);

    switch (detected.spoken) {
    case WEFT_THRIFT_SPOKEN_MORE:
        return WEFT_INTAKE_MORE;
    case WEFT_THRIFT_SPOKEN_HEADER:
        return refuse(error, "the header transport, which c_glib does not speak");
    case WEFT_THRIFT_SPOKEN_OTHER:
        return refuse(error, detected.refusal);
    case WEFT_THRIFT_SPOKEN_FRAMED:
    case WEFT_THRIFT_SPOKEN_UNFRAMED:
        break;
    }
    intake->is_under_way = TRUE;
    intake->message.protocol = detected.protocol;
    intake->message.is_framed = detected.spoken == WEFT_THRIFT_SPOKEN_FRAMED;
    intake->message.size = detected.frame_bytes;
    weft_thrift_extent_init(&intake->extent, detected.protocol,
                            intake->message.is_framed ? detected.frame_bytes : MAX_MESSAGE_BYTES);
    return WEFT_INTAKE_MESSAGE;
}

static WeftIntakeState
end_message(WeftIntake *intake, WeftIntakeMessage *ret_message)
{
    const size_t n_frame = intake->message.is_framed ? FRAME_SIZE_BYTES : 0;

    intake->message.data = weft_buffer_bytes(&intake->bytes) + n_frame;
    intake->n_taken = n_frame + intake->message.size;
    intake->is_under_way = FALSE;
    *ret_message = intake->message;
    return WEFT_INTAKE_MESSAGE;
}

static WeftIntakeState
take_framed(WeftIntake *intake, WeftIntakeMessage *ret_message, GError **error)
{
    if (weft_buffer_length(&intake->bytes) < FRAME_SIZE_BYTES + intake->message.size)
        return WEFT_INTAKE_MORE;

    const WeftThriftExtentState state = weft_thrift_extent_scan(
        &intake->extent, weft_buffer_bytes(&intake->bytes) + FRAME_SIZE_BYTES,
        intake->message.size);
    if (state != WEFT_THRIFT_EXTENT_DONE || intake->extent.at != intake->message.size)
        return refuse(error, "what is in the frame is no message");
    return end_message(intake, ret_message);
}

static WeftIntakeState
take_unframed(WeftIntake *intake, WeftIntakeMessage *ret_message, GError **error)
{
    switch (weft_thrift_extent_scan(&intake->extent, weft_buffer_bytes(&intake->bytes),
                                    weft_buffer_length(&intake->bytes))) {
    case WEFT_THRIFT_EXTENT_MORE:
        return WEFT_INTAKE_MORE;
    case WEFT_THRIFT_EXTENT_BAD:
        return refuse(error, "what has come is no message");
    case WEFT_THRIFT_EXTENT_DONE:
        break;
    }
    intake->message.size = intake->extent.at;
    return end_message(intake, ret_message);
}

WeftIntakeState
weft_intake_next(WeftIntake *intake, WeftIntakeMessage *ret_message, GError **error)
{
    weft_buffer_consume(&intake->bytes, intake->n_taken);
    intake->n_taken = 0;
    if (!intake->is_under_way) {
        const WeftIntakeState state = begin_message(intake, error);
        if (state != WEFT_INTAKE_MESSAGE)
            return state;
    }
    return intake->message.is_framed ? take_framed(intake, ret_message, error)
                                     : take_unframed(intake, ret_message, error);
}

/* Room for @size bytes; a peer's doing, so lack of memory is a failure. */
static gboolean
make_room(WeftIntake *intake, size_t size, GError **error)
{
    WeftBuffer *bytes = &intake->bytes;

    if (weft_buffer_room(bytes) >= size)
        return TRUE;
    weft_buffer_compact(bytes);
    if (weft_buffer_room(bytes) >= size)
        return TRUE;

    const size_t capacity = MAX(2 * bytes->capacity, bytes->end + size);
    uint8_t *data = g_try_realloc(bytes->data, capacity);
    if (data == NULL) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "no memory for a message of %zu bytes",
                    capacity);
        return FALSE;
    }
    bytes->data = data;
    bytes->capacity = capacity;
    return TRUE;
}

gboolean
weft_intake_append(WeftIntake *intake, const void *data, size_t size, GError **error)
{
    if (!make_room(intake, size, error))
        return FALSE;
    weft_buffer_append(&intake->bytes, data, size);
    return TRUE;
}

ssize_t
weft_intake_fill(WeftIntake *intake, WeftStream *stream, gboolean is_trying, GError **error)
{
    WeftBuffer *bytes = &intake->bytes;

    /* A full buffer doubles. */
    if (!make_room(intake, 1, error))
        return -1;
    const ssize_t n_read =
        is_trying
            ? weft_stream_try_read(stream, bytes->data + bytes->end, weft_buffer_room(bytes), error)
            : weft_stream_read(stream, bytes->data + bytes->end, weft_buffer_room(bytes), error);
    if (n_read > 0)
        bytes->end += (size_t)n_read;
    return n_read;
}
