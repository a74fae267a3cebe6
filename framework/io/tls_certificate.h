/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Certificates that a program makes for itself.
 */

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <weft/error.h>

/*
 * A new key, and a certificate for @names that it signs itself.
 * @ret_certificate, @ret_key: (transfer full)
 */
gboolean weft_tls_certificate_make(const char *const *names, X509 **ret_certificate,
                                   EVP_PKEY **ret_key, GError **error);

/* Returns: (transfer full): "AB:CD:...", its SHA-256 */
char *weft_tls_certificate_fingerprint(const X509 *certificate);
