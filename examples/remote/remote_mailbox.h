/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** The calling side: a mailbox of another process, written to as if it were here. */
typedef struct RemoteMailbox RemoteMailbox;

/**
 * @url: of the other process, as weft_thrift_client_new() takes it
 * NULL with @error: it cannot be asked, or has no mailbox of that name
 */
WEFT_PARKS RemoteMailbox *remote_mailbox_lookup(const char *url, const char *name, GError **error);
void remote_mailbox_free(RemoteMailbox *mailbox);

/** Leave a message there; TRUE: it lies in the mailbox. */
WEFT_PARKS gboolean remote_mailbox_send(RemoteMailbox *mailbox, const char *kind,
                                        const char *payload, GError **error);

/**
 * Leave a message there and wait for the reply; how long, says the fiber's deadline.
 * Returns: (transfer full): the reply
 */
WEFT_PARKS char *remote_mailbox_call(RemoteMailbox *mailbox, const char *kind, const char *payload,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RemoteMailbox, remote_mailbox_free)

G_END_DECLS
