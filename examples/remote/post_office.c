/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a call of Thrift to a message in a mailbox, and back.
 */
#include "post_office.h"

#include <string.h>

#include "remote.weft.h"

typedef struct {
    WeftMailbox *mailbox;
    const WeftMessageType *const *types;
} Entry;

struct PostOffice {
    GHashTable *entries; /* name -> Entry */
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    weft_mailbox_unref(entry->mailbox);
    g_free(entry);
}

PostOffice *
post_office_new(void)
{
    PostOffice *office = g_new(PostOffice, 1);

    office->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
    return office;
}

void
post_office_free(PostOffice *office)
{
    g_hash_table_unref(office->entries);
    g_free(office);
}

void
post_office_register(PostOffice *office, const char *name, WeftMailbox *mailbox,
                     const WeftMessageType *const *types)
{
    Entry *entry = g_new(Entry, 1);

    *entry = (Entry){weft_mailbox_ref(mailbox), types};
    g_hash_table_replace(office->entries, g_strdup(name), entry);
}

/* ---- the handlers ---- */

static gboolean
names(WeftCall *call, WeftStringList *result, GError **error G_GNUC_UNUSED)
{
    const PostOffice *office = weft_call_data(call);
    GHashTableIter entries_left;
    gpointer name;
    uint32_t n = 0;

    result->items = weft_arena_alloc(weft_call_arena(call),
                                     g_hash_table_size(office->entries) * sizeof *result->items);
    g_hash_table_iter_init(&entries_left, office->entries);
    while (g_hash_table_iter_next(&entries_left, &name, NULL))
        result->items[n++] = weft_string(name);
    result->n_items = n;
    return TRUE;
}

static gboolean
refuse(const char *why, GError **error)
{
    return refused_throw(&(Refused){weft_string(why)}, error);
}

static const Entry *
find_entry(PostOffice *office, WeftString name, GError **error)
{
    const Entry *entry = g_hash_table_lookup(office->entries, name.data);

    if (entry != NULL && !weft_mailbox_is_closed(entry->mailbox))
        return entry;
    if (entry != NULL)
        g_hash_table_remove(office->entries, name.data);
    no_mailbox_throw(&(NoMailbox){name}, error);
    return NULL;
}

static const WeftMessageType *
find_type(const Entry *entry, WeftString kind, GError **error)
{
    for (const WeftMessageType *const *type = entry->types; *type != NULL; type++)
        if (weft_string_equal(kind, weft_string((*type)->name)))
            return *type;
    refuse("it takes no such messages", error);
    return NULL;
}

/* What is a matter between fibers becomes what the IDL declares. */
static gboolean
tell_failure(GError *failure, WeftString name, GError **error)
{
    if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CLOSED))
        no_mailbox_throw(&(NoMailbox){name}, error);
    else if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_LIMIT))
        refuse(failure->message, error);
    else
        g_propagate_error(error, g_error_copy(failure));
    return FALSE;
}

static gboolean
send(WeftCall *call, WeftString name, WeftString kind, WeftString payload, GError **error)
{
    const Entry *entry = find_entry(weft_call_data(call), name, error);
    const WeftMessageType *type = entry != NULL ? find_type(entry, kind, error) : NULL;
    g_autoptr(GError) failure = NULL;

    if (type == NULL)
        return FALSE;
    return weft_mailbox_send(entry->mailbox, type, g_strndup(payload.data, payload.length),
                             &failure) ||
           tell_failure(failure, name, error);
}

/*
 * The caller's time is up here, too: Thrift told it along with the call, and the fiber of this
 * handler has it as its deadline.  A caller that hangs up cancels this fiber.  In both cases the
 * message stays, and a reply to it is dropped.
 */
static gboolean
call(WeftCall *thrift_call, WeftString name, WeftString kind, WeftString payload,
     WeftString *result, GError **error)
{
    const Entry *entry = find_entry(weft_call_data(thrift_call), name, error);
    const WeftMessageType *type = entry != NULL ? find_type(entry, kind, error) : NULL;
    g_autoptr(GError) failure = NULL;
    gpointer reply;

    if (type == NULL)
        return FALSE;
    /* The call parks, and the entry may have gone meanwhile: it holds the mailbox by itself. */
    g_autoptr(WeftMailbox) mailbox = weft_mailbox_ref(entry->mailbox);
    if (!weft_mailbox_call(mailbox, type, g_strndup(payload.data, payload.length), &reply,
                           &failure))
        return tell_failure(failure, name, error);
    *result = weft_string_printf(weft_call_arena(thrift_call), "%s", (char *)reply);
    g_free(reply);
    return TRUE;
}

WeftService *
post_office_service_new(PostOffice *office)
{
    static const MailboxesHandler handler = {.names = names, .send = send, .call = call};

    return mailboxes_service_new(&handler, office, NULL);
}
