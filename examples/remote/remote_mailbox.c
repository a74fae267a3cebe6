/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's half: three calls of Thrift.
 */
#include "remote_mailbox.h"

#include <string.h>

#include "remote.weft.h"

struct RemoteMailbox {
    MailboxesClient *process;
    char *name;
};

/* Exceptions of the IDL are told in words, as errors of this process would be. */
static void
put_into_words(GError **error, const char *name)
{
    const NoMailbox *no_mailbox = no_mailbox_caught(*error);
    const Refused *refused = refused_caught(*error);
    GError *told = NULL;

    if (no_mailbox != NULL)
        told = g_error_new(WEFT_ERROR, WEFT_ERROR_CLOSED, "there is no mailbox \"%s\"", name);
    else if (refused != NULL)
        told = g_error_new(WEFT_ERROR, WEFT_ERROR_LIMIT, "mailbox \"%s\": %s", name,
                           refused->why.data);
    else
        return;
    g_error_free(*error);
    *error = told;
}

RemoteMailbox *
remote_mailbox_lookup(const char *url, const char *name, GError **error)
{
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autoptr(MailboxesClient) process = mailboxes_client_new(url, error);
    WeftStringList names;

    if (process == NULL || !mailboxes_names(process, arena, &names, error))
        return NULL;
    for (uint32_t i = 0; i < names.n_items; i++) {
        if (!weft_string_equal(names.items[i], weft_string(name)))
            continue;
        RemoteMailbox *mailbox = g_new(RemoteMailbox, 1);
        *mailbox = (RemoteMailbox){g_steal_pointer(&process), g_strdup(name)};
        return mailbox;
    }
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "there is no mailbox \"%s\"", name);
    return NULL;
}

void
remote_mailbox_free(RemoteMailbox *mailbox)
{
    mailboxes_client_free(mailbox->process);
    g_free(mailbox->name);
    g_free(mailbox);
}

gboolean
remote_mailbox_send(RemoteMailbox *mailbox, const char *kind, const char *payload, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (mailboxes_send(mailbox->process, weft_string(mailbox->name), weft_string(kind),
                       weft_string(payload), &failure))
        return TRUE;
    put_into_words(&failure, mailbox->name);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

char *
remote_mailbox_call(RemoteMailbox *mailbox, const char *kind, const char *payload, GError **error)
{
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autoptr(GError) failure = NULL;
    WeftString reply;

    if (mailboxes_call(mailbox->process, arena, weft_string(mailbox->name), weft_string(kind),
                       weft_string(payload), &reply, &failure))
        return g_strndup(reply.data, reply.length);
    put_into_words(&failure, mailbox->name);
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}
