/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS contexts: what OpenSSL is told once for all connections.  A reload makes a new SSL_CTX beside
 * the old one, which lives as long as connections that began with it.
 */

#include "io/tls_context.h"

#include "io/tls_certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* With forward secrecy and authenticated encryption, which each client since about 2014 knows. */
#define TLS_1_2_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

/* How long a ticket is good for. */
#define SESSION_S ((long)2 * 3600)

/* What one read of the stream below may bring: four records. */
#define READ_BUFFER_BYTES ((size_t)64 * 1024)

/* SSL_CTX_get_tlsext_ticket_keys(3): a name and two keys. */
#define TICKET_KEYS_BYTES 80

typedef struct {
    char *certificate_path;
    char *key_path;
} CertificateFiles;

struct WeftTlsContext {
    atomic_int n_refs;
    WeftTlsWriting writing;

    pthread_mutex_t mutex; /* for what follows */
    GPtrArray *files;      /* CertificateFiles; empty: self-signed, or a client's */
    SSL_CTX *current;
    SSL_SESSION *session; /* the newest, of a client */
    char *session_host;
};

const char *
weft_tls_take_reason(void)
{
    const unsigned long code = ERR_get_error();
    const char *reason = ERR_reason_error_string(code);

    ERR_clear_error();
    if (reason == NULL && ERR_SYSTEM_ERROR(code))
        reason = g_strerror(ERR_GET_REASON(code));
    return reason != NULL ? reason : "failed without a reason";
}

/* ---- what all connections have in common ---- */

/* The service's one protocol, if the client offers it (RFC 7301 3.2: otherwise that is the end). */
static int
choose_protocol(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_length,
                const unsigned char *offered, unsigned n_offered, G_GNUC_UNUSED void *data)
{
    const char *wanted = SSL_get_app_data(ssl);
    const size_t length = wanted != NULL ? strlen(wanted) : 0;

    if (wanted == NULL)
        return SSL_TLSEXT_ERR_NOACK;
    for (unsigned at = 0; at < n_offered; at += 1u + offered[at]) {
        if (offered[at] == length && memcmp(offered + at + 1, wanted, length) == 0) {
            *ret_name = offered + at + 1;
            *ret_length = (unsigned char)length;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* A server without a terminal must not be asked for a passphrase. */
static int
refuse_passphrase(G_GNUC_UNUSED char *buffer, G_GNUC_UNUSED int size, G_GNUC_UNUSED int is_writing,
                  G_GNUC_UNUSED void *data)
{
    return -1;
}

static void
set_defaults(SSL_CTX *ssl_context)
{
    SSL_CTX_set_min_proto_version(ssl_context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ssl_context, TLS_1_2_CIPHERS);
    SSL_CTX_set_options(ssl_context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_PRIORITIZE_CHACHA);
    /* An idle connection keeps no buffer; and a write that was cut may go on from another one. */
    SSL_CTX_set_mode(ssl_context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ssl_context, 1);
    SSL_CTX_set_default_read_buffer_len(ssl_context, READ_BUFFER_BYTES);
    SSL_CTX_set_default_passwd_cb(ssl_context, refuse_passphrase);
    SSL_CTX_set_timeout(ssl_context, SESSION_S);
}

static void
set_server_defaults(SSL_CTX *ssl_context)
{
    static const unsigned char name[] = "weft";

    /* Sessions live in the tickets that clients keep, so a server's memory does not grow with them.
     */
    SSL_CTX_set_session_cache_mode(ssl_context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_session_id_context(ssl_context, name, sizeof name - 1);
    SSL_CTX_set_num_tickets(ssl_context, 1);
    SSL_CTX_set_alpn_select_cb(ssl_context, choose_protocol, NULL);
}

static SSL_CTX *
make_ssl_context(const SSL_METHOD *method, GError **error)
{
    SSL_CTX *ssl_context = SSL_CTX_new(method);

    if (ssl_context == NULL) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "start OpenSSL: %s", weft_tls_take_reason());
        return NULL;
    }
    set_defaults(ssl_context);
    return ssl_context;
}

/* Once a process: a kernel that has TLS says what the socket lacks for it, others do not know the
 * word.  Asking loads the module, if we may. */
static gboolean
kernel_has_tls(void)
{
    static gsize answer; /* 1: no, 2: yes */

    if (g_once_init_enter(&answer)) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        gboolean has = fd >= 0 && setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") != 0 &&
                       errno == ENOTCONN;

        if (fd >= 0)
            close(fd);
        g_once_init_leave(&answer, has ? 2 : 1);
    }
    return answer == 2;
}

static void
certificate_files_free(gpointer data)
{
    CertificateFiles *files = data;

    g_free(files->certificate_path);
    g_free(files->key_path);
    g_free(files);
}

static void
add_files(GPtrArray *all, const char *certificate_path, const char *key_path)
{
    CertificateFiles *files = g_new(CertificateFiles, 1);

    files->certificate_path = g_strdup(certificate_path);
    files->key_path = g_strdup(key_path);
    g_ptr_array_add(all, files);
}

static WeftTlsContext *
context_new(SSL_CTX *ssl_context)
{
    WeftTlsContext *context = g_new0(WeftTlsContext, 1);

    atomic_init(&context->n_refs, 1);
    pthread_mutex_init(&context->mutex, NULL);
    context->files = g_ptr_array_new_with_free_func(certificate_files_free);
    context->current = ssl_context;
    context->writing = kernel_has_tls() ? WEFT_TLS_DIRECT : WEFT_TLS_GATHER;
    return context;
}

/* ---- certificates ---- */

/* OpenSSL's words for a file that is missing are many: look first. */
static gboolean
check_readable(const char *path, const char *what, GError **error)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return weft_error_set_errno(error, errno, "cannot read the %s %s", what, path);
    close(fd);
    return TRUE;
}

static gboolean
refuse_file(const char *path, const char *what, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "%s holds no %s that can be used: %s", path,
                what, weft_tls_take_reason());
    return FALSE;
}

static gboolean
use_files(SSL_CTX *ssl_context, const char *certificate_path, const char *key_path, GError **error)
{
    if (!check_readable(certificate_path, "certificate", error) ||
        !check_readable(key_path, "key", error))
        return FALSE;
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(ssl_context, certificate_path) != 1)
        return refuse_file(certificate_path, "PEM certificate", error);
    if (SSL_CTX_use_PrivateKey_file(ssl_context, key_path, SSL_FILETYPE_PEM) != 1) {
        if (ERR_GET_REASON(ERR_peek_error()) != X509_R_KEY_VALUES_MISMATCH)
            return refuse_file(key_path, "PEM key without a passphrase", error);
        ERR_clear_error();
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                    "the key %s does not belong to the certificate %s", key_path, certificate_path);
        return FALSE;
    }
    return TRUE;
}

static SSL_CTX *
make_server(const CertificateFiles *files, GError **error)
{
    SSL_CTX *ssl_context = make_ssl_context(TLS_server_method(), error);

    if (ssl_context == NULL)
        return NULL;
    set_server_defaults(ssl_context);
    if (use_files(ssl_context, files->certificate_path, files->key_path, error))
        return ssl_context;
    SSL_CTX_free(ssl_context);
    return NULL;
}

/* ---- several certificates ---- */

static gboolean
is_for(const SSL_CTX *ssl_context, const char *name)
{
    X509 *certificate = SSL_CTX_get0_certificate(ssl_context);

    return X509_check_host(certificate, name, 0, 0, NULL) == 1;
}

/* RFC 6066 3: the first of all that is for the name that the client calls; where none is, the
 * first, for some clients call an address by a name of their own. */
static int
choose_certificate(SSL *ssl, G_GNUC_UNUSED int *alert, void *data)
{
    const GPtrArray *others = data;
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

    if (name == NULL)
        return SSL_TLSEXT_ERR_NOACK;
    for (guint i = 0; i < others->len && !is_for(SSL_get_SSL_CTX(ssl), name); i++)
        if (is_for(others->pdata[i], name))
            SSL_set_SSL_CTX(ssl, others->pdata[i]);
    return SSL_TLSEXT_ERR_OK;
}

static void
free_others(G_GNUC_UNUSED void *parent, void *others, G_GNUC_UNUSED CRYPTO_EX_DATA *data,
            G_GNUC_UNUSED int index, G_GNUC_UNUSED long argument, G_GNUC_UNUSED void *pointer)
{
    if (others != NULL)
        g_ptr_array_unref(others);
}

static void
free_ssl_context(gpointer ssl_context)
{
    SSL_CTX_free(ssl_context);
}

/* Where a SSL_CTX keeps the others that it may hand a connection over to. */
static int
others_index(void)
{
    static gsize made; /* the index, and one */

    if (g_once_init_enter(&made))
        g_once_init_leave(&made,
                          (gsize)SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_others) + 1);
    return (int)made - 1;
}

/* Returns: (transfer full): for the first of @files, and behind it the others */
static SSL_CTX *
make_servers(const GPtrArray *files, GError **error)
{
    SSL_CTX *first = make_server(files->pdata[0], error);

    if (first == NULL || files->len == 1)
        return first;

    GPtrArray *others = g_ptr_array_new_with_free_func(free_ssl_context);
    SSL_CTX_set_ex_data(first, others_index(), others);
    for (guint i = 1; i < files->len; i++) {
        SSL_CTX *other = make_server(files->pdata[i], error);

        if (other == NULL) {
            SSL_CTX_free(first);
            return NULL;
        }
        g_ptr_array_add(others, other);
    }
    SSL_CTX_set_tlsext_servername_callback(first, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(first, others);
    return first;
}

WeftTlsContext *
weft_tls_context_new_server(const char *certificate_path, const char *key_path, GError **error)
{
    WeftTlsContext *context = context_new(NULL);

    add_files(context->files, certificate_path, key_path);
    context->current = make_servers(context->files, error);
    if (context->current == NULL)
        g_clear_pointer(&context, weft_tls_context_unref);
    return context;
}

WeftTlsContext *
weft_tls_context_new_self_signed(const char *const *names, GError **error)
{
    X509 *certificate = NULL;
    EVP_PKEY *key = NULL;
    SSL_CTX *ssl_context = make_ssl_context(TLS_server_method(), error);

    g_return_val_if_fail(names != NULL && names[0] != NULL, NULL);
    if (ssl_context == NULL)
        return NULL;
    set_server_defaults(ssl_context);
    if (!weft_tls_certificate_make(names, &certificate, &key, error)) {
        SSL_CTX_free(ssl_context);
        return NULL;
    }

    gboolean is_used = SSL_CTX_use_certificate(ssl_context, certificate) == 1 &&
                       SSL_CTX_use_PrivateKey(ssl_context, key) == 1;
    g_assert(is_used); /* they were made for each other */
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context_new(ssl_context);
}

/* @fresh: (transfer full) */
static void
replace_current(WeftTlsContext *context, SSL_CTX *fresh)
{
    uint8_t ticket_keys[TICKET_KEYS_BYTES];

    pthread_mutex_lock(&context->mutex);
    /* Clients go on resuming their sessions: a new certificate is no reason to handshake anew. */
    if (SSL_CTX_get_tlsext_ticket_keys(context->current, ticket_keys, sizeof ticket_keys) == 1)
        SSL_CTX_set_tlsext_ticket_keys(fresh, ticket_keys, sizeof ticket_keys);
    SSL_CTX *stale = context->current;
    context->current = fresh;
    pthread_mutex_unlock(&context->mutex);
    OPENSSL_cleanse(ticket_keys, sizeof ticket_keys);
    SSL_CTX_free(stale);
}

gboolean
weft_tls_context_reload(WeftTlsContext *context, GError **error)
{
    if (context->files->len == 0)
        return TRUE;
    SSL_CTX *fresh = make_servers(context->files, error);
    if (fresh == NULL)
        return FALSE;
    replace_current(context, fresh);
    return TRUE;
}

gboolean
weft_tls_context_add_certificate(WeftTlsContext *context, const char *certificate_path,
                                 const char *key_path, GError **error)
{
    g_return_val_if_fail(context->files->len > 0, FALSE);
    add_files(context->files, certificate_path, key_path);
    if (weft_tls_context_reload(context, error))
        return TRUE;
    g_ptr_array_set_size(context->files, (int)context->files->len - 1);
    return FALSE;
}

void
weft_tls_context_adopt(WeftTlsContext *context, WeftTlsContext *fresh)
{
    GPtrArray *files = context->files;

    context->files = fresh->files;
    fresh->files = files;
    SSL_CTX_up_ref(fresh->current);
    replace_current(context, fresh->current);
    weft_tls_context_unref(fresh);
}

/* Returns: (transfer full): the SSL_CTX of this moment */
static SSL_CTX *
take_current(WeftTlsContext *context)
{
    pthread_mutex_lock(&context->mutex);
    SSL_CTX *current = context->current;
    SSL_CTX_up_ref(current);
    pthread_mutex_unlock(&context->mutex);
    return current;
}

char *
weft_tls_context_fingerprint(WeftTlsContext *context)
{
    SSL_CTX *current = take_current(context);
    const X509 *certificate = SSL_CTX_get0_certificate(current);
    char *fingerprint = certificate != NULL ? weft_tls_certificate_fingerprint(certificate) : NULL;

    SSL_CTX_free(current);
    return fingerprint;
}

/* ---- clients ---- */

/* OpenSSL has a new session of @ssl; returns whether it was taken. */
static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
    WeftTlsContext *context = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

    pthread_mutex_lock(&context->mutex);
    SSL_SESSION_free(context->session);
    g_free(context->session_host);
    context->session = session;
    context->session_host = g_strdup(SSL_get_app_data(ssl));
    pthread_mutex_unlock(&context->mutex);
    return 1;
}

WeftTlsContext *
weft_tls_context_new_client(const char *authorities_path, GError **error)
{
    if (authorities_path != NULL && !check_readable(authorities_path, "certificates", error))
        return NULL;

    SSL_CTX *ssl_context = make_ssl_context(TLS_client_method(), error);
    if (ssl_context == NULL)
        return NULL;

    SSL_CTX_set_verify(ssl_context, SSL_VERIFY_PEER, NULL);
    ERR_clear_error();
    gboolean trusts = authorities_path == NULL
                          ? SSL_CTX_set_default_verify_paths(ssl_context) == 1
                          : SSL_CTX_load_verify_file(ssl_context, authorities_path) == 1;
    if (!trusts) {
        refuse_file(authorities_path != NULL ? authorities_path : "the system", "certificate",
                    error);
        SSL_CTX_free(ssl_context);
        return NULL;
    }

    WeftTlsContext *context = context_new(ssl_context);
    SSL_CTX_set_app_data(ssl_context, context);
    SSL_CTX_set_session_cache_mode(ssl_context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ssl_context, keep_session);
    return context;
}

void
weft_tls_context_trust_anybody(WeftTlsContext *context)
{
    SSL_CTX *current = take_current(context);

    g_return_if_fail(context->files->len == 0);
    SSL_CTX_set_verify(current, SSL_VERIFY_NONE, NULL);
    SSL_CTX_free(current);
}

void
weft_tls_context_resume(WeftTlsContext *context, SSL *ssl, const char *host)
{
    pthread_mutex_lock(&context->mutex);
    if (context->session != NULL && strcmp(context->session_host, host) == 0)
        SSL_set_session(ssl, context->session);
    pthread_mutex_unlock(&context->mutex);
}

/* ---- the rest ---- */

SSL *
weft_tls_context_new_ssl(WeftTlsContext *context)
{
    SSL_CTX *current = take_current(context);
    SSL *ssl = SSL_new(current);

    SSL_CTX_free(current); /* the SSL has its own reference */
    if (ssl == NULL)
        g_error("no memory for a TLS connection");
    return ssl;
}

WeftTlsWriting
weft_tls_context_writing(const WeftTlsContext *context)
{
    return context->writing;
}

void
weft_tls_context_set_writing(WeftTlsContext *context, WeftTlsWriting writing)
{
    context->writing = writing;
}

WeftTlsContext *
weft_tls_context_ref(WeftTlsContext *context)
{
    atomic_fetch_add(&context->n_refs, 1);
    return context;
}

void
weft_tls_context_unref(WeftTlsContext *context)
{
    if (context == NULL || atomic_fetch_sub(&context->n_refs, 1) > 1)
        return;
    SSL_CTX_free(context->current);
    SSL_SESSION_free(context->session);
    g_free(context->session_host);
    g_ptr_array_unref(context->files);
    pthread_mutex_destroy(&context->mutex);
    g_free(context);
}
