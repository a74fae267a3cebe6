/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call from its message to its answer, whatever brought the one and takes the other.
 */
#pragma once

#include "thrift/header.h"
#include "thrift/message.h"
#include "thrift/processor.h"

#include <weft/stream.h>

G_BEGIN_DECLS

/** The metadata by which a client says how many milliseconds it will wait. */
#define WEFT_THRIFT_METADATA_TIMEOUT "timeout-ms"

/** Items of metadata that an answer may have. */
#define WEFT_THRIFT_MAX_ANSWER_PAIRS 64

/** Who calls, as the transport knows it. */
typedef struct {
    const char *(*peer)(gpointer transport);
    const char *(*metadata)(gpointer transport, const char *name); /* (nullable): there is none */
    gboolean (*is_draining)(gpointer transport);                   /* (nullable) */
    WeftStream *(*stream)(gpointer transport);                     /* (nullable): there is none */
} WeftThriftCallerMethods;

struct WeftCall {
    WeftArena arena;
    const WeftThriftProcessor *processor;
    const WeftThriftServiceLimits *limits;
    const WeftThriftCallerMethods *caller;
    gpointer transport;

    WeftThriftProtocol protocol;
    WeftThriftMessage head;   /* of the message */
    const WeftThriftRow *row; /* NULL: there is no such method */
    void *arguments;
    void *result;
    GError *failure;       /* what is answered; NULL: the result */
    size_t n_interceptors; /* that stand around what runs now */
    gboolean is_exception; /* the result is a declared one */

    WeftThriftHeaderPair *pairs; /* of the answer's metadata; WEFT_THRIFT_MAX_ANSWER_PAIRS */
    uint32_t n_pairs;
};

/** @call: memory the caller has */
void weft_thrift_call_init(WeftCall *call, const WeftThriftProcessor *processor,
                           const WeftThriftServiceLimits *limits);
void weft_thrift_call_clear(WeftCall *call);

/** Make ready for the next one; keeps some memory. */
void weft_thrift_call_reset(WeftCall *call);

/**
 * Read head and arguments.  What is wrong behind the head is the call's failure, and answered.
 * @message: changed; lives until the answer is written
 * Returns: FALSE with @error set where there is no head: nobody can be answered
 */
gboolean weft_thrift_call_read(WeftCall *call, WeftThriftProtocol protocol, uint8_t *message,
                               size_t size, GError **error);

/** Run the handler, unless the call has failed.  Parks. */
void weft_thrift_call_run(WeftCall *call);

/** TRUE if the client waits for an answer. */
gboolean weft_thrift_call_is_answered(const WeftCall *call);

/**
 * Write the answer: result or failure.
 * Returns: behind it; NULL: @writer has failed, which is the call's failure now: begin again, once
 */
uint8_t *weft_thrift_call_write(WeftCall *call, uint8_t *at, WeftThriftWriter *writer);

/** What health says. */
gboolean weft_thrift_call_is_healthy(const WeftCall *call);

G_END_DECLS
