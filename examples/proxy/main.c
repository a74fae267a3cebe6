/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP proxy: proxy LISTEN TARGET [CONNECT_MS], as in `proxy 127.0.0.1:8080 example.org:80`.  What
 * comes on one side goes out on the other, both ways at once.
 *
 * A callback proxy keeps a state for each side: is it connected, what is still to be written, has
 * its peer finished, must reading stop because the other side is slow.  Here a direction is a loop
 * of two lines, read and write, and its state is where it stands.  A side that reads slowly parks
 * the write, the parked write reads nothing more, and TCP tells the sender to wait: memory stays at
 * one buffer for each direction.
 */
#include <stdlib.h>
#include <weft/deadline.h>
#include <weft/group.h>
#include <weft/server.h>

enum { PIECE_BYTES = 64 * 1024 };

typedef struct {
    const char *address;
    int64_t connect_ms;
} Target;

typedef struct {
    WeftStream *from;
    WeftStream *to;
} Direction;

/* One direction, until its sender has finished: then the receiver is told so, and may still answer
 * (half-close). */
static gboolean
pass_on(gpointer data, GError **error)
{
    const Direction *direction = data;
    g_autofree char *piece = g_malloc(PIECE_BYTES);

    for (;;) {
        ssize_t size = weft_stream_read(direction->from, piece, PIECE_BYTES, error);
        if (size < 0)
            return FALSE;
        if (size == 0)
            return weft_stream_finish(direction->to, error);
        if (!weft_stream_write_all(direction->to, piece, (size_t)size, error))
            return FALSE;
    }
}

/* The scope bounds the connecting, lookup of the name included, and nothing after it. */
WEFT_PARKS static WeftStream *
connect_in_time(const Target *target, GError **error)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(target->connect_ms);

    return weft_stream_connect(target->address, error);
}

/* Both directions at once.  A group ends as a whole: when one direction fails - somebody hung up in
 * the middle - the other one is cancelled in whatever it waits for. */
WEFT_PARKS static gboolean
pass_both(WeftStream *client, WeftStream *target, GError **error)
{
    Direction there = {.from = client, .to = target};
    Direction back = {.from = target, .to = client};
    g_autoptr(WeftGroup) directions = weft_group_new();

    weft_group_spawn(directions, "there", pass_on, &there, NULL);
    weft_group_spawn(directions, "back", pass_on, &back, NULL);
    return weft_group_wait(directions, error);
}

static WeftServeResult
proxy(WeftConnection *connection, gpointer target)
{
    WeftStream *client = weft_connection_stream(connection);
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftStream) other = connect_in_time(target, &error);

    if (other == NULL || !pass_both(client, other, &error))
        g_printerr("proxy: %s: %s\n", weft_stream_peer(client), error->message);
    return WEFT_SERVE_CLOSE;
}

int
main(int argc, char **argv)
{
    if (argc < 3) {
        g_printerr("usage: proxy LISTEN TARGET [CONNECT_MS]\n");
        return 2;
    }
    Target target = {.address = argv[2], .connect_ms = argc > 3 ? atoll(argv[3]) : 5000};
    WeftService *service = weft_service_new("proxy", proxy, &target, NULL);

    /* Behind us may be a server that greets: do not wait for the client to say something. */
    weft_service_set_speaks_first(service, TRUE);
    return weft_serve(argv[1], service);
}
