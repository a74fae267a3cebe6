/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From fields to digests and back.  The checksums are GLib's; what is here is how fields write
 * them.
 */
#include "webdav/digest.h"

#include <string.h>
#include <weft/http.h>
#include <weft/scan.h>

#define MAX_ENCODED_BYTES 130 /* SHA-512 in hexadecimal; in base64 it is shorter */
#define MAX_WEIGHT 1000       /* of a preference: tenths of percents */

/* The best first.  RFC 9530 calls the last two unfit for anything but accidents; clients of old
 * send them. */
static const WeftDavDigestAlgorithm algorithms[] = {
    {"sha-512", G_CHECKSUM_SHA512},
    {"sha-256", G_CHECKSUM_SHA256},
    {"sha", G_CHECKSUM_SHA1},
    {"md5", G_CHECKSUM_MD5},
};

/* Other names of the same. */
static const struct {
    const char *name;
    GChecksumType type;
} aliases[] = {
    {"sha1", G_CHECKSUM_SHA1},
    {"sha256", G_CHECKSUM_SHA256},
    {"sha512", G_CHECKSUM_SHA512},
};

static gboolean
find_type(const char *name, size_t length, GChecksumType *ret_type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++)
        if (weft_scan_equal_ignoring_case(name, length, algorithms[i].name)) {
            *ret_type = algorithms[i].type;
            return TRUE;
        }
    for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
        if (weft_scan_equal_ignoring_case(name, length, aliases[i].name)) {
            *ret_type = aliases[i].type;
            return TRUE;
        }
    return FALSE;
}

static gboolean
refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, 400, reason);
    return FALSE;
}

/* ---- one digest ---- */

static gboolean
decode_base64(const char *text, size_t length, uint8_t *out, size_t size)
{
    uint8_t bytes[MAX_ENCODED_BYTES];

    if (length > MAX_ENCODED_BYTES || weft_scan_base64(text, length, bytes) != (ssize_t)size)
        return FALSE;
    memcpy(out, bytes, size);
    return TRUE;
}

static gboolean
decode_hex(const char *text, size_t length, uint8_t *out, size_t size)
{
    if (length != 2 * size || weft_scan_while(text, length, WEFT_BYTE_HEX) != length)
        return FALSE;
    for (size_t i = 0; i < size; i++)
        out[i] =
            (uint8_t)(weft_byte_hex_value(text[2 * i]) << 4 | weft_byte_hex_value(text[2 * i + 1]));
    return TRUE;
}

static gboolean
add(WeftDavDigests *digests, GChecksumType type, WeftDavDigestForm form, const char *text,
    size_t length, GError **error)
{
    const size_t size = (size_t)g_checksum_type_get_length(type);
    WeftDavDigest digest = {.size = size};

    if (!(form == WEFT_DAV_DIGEST_OC ? decode_hex(text, length, digest.expected, size)
                                     : decode_base64(text, length, digest.expected, size)))
        return refuse(error, "a digest that is none");
    if (digests->n == WEFT_DAV_MAX_DIGESTS)
        return TRUE;
    digest.checksum = g_checksum_new(type);
    digests->digests[digests->n++] = digest;
    return TRUE;
}

/* ---- fields ---- */

/* RFC 8941 3.3.5: ":BASE64:", and behind it parameters that say nothing to us. */
static gboolean
take_byte_sequence(const char **text, size_t *length)
{
    const char *end = *length > 1 && (*text)[0] == ':' ? memchr(*text + 1, ':', *length - 1) : NULL;

    if (end == NULL)
        return FALSE;
    *text += 1;
    *length = (size_t)(end - *text);
    return TRUE;
}

static gboolean
add_item(WeftDavDigests *digests, WeftDavDigestForm form, const char *item, size_t length,
         GError **error)
{
    const char separator = form == WEFT_DAV_DIGEST_OC ? ':' : '=';
    const char *at = memchr(item, separator, length);
    GChecksumType type;

    if (at == NULL)
        return refuse(error, "a digest without a value");
    if (!find_type(item, (size_t)(at - item), &type))
        return TRUE;

    const char *value = at + 1;
    size_t value_length = length - (size_t)(value - item);
    if (form == WEFT_DAV_DIGEST_STRUCTURED && !take_byte_sequence(&value, &value_length))
        return refuse(error, "a digest that is no byte sequence");
    return add(digests, type, form, value, value_length, error);
}

gboolean
weft_dav_digests_add(WeftDavDigests *digests, WeftDavDigestForm form, const char *value,
                     GError **error)
{
    size_t length = strlen(value);
    const char *item;
    size_t item_length;

    if (form == WEFT_DAV_DIGEST_MD5) {
        weft_scan_trim(&value, &length);
        return add(digests, G_CHECKSUM_MD5, form, value, length, error);
    }
    while (weft_scan_list_next(&value, &length, &item, &item_length))
        if (!add_item(digests, form, item, item_length, error))
            return FALSE;
    return TRUE;
}

/* ---- the content ---- */

void
weft_dav_digests_update(WeftDavDigests *digests, const void *data, size_t size)
{
    for (size_t i = 0; i < digests->n; i++)
        g_checksum_update(digests->digests[i].checksum, data, (gssize)size);
}

gboolean
weft_dav_digests_verify(WeftDavDigests *digests, GError **error)
{
    for (size_t i = 0; i < digests->n; i++) {
        WeftDavDigest *digest = &digests->digests[i];
        uint8_t found[WEFT_DAV_MAX_DIGEST_BYTES];
        gsize size = sizeof found;

        g_checksum_get_digest(digest->checksum, found, &size);
        if (size != digest->size || memcmp(found, digest->expected, size) != 0)
            return refuse(error, "the content has another digest than was sent with it");
    }
    return TRUE;
}

void
weft_dav_digests_clear(WeftDavDigests *digests)
{
    for (size_t i = 0; i < digests->n; i++)
        g_checksum_free(digests->digests[i].checksum);
    digests->n = 0;
}

/* ---- telling a digest ---- */

/* "0.5" in thousandths; whole numbers as they are, so that both forms can be compared. */
static uint64_t
parse_weight(const char *text, size_t length)
{
    uint64_t whole = 0;
    uint64_t thousandths = 0;
    const size_t used = weft_scan_decimal(text, length, &whole);

    if (used == 0)
        return 0;
    if (used < length && text[used] == '.') {
        uint64_t unit = MAX_WEIGHT / 10;

        for (size_t i = used + 1; i < length && weft_byte_is(text[i], WEFT_BYTE_DIGIT); i++) {
            thousandths += unit * (uint64_t)(text[i] - '0');
            unit /= 10;
        }
    }
    return MIN(whole, MAX_WEIGHT) * MAX_WEIGHT + thousandths;
}

/* "sha-256=10" (RFC 9530 4: 0 is "not at all"); of old "sha-256;q=0.5". */
static uint64_t
weight_of(const char **item, size_t *length, gboolean is_legacy)
{
    const char *at = memchr(*item, is_legacy ? ';' : '=', *length);

    if (at == NULL)
        return MAX_WEIGHT;

    const char *value = at + 1;
    size_t value_length = *length - (size_t)(value - *item);
    *length = (size_t)(at - *item);
    weft_scan_trim(item, length);
    weft_scan_trim(&value, &value_length);
    if (is_legacy && value_length > 2 && value[1] == '=') {
        value += 2;
        value_length -= 2;
    }
    return parse_weight(value, value_length);
}

static const WeftDavDigestAlgorithm *
find_algorithm(const char *name, size_t length)
{
    GChecksumType type;

    if (!find_type(name, length, &type))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++)
        if (algorithms[i].type == type)
            return &algorithms[i];
    return NULL;
}

const WeftDavDigestAlgorithm *
weft_dav_digest_choose(const char *value, gboolean is_legacy)
{
    const WeftDavDigestAlgorithm *best = NULL;
    uint64_t best_weight = 0;
    size_t length = strlen(value);
    const char *item;
    size_t item_length;

    while (weft_scan_list_next(&value, &length, &item, &item_length)) {
        const uint64_t weight = weight_of(&item, &item_length, is_legacy);
        const WeftDavDigestAlgorithm *algorithm = find_algorithm(item, item_length);

        if (algorithm == NULL || weight == 0)
            continue;
        /* Of equals the stronger one. */
        if (weight > best_weight || (weight == best_weight && algorithm < best)) {
            best = algorithm;
            best_weight = weight;
        }
    }
    return best;
}

char *
weft_dav_digest_format(const WeftDavDigestAlgorithm *algorithm, GChecksum *checksum,
                       gboolean is_legacy)
{
    uint8_t digest[WEFT_DAV_MAX_DIGEST_BYTES];
    gsize size = sizeof digest;

    g_checksum_get_digest(checksum, digest, &size);
    g_autofree char *encoded = g_base64_encode(digest, size);
    return is_legacy ? g_strdup_printf("%s=%s", algorithm->name, encoded)
                     : g_strdup_printf("%s=:%s:", algorithm->name, encoded);
}
