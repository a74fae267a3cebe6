/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A nonce is its time, its number and the keyed hash of both.  The number is the place of its uses
 * in a table; who is driven out of there leaves a floor behind: what was made before it and is not
 * in the table may have been used already.
 */

#include "http/nonce.h"

#include <weft/clock.h>
#include <weft/scan.h>

#include <pthread.h>
#include <stdio.h>

#define TIME_DIGITS 16
#define NUMBER_DIGITS 16
#define BODY_DIGITS (TIME_DIGITS + NUMBER_DIGITS)
#define MAC_DIGITS 32

/* How far requests on several connections may overtake each other: the bits of a window. */
#define WINDOW 64

typedef struct {
    uint64_t number; /* 0: none */
    uint64_t made_us;
    uint64_t window; /* bit i: use highest - i was seen */
    uint32_t highest;
    gboolean is_spoilt;
    uint64_t floor_us; /* unknown ones that are not younger were driven out, perhaps */
} Used;

struct WeftHttpNonces {
    WeftHttpMacKey *key;
    uint64_t last_number;  /* atomic */
    pthread_mutex_t mutex; /* of used */
    Used used[WEFT_HTTP_MAX_USED_NONCES];
};

WeftHttpNonces *
weft_http_nonces_new(void)
{
    WeftHttpNonces *nonces = g_new0(WeftHttpNonces, 1);

    nonces->key = weft_http_mac_key_new();
    pthread_mutex_init(&nonces->mutex, NULL);
    return nonces;
}

void
weft_http_nonces_free(WeftHttpNonces *nonces)
{
    if (nonces == NULL)
        return;
    weft_http_mac_key_free(nonces->key);
    pthread_mutex_destroy(&nonces->mutex);
    g_free(nonces);
}

static void
sign(const WeftHttpNonces *nonces, const char *body, char ret_digits[MAC_DIGITS + 1])
{
    uint8_t mac[WEFT_HTTP_MAC_BYTES];

    weft_http_mac(nonces->key, body, BODY_DIGITS, mac);
    weft_format_hex_bytes(mac, MAC_DIGITS / 2, ret_digits);
    ret_digits[MAC_DIGITS] = '\0';
}

void
weft_http_nonces_make(WeftHttpNonces *nonces, char ret_nonce[WEFT_HTTP_NONCE_LENGTH + 1])
{
    const uint64_t number = __atomic_add_fetch(&nonces->last_number, 1, __ATOMIC_RELAXED);

    g_snprintf(ret_nonce, BODY_DIGITS + 1, "%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x",
               (uint64_t)weft_clock_now_us(), number);
    sign(nonces, ret_nonce, ret_nonce + BODY_DIGITS);
}

static gboolean
parse(WeftHttpSlice nonce, uint64_t *ret_made_us, uint64_t *ret_number)
{
    return nonce.length == WEFT_HTTP_NONCE_LENGTH &&
           weft_scan_hex(nonce.text, TIME_DIGITS, ret_made_us) == TIME_DIGITS &&
           weft_scan_hex(nonce.text + TIME_DIGITS, NUMBER_DIGITS, ret_number) == NUMBER_DIGITS;
}

gboolean
weft_http_nonces_is_fresh(WeftHttpNonces *nonces, WeftHttpSlice nonce)
{
    char digits[MAC_DIGITS + 1];
    uint64_t made_us = 0;
    uint64_t number = 0;

    if (!parse(nonce, &made_us, &number))
        return FALSE;
    sign(nonces, nonce.text, digits);
    if (!weft_http_is_same_secretly(digits, nonce.text + BODY_DIGITS, MAC_DIGITS))
        return FALSE;
    return (uint64_t)weft_clock_now_us() - made_us <=
           (uint64_t)WEFT_HTTP_NONCE_LIFE_S * G_USEC_PER_SEC;
}

/* As in RFC 4303 3.4.3: a window behind the highest that came. */
static gboolean
note_use(Used *used, uint32_t n_uses)
{
    if (n_uses > used->highest) {
        const uint32_t shift = n_uses - used->highest;

        used->window = shift < WINDOW ? used->window << shift | 1 : 1;
        used->highest = n_uses;
        return TRUE;
    }

    const uint32_t behind = used->highest - n_uses;
    if (n_uses == 0 || behind >= WINDOW || (used->window >> behind & 1) != 0)
        return FALSE;
    used->window |= UINT64_C(1) << behind;
    return TRUE;
}

static gboolean
use_locked(Used *used, uint64_t made_us, uint64_t number, uint32_t n_uses)
{
    if (used->number != number) {
        if (made_us <= used->floor_us)
            return FALSE;
        *used = (Used){
            .number = number,
            .made_us = made_us,
            .floor_us = MAX(used->floor_us, used->made_us),
        };
    }
    return !used->is_spoilt && note_use(used, n_uses);
}

gboolean
weft_http_nonces_use(WeftHttpNonces *nonces, WeftHttpSlice nonce, uint32_t n_uses)
{
    uint64_t made_us = 0;
    uint64_t number = 0;

    if (!parse(nonce, &made_us, &number))
        return FALSE;
    pthread_mutex_lock(&nonces->mutex);
    const gboolean ok =
        use_locked(&nonces->used[number % WEFT_HTTP_MAX_USED_NONCES], made_us, number, n_uses);
    pthread_mutex_unlock(&nonces->mutex);
    return ok;
}

gboolean
weft_http_nonces_is_known(WeftHttpNonces *nonces, WeftHttpSlice nonce)
{
    uint64_t made_us = 0;
    uint64_t number = 0;

    if (!parse(nonce, &made_us, &number))
        return FALSE;
    const Used *used = &nonces->used[number % WEFT_HTTP_MAX_USED_NONCES];
    pthread_mutex_lock(&nonces->mutex);
    const gboolean is_known = used->number == number && !used->is_spoilt;
    pthread_mutex_unlock(&nonces->mutex);
    return is_known && weft_http_nonces_is_fresh(nonces, nonce);
}

void
weft_http_nonces_spoil(WeftHttpNonces *nonces, WeftHttpSlice nonce)
{
    uint64_t made_us = 0;
    uint64_t number = 0;

    if (!weft_http_nonces_is_fresh(nonces, nonce) || !parse(nonce, &made_us, &number))
        return;
    Used *used = &nonces->used[number % WEFT_HTTP_MAX_USED_NONCES];
    pthread_mutex_lock(&nonces->mutex);
    if (used->number == number)
        used->is_spoilt = TRUE;
    pthread_mutex_unlock(&nonces->mutex);
}
