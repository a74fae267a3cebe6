/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process with a fiber that others write to: remote_server [ADDRESS].  The fiber called "counter"
 * has a number, and nobody else touches it:
 *
 *     add N        adds N                          (a message)
 *     get          replies the number              (a call)
 *     reach N      replies once it is N or more    (a call that takes its time)
 *     quit         goes, and takes its mailbox with it
 */
#include <stdlib.h>
#include <weft/group.h>
#include <weft/scheduler.h>
#include <weft/server.h>

#include "post_office.h"

static const WeftMessageType add = {"add", g_free, g_free};
static const WeftMessageType get = {"get", g_free, g_free};
static const WeftMessageType reach = {"reach", g_free, g_free};
static const WeftMessageType quit = {"quit", g_free, g_free};
static const WeftMessageType *const counter_types[] = {&add, &get, &reach, &quit, NULL};

typedef struct {
    int64_t value;
    GPtrArray *waiting; /* of WeftMessage: those that want to hear of more; owned */
} Counter;

static void
reply_value(const Counter *counter, WeftMessage *message)
{
    weft_message_reply(message, g_strdup_printf("%" G_GINT64_FORMAT, counter->value));
}

/* A message need not be answered at once: it is kept, and answered later, or never, if its caller
 * has given up meanwhile. */
static void
answer_who_waited(Counter *counter)
{
    for (guint i = counter->waiting->len; i-- > 0;) {
        WeftMessage *message = counter->waiting->pdata[i];

        if (!weft_message_wants_reply(message)) {
            g_ptr_array_remove_index_fast(counter->waiting, i);
        } else if (counter->value >= atoll(weft_message_payload(message))) {
            reply_value(counter, message);
            g_ptr_array_remove_index_fast(counter->waiting, i);
        }
    }
}

static gboolean
count(gpointer mailbox, GError **error)
{
    g_autoptr(GPtrArray) waiting =
        g_ptr_array_new_with_free_func((GDestroyNotify)weft_message_free);
    Counter counter = {.waiting = waiting};

    for (;;) {
        g_autoptr(WeftMessage) message = weft_mailbox_receive(mailbox, error);
        if (message == NULL)
            return FALSE;
        const WeftMessageType *type = weft_message_type(message);
        if (type == &add)
            counter.value += atoll(weft_message_payload(message));
        else if (type == &get)
            reply_value(&counter, message);
        else if (type == &reach)
            g_ptr_array_add(waiting, g_steal_pointer(&message));
        else
            break;
        answer_who_waited(&counter);
    }
    weft_mailbox_close(mailbox);
    return TRUE;
}

/* The fiber lives as long as the server's thread. */
static void
start_counter(WeftServer *server G_GNUC_UNUSED, WeftServerEvent event, gpointer mailbox)
{
    if (event == WEFT_SERVER_RUNS)
        weft_group_spawn(weft_root_group(), "counter", count, mailbox, NULL);
}

int
main(int argc, char **argv)
{
    PostOffice *office = post_office_new();
    g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
    g_autoptr(WeftServer) server = weft_server_new();
    g_autoptr(GError) error = NULL;

    post_office_register(office, "counter", mailbox, counter_types);
    weft_server_set_observer(server, start_counter, mailbox);
    if (!weft_server_add(server, argc > 1 ? argv[1] : "127.0.0.1:9090",
                         post_office_service_new(office), &error) ||
        !weft_server_run(server, &error))
        g_printerr("remote_server: %s\n", error->message);
    post_office_free(office);
    return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
