/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lock: one piece of memory with its strings behind it, never changed, so that any thread may
 * read it without asking.
 */
#include "webdav/locks/lock.h"

#include <string.h>
#include <weft/clock.h>
#include <weft/random.h>
#include <weft/scan.h>

#include "webdav/path.h"

#define UUID_BYTES 16
#define CHANCE_BYTES ((size_t)512) /* asked of the kernel at a time */

typedef struct {
    WeftDavLock lock; /* first, so that a pointer to one is a pointer to the other */
    int n_refs;       /* atomic */
    char text[];      /* its strings, each with a NUL */
} Lock;

WeftDavLock *
weft_dav_lock_ref(const WeftDavLock *lock)
{
    g_atomic_int_inc(&((Lock *)lock)->n_refs);
    return (WeftDavLock *)lock;
}

void
weft_dav_lock_unref(WeftDavLock *lock)
{
    if (lock != NULL && g_atomic_int_dec_and_test(&((Lock *)lock)->n_refs))
        g_free(lock);
}

int64_t
weft_dav_lock_left_s(const WeftDavLock *lock)
{
    const int64_t left_us = lock->expires_us - weft_clock_wall_us();

    return left_us <= 0 ? 0 : (left_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
}

gboolean
weft_dav_lock_covers(const WeftDavLock *lock, const char *path)
{
    return lock->is_infinite ? weft_dav_path_is_at_or_below(path, lock->root)
                             : strcmp(path, lock->root) == 0;
}

static void
free_lock(gpointer data)
{
    weft_dav_lock_unref(data);
}

GPtrArray *
weft_dav_locks_new(void)
{
    return g_ptr_array_new_with_free_func(free_lock);
}

/* ---- making them ---- */

/* A system call for some of them: it costs as much as all the rest of a lock. */
static void
take_chance(uint8_t uuid[UUID_BYTES])
{
    static _Thread_local uint8_t chance[CHANCE_BYTES];
    static _Thread_local size_t n_left;

    if (n_left == 0) {
        weft_random_fill(chance, sizeof chance);
        n_left = sizeof chance;
    }
    n_left -= UUID_BYTES;
    memcpy(uuid, chance + n_left, UUID_BYTES);
    memset(chance + n_left, 0, UUID_BYTES);
}

/* RFC 9562 5.4: a UUID of 122 random bits; RFC 4918 6.5 asks for a URI that is never used twice. */
static void
write_token(char token[WEFT_DAV_LOCK_TOKEN_BYTES + 1])
{
    uint8_t uuid[UUID_BYTES];
    char *out = g_stpcpy(token, "urn:uuid:");

    take_chance(uuid);
    uuid[6] = (uuid[6] & 0x0f) | 0x40;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
    out += weft_format_hex_bytes(uuid, 4, out);
    for (size_t i = 4; i < 10; i += 2) {
        *out++ = '-';
        out += weft_format_hex_bytes(uuid + i, 2, out);
    }
    *out++ = '-';
    out += weft_format_hex_bytes(uuid + 10, 6, out);
    *out = '\0';
}

static size_t
size_of(const char *string)
{
    return string == NULL ? 0 : strlen(string) + 1;
}

/* Returns: the copy behind *@at, which moves on */
static const char *
put_string(char **at, const char *string)
{
    const size_t size = size_of(string);
    char *copy = *at;

    if (string == NULL)
        return NULL;
    memcpy(copy, string, size);
    *at += size;
    return copy;
}

WeftDavLock *
weft_dav_lock_new_stored(const WeftDavLockRequest *request, const char *token, int64_t expires_us)
{
    Lock *lock = g_malloc(sizeof *lock + size_of(token) + size_of(request->root) +
                          size_of(request->owner_xml) + size_of(request->user));
    char *at = lock->text;

    lock->n_refs = 1;
    lock->lock = (WeftDavLock){
        .token = put_string(&at, token),
        .root = put_string(&at, request->root),
        .is_infinite = request->is_infinite,
        .is_shared = request->is_shared,
        .owner_xml = put_string(&at, request->owner_xml),
        .user = put_string(&at, request->user),
        .timeout_s = request->timeout_s,
        .expires_us = expires_us,
    };
    return &lock->lock;
}

static WeftDavLock *
new_from_now(const WeftDavLockRequest *request, const char *token)
{
    WeftDavLockRequest granted = *request;

    granted.timeout_s = CLAMP(request->timeout_s, 1, WEFT_DAV_LOCK_MAX_TIMEOUT_S);
    return weft_dav_lock_new_stored(&granted, token,
                                    weft_clock_wall_us() + granted.timeout_s * G_USEC_PER_SEC);
}

WeftDavLock *
weft_dav_lock_new(const WeftDavLockRequest *request)
{
    char token[WEFT_DAV_LOCK_TOKEN_BYTES + 1];

    write_token(token);
    return new_from_now(request, token);
}

WeftDavLock *
weft_dav_lock_new_refreshed(const WeftDavLock *lock, int64_t timeout_s)
{
    const WeftDavLockRequest request = {
        .root = lock->root,
        .is_infinite = lock->is_infinite,
        .is_shared = lock->is_shared,
        .owner_xml = lock->owner_xml,
        .user = lock->user,
        .timeout_s = timeout_s,
    };

    return new_from_now(&request, lock->token);
}
