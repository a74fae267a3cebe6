/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of messages, and a line of those who want one.  A receiver waits only while no message is
 * there that it would take.
 *
 * A call that waits lies on its caller's stack.  It and the message know each other; who ends first
 * lets the other one go.
 */

#include <weft/mailbox.h>

#include "sync/line.h"
#include <weft/local.h>

/* What a caller waits for. */
typedef struct {
    WeftWaitQueue caller;
    WeftMessage *message; /* NULL: answered, or let go of */
    gpointer reply;
    GError *failure;
} Call;

struct WeftMessage {
    const WeftMessageType *type;
    gpointer payload;
    Call *call; /* NULL: nobody waits */
    WeftMessage *newer;
};

/* What a receiver wants; WeftPlace.item is the message that it is handed. */
typedef struct {
    WeftPlace place; /* first: the line knows that */
    const WeftMessageType *const *types;
    size_t n_types; /* 0: any */
} Receiver;

struct WeftMailbox {
    size_t n_refs;
    size_t n_messages;
    size_t max_messages;
    gboolean is_closed;
    WeftMessage *oldest;
    WeftMessage **end; /* where the next one is linked in */
    WeftLine receivers;
};

/* ---- messages ---- */

static void
drop(GDestroyNotify item_free, gpointer item)
{
    if (item_free != NULL && item != NULL)
        item_free(item);
}

static WeftMessage *
message_new(const WeftMessageType *type, gpointer payload)
{
    WeftMessage *message = g_new0(WeftMessage, 1);

    message->type = type;
    message->payload = payload;
    return message;
}

const WeftMessageType *
weft_message_type(const WeftMessage *message)
{
    return message->type;
}

gpointer
weft_message_payload(const WeftMessage *message)
{
    return message->payload;
}

gpointer
weft_message_steal_payload(WeftMessage *message)
{
    return g_steal_pointer(&message->payload);
}

/* Who still waits for a reply.  A caller that was cancelled or late, and has not run since, does
 * not. */
static Call *
waiting_call(const WeftMessage *message)
{
    if (message->call == NULL || weft_wait_queue_is_empty(&message->call->caller))
        return NULL;
    return message->call;
}

gboolean
weft_message_wants_reply(const WeftMessage *message)
{
    return waiting_call(message) != NULL;
}

/* The message and its call part; the caller goes on.  FALSE: nobody waits. */
static gboolean
answer(WeftMessage *message, gpointer reply, GError *failure)
{
    Call *call = waiting_call(message);

    if (call == NULL)
        return FALSE;
    message->call = NULL;
    call->message = NULL;
    call->reply = reply;
    call->failure = failure;
    weft_wait_queue_wake_oldest(&call->caller);
    return TRUE;
}

void
weft_message_reply(WeftMessage *message, gpointer reply)
{
    if (!answer(message, reply, NULL))
        drop(message->type->reply_free, reply);
}

void
weft_message_reply_error(WeftMessage *message, GError *error)
{
    g_return_if_fail(error != NULL);
    if (!answer(message, NULL, error))
        g_error_free(error);
}

void
weft_message_free(WeftMessage *message)
{
    if (message == NULL)
        return;
    if (weft_message_wants_reply(message))
        weft_message_reply_error(message,
                                 g_error_new(WEFT_ERROR, WEFT_ERROR_CLOSED,
                                             "call \"%s\": nobody answered", message->type->name));
    if (message->call != NULL)
        message->call->message = NULL;
    drop(message->type->payload_free, message->payload);
    g_free(message);
}

/* ---- life ---- */

WeftMailbox *
weft_mailbox_new(void)
{
    WeftMailbox *mailbox = g_new0(WeftMailbox, 1);

    mailbox->n_refs = 1;
    mailbox->max_messages = WEFT_MAILBOX_MAX_MESSAGES;
    mailbox->end = &mailbox->oldest;
    return mailbox;
}

WeftMailbox *
weft_mailbox_ref(WeftMailbox *mailbox)
{
    mailbox->n_refs++;
    return mailbox;
}

void
weft_mailbox_unref(WeftMailbox *mailbox)
{
    if (mailbox == NULL || --mailbox->n_refs > 0)
        return;
    g_assert(weft_line_is_empty(&mailbox->receivers));
    weft_mailbox_close(mailbox);
    g_free(mailbox);
}

static void
end_mine(gpointer data)
{
    weft_mailbox_close(data);
    weft_mailbox_unref(data);
}

WeftMailbox *
weft_mailbox_mine(void)
{
    static const WeftLocal mine = {"mailbox", end_mine};
    WeftMailbox *mailbox = weft_local_get(&mine);

    if (mailbox == NULL) {
        mailbox = weft_mailbox_new();
        weft_local_set(&mine, mailbox);
    }
    return mailbox;
}

void
weft_mailbox_set_max_messages(WeftMailbox *mailbox, size_t max_messages)
{
    mailbox->max_messages = max_messages;
}

/* ---- sending ---- */

static gboolean
wants(const Receiver *receiver, const WeftMessageType *type)
{
    if (receiver->n_types == 0)
        return TRUE;
    for (size_t i = 0; i < receiver->n_types; i++)
        if (receiver->types[i] == type)
            return TRUE;
    return FALSE;
}

/* Who waits longest of those who want a message of @type. */
static Receiver *
find_receiver(WeftMailbox *mailbox, const WeftMessageType *type)
{
    WeftPlace *place = weft_line_oldest(&mailbox->receivers);

    while (place != NULL && !wants((const Receiver *)place, type))
        place = weft_line_next(&mailbox->receivers, place);
    return (Receiver *)place;
}

/* @message: (transfer full) */
static void
deliver(WeftMailbox *mailbox, WeftMessage *message)
{
    Receiver *receiver = find_receiver(mailbox, message->type);

    if (receiver != NULL) {
        receiver->place.item = message;
        weft_line_serve(&mailbox->receivers, &receiver->place);
        return;
    }
    *mailbox->end = message;
    mailbox->end = &message->newer;
    mailbox->n_messages++;
}

/* A full mailbox still takes what somebody waits for. */
static gboolean
accepts(WeftMailbox *mailbox, const WeftMessageType *type, GError **error)
{
    if (mailbox->is_closed) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "send \"%s\": the receiver has gone",
                    type->name);
        return FALSE;
    }
    if (mailbox->n_messages >= mailbox->max_messages && find_receiver(mailbox, type) == NULL) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_LIMIT, "send \"%s\": %zu messages wait already",
                    type->name, mailbox->n_messages);
        return FALSE;
    }
    return TRUE;
}

gboolean
weft_mailbox_send(WeftMailbox *mailbox, const WeftMessageType *type, gpointer payload,
                  GError **error)
{
    if (!accepts(mailbox, type, error)) {
        drop(type->payload_free, payload);
        return FALSE;
    }
    deliver(mailbox, message_new(type, payload));
    return TRUE;
}

/* The mailbox may be gone afterwards. */
static gboolean
wait_for_reply(Call *call, GError **error)
{
    if (!weft_wait(&call->caller, "reply", error)) {
        /* The reply, if one comes, finds nobody. */
        if (call->message != NULL)
            call->message->call = NULL;
        return FALSE;
    }
    if (call->failure == NULL)
        return TRUE;
    g_propagate_error(error, call->failure);
    return FALSE;
}

gboolean
weft_mailbox_call(WeftMailbox *mailbox, const WeftMessageType *type, gpointer payload,
                  gpointer *ret_reply, GError **error)
{
    Call call = {0};

    if (!weft_fiber_check(error) || !accepts(mailbox, type, error)) {
        drop(type->payload_free, payload);
        return FALSE;
    }
    call.message = message_new(type, payload);
    call.message->call = &call;
    deliver(mailbox, call.message);
    if (!wait_for_reply(&call, error))
        return FALSE;
    if (ret_reply != NULL)
        *ret_reply = call.reply;
    else
        drop(type->reply_free, call.reply);
    return TRUE;
}

/* ---- receiving ---- */

/* Returns: (transfer full) (nullable): the oldest message that @receiver wants */
static WeftMessage *
take(WeftMailbox *mailbox, const Receiver *receiver)
{
    WeftMessage **link = &mailbox->oldest;

    while (*link != NULL && !wants(receiver, (*link)->type))
        link = &(*link)->newer;

    WeftMessage *message = *link;
    if (message == NULL)
        return NULL;
    *link = message->newer;
    if (mailbox->end == &message->newer)
        mailbox->end = link;
    message->newer = NULL;
    mailbox->n_messages--;
    return message;
}

WeftMessage *
weft_mailbox_receive_types(WeftMailbox *mailbox, const WeftMessageType *const *types,
                           size_t n_types, GError **error)
{
    Receiver receiver = {.types = types, .n_types = n_types};

    if (!weft_fiber_check(error))
        return NULL;
    if (mailbox->is_closed) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "receive: the mailbox is closed");
        return NULL;
    }

    WeftMessage *message = take(mailbox, &receiver);
    if (message != NULL)
        return message;
    if (!weft_line_wait(&mailbox->receivers, &receiver.place, "receive", error))
        return NULL;
    return receiver.place.item;
}

WeftMessage *
weft_mailbox_receive_type(WeftMailbox *mailbox, const WeftMessageType *type, GError **error)
{
    return weft_mailbox_receive_types(mailbox, &type, 1, error);
}

WeftMessage *
weft_mailbox_receive(WeftMailbox *mailbox, GError **error)
{
    return weft_mailbox_receive_types(mailbox, NULL, 0, error);
}

WeftMessage *
weft_mailbox_try_receive(WeftMailbox *mailbox)
{
    const Receiver any = {0};

    return take(mailbox, &any);
}

void
weft_mailbox_close(WeftMailbox *mailbox)
{
    const Receiver any = {0};
    WeftMessage *message;

    mailbox->is_closed = TRUE;
    weft_line_close(&mailbox->receivers);
    while ((message = take(mailbox, &any)) != NULL)
        weft_message_free(message);
}

gboolean
weft_mailbox_is_closed(const WeftMailbox *mailbox)
{
    return mailbox->is_closed;
}

size_t
weft_mailbox_n_messages(const WeftMailbox *mailbox)
{
    return mailbox->n_messages;
}
