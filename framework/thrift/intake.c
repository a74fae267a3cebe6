/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input of a connection as messages.  Small ones lie in the block that every connection is
 * lent; for larger ones it gets a larger block, which grows with what has come, not with what was
 * announced.
 */

#include "thrift/intake.h"

#include "io/block.h"

#include <string.h>
#include <weft/clock.h>
#include <weft/deadline.h>

#define WOULD_PARK (-2)
#define LENGTH_BYTES ((size_t)4)

void
weft_thrift_intake_init(WeftThriftIntake *intake, WeftConnection *connection,
                        const WeftThriftServiceLimits *limits)
{
    intake->stream = weft_connection_stream(connection);
    intake->input = weft_connection_input(connection);
    intake->limits = limits;
    intake->n_wanted = 0;
    intake->deadline_us = WEFT_DEADLINE_NEVER;
    intake->refusal = NULL;
    intake->is_unframed = FALSE;
}

/* ---- buffers ---- */

static void
put_back(uint8_t *data, size_t capacity)
{
    if (capacity == WEFT_BLOCK_SMALL_BYTES)
        weft_block_put(WEFT_BLOCK_SMALL, data);
    else if (capacity == WEFT_BLOCK_LARGE_BYTES)
        weft_block_put(WEFT_BLOCK_LARGE, data);
    else
        g_free(data);
}

void
weft_thrift_intake_clear(WeftThriftIntake *intake)
{
    WeftBuffer *input = intake->input;

    input->begin = input->end = 0;
    if (input->capacity == WEFT_BLOCK_SMALL_BYTES)
        return;
    put_back(input->data, input->capacity);
    input->data = weft_block_take(WEFT_BLOCK_SMALL);
    input->capacity = WEFT_BLOCK_SMALL_BYTES;
}

static gboolean
move_to(WeftBuffer *input, uint8_t *data, size_t capacity)
{
    const size_t length = weft_buffer_length(input);

    if (data == NULL)
        return FALSE;
    memcpy(data, weft_buffer_bytes(input), length);
    put_back(input->data, input->capacity);
    *input = (WeftBuffer){.data = data, .end = length, .capacity = capacity};
    return TRUE;
}

void
weft_thrift_intake_widen(WeftThriftIntake *intake)
{
    move_to(intake->input, weft_block_take(WEFT_BLOCK_LARGE), WEFT_BLOCK_LARGE_BYTES);
}

gboolean
weft_thrift_arrival_is_large(const WeftThriftArrival *arrival)
{
    return arrival->n_input_bytes > WEFT_BLOCK_SMALL_BYTES;
}

/* So that something can be read, and what is wanted will find room. */
static gboolean
make_room(WeftThriftIntake *intake)
{
    WeftBuffer *input = intake->input;

    if (input->capacity - input->begin >= intake->n_wanted && weft_buffer_room(input) > 0)
        return TRUE;
    weft_buffer_compact(input);
    if (input->capacity == WEFT_BLOCK_SMALL_BYTES && intake->n_wanted > input->capacity)
        return move_to(input, weft_block_take(WEFT_BLOCK_LARGE), WEFT_BLOCK_LARGE_BYTES);
    if (weft_buffer_room(input) > 0)
        return TRUE;

    /* Without a frame the next byte is all that is known to be wanted: it doubles each time. */
    const size_t most = intake->is_unframed ? SIZE_MAX : MAX(intake->n_wanted, input->end + 1);
    const size_t capacity = MIN(MAX(input->capacity * 2, WEFT_BLOCK_LARGE_BYTES), most);
    return move_to(input, g_try_malloc(capacity), capacity);
}

/* ---- looking ---- */

static WeftThriftIntakeState
refuse(WeftThriftIntake *intake, const char *why)
{
    intake->refusal = why;
    return WEFT_THRIFT_INTAKE_REFUSED;
}

static WeftThriftIntakeState
look_for_frame(WeftThriftIntake *intake, const WeftThriftDetected *detected,
               WeftThriftArrival *ret_arrival)
{
    const WeftBuffer *input = intake->input;
    const size_t n_wanted = LENGTH_BYTES + detected->frame_bytes;

    if (weft_buffer_length(input) < n_wanted) {
        intake->n_wanted = n_wanted;
        return WEFT_THRIFT_INTAKE_MORE;
    }
    *ret_arrival = (WeftThriftArrival){
        .spoken = detected->spoken,
        .protocol = detected->protocol,
        .bytes = weft_buffer_bytes(input) + LENGTH_BYTES,
        .size = detected->frame_bytes,
        .n_input_bytes = n_wanted,
    };
    return WEFT_THRIFT_INTAKE_MESSAGE;
}

static WeftThriftIntakeState
look_for_end(WeftThriftIntake *intake, WeftThriftArrival *ret_arrival)
{
    const WeftBuffer *input = intake->input;
    const size_t length = weft_buffer_length(input);
    WeftThriftExtent *extent = &intake->extent;

    switch (weft_thrift_extent_scan(extent, weft_buffer_bytes(input), length)) {
    case WEFT_THRIFT_EXTENT_MORE:
        intake->n_wanted = MAX(extent->at, length + 1);
        return WEFT_THRIFT_INTAKE_MORE;
    case WEFT_THRIFT_EXTENT_BAD:
        return refuse(intake, "an unframed message is malformed, or too large");
    case WEFT_THRIFT_EXTENT_DONE:
        break;
    }
    *ret_arrival = (WeftThriftArrival){
        .spoken = WEFT_THRIFT_SPOKEN_UNFRAMED,
        .protocol = extent->protocol,
        .bytes = weft_buffer_bytes(input),
        .size = extent->at,
        .n_input_bytes = extent->at,
    };
    return WEFT_THRIFT_INTAKE_MESSAGE;
}

WeftThriftIntakeState
weft_thrift_intake_look(WeftThriftIntake *intake, WeftThriftArrival *ret_arrival)
{
    const WeftBuffer *input = intake->input;
    const size_t length = weft_buffer_length(input);
    const uint32_t max_frame_bytes = intake->limits->message.max_frame_bytes;

    if (length == 0)
        return WEFT_THRIFT_INTAKE_MORE;
    if (intake->is_unframed)
        return look_for_end(intake, ret_arrival);

    const WeftThriftDetected detected =
        weft_thrift_detect(weft_buffer_bytes(input), length, max_frame_bytes);
    switch (detected.spoken) {
    case WEFT_THRIFT_SPOKEN_MORE:
        intake->n_wanted = length + 1;
        return WEFT_THRIFT_INTAKE_MORE;
    case WEFT_THRIFT_SPOKEN_FRAMED:
    case WEFT_THRIFT_SPOKEN_HEADER:
        return look_for_frame(intake, &detected, ret_arrival);
    case WEFT_THRIFT_SPOKEN_UNFRAMED:
        intake->is_unframed = TRUE;
        weft_thrift_extent_init(&intake->extent, detected.protocol, max_frame_bytes);
        return look_for_end(intake, ret_arrival);
    case WEFT_THRIFT_SPOKEN_OTHER:
        break;
    }
    return refuse(intake, detected.refusal);
}

void
weft_thrift_intake_consume(WeftThriftIntake *intake, const WeftThriftArrival *arrival)
{
    weft_buffer_consume(intake->input, arrival->n_input_bytes);
    intake->n_wanted = 0;
    intake->deadline_us = WEFT_DEADLINE_NEVER;
    intake->is_unframed = FALSE;
}

/* ---- reading ---- */

static ssize_t
wait_for_more(WeftThriftIntake *intake, GError **error)
{
    WeftBuffer *input = intake->input;

    if (intake->deadline_us == WEFT_DEADLINE_NEVER)
        intake->deadline_us = weft_clock_now_us() + intake->limits->message_timeout_ms * 1000;
    g_auto(WeftDeadlineScope) time = weft_deadline_scope_at_us(intake->deadline_us);
    return weft_stream_read(intake->stream, input->data + input->end, weft_buffer_room(input),
                            error);
}

ssize_t
weft_thrift_intake_read(WeftThriftIntake *intake, GError **error)
{
    WeftBuffer *input = intake->input;
    const gboolean has_begun = weft_buffer_length(input) > 0;

    if (!make_room(intake)) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "no memory for a message");
        return -1;
    }
    ssize_t n_read = weft_stream_try_read(intake->stream, input->data + input->end,
                                          weft_buffer_room(input), error);
    if (n_read == WOULD_PARK && has_begun)
        n_read = wait_for_more(intake, error);
    if (n_read > 0)
        input->end += (size_t)n_read;
    return n_read;
}
