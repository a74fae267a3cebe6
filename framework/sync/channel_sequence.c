/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many items with one call.
 */

#include "sync/channel.h"

size_t
weft_channel_send_sequence(WeftChannel *channel, gpointer *items, size_t n_items, GError **error)
{
    /* Kept aside: after a failure the channel may be gone. */
    GDestroyNotify item_free = channel->item_free;
    size_t n_sent = 0;

    while (n_sent < n_items && weft_channel_send(channel, items[n_sent], error))
        n_sent++;
    /* The one that failed was consumed; with it go those behind it. */
    for (size_t i = n_sent + 1; i < n_items; i++)
        if (item_free != NULL)
            item_free(items[i]);
    return n_sent;
}

size_t
weft_channel_recv_n(WeftChannel *channel, gpointer *ret_items, size_t n_items, GError **error)
{
    size_t n_received = 0;

    while (n_received < n_items) {
        gpointer item = weft_channel_recv(channel, error);

        if (item == NULL)
            break;
        ret_items[n_received++] = item;
    }
    return n_received;
}

gpointer
weft_channel_next(WeftChannel *channel, GError **error)
{
    g_autoptr(GError) failure = NULL;
    WeftParcel parcel;

    if (weft_channel_recv_parcel(channel, &parcel, &failure))
        return weft_parcel_open(parcel, error);
    /* The channel's own end, not one that somebody sent. */
    if (!g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CLOSED))
        g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}
