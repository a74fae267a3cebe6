/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chat server: chat [ADDRESS], for `telnet` or `nc`.  The first line is your name; every other
 * one goes to all.  "/who" lists who is here, "/quit" leaves.
 *
 * Two fibers a member: one reads what he types, one writes what he is to see, and between them is a
 * channel, his outbox.  Who speaks puts the line into every outbox and never waits: an outbox that
 * is full belongs to somebody who reads slowly, who misses the line and is told so, later.  All of
 * this runs on one thread, and nothing else runs between two WEFT_PARKS calls: the table of members
 * needs no lock.
 */
#include <string.h>
#include <weft/channel.h>
#include <weft/deadline.h>
#include <weft/group.h>
#include <weft/reader.h>
#include <weft/server.h>

enum { MAX_LINE_BYTES = 1024, MAX_NAME_BYTES = 20, OUTBOX_LINES = 100, STUCK_MS = 60 * 1000 };

typedef struct {
    WeftConnection *connection;
    char *name;          /* NULL until he has told it */
    WeftChannel *outbox; /* of GRefString: a line is in many outboxes, and once in memory */
    unsigned n_missed;   /* lines, since he was last told */
} Member;

static GHashTable *members; /* name -> Member, those that have one */

/* ---- saying something ---- */

static void
put_into_outbox(Member *member, char *line)
{
    if (!weft_channel_try_send(member->outbox, g_ref_string_acquire(line)))
        member->n_missed++;
}

static void G_GNUC_PRINTF(1, 2) tell_all(const char *format, ...)
{
    GHashTableIter members_left;
    gpointer member;
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *line = g_ref_string_new(text);
    g_hash_table_iter_init(&members_left, members);
    while (g_hash_table_iter_next(&members_left, NULL, &member))
        put_into_outbox(member, line);
    g_ref_string_release(line);
}

static void
tell(Member *member, const char *text)
{
    char *line = g_ref_string_new(text);

    put_into_outbox(member, line);
    g_ref_string_release(line);
}

static void
tell_who_is_here(Member *member)
{
    g_autoptr(GString) names = g_string_new("* here:");
    GHashTableIter members_left;
    gpointer name;

    g_hash_table_iter_init(&members_left, members);
    while (g_hash_table_iter_next(&members_left, &name, NULL))
        g_string_append_printf(names, " %s", (char *)name);
    g_string_append_c(names, '\n');
    tell(member, names->str);
}

/* ---- the fiber that writes ---- */

/* Who takes nothing for a minute is gone, or as good as that. */
WEFT_PARKS static gboolean
write_in_time(WeftStream *stream, const char *text, size_t size, GError **error)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(STUCK_MS);

    return weft_stream_write_all(stream, text, size, error);
}

WEFT_PARKS static gboolean
confess(Member *member, WeftStream *stream, GError **error)
{
    g_autofree char *text = g_strdup_printf("* you missed %u lines\n", member->n_missed);

    member->n_missed = 0;
    return write_in_time(stream, text, strlen(text), error);
}

static gboolean
write_lines(gpointer data, GError **error)
{
    Member *member = data;
    WeftStream *stream = weft_connection_stream(member->connection);
    char *line;

    /* NULL once the outbox is closed and empty: the member left in peace. */
    while ((line = weft_channel_recv(member->outbox, NULL)) != NULL) {
        gboolean written = write_in_time(stream, line, g_ref_string_length(line), error);
        g_ref_string_release(line);
        if (!written)
            return FALSE;
        if (member->n_missed > 0 && !confess(member, stream, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- the fiber that reads ---- */

/* @ret_line: (transfer full) (nullable): without its end; NULL: he has left */
WEFT_PARKS static gboolean
read_line(Member *member, char **ret_line, GError **error)
{
    WeftBuffer *input = weft_connection_input(member->connection);
    ssize_t size = weft_stream_read_line(weft_connection_stream(member->connection), input,
                                         MAX_LINE_BYTES, error);

    if (size < 0)
        return FALSE;
    *ret_line = size > 0 ? g_strchomp(g_strndup((char *)weft_buffer_bytes(input), size)) : NULL;
    weft_buffer_consume(input, (size_t)size);
    return TRUE;
}

static gboolean
may_be_called(const char *name)
{
    return *name != '\0' && *name != '/' && strlen(name) <= MAX_NAME_BYTES &&
           strchr(name, ' ') == NULL && g_utf8_validate(name, -1, NULL) &&
           !g_hash_table_contains(members, name);
}

/* His name stays NULL if he leaves before he has told one. */
WEFT_PARKS static gboolean
ask_for_name(Member *member, GError **error)
{
    tell(member, "* your name?\n");
    for (;;) {
        g_autofree char *name = NULL;
        if (!read_line(member, &name, error))
            return FALSE;
        if (name == NULL)
            return TRUE;
        if (may_be_called(name)) {
            member->name = g_steal_pointer(&name);
            g_hash_table_insert(members, member->name, member);
            tell_all("* %s has joined\n", member->name);
            return TRUE;
        }
        tell(member, "* taken, or none; another one?\n");
    }
}

WEFT_PARKS static gboolean
talk(Member *member, GError **error)
{
    for (;;) {
        g_autofree char *line = NULL;
        if (!read_line(member, &line, error))
            return FALSE;
        if (line == NULL || strcmp(line, "/quit") == 0)
            return TRUE;
        if (strcmp(line, "/who") == 0)
            tell_who_is_here(member);
        else
            tell_all("<%s> %s\n", member->name, line);
    }
}

static gboolean
read_lines(gpointer data, GError **error)
{
    Member *member = data;
    gboolean succeeded =
        ask_for_name(member, error) && (member->name == NULL || talk(member, error));

    /* What is in the outbox is still written; then the other fiber ends, too. */
    weft_channel_close(member->outbox);
    return succeeded;
}

/* ---- a member, from beginning to end ---- */

static void
leave(Member *member)
{
    if (member->name != NULL) {
        g_hash_table_remove(members, member->name);
        tell_all("* %s has left\n", member->name);
    }
    weft_channel_unref(member->outbox);
    g_free(member->name);
}

static WeftServeResult
serve(WeftConnection *connection, gpointer data G_GNUC_UNUSED)
{
    Member member = {
        .connection = connection,
        .outbox = weft_channel_new(OUTBOX_LINES, (GDestroyNotify)g_ref_string_release),
    };
    g_autoptr(WeftGroup) fibers = weft_group_new();
    g_autoptr(GError) error = NULL;

    /* A group ends as a whole: when writing fails because he hung up, or reading does, the other
     * fiber is cancelled. */
    weft_group_spawn(fibers, "chat reader", read_lines, &member, NULL);
    weft_group_spawn(fibers, "chat writer", write_lines, &member, NULL);
    if (!weft_group_wait(fibers, &error))
        g_printerr("chat: %s: %s\n", weft_stream_peer(weft_connection_stream(connection)),
                   error->message);
    leave(&member);
    return WEFT_SERVE_CLOSE;
}

int
main(int argc, char **argv)
{
    WeftService *service = weft_service_new("chat", serve, NULL, NULL);

    members = g_hash_table_new(g_str_hash, g_str_equal);
    weft_service_set_speaks_first(service, TRUE);
    const int status = weft_serve(argc > 1 ? argv[1] : "127.0.0.1:7070", service);
    g_hash_table_unref(members);
    return status;
}
