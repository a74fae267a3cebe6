/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * Digests of a content, as fields carry them: Repr-Digest and Content-Digest (RFC 9530), Digest
 * (RFC 3230), Content-MD5, and OC-Checksum of those who synchronise.
 */

/** Those that one request may bring; more are not looked at. */
#define WEFT_DAV_MAX_DIGESTS 8

/** Of SHA-512. */
#define WEFT_DAV_MAX_DIGEST_BYTES 64

typedef enum {
    WEFT_DAV_DIGEST_STRUCTURED, /* Repr-Digest, Content-Digest: sha-256=:BASE64:, ... */
    WEFT_DAV_DIGEST_LEGACY,     /* Digest: SHA-256=BASE64,... */
    WEFT_DAV_DIGEST_MD5,        /* Content-MD5: BASE64 */
    WEFT_DAV_DIGEST_OC,         /* OC-Checksum: SHA1:HEX */
} WeftDavDigestForm;

typedef struct {
    GChecksum *checksum;
    uint8_t expected[WEFT_DAV_MAX_DIGEST_BYTES];
    size_t size;
} WeftDavDigest;

/** What a content must come to. */
typedef struct {
    WeftDavDigest digests[WEFT_DAV_MAX_DIGESTS];
    size_t n;
} WeftDavDigests;

/** Add those of a field's @value.  An algorithm that we do not know is passed over (RFC 9530 3).
 * FALSE with a 400 where a digest cannot be one. */
gboolean weft_dav_digests_add(WeftDavDigests *digests, WeftDavDigestForm form, const char *value,
                              GError **error);

/** The next piece of the content. */
void weft_dav_digests_update(WeftDavDigests *digests, const void *data, size_t size);

/** Behind the last piece.  FALSE with a 400 where the content is another. */
gboolean weft_dav_digests_verify(WeftDavDigests *digests, GError **error);

void weft_dav_digests_clear(WeftDavDigests *digests);

/** An algorithm by which a client would have a digest. */
typedef struct {
    const char *name; /* as fields write it: "sha-256" */
    GChecksumType type;
} WeftDavDigestAlgorithm;

/**
 * The one that Want-Repr-Digest (RFC 9530 4) or, with @is_legacy, Want-Digest likes best.
 * Returns: (nullable): NULL where it wants none that we know
 */
const WeftDavDigestAlgorithm *weft_dav_digest_choose(const char *value, gboolean is_legacy);

/** The value of a field that tells @checksum.  Returns: (transfer full) */
char *weft_dav_digest_format(const WeftDavDigestAlgorithm *algorithm, GChecksum *checksum,
                             gboolean is_legacy);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavDigests, weft_dav_digests_clear)

G_END_DECLS
