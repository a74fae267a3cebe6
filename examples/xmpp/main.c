/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chat by XMPP: xmpp JID PASSWORD [HOST:PORT] shows what others write to you as "FROM: TEXT", and
 * sends what you type as "TO TEXT"; it ends with its input.
 *
 * Two fibers, and each of them blocks: one reads stdin, one runs libstrophe's loop.  With
 * weft::cooperative both park instead, on the same thread.  A libstrophe connection is for one
 * fiber at a time, so the reader does not touch it: what is to be sent goes through a channel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strophe.h>
#include <unistd.h>
#include <weft/buffer.h>
#include <weft/channel.h>
#include <weft/cooperative.h>
#include <weft/group.h>
#include <weft/scheduler.h>

/* One turn of libstrophe's loop looks at the network; between two turns messages are sent. */
enum { TURN_MS = 50, PIECE_BYTES = 4096 };

typedef enum { CONNECTING, CONNECTED, DISCONNECTED } State;

typedef struct {
    const char *jid;
    const char *password;
    char *host;    /* (nullable): where the domain's server is, if not where DNS says */
    uint16_t port; /* 0: as usual */
    State state;
    gboolean said_goodbye;
    xmpp_ctx_t *context;
    xmpp_conn_t *connection;
    WeftChannel *outbox; /* of lines: "TO TEXT" */
} Chat;

/* ---- what libstrophe calls ---- */

static int
on_message(xmpp_conn_t *connection G_GNUC_UNUSED, xmpp_stanza_t *stanza, void *data)
{
    const Chat *chat = data;
    const char *from = xmpp_stanza_get_from(stanza);
    char *text = xmpp_message_get_body(stanza);

    if (text != NULL) {
        printf("%s: %s\n", from != NULL ? from : "?", text);
        fflush(stdout);
        xmpp_free(chat->context, text);
    }
    return 1; /* go on calling */
}

static void
on_connection(xmpp_conn_t *connection, xmpp_conn_event_t event, int reason G_GNUC_UNUSED,
              xmpp_stream_error_t *stream_error G_GNUC_UNUSED, void *data)
{
    Chat *chat = data;

    if (event != XMPP_CONN_CONNECT) {
        chat->state = DISCONNECTED;
        return;
    }
    chat->state = CONNECTED;
    xmpp_handler_add(connection, on_message, NULL, "message", NULL, chat);
    xmpp_stanza_t *presence = xmpp_presence_new(chat->context);
    xmpp_send(connection, presence);
    xmpp_stanza_release(presence);
    printf("* connected as %s\n", xmpp_conn_get_bound_jid(connection));
    fflush(stdout);
}

/* ---- the fiber of the connection ---- */

static void
send_line(Chat *chat, char *line)
{
    char *text = strchr(line, ' ');

    if (text == NULL) {
        g_printerr("xmpp: to whom?  TO TEXT\n");
        return;
    }
    *text++ = '\0';
    xmpp_stanza_t *message = xmpp_message_new(chat->context, "chat", line, NULL);
    xmpp_message_set_body(message, text);
    xmpp_send(chat->connection, message);
    xmpp_stanza_release(message);
}

static gboolean
open_connection(Chat *chat, GError **error)
{
    xmpp_conn_set_jid(chat->connection, chat->jid);
    xmpp_conn_set_pass(chat->connection, chat->password);
    if (xmpp_connect_client(chat->connection, chat->host, chat->port, on_connection, chat) !=
        XMPP_EOK) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "cannot connect to the server of %s",
                    chat->jid);
        return FALSE;
    }
    return TRUE;
}

/* Send what was typed, and say goodbye behind the last of it. */
static void
empty_outbox(Chat *chat)
{
    char *line;

    while ((line = weft_channel_try_recv(chat->outbox)) != NULL) {
        send_line(chat, line);
        g_free(line);
    }
    if (weft_channel_is_closed(chat->outbox)) {
        chat->said_goodbye = TRUE;
        xmpp_disconnect(chat->connection);
    }
}

static gboolean
run_connection(gpointer data, GError **error)
{
    Chat *chat = data;

    if (!open_connection(chat, error))
        return FALSE;
    while (chat->state != DISCONNECTED) {
        xmpp_run_once(chat->context, TURN_MS);
        /* The library does not say whether it has waited: see that the others run, and that we are
         * not cancelled. */
        if (!weft_fiber_yield(error))
            return FALSE;
        if (chat->state == CONNECTED && !chat->said_goodbye)
            empty_outbox(chat);
    }
    if (chat->said_goodbye)
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "the server has closed the connection of %s",
                chat->jid);
    return FALSE;
}

/* ---- the fiber of stdin ---- */

/* Take the whole lines from @input. */
WEFT_PARKS static gboolean
send_lines(WeftChannel *outbox, WeftBuffer *input, GError **error)
{
    char *end;

    while ((end = memchr(weft_buffer_bytes(input), '\n', weft_buffer_length(input))) != NULL) {
        const size_t length = (size_t)(end - (char *)weft_buffer_bytes(input));
        char *line = g_strndup((char *)weft_buffer_bytes(input), length);

        weft_buffer_consume(input, length + 1);
        if (!weft_channel_send(outbox, line, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_input(gpointer data, GError **error)
{
    WeftChannel *outbox = data;
    gboolean succeeded = TRUE;
    WeftBuffer input;

    weft_buffer_init(&input, PIECE_BYTES);
    while (succeeded) {
        weft_buffer_reserve(&input, PIECE_BYTES);
        /* Parks, though it is the plain old read(). */
        ssize_t size = read(STDIN_FILENO, input.data + input.end, weft_buffer_room(&input));
        if (size <= 0)
            break;
        input.end += (size_t)size;
        succeeded = send_lines(outbox, &input, error);
    }
    weft_buffer_clear(&input);
    weft_channel_close(outbox);
    return succeeded;
}

static gboolean
run_chat(gpointer data, GError **error)
{
    Chat *chat = data;
    g_autoptr(WeftGroup) fibers = weft_group_new();
    g_autoptr(WeftChannel) outbox = weft_channel_new(16, g_free);

    chat->outbox = outbox;
    weft_group_spawn(fibers, "input", read_input, outbox, NULL);
    weft_group_spawn(fibers, "connection", run_connection, chat, NULL);
    return weft_group_wait(fibers, error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc < 3) {
        g_printerr("usage: xmpp JID PASSWORD [HOST:PORT]\n");
        return 2;
    }
    Chat chat = {.jid = argv[1], .password = argv[2]};
    char *colon = argc > 3 ? strrchr(argv[3], ':') : NULL;
    if (colon != NULL) {
        chat.host = g_strndup(argv[3], colon - argv[3]);
        chat.port = (uint16_t)atoi(colon + 1);
    }
    xmpp_initialize();
    chat.context = xmpp_ctx_new(NULL, NULL);
    chat.connection = xmpp_conn_new(chat.context);
    if (!weft_cooperative_self_test(&error) || !weft_run("chat", run_chat, &chat, &error))
        g_printerr("xmpp: %s\n", error->message);
    xmpp_conn_release(chat.connection);
    xmpp_ctx_free(chat.context);
    xmpp_shutdown();
    g_free(chat.host);
    return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
