/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A protocol of one's own on bare streams: echo [ADDRESS] sends every line back, and says goodbye
 * to who is silent for a minute.  One fiber serves a connection, top to bottom, as if every call
 * blocked.
 */
#include <weft/deadline.h>
#include <weft/reader.h>
#include <weft/server.h>

enum { MAX_LINE_BYTES = 4096, SILENCE_MS = 60 * 1000 };

/* The next line; its length with '\n', 0 at the end of the stream, -1 with @error: too long, too
 * late, or the server stops. */
WEFT_PARKS static ssize_t
read_line(WeftStream *stream, WeftBuffer *input, GError **error)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(SILENCE_MS);

    return weft_stream_read_line(stream, input, MAX_LINE_BYTES, error);
}

static WeftServeResult
echo(WeftConnection *connection, gpointer data G_GNUC_UNUSED)
{
    WeftStream *stream = weft_connection_stream(connection);
    WeftBuffer *input = weft_connection_input(connection);
    g_autoptr(GError) error = NULL;

    for (;;) {
        ssize_t size = read_line(stream, input, &error);
        if (size <= 0)
            break;
        if (!weft_stream_write_all(stream, weft_buffer_bytes(input), size, &error))
            break;
        weft_buffer_consume(input, size);
    }
    if (error != NULL && !g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED))
        g_printerr("echo: %s: %s\n", weft_stream_peer(stream), error->message);
    return WEFT_SERVE_CLOSE;
}

int
main(int argc, char **argv)
{
    return weft_serve(argc > 1 ? argv[1] : "127.0.0.1:7007",
                      weft_service_new("echo", echo, NULL, NULL));
}
