/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A certificate and its key in files of a temporary folder, as a server has them.
 */

#include <glib/gstdio.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <string>

extern "C" {
#include "io/tls_certificate.h"
}

namespace weft_test
{

struct CertificateFiles {
    char *folder = g_dir_make_tmp("weft-tls-XXXXXX", nullptr);
    std::string certificate = std::string(folder) + "/certificate.pem";
    std::string key = std::string(folder) + "/key.pem";

    CertificateFiles()
    {
        make("localhost");
    }
    ~CertificateFiles()
    {
        g_unlink(certificate.c_str());
        g_unlink(key.c_str());
        g_rmdir(folder);
        g_free(folder);
    }
    CertificateFiles(const CertificateFiles &) = delete;

    /* New ones, for @name, in the place of the old. */
    void make(const char *name)
    {
        const char *const names[] = {name, nullptr};
        X509 *made = nullptr;
        EVP_PKEY *made_key = nullptr;

        ASSERT_TRUE(weft_tls_certificate_make(names, &made, &made_key, nullptr));
        FILE *file = fopen(certificate.c_str(), "w");
        EXPECT_EQ(PEM_write_X509(file, made), 1);
        fclose(file);
        file = fopen(key.c_str(), "w");
        EXPECT_EQ(PEM_write_PrivateKey(file, made_key, nullptr, nullptr, 0, nullptr, nullptr), 1);
        fclose(file);
        X509_free(made);
        EVP_PKEY_free(made_key);
    }
};

} // namespace weft_test
