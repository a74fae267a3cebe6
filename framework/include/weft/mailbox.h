/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Where messages for one fiber arrive: others send to it without waiting, or call it and park until
 * it replies.  For fibers that each look after something of their own and talk about it instead of
 * sharing it.  The fibers of one thread only.
 *
 * Reference counted: who sends holds a reference, and finds out from WEFT_ERROR_CLOSED that the
 * receiver has gone.
 */
typedef struct WeftMailbox WeftMailbox;

/** A kind of message; static, and known by its address. */
typedef struct {
    const char *name;            /* for errors: "chat say" */
    GDestroyNotify payload_free; /* (nullable): on payloads nobody has stolen */
    GDestroyNotify reply_free;   /* (nullable): on replies nobody waits for any more */
} WeftMessageType;

/** One message, owned by who received it. */
typedef struct WeftMessage WeftMessage;

/** Messages that wait in a mailbox before send refuses; see weft_mailbox_set_max_messages(). */
#define WEFT_MAILBOX_MAX_MESSAGES 1024

WeftMailbox *weft_mailbox_new(void);
WeftMailbox *weft_mailbox_ref(WeftMailbox *mailbox);

/** The last reference closes the mailbox and frees it.  NULL is fine. */
void weft_mailbox_unref(WeftMailbox *mailbox);

/**
 * The running fiber's own mailbox: made when it is first asked for, closed when the fiber ends.
 * Returns: (transfer none): those who are to send to this fiber are given a reference
 */
WeftMailbox *weft_mailbox_mine(void);

/** Let so many messages wait; those that do already stay. */
void weft_mailbox_set_max_messages(WeftMailbox *mailbox, size_t max_messages);

/**
 * Leave a message; never parks.
 * @payload: (transfer full) (nullable): consumed on success and on failure alike
 * WEFT_ERROR_LIMIT: too many wait already; WEFT_ERROR_CLOSED: the receiver has gone
 */
gboolean weft_mailbox_send(WeftMailbox *mailbox, const WeftMessageType *type, gpointer payload,
                           GError **error);

/**
 * Leave a message and park until it is answered; for how long, says the fiber's deadline.  Who
 * gives up leaves the message behind; the reply to it is then dropped.
 * @payload: (transfer full) (nullable): consumed on success and on failure alike
 * @ret_reply: (transfer full) (optional): what the receiver answered, NULL possible; without it the
 * reply is freed
 * Errors: those of send, those of waiting, and the one that the receiver replied.
 * WEFT_ERROR_CLOSED: the receiver went, or let go of the message, without an answer
 */
WEFT_PARKS gboolean weft_mailbox_call(WeftMailbox *mailbox, const WeftMessageType *type,
                                      gpointer payload, gpointer *ret_reply, GError **error);

/**
 * Returns: (transfer full): the oldest message; parks while there is none.  NULL is failure, among
 * others WEFT_ERROR_CLOSED
 */
WEFT_PARKS WeftMessage *weft_mailbox_receive(WeftMailbox *mailbox, GError **error);

/** The oldest message of @type; the others stay, in their order. */
WEFT_PARKS WeftMessage *weft_mailbox_receive_type(WeftMailbox *mailbox, const WeftMessageType *type,
                                                  GError **error);

/** The oldest message of one of @types; the others stay, in their order. */
WEFT_PARKS WeftMessage *weft_mailbox_receive_types(WeftMailbox *mailbox,
                                                   const WeftMessageType *const *types,
                                                   size_t n_types, GError **error);

/** Returns: (transfer full) (nullable): the oldest message; NULL where receive would park */
WeftMessage *weft_mailbox_try_receive(WeftMailbox *mailbox);

/**
 * The receiver goes: messages that wait are dropped, their callers fail, further sends fail, and so
 * do receivers.  Replies to messages received before still arrive.  Twice is harmless.
 */
void weft_mailbox_close(WeftMailbox *mailbox);

/** TRUE once weft_mailbox_close() was called. */
gboolean weft_mailbox_is_closed(const WeftMailbox *mailbox);

/** Messages that wait. */
size_t weft_mailbox_n_messages(const WeftMailbox *mailbox);

/** What kind of message it is; never NULL. */
const WeftMessageType *weft_message_type(const WeftMessage *message);

/** Returns: (transfer none) (nullable): what was sent; the message's, until it is stolen or freed
 */
gpointer weft_message_payload(const WeftMessage *message);

/** Returns: (transfer full) (nullable): what was sent; the message has none afterwards */
gpointer weft_message_steal_payload(WeftMessage *message);

/** TRUE while somebody waits for a reply: not for a message sent, answered, or given up. */
gboolean weft_message_wants_reply(const WeftMessage *message);

/**
 * Answer; once, at any time until the message is freed, by any fiber of the thread.  Never parks.
 * @reply: (transfer full) (nullable): freed where nobody waits for it
 */
void weft_message_reply(WeftMessage *message, gpointer reply);

/** Make the call fail with @error.  @error: (transfer full) */
void weft_message_reply_error(WeftMessage *message, GError *error);

/** A call that was not answered fails with WEFT_ERROR_CLOSED.  NULL is fine. */
void weft_message_free(WeftMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftMailbox, weft_mailbox_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftMessage, weft_message_free)

G_END_DECLS
