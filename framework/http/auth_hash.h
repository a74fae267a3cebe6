/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes for signing in: those of Digest, and a keyed one (HMAC-SHA-256, RFC 2104) under a key that
 * never leaves the process.
 */
#pragma once

#include <weft/http_auth.h>

G_BEGIN_DECLS

/** A piece of text, not ended by a NUL. */
typedef struct {
    const char *text;
    size_t length;
} WeftHttpSlice;

static inline WeftHttpSlice
weft_http_slice(const char *text)
{
    return (WeftHttpSlice){text, __builtin_strlen(text)};
}

/** The hash of @parts with ':' between them, as lower-case hexadecimal digits. */
void weft_http_digest_hash(WeftHttpDigestAlgorithm algorithm, const WeftHttpSlice *parts,
                           size_t n_parts, char ret_hex[WEFT_HTTP_DIGEST_HEX_BYTES]);

/** Hexadecimal digits of a hash. */
size_t weft_http_digest_hex_length(WeftHttpDigestAlgorithm algorithm);

/** TRUE if both are the same; takes the same time for all texts of a length. */
gboolean weft_http_is_same_secretly(const void *left, const void *right, size_t length);

#define WEFT_HTTP_MAC_BYTES 32

/** A key drawn at random, made ready for use: signing allocates nothing. */
typedef struct WeftHttpMacKey WeftHttpMacKey;
WeftHttpMacKey *weft_http_mac_key_new(void);
void weft_http_mac_key_free(WeftHttpMacKey *key);

/** The keyed hash of @data; from any thread. */
void weft_http_mac(const WeftHttpMacKey *key, const void *data, size_t size,
                   uint8_t ret_mac[WEFT_HTTP_MAC_BYTES]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftHttpMacKey, weft_http_mac_key_free)

G_END_DECLS
