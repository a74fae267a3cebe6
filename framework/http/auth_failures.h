/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that wrong passwords came from, and how long the next try from there has to wait.
 * A table of fixed size.
 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

#define WEFT_HTTP_MAX_FAILING_ADDRESSES 4096

/** So many wrong ones cost no time: people mistype, and clients try what they have stored. */
#define WEFT_HTTP_FREE_FAILURES 5

/** Between tries of an address: at first, doubled by each failure, at most. */
#define WEFT_HTTP_FIRST_DELAY_MS 500
#define WEFT_HTTP_MAX_DELAY_MS 8000

/** A try that would have to wait longer, because others wait before it, is refused at once. */
#define WEFT_HTTP_MAX_WAIT_MS 10000

/** An address from which nothing wrong has come for so long begins anew. */
#define WEFT_HTTP_FAILURES_LIFE_S 900

typedef struct WeftHttpAuthFailures WeftHttpAuthFailures;
WeftHttpAuthFailures *weft_http_auth_failures_new(void);
void weft_http_auth_failures_free(WeftHttpAuthFailures *failures);

/**
 * Take the next turn for a try from @address ("192.0.2.1", "2001:db8::1": a whole /64 counts as
 * one).  From any thread.
 * Returns: microseconds until it is there; -1: too many wait already
 */
int64_t weft_http_auth_failures_take_turn(WeftHttpAuthFailures *failures, const char *address);

/** A try from @address was wrong. */
void weft_http_auth_failures_add(WeftHttpAuthFailures *failures, const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftHttpAuthFailures, weft_http_auth_failures_free)

G_END_DECLS
