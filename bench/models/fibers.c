/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fiber per connection that has something to say: fibers ADDRESS.  Straight code; nothing else
 * runs between two calls that park, so what fibers share has no lock.
 */
#include "keys.h"

#include <weft/reader.h>
#include <weft/server.h>

static WeftServeResult
serve(WeftConnection *connection, gpointer data G_GNUC_UNUSED)
{
    WeftStream *stream = weft_connection_stream(connection);
    WeftBuffer *input = weft_connection_input(connection);
    char answer[KEYS_MAX_ANSWER];
    KeysCommand command;

    do {
        const ssize_t n_line = weft_stream_read_line(stream, input, KEYS_MAX_LINE, NULL);
        if (n_line <= 0 || !keys_parse((char *)weft_buffer_bytes(input), n_line, &command))
            return WEFT_SERVE_CLOSE;
        weft_buffer_consume(input, n_line);
        if (!weft_stream_read_until(stream, input, command.size, NULL))
            return WEFT_SERVE_CLOSE;
        const size_t size = keys_answer(&command, (char *)weft_buffer_bytes(input), answer);
        weft_buffer_consume(input, command.size);
        if (!weft_stream_write_all(stream, answer, size, NULL))
            return WEFT_SERVE_CLOSE;
    } while (weft_buffer_length(input) > 0);
    return WEFT_SERVE_PARK;
}

int
main(int argc, char **argv)
{
    keys_init();
    return weft_serve(argc > 1 ? argv[1] : "127.0.0.1:7070",
                      weft_service_new("keys", serve, NULL, NULL));
}
