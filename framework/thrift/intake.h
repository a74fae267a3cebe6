/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages out of a connection's bytes: found, and made whole.
 */
#pragma once

#include "thrift/detect.h"
#include "thrift/extent.h"

#include <weft/service.h>
#include <weft/thrift_service.h>

G_BEGIN_DECLS

typedef enum {
    WEFT_THRIFT_INTAKE_MESSAGE, /* there is one */
    WEFT_THRIFT_INTAKE_MORE,    /* there is none, or a part of one */
    WEFT_THRIFT_INTAKE_REFUSED, /* what is there is none: intake->refusal */
} WeftThriftIntakeState;

/** A message, where it was received. */
typedef struct {
    WeftThriftSpoken spoken;     /* FRAMED, HEADER, UNFRAMED */
    WeftThriftProtocol protocol; /* not of HEADER */
    uint8_t *bytes;              /* without the frame's length */
    size_t size;
    size_t n_input_bytes; /* what it takes of the input */
} WeftThriftArrival;

typedef struct {
    WeftStream *stream;
    WeftBuffer *input;
    const WeftThriftServiceLimits *limits;
    size_t n_wanted;     /* of the message that has begun, as far as is known */
    int64_t deadline_us; /* when that must be whole */
    const char *refusal; /* a literal */
    gboolean is_unframed;
    WeftThriftExtent extent; /* of an unframed message that has begun */
} WeftThriftIntake;

void weft_thrift_intake_init(WeftThriftIntake *intake, WeftConnection *connection,
                             const WeftThriftServiceLimits *limits);

/** Give the input the buffer back that it came with; what is in it is dropped. */
void weft_thrift_intake_clear(WeftThriftIntake *intake);

/** Have room for a large message from its first byte on.  The input is empty. */
void weft_thrift_intake_widen(WeftThriftIntake *intake);

/** TRUE if @arrival did not fit into the buffer that the input came with. */
gboolean weft_thrift_arrival_is_large(const WeftThriftArrival *arrival);

/** Look for a message in what is there.  It stays in place until it is consumed. */
WeftThriftIntakeState weft_thrift_intake_look(WeftThriftIntake *intake,
                                              WeftThriftArrival *ret_arrival);

/** The message is done with. */
void weft_thrift_intake_consume(WeftThriftIntake *intake, const WeftThriftArrival *arrival);

/**
 * Read more.  Parks where a message has begun, as long as it may take.
 * Returns: bytes read, 0 if the client has left, -1 with @error set, -2 where no message has begun,
 * and nothing is there
 */
ssize_t weft_thrift_intake_read(WeftThriftIntake *intake, GError **error);

G_END_DECLS
