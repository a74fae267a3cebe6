/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/mailbox.h>
#include <weft/service.h>

G_BEGIN_DECLS

/**
 * The serving side: mailboxes of this process that others may write to, by name.  What comes from
 * another process is a WeftMessage like any other: the fiber that receives it need not know.
 */
typedef struct PostOffice PostOffice;

PostOffice *post_office_new(void);
void post_office_free(PostOffice *office);

/**
 * @mailbox: a reference is kept until it is closed
 * @types: the kinds of messages that others may send, by their names; payloads and replies are
 * texts, (transfer full), to be freed with g_free(): NULL ends them.  Lives as long as @office.
 */
void post_office_register(PostOffice *office, const char *name, WeftMailbox *mailbox,
                          const WeftMessageType *const *types);

/** Returns: (transfer full): what answers at an address; @office outlives it */
WeftService *post_office_service_new(PostOffice *office);

G_END_DECLS
