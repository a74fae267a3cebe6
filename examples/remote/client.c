/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Write to a fiber of another process:
 *
 *     remote_client URL send NAME KIND [PAYLOAD]
 *     remote_client URL call NAME KIND [PAYLOAD [TIMEOUT_MS]]
 */
#include <stdlib.h>
#include <string.h>
#include <weft/deadline.h>
#include <weft/scheduler.h>

#include "remote_mailbox.h"

typedef struct {
    const char *url;
    const char *verb;
    const char *name;
    const char *kind;
    const char *payload;
    int64_t timeout_ms;
} Words;

static gboolean
write_to(gpointer data, GError **error)
{
    const Words *words = data;
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(words->timeout_ms);
    g_autoptr(RemoteMailbox) mailbox = remote_mailbox_lookup(words->url, words->name, error);

    if (mailbox == NULL)
        return FALSE;
    if (strcmp(words->verb, "send") == 0)
        return remote_mailbox_send(mailbox, words->kind, words->payload, error);
    g_autofree char *reply = remote_mailbox_call(mailbox, words->kind, words->payload, error);
    if (reply == NULL)
        return FALSE;
    g_print("%s\n", reply);
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc < 5) {
        g_printerr("usage: remote_client URL send|call NAME KIND [PAYLOAD [TIMEOUT_MS]]\n");
        return 2;
    }
    Words words = {argv[1],
                   argv[2],
                   argv[3],
                   argv[4],
                   argc > 5 ? argv[5] : "",
                   argc > 6 ? atoll(argv[6]) : 10000};
    if (weft_run("write", write_to, &words, &error))
        return 0;
    g_printerr("remote_client: %s\n", error->message);
    return 1;
}
