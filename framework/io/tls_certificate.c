/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Self-signed certificates: X.509 version 3 over a new P-256 key, with the names that clients call.
 */

#include "io/tls_certificate.h"

#include "io/tls_context.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <weft/random.h>

/* RFC 5280 4.1.2.2: 20 bytes at most, and positive. */
#define SERIAL_BYTES 16

/* Clients of phones and tablets refuse more than 398 days. */
#define VALID_S ((long)365 * 24 * 3600)

/* A clock that is a little behind must not find the certificate in the future. */
#define BACKDATED_S ((long)3600)

static gboolean
set_serial(X509 *certificate)
{
    uint8_t bytes[SERIAL_BYTES];

    weft_random_fill(bytes, sizeof bytes);
    bytes[0] = (bytes[0] & 0x7f) | 0x40;

    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    gboolean succeeded =
        number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return succeeded;
}

/* Returns: (transfer full) (nullable): an address or a host name, as one of the subject's names */
static GENERAL_NAME *
name_of(const char *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = a2i_IPADDRESS(text);
    const int type = value != NULL ? GEN_IPADD : GEN_DNS;

    if (value == NULL) {
        value = ASN1_IA5STRING_new();
        if (value != NULL && ASN1_STRING_set(value, text, -1) != 1)
            g_clear_pointer(&value, ASN1_STRING_free);
    }
    if (name != NULL && value != NULL) {
        GENERAL_NAME_set0_value(name, type, value);
        return name;
    }
    ASN1_STRING_free(value);
    GENERAL_NAME_free(name);
    return NULL;
}

static gboolean
add_names(X509 *certificate, const char *const *names)
{
    GENERAL_NAMES *list = GENERAL_NAMES_new();
    gboolean succeeded = list != NULL;

    for (size_t i = 0; succeeded && names[i] != NULL; i++) {
        GENERAL_NAME *name = name_of(names[i]);

        succeeded = name != NULL && sk_GENERAL_NAME_push(list, name) > 0;
        if (!succeeded)
            GENERAL_NAME_free(name);
    }
    succeeded = succeeded && X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, 0,
                                               X509V3_ADD_DEFAULT) == 1;
    GENERAL_NAMES_free(list);
    return succeeded;
}

static gboolean
add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);

    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    gboolean succeeded = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return succeeded;
}

static gboolean
fill_in(X509 *certificate, EVP_PKEY *key, const char *const *names)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    const uint8_t *name = (const uint8_t *)"weft, self-signed";

    return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -BACKDATED_S) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_S) != NULL &&
           X509_set_pubkey(certificate, key) == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1 && add_names(certificate, names) &&
           /* An authority for itself: so it can be put among those that a client trusts. */
           add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
           add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

gboolean
weft_tls_certificate_make(const char *const *names, X509 **ret_certificate, EVP_PKEY **ret_key,
                          GError **error)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();

    if (key != NULL && certificate != NULL && fill_in(certificate, key, names)) {
        *ret_certificate = certificate;
        *ret_key = key;
        return TRUE;
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "make a certificate: %s", weft_tls_take_reason());
    return FALSE;
}

char *
weft_tls_certificate_fingerprint(const X509 *certificate)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    GString *text = g_string_new(NULL);

    X509_digest(certificate, EVP_sha256(), digest, &length);
    for (unsigned i = 0; i < length; i++)
        g_string_append_printf(text, "%s%02X", i > 0 ? ":" : "", digest[i]);
    return g_string_free(text, FALSE);
}
