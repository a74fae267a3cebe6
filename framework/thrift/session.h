/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection while a fiber serves it: what comes in, the call, what goes out.  Lent from the
 * worker, so that a call in the steady state allocates nothing.
 */
#pragma once

#include "fiber/descriptor.h"
#include "thrift/intake.h"
#include "thrift/service.h"

#include <weft/group.h>

G_BEGIN_DECLS

/** One call on a connection. */
struct WeftThriftTurn {
    WeftCall call;
    WeftThriftSession *session;
    WeftThriftAccount account;
    WeftThriftSpoken spoken;
    WeftThriftHeader header; /* of HEADER */

    /* Of calls that run at the same time. */
    WeftFiber *fiber;
    WeftThriftTurn *older; /* in the session's list; or, idle, in the worker's */
    WeftThriftTurn *newer;
};

struct WeftThriftSession {
    WeftThriftWorker *worker;
    WeftConnection *connection;
    WeftStream *stream;
    WeftThriftIntake intake;
    WeftThriftTurn turn; /* of calls that come one after the other */

    /* Answers that are not sent yet: a block. */
    uint8_t *out;
    size_t n_out_bytes;
    gboolean is_sending;  /* somebody does, and waits for the client */
    gboolean is_send_due; /* a fiber will, when the one that serves parks */
    gboolean has_failed;  /* the client takes no answers any more */
    WeftWaitQueue sent;   /* for is_sending */
    WeftGroup *group;     /* (nullable): fibers that help the one that serves */

    /* Whether the client is still there, while a handler runs. */
    WeftDescriptor *descriptor; /* (nullable): of the socket below */
    WeftFiber *fiber;           /* that serves */
    gboolean has_left;

    /* Where calls run at the same time. */
    WeftThriftTurn *newest_turn;
    uint32_t n_turns;
    WeftWaitQueue changed; /* a call has ended, or there is input */
    WeftGroup *watching;   /* (nullable): the fiber that waits for input */
    gboolean is_watched;

    WeftThriftSession *next; /* in the worker's list */
};

/** Read and check @arrival.  FALSE: nobody can be answered, and it is logged. */
gboolean weft_thrift_turn_read(WeftThriftTurn *turn, const WeftThriftArrival *arrival);

/** Answer, if there is an answer to give, and count the call.  Parks. */
void weft_thrift_turn_answer(WeftThriftTurn *turn);

/** What is due leaves once the running fiber parks. */
void weft_thrift_session_send_soon(WeftThriftSession *session);

/** Send what is due.  FALSE: session->has_failed.  Parks. */
gboolean weft_thrift_session_send(WeftThriftSession *session);

/** As weft_thrift_intake_read(), with a line in the log.  Parks. */
ssize_t weft_thrift_session_read(WeftThriftSession *session);

/** What has come is no message: say so in the log. */
void weft_thrift_session_refuse(WeftThriftSession *session);

/** @turn: memory the caller has */
void weft_thrift_turn_init(WeftThriftTurn *turn, WeftThriftSession *session);

G_END_DECLS
