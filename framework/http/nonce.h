/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nonces of Digest (RFC 7616 3.3, 5.4): nothing is kept for one that was handed out, because it
 * proves by a keyed hash that it is ours and how old it is.  Only what was used is kept, in a table
 * of fixed size, so that no request can be sent twice.
 */
#pragma once

#include "http/auth_hash.h"

G_BEGIN_DECLS

#define WEFT_HTTP_NONCE_LENGTH 64
#define WEFT_HTTP_NONCE_LIFE_S 600

/** Used nonces that are remembered.  Another one that comes to stand in one's place makes the first
 * stale, and its client ask again. */
#define WEFT_HTTP_MAX_USED_NONCES 4096

typedef struct WeftHttpNonces WeftHttpNonces;
WeftHttpNonces *weft_http_nonces_new(void);
void weft_http_nonces_free(WeftHttpNonces *nonces);

/** A new one, from any thread. */
void weft_http_nonces_make(WeftHttpNonces *nonces, char ret_nonce[WEFT_HTTP_NONCE_LENGTH + 1]);

/** TRUE if @nonce is ours and not too old. */
gboolean weft_http_nonces_is_fresh(WeftHttpNonces *nonces, WeftHttpSlice nonce);

/**
 * Note the use number @n_uses of a nonce that is fresh; requests may overtake each other by some.
 * FALSE: it was used before, or that cannot be told any more
 */
gboolean weft_http_nonces_use(WeftHttpNonces *nonces, WeftHttpSlice nonce, uint32_t n_uses);

/** TRUE if it was used, and not spoilt: who has it has once signed in. */
gboolean weft_http_nonces_is_known(WeftHttpNonces *nonces, WeftHttpSlice nonce);

/** It is not to be used any more: somebody has tried passwords with it. */
void weft_http_nonces_spoil(WeftHttpNonces *nonces, WeftHttpSlice nonce);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftHttpNonces, weft_http_nonces_free)

G_END_DECLS
