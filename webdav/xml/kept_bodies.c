/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of slots, one for each hash of a body, for each thread: no locks, and a bound on memory
 * by its shape.  A body is kept when it comes for the second time, so that those that come once
 * only cost next to nothing.
 */
#include "webdav/xml/kept_bodies.h"

#include <string.h>

#define N_SLOTS 16
#define MAX_BODY_BYTES 1024

typedef struct {
    uint64_t hash; /* of the body that was last asked for here */
    size_t size;
    void *bytes;
    WeftDavXml *xml; /* NULL: nothing is kept */
} Slot;

/* As the GPrivate has it, which is there for the end of a thread; this one costs no call. */
static _Thread_local Slot *slots_here;

static void
slot_clear(Slot *slot)
{
    g_clear_pointer(&slot->bytes, g_free);
    g_clear_pointer(&slot->xml, weft_dav_xml_free);
}

static void
slots_free(gpointer data)
{
    Slot *slots = data;

    slots_here = NULL;
    for (size_t i = 0; i < N_SLOTS; i++)
        slot_clear(&slots[i]);
    g_free(slots);
}

static uint64_t
hash_of(const uint8_t *bytes, size_t size)
{
    const uint64_t factor = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = size;
    uint64_t word;

    for (; size >= sizeof word; bytes += sizeof word, size -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = (hash ^ word) * factor;
        hash ^= hash >> 32;
    }
    for (; size > 0; size--)
        hash = (hash ^ *bytes++) * factor;
    return hash ^ hash >> 32;
}

static Slot *
slot_of(uint64_t hash)
{
    static GPrivate private = G_PRIVATE_INIT(slots_free);

    if (G_UNLIKELY(slots_here == NULL)) {
        slots_here = g_new0(Slot, N_SLOTS);
        g_private_set(&private, slots_here);
    }
    return &slots_here[hash % N_SLOTS];
}

WeftDavXml *
weft_dav_kept_body_find(const void *bytes, size_t size)
{
    if (size > MAX_BODY_BYTES)
        return NULL;

    const uint64_t hash = hash_of(bytes, size);
    const Slot *slot = slot_of(hash);
    const gboolean is_here = slot->xml != NULL && slot->hash == hash && slot->size == size &&
                             memcmp(slot->bytes, bytes, size) == 0;

    return is_here ? weft_dav_xml_ref(slot->xml) : NULL;
}

void
weft_dav_kept_body_add(const void *bytes, size_t size, WeftDavXml *xml)
{
    if (size > MAX_BODY_BYTES)
        return;

    const uint64_t hash = hash_of(bytes, size);
    Slot *slot = slot_of(hash);
    const gboolean comes_again = slot->hash == hash;

    slot_clear(slot);
    slot->hash = hash;
    if (!comes_again)
        return;
    slot->size = size;
    slot->bytes = g_memdup2(bytes, size);
    slot->xml = weft_dav_xml_ref(xml);
}
