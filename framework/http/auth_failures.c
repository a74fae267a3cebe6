/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns, not sleeps: each try of an address reserves the time behind the one before it, so that
 * many connections at once get no further than one.
 */

#include "http/auth_failures.h"

#include <weft/clock.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#define ADDRESS_BYTES 16

typedef struct {
    uint8_t address[ADDRESS_BYTES];
    unsigned n_failures; /* 0: empty */
    int64_t last_us;     /* the last failure */
    int64_t free_us;     /* when the next turn is */
} Entry;

struct WeftHttpAuthFailures {
    pthread_mutex_t mutex;
    Entry entries[WEFT_HTTP_MAX_FAILING_ADDRESSES];
};

WeftHttpAuthFailures *
weft_http_auth_failures_new(void)
{
    WeftHttpAuthFailures *failures = g_new0(WeftHttpAuthFailures, 1);

    pthread_mutex_init(&failures->mutex, NULL);
    return failures;
}

void
weft_http_auth_failures_free(WeftHttpAuthFailures *failures)
{
    if (failures == NULL)
        return;
    pthread_mutex_destroy(&failures->mutex);
    g_free(failures);
}

/* Other names than addresses, that of unix sockets, are all one. */
static void
parse_address(const char *text, uint8_t ret_address[ADDRESS_BYTES])
{
    struct in_addr v4;
    struct in6_addr v6;

    memset(ret_address, 0, ADDRESS_BYTES);
    if (inet_pton(AF_INET, text, &v4) == 1) {
        memset(ret_address + 10, 0xff, 2);
        memcpy(ret_address + 12, &v4, sizeof v4);
    } else if (inet_pton(AF_INET6, text, &v6) == 1) {
        /* Who has one address of a /64 has all of them; a mapped IPv4 address is that. */
        memcpy(ret_address, &v6, IN6_IS_ADDR_V4MAPPED(&v6) ? sizeof v6 : 8);
    }
}

static Entry *
entry_of(WeftHttpAuthFailures *failures, const uint8_t address[ADDRESS_BYTES])
{
    uint64_t halves[2];

    memcpy(halves, address, sizeof halves);
    const uint64_t mixed =
        (halves[0] ^ halves[1] * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);
    return &failures->entries[(mixed >> 32) % WEFT_HTTP_MAX_FAILING_ADDRESSES];
}

static gboolean
is_of(const Entry *entry, const uint8_t address[ADDRESS_BYTES], int64_t now_us)
{
    return entry->n_failures > 0 && memcmp(entry->address, address, ADDRESS_BYTES) == 0 &&
           now_us - entry->last_us < WEFT_HTTP_FAILURES_LIFE_S * G_USEC_PER_SEC;
}

static int64_t
delay_us(unsigned n_failures)
{
    int64_t delay_ms = WEFT_HTTP_FIRST_DELAY_MS;

    if (n_failures < WEFT_HTTP_FREE_FAILURES)
        return 0;
    for (unsigned n = WEFT_HTTP_FREE_FAILURES; n < n_failures && delay_ms < WEFT_HTTP_MAX_DELAY_MS;
         n++)
        delay_ms *= 2;
    return MIN(delay_ms, WEFT_HTTP_MAX_DELAY_MS) * 1000;
}

int64_t
weft_http_auth_failures_take_turn(WeftHttpAuthFailures *failures, const char *address)
{
    const int64_t now_us = weft_clock_now_us();
    uint8_t key[ADDRESS_BYTES];
    int64_t wait_us = 0;

    parse_address(address, key);
    pthread_mutex_lock(&failures->mutex);
    Entry *entry = entry_of(failures, key);
    if (is_of(entry, key, now_us)) {
        const int64_t turn_us = MAX(now_us, entry->free_us);

        if (turn_us - now_us > WEFT_HTTP_MAX_WAIT_MS * 1000) {
            wait_us = -1;
        } else {
            wait_us = turn_us - now_us;
            entry->free_us = turn_us + delay_us(entry->n_failures);
        }
    }
    pthread_mutex_unlock(&failures->mutex);
    return wait_us;
}

void
weft_http_auth_failures_add(WeftHttpAuthFailures *failures, const char *address)
{
    const int64_t now_us = weft_clock_now_us();
    uint8_t key[ADDRESS_BYTES];

    parse_address(address, key);
    pthread_mutex_lock(&failures->mutex);
    Entry *entry = entry_of(failures, key);
    if (!is_of(entry, key, now_us)) {
        *entry = (Entry){.n_failures = 0, .free_us = now_us};
        memcpy(entry->address, key, sizeof key);
    }
    entry->n_failures++;
    entry->last_us = now_us;
    entry->free_us = MAX(entry->free_us, now_us + delay_us(entry->n_failures));
    pthread_mutex_unlock(&failures->mutex);
}
