/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Messages from a stream for c_glib: whole, and found sound, before it sees them.
 */

#include "thrift/extent.h"

#include <weft/buffer.h>
#include <weft/stream.h>

typedef enum {
    WEFT_INTAKE_MORE, /* what has come is no whole message */
    WEFT_INTAKE_MESSAGE,
    WEFT_INTAKE_BAD, /* nothing that could be answered */
} WeftIntakeState;

typedef struct {
    WeftThriftProtocol protocol;
    gboolean is_framed;
    const uint8_t *data; /* behind the frame's size; lives until the next call */
    size_t size;
} WeftIntakeMessage;

typedef struct {
    WeftBuffer bytes;      /* what has come and was not taken yet */
    gboolean is_under_way; /* it is known how the message is framed */
    size_t n_taken;        /* bytes of the message that was handed out last, its frame included */
    WeftIntakeMessage message;
    WeftThriftExtent extent; /* of it */
} WeftIntake;

void weft_intake_init(WeftIntake *intake);
void weft_intake_clear(WeftIntake *intake);

/* Forget what there is, for another stream. */
void weft_intake_reset(WeftIntake *intake);

/* The message handed out last is done with; hand out the next one.  @error: of BAD */
WeftIntakeState weft_intake_next(WeftIntake *intake, WeftIntakeMessage *ret_message,
                                 GError **error);

/* What was read from the stream already. */
gboolean weft_intake_append(WeftIntake *intake, const void *data, size_t size, GError **error);

/* TRUE if nothing of a message has come. */
gboolean weft_intake_is_empty(const WeftIntake *intake);

/* One read, which parks unless @is_trying.  Returns: as weft_stream_read(), or _try_read() */
WEFT_PARKS ssize_t weft_intake_fill(WeftIntake *intake, WeftStream *stream, gboolean is_trying,
                                    GError **error);
