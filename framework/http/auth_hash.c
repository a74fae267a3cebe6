/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes by libcrypto's plain functions: its newer interface allocates for each hash, and one is
 * made for each request of who has signed in.
 */

#define OPENSSL_SUPPRESS_DEPRECATED

#include "http/auth_hash.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <string.h>
#include <weft/random.h>
#include <weft/scan.h>

/* ---- Digest ---- */

typedef union {
    MD5_CTX md5;
    SHA256_CTX sha256;
} Hash;

static void
hash_begin(Hash *hash, WeftHttpDigestAlgorithm algorithm)
{
    switch (algorithm) {
    case WEFT_HTTP_DIGEST_SHA256:
        SHA256_Init(&hash->sha256);
        break;
    case WEFT_HTTP_DIGEST_MD5:
        MD5_Init(&hash->md5);
        break;
    }
}

static void
hash_add(Hash *hash, WeftHttpDigestAlgorithm algorithm, const char *text, size_t length)
{
    switch (algorithm) {
    case WEFT_HTTP_DIGEST_SHA256:
        SHA256_Update(&hash->sha256, text, length);
        break;
    case WEFT_HTTP_DIGEST_MD5:
        MD5_Update(&hash->md5, text, length);
        break;
    }
}

static void
hash_end(Hash *hash, WeftHttpDigestAlgorithm algorithm, uint8_t ret_bytes[SHA256_DIGEST_LENGTH])
{
    switch (algorithm) {
    case WEFT_HTTP_DIGEST_SHA256:
        SHA256_Final(ret_bytes, &hash->sha256);
        break;
    case WEFT_HTTP_DIGEST_MD5:
        MD5_Final(ret_bytes, &hash->md5);
        break;
    }
}

size_t
weft_http_digest_hex_length(WeftHttpDigestAlgorithm algorithm)
{
    return 2 * (algorithm == WEFT_HTTP_DIGEST_SHA256 ? SHA256_DIGEST_LENGTH : MD5_DIGEST_LENGTH);
}

void
weft_http_digest_hash(WeftHttpDigestAlgorithm algorithm, const WeftHttpSlice *parts, size_t n_parts,
                      char ret_hex[WEFT_HTTP_DIGEST_HEX_BYTES])
{
    const size_t length = weft_http_digest_hex_length(algorithm);
    uint8_t bytes[SHA256_DIGEST_LENGTH];
    Hash hash;

    hash_begin(&hash, algorithm);
    for (size_t i = 0; i < n_parts; i++) {
        if (i > 0)
            hash_add(&hash, algorithm, ":", 1);
        hash_add(&hash, algorithm, parts[i].text, parts[i].length);
    }
    hash_end(&hash, algorithm, bytes);
    weft_format_hex_bytes(bytes, length / 2, ret_hex);
    ret_hex[length] = '\0';
}

void
weft_http_digest_of_password(WeftHttpDigestAlgorithm algorithm, const char *user, const char *realm,
                             const char *password, char ret_hex[WEFT_HTTP_DIGEST_HEX_BYTES])
{
    const WeftHttpSlice parts[] = {weft_http_slice(user), weft_http_slice(realm),
                                   weft_http_slice(password)};

    weft_http_digest_hash(algorithm, parts, G_N_ELEMENTS(parts), ret_hex);
}

gboolean
weft_http_is_same_secretly(const void *left, const void *right, size_t length)
{
    return CRYPTO_memcmp(left, right, length) == 0;
}

/* ---- the keyed hash ---- */

/* RFC 2104: what is the same for all texts is hashed once. */
struct WeftHttpMacKey {
    SHA256_CTX inner;
    SHA256_CTX outer;
};

static void
begin_padded(SHA256_CTX *hash, const uint8_t *key, size_t size, uint8_t pad)
{
    uint8_t block[SHA256_CBLOCK];

    memset(block, pad, sizeof block);
    for (size_t i = 0; i < size; i++)
        block[i] ^= key[i];
    SHA256_Init(hash);
    SHA256_Update(hash, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

WeftHttpMacKey *
weft_http_mac_key_new(void)
{
    WeftHttpMacKey *key = g_new0(WeftHttpMacKey, 1);
    uint8_t secret[WEFT_HTTP_MAC_BYTES];

    weft_random_fill(secret, sizeof secret);
    begin_padded(&key->inner, secret, sizeof secret, 0x36);
    begin_padded(&key->outer, secret, sizeof secret, 0x5c);
    OPENSSL_cleanse(secret, sizeof secret);
    return key;
}

void
weft_http_mac_key_free(WeftHttpMacKey *key)
{
    if (key == NULL)
        return;
    OPENSSL_cleanse(key, sizeof *key);
    g_free(key);
}

void
weft_http_mac(const WeftHttpMacKey *key, const void *data, size_t size,
              uint8_t ret_mac[WEFT_HTTP_MAC_BYTES])
{
    uint8_t inner[SHA256_DIGEST_LENGTH];
    SHA256_CTX hash = key->inner;

    SHA256_Update(&hash, data, size);
    SHA256_Final(inner, &hash);
    hash = key->outer;
    SHA256_Update(&hash, inner, sizeof inner);
    SHA256_Final(ret_mac, &hash);
}
