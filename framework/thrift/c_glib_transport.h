/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The transport as the server uses it: a message in, answers out.
 */

#include "thrift/c_glib_intake.h"

#include <weft/thrift_c_glib.h>

struct WeftThriftTransport {
    ThriftTransport parent;

    WeftStream *stream; /* NULL: on memory */
    WeftIntake intake;  /* of the stream */
    gboolean is_framed; /* a size goes before each message that is written */

    const uint8_t *input; /* what is read; borrowed */
    size_t input_at;
    size_t input_size;
    unsigned n_reads; /* since the input was set */

    WeftBuffer output;
    size_t message_begin; /* in output, of the message being written; its frame's size included */
    gboolean has_message; /* something of it was written */
};

struct WeftThriftTransportClass {
    ThriftTransportClass parent;
};

/* Drop what was written since the last flush(): the beginning of an answer that failed. */
void weft_thrift_transport_drop_message(WeftThriftTransport *transport);
