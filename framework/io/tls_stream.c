/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS as a stream on a stream.  OpenSSL never parks: it reads what is there, and what it writes is
 * gathered in a block; waiting and flushing happen outside of it.  So no fiber is ever switched
 * while OpenSSL is on the stack, and its error queue, one a thread, is empty at every switch.
 */

#include "io/tls_stream.h"

#include "fiber/wait.h"
#include "io/block.h"
#include "io/socket.h"
#include "io/tls_certificate.h"
#include "io/tls_context.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>
#include <weft/buffer.h>
#include <weft/sys/stream.h>

#define WOULD_PARK (-2)
#define CANNOT_MOVE (-2)

/* RFC 8446 5.1: as much as one record carries; and what it grows by at most (RFC 5246 6.2.3), with
 * room for an alert or a new key that goes before it. */
#define RECORD_BYTES ((size_t)SSL3_RT_MAX_PLAIN_LENGTH)
#define RECORD_ROOM_BYTES (RECORD_BYTES + 1024)

/* What is shorter than this fits into a small block with all that it grows by. */
#define SMALL_WRITE_BYTES (WEFT_BLOCK_SMALL_BYTES - 1024)

typedef struct {
    WeftStream base;
    WeftStream *below;
    WeftTlsContext *context;
    SSL *ssl;
    const char *protocol; /* (nullable): to agree on; a literal */
    char *host;           /* of a client; NULL: a server */
    WeftBuffer out;       /* records on their way down; no memory while there are none */
    size_t n_unsaid;      /* bytes that are in records already, but not in n_written */
    GError *failure; /* of the stream below, or of a peek, until who reads or writes hears of it */
    gboolean is_empty; /* the last read took all that has come */
    gboolean is_direct;
    gboolean has_failed; /* OpenSSL must not be called again */
    gboolean is_flushing;
    WeftWaitQueue flushed;
} TlsStream;

static TlsStream *
tls_of(WeftStream *stream)
{
    return (TlsStream *)stream;
}

/* ---- below OpenSSL ---- */

static int
bio_read(BIO *bio, char *bytes, int size)
{
    TlsStream *tls = BIO_get_data(bio);
    ssize_t n_read;

    BIO_clear_retry_flags(bio);
    if (size <= 0 || tls->failure != NULL)
        return -1;
    n_read = weft_stream_try_read(tls->below, bytes, (size_t)size, &tls->failure);
    if (n_read == WOULD_PARK) {
        BIO_set_retry_read(bio);
        return -1;
    }
    return (int)n_read;
}

static int
bio_write(BIO *bio, const char *bytes, int size)
{
    TlsStream *tls = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (size <= 0)
        return 0;
    if (tls->out.data == NULL)
        tls->out = (WeftBuffer){.data = weft_block_take(WEFT_BLOCK_SMALL),
                                .capacity = WEFT_BLOCK_SMALL_BYTES};

    size_t n_taken = MIN((size_t)size, weft_buffer_room(&tls->out));
    if (n_taken == 0) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(tls->out.data + tls->out.end, bytes, n_taken);
    tls->out.end += n_taken;
    return (int)n_taken;
}

static long
bio_control(G_GNUC_UNUSED BIO *bio, int command, G_GNUC_UNUSED long number,
            G_GNUC_UNUSED void *pointer)
{
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO *
bio_new(TlsStream *tls)
{
    static BIO_METHOD *method; /* for ever */
    static gsize done;

    if (g_once_init_enter(&done)) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weft stream");
        BIO_meth_set_read(method, bio_read);
        BIO_meth_set_write(method, bio_write);
        BIO_meth_set_ctrl(method, bio_control);
        g_once_init_leave(&done, 1);
    }

    BIO *bio = BIO_new(method);
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    return bio;
}

/* ---- failures ---- */

/* FALSE with @error for what SSL_get_error() said, which is final. */
static gboolean
set_failed(TlsStream *tls, int what, GError **error)
{
    const char *peer = weft_stream_peer(&tls->base);

    tls->has_failed = TRUE;
    if (tls->failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&tls->failure));
        ERR_clear_error();
    } else if (what == SSL_ERROR_SYSCALL ||
               ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "TLS with %s ended without a goodbye",
                    peer);
    } else {
        const long verified = SSL_get_verify_result(tls->ssl);
        const char *reason = weft_tls_take_reason();

        g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "TLS with %s: %s%s%s", peer, reason,
                    verified != X509_V_OK ? ": " : "",
                    verified != X509_V_OK ? X509_verify_cert_error_string(verified) : "");
    }
    return FALSE;
}

static gboolean
set_unusable(TlsStream *tls, GError **error)
{
    if (tls->failure != NULL)
        g_propagate_error(error, g_steal_pointer(&tls->failure));
    else
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_CLOSED, "TLS with %s has failed before",
                    weft_stream_peer(&tls->base));
    return FALSE;
}

/* What each parking method begins with. */
static gboolean
begin(TlsStream *tls, GError **error)
{
    return weft_fiber_check(error) && (!tls->has_failed || set_unusable(tls, error));
}

/* ---- what goes down ---- */

static void
put_block(TlsStream *tls)
{
    if (tls->out.data == NULL)
        return;
    weft_block_put(tls->out.capacity == WEFT_BLOCK_SMALL_BYTES ? WEFT_BLOCK_SMALL
                                                               : WEFT_BLOCK_LARGE,
                   tls->out.data);
    tls->out = (WeftBuffer){0};
}

/* @n_taken of @n_bytes gathered bytes have gone down: say the like share of what they stand for. */
static void
say_written(TlsStream *tls, size_t n_taken, size_t n_bytes)
{
    const size_t n_left = tls->n_unsaid * (n_bytes - n_taken) / n_bytes;

    tls->base.n_written += tls->n_unsaid - n_left;
    tls->n_unsaid = n_left;
}

/* Send what is gathered, without parking, as far as that goes: a last word, or a first try. */
static void
try_flush(TlsStream *tls)
{
    const size_t n_bytes = weft_buffer_length(&tls->out);

    if (tls->is_flushing || n_bytes == 0)
        return;
    ssize_t n_taken =
        weft_stream_try_write(tls->below, weft_buffer_bytes(&tls->out), n_bytes, NULL);
    if (n_taken <= 0)
        return;
    say_written(tls, (size_t)n_taken, n_bytes);
    weft_buffer_consume(&tls->out, (size_t)n_taken);
    if (weft_buffer_length(&tls->out) == 0)
        put_block(tls);
}

/* What is added while it parks goes down, too. */
static gboolean
flush_all(TlsStream *tls, GError **error)
{
    while (weft_buffer_length(&tls->out) > 0) {
        const size_t n_bytes = weft_buffer_length(&tls->out);
        const uint64_t n_before = weft_stream_n_written(tls->below);
        gboolean succeeded =
            weft_stream_write_all(tls->below, weft_buffer_bytes(&tls->out), n_bytes, error);
        const size_t n_taken = (size_t)(weft_stream_n_written(tls->below) - n_before);

        say_written(tls, n_taken, n_bytes);
        weft_buffer_consume(&tls->out, n_taken);
        if (!succeeded)
            return FALSE;
    }
    put_block(tls);
    return TRUE;
}

/* Reader and writer may both have something to send: one after the other. */
static gboolean
flush(TlsStream *tls, GError **error)
{
    while (tls->is_flushing) {
        if (!weft_wait(&tls->flushed, "TLS write", error))
            return FALSE;
    }
    tls->is_flushing = TRUE;
    gboolean succeeded = flush_all(tls, error);
    tls->is_flushing = FALSE;
    weft_wait_queue_wake_all(&tls->flushed);
    return succeeded;
}

static gboolean
wait_writable(TlsStream *tls, GError **error)
{
    WeftDescriptor *descriptor = weft_socket_stream_descriptor(tls->below);

    descriptor->is_writable = FALSE;
    return weft_descriptor_wait_writable(descriptor, "TLS write", error);
}

/* OpenSSL could not go on, and said @what: wait for that.  FALSE: it never will, or the fiber must
 * not wait. */
static gboolean
wait_for(TlsStream *tls, int what, GError **error)
{
    switch (what) {
    case SSL_ERROR_WANT_READ:
        /* Behind the handshake a reader never waits for room to write: the peer may be in the
         * middle of a long write itself. */
        if (!SSL_in_init(tls->ssl))
            try_flush(tls);
        else if (!flush(tls, error))
            return FALSE;
        return weft_stream_wait_readable(tls->below, error);
    case SSL_ERROR_WANT_WRITE:
        return tls->is_direct ? wait_writable(tls, error) : flush(tls, error);
    default:
        set_failed(tls, what, error);
        try_flush(tls); /* the alert that says why */
        return FALSE;
    }
}

/* ---- reading ---- */

/* Returns: as try_read(); with SSL_peek() instead of SSL_read() the bytes stay there */
static ssize_t
read_some(TlsStream *tls, int (*read_or_peek)(SSL *, void *, int), void *buffer, size_t size,
          int *ret_what)
{
    ERR_clear_error();
    int n_read = read_or_peek(tls->ssl, buffer, (int)MIN(size, (size_t)INT_MAX));
    if (n_read > 0) {
        tls->is_empty = FALSE;
        return n_read;
    }
    *ret_what = SSL_get_error(tls->ssl, n_read);
    if (*ret_what == SSL_ERROR_ZERO_RETURN)
        return 0;
    tls->is_empty = *ret_what == SSL_ERROR_WANT_READ;
    return *ret_what == SSL_ERROR_WANT_READ || *ret_what == SSL_ERROR_WANT_WRITE ? WOULD_PARK : -1;
}

static ssize_t
tls_try_read(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    TlsStream *tls = tls_of(stream);
    int what = SSL_ERROR_NONE;

    if (tls->has_failed) {
        set_unusable(tls, error);
        return -1;
    }
    ssize_t n_read = read_some(tls, SSL_read, buffer, size, &what);
    if (n_read == -1)
        set_failed(tls, what, error);
    try_flush(tls);
    return n_read;
}

static ssize_t
tls_read(WeftStream *stream, void *buffer, size_t size, GError **error)
{
    TlsStream *tls = tls_of(stream);

    if (!begin(tls, error))
        return -1;
    for (;;) {
        int what = SSL_ERROR_NONE;
        ssize_t n_read = read_some(tls, SSL_read, buffer, size, &what);
        if (n_read >= 0)
            return n_read;
        if (!wait_for(tls, what, error))
            return -1;
    }
}

gboolean
weft_tls_stream_has_input(WeftStream *stream)
{
    TlsStream *tls = tls_of(stream);
    WeftStream *below = tls->below;
    int what = SSL_ERROR_NONE;
    uint8_t byte;

    if (tls->has_failed)
        return TRUE;
    if (tls->is_empty && weft_stream_is_socket(below) && !weft_socket_stream_has_input(below))
        return FALSE;
    ssize_t n_read = read_some(tls, SSL_peek, &byte, 1, &what);
    if (n_read == -1) {
        GError *failure = NULL; /* for who reads */

        set_failed(tls, what, &failure);
        tls->failure = failure;
    }
    try_flush(tls);
    return n_read != WOULD_PARK;
}

static gboolean
tls_wait_readable(WeftStream *stream, GError **error)
{
    TlsStream *tls = tls_of(stream);

    if (!weft_fiber_check(error))
        return FALSE;
    while (!weft_tls_stream_has_input(stream)) {
        if (!wait_for(tls, SSL_ERROR_WANT_READ, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- writing ---- */

/* What is still to be written. */
typedef struct {
    const struct iovec *pieces;
    size_t n_pieces;
    size_t n_done; /* of the first piece */
    size_t n_left; /* of all */
} Rest;

static Rest
rest_of(const struct iovec *pieces, size_t n_pieces)
{
    Rest rest = {.pieces = pieces, .n_pieces = n_pieces};

    for (size_t i = 0; i < n_pieces; i++)
        rest.n_left += pieces[i].iov_len;
    return rest;
}

/* Go @size bytes on, and copy them if @to is not NULL. */
static void
rest_take(Rest *rest, size_t size, uint8_t *to)
{
    rest->n_left -= size;
    while (size > 0) {
        const struct iovec *first = rest->pieces;
        const size_t some = MIN(size, first->iov_len - rest->n_done);

        if (to != NULL && some > 0) {
            memcpy(to, (const uint8_t *)first->iov_base + rest->n_done, some);
            to += some;
        }
        size -= some;
        rest->n_done += some;
        if (rest->n_done == first->iov_len) {
            rest->pieces++;
            rest->n_done = 0;
        }
    }
}

/*
 * The next record's bytes: where they lie if they lie together, otherwise in *@scratch, which is
 * borrowed when it is needed first.
 */
static const void *
rest_next_record(Rest *rest, gpointer *scratch, size_t *ret_size)
{
    const size_t size = MIN(rest->n_left, RECORD_BYTES);

    while (rest->n_done == rest->pieces->iov_len) {
        rest->pieces++;
        rest->n_done = 0;
    }

    const void *bytes = (const uint8_t *)rest->pieces->iov_base + rest->n_done;
    *ret_size = size;
    if (rest->pieces->iov_len - rest->n_done >= size) {
        rest_take(rest, size, NULL);
        return bytes;
    }
    if (*scratch == NULL)
        *scratch = weft_block_take(WEFT_BLOCK_SMALL);
    rest_take(rest, size, *scratch);
    return *scratch;
}

/* Room for one more record, so that OpenSSL need not stop in the middle of it.  A large block where
 * @n_left, what is to come in all, fills more than a small one. */
static gboolean
make_room(TlsStream *tls, size_t n_left, GError **error)
{
    const size_t needed = MIN(n_left + 1024, RECORD_ROOM_BYTES);
    WeftBuffer *out = &tls->out;

    if (tls->is_direct || weft_buffer_room(out) >= needed)
        return TRUE;
    if (tls->is_flushing && !flush(tls, error))
        return FALSE;
    if (out->data == NULL && n_left <= SMALL_WRITE_BYTES)
        return TRUE; /* bio_write() takes a small one */
    if (out->capacity < WEFT_BLOCK_LARGE_BYTES) {
        WeftBuffer large = {.data = weft_block_take(WEFT_BLOCK_LARGE),
                            .capacity = WEFT_BLOCK_LARGE_BYTES};

        if (out->data != NULL)
            weft_buffer_append(&large, weft_buffer_bytes(out), weft_buffer_length(out));
        put_block(tls);
        *out = large;
    }
    return weft_buffer_room(out) >= needed || flush(tls, error);
}

static gboolean
write_record(TlsStream *tls, const void *bytes, size_t size, GError **error)
{
    for (;;) {
        ERR_clear_error();
        int n_written = SSL_write(tls->ssl, bytes, (int)size);
        if (n_written > 0) {
            g_assert((size_t)n_written == size);
            tls->n_unsaid += size;
            return TRUE;
        }
        if (!wait_for(tls, SSL_get_error(tls->ssl, n_written), error))
            return FALSE;
    }
}

static gboolean
write_records(TlsStream *tls, Rest *rest, GError **error)
{
    gpointer scratch = NULL;
    gboolean succeeded = TRUE;

    while (succeeded && rest->n_left > 0) {
        size_t size;

        succeeded = make_room(tls, rest->n_left, error);
        if (succeeded) {
            const void *bytes = rest_next_record(rest, &scratch, &size);
            succeeded = write_record(tls, bytes, size, error);
        }
    }
    if (scratch != NULL)
        weft_block_put(WEFT_BLOCK_SMALL, scratch);
    return succeeded;
}

static gboolean
tls_writev_all(WeftStream *stream, const struct iovec *pieces, size_t n_pieces,
               gboolean more_follows, GError **error)
{
    TlsStream *tls = tls_of(stream);
    Rest rest = rest_of(pieces, n_pieces);

    if (!begin(tls, error))
        return FALSE;
    if (tls->is_direct && !weft_descriptor_spend(weft_socket_stream_descriptor(tls->below), error))
        return FALSE;
    /* A write that ran out of time goes on where n_written says that it was.  The bytes behind that
     * which are in records already must not go into others. */
    rest_take(&rest, MIN(tls->n_unsaid, rest.n_left), NULL);
    if (!write_records(tls, &rest, error) || (!more_follows && !flush(tls, error)))
        return FALSE;
    tls->base.n_written += tls->n_unsaid;
    tls->n_unsaid = 0;
    return TRUE;
}

static ssize_t
tls_send_pages(WeftStream *stream, int fd, int64_t offset_bytes, size_t size, GError **error)
{
    TlsStream *tls = tls_of(stream);

    if (!begin(tls, error) ||
        !weft_descriptor_spend(weft_socket_stream_descriptor(tls->below), error))
        return -1;
    if (!weft_tls_is_in_kernel(stream) || tls->n_unsaid > 0)
        return CANNOT_MOVE;
    for (;;) {
        ERR_clear_error();
        errno = 0;
        ssize_t n_sent = SSL_sendfile(tls->ssl, fd, offset_bytes, size, 0);
        if (n_sent >= 0)
            return n_sent;
        if (errno == EINVAL || errno == ENOSYS) {
            ERR_clear_error();
            return CANNOT_MOVE;
        }
        if (!wait_for(tls, SSL_get_error(tls->ssl, (int)n_sent), error))
            return -1;
    }
}

/* ---- the end ---- */

/* Put the goodbye (close_notify) behind what was written, unless something is amiss. */
static void
say_goodbye(TlsStream *tls)
{
    ERR_clear_error();
    if (tls->has_failed || tls->n_unsaid > 0 || !SSL_is_init_finished(tls->ssl) ||
        (SSL_get_shutdown(tls->ssl) & SSL_SENT_SHUTDOWN) != 0)
        return;
    SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

static gboolean
tls_finish(WeftStream *stream, GError **error)
{
    TlsStream *tls = tls_of(stream);

    if (!weft_fiber_check(error))
        return FALSE;
    say_goodbye(tls);
    return flush(tls, error) && weft_stream_finish(tls->below, error);
}

static char *
tls_describe_peer(WeftStream *stream)
{
    return g_strdup(weft_stream_peer(tls_of(stream)->below));
}

static void
tls_free(WeftStream *stream)
{
    TlsStream *tls = tls_of(stream);

    say_goodbye(tls);
    try_flush(tls);
    SSL_free(tls->ssl);
    ERR_clear_error();
    put_block(tls);
    weft_wait_queue_close(&tls->flushed);
    weft_stream_free(tls->below);
    weft_tls_context_unref(tls->context);
    g_clear_error(&tls->failure);
    g_free(tls->host);
    g_free(tls);
}

/* ---- life ---- */

static const WeftStreamMethods gather_methods = {
    .read = tls_read,
    .try_read = tls_try_read,
    .wait_readable = tls_wait_readable,
    .writev_all = tls_writev_all,
    .finish = tls_finish,
    .describe_peer = tls_describe_peer,
    .free = tls_free,
};

static const WeftStreamMethods direct_methods = {
    .read = tls_read,
    .try_read = tls_try_read,
    .wait_readable = tls_wait_readable,
    .writev_all = tls_writev_all,
    .send_pages = tls_send_pages,
    .finish = tls_finish,
    .describe_peer = tls_describe_peer,
    .free = tls_free,
};

static TlsStream *
attach(WeftTlsContext *context, WeftStream *stream, const char *protocol)
{
    TlsStream *tls = g_new0(TlsStream, 1);
    BIO *bio = bio_new(tls);

    tls->context = weft_tls_context_ref(context);
    tls->ssl = weft_tls_context_new_ssl(context);
    tls->below = stream;
    tls->protocol = protocol;
    tls->is_direct =
        weft_tls_context_writing(context) == WEFT_TLS_DIRECT && weft_stream_is_socket(stream);
    tls->base.methods = tls->is_direct ? &direct_methods : &gather_methods;
    if (tls->is_direct) {
        SSL_set_options(tls->ssl, SSL_OP_ENABLE_KTLS);
        SSL_set_bio(tls->ssl, bio,
                    BIO_new_socket(weft_socket_stream_descriptor(stream)->fd, BIO_NOCLOSE));
    } else {
        SSL_set_bio(tls->ssl, bio, bio);
    }
    return tls;
}

WeftStream *
weft_tls_attach_server(WeftTlsContext *context, WeftStream *stream, const char *protocol)
{
    TlsStream *tls = attach(context, stream, protocol);

    SSL_set_app_data(tls->ssl, (gpointer)protocol);
    SSL_set_accept_state(tls->ssl);
    return &tls->base;
}

/* Whom the certificate must be for; and a name, unlike an address, is told to the server. */
static void
expect_host(SSL *ssl, const char *host)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1)
        return;
    ERR_clear_error();
    SSL_set1_host(ssl, host);
    SSL_set_tlsext_host_name(ssl, host);
}

static void
offer_protocol(SSL *ssl, const char *protocol)
{
    g_autofree char *list = g_strdup_printf("%c%s", (char)strlen(protocol), protocol);

    SSL_set_alpn_protos(ssl, (const uint8_t *)list, (unsigned)strlen(protocol) + 1);
}

WeftStream *
weft_tls_attach_client(WeftTlsContext *context, WeftStream *stream, const char *host,
                       const char *protocol)
{
    TlsStream *tls = attach(context, stream, protocol);

    tls->host = g_strdup(host);
    SSL_set_app_data(tls->ssl, tls->host);
    SSL_set_connect_state(tls->ssl);
    expect_host(tls->ssl, host);
    if (protocol != NULL)
        offer_protocol(tls->ssl, protocol);
    weft_tls_context_resume(context, tls->ssl, host);
    return &tls->base;
}

gboolean
weft_tls_handshake(WeftStream *stream, GError **error)
{
    TlsStream *tls = tls_of(stream);

    if (!begin(tls, error))
        return FALSE;
    for (;;) {
        ERR_clear_error();
        int result = SSL_do_handshake(tls->ssl);
        if (result == 1)
            return flush(tls, error);
        if (!wait_for(tls, SSL_get_error(tls->ssl, result), error))
            return FALSE;
    }
}

/* ---- what there is to ask ---- */

gboolean
weft_stream_is_tls(const WeftStream *stream)
{
    return stream->methods == &gather_methods || stream->methods == &direct_methods;
}

WeftStream *
weft_tls_stream_below(WeftStream *stream)
{
    g_assert(weft_stream_is_tls(stream));
    return tls_of(stream)->below;
}

const char *
weft_tls_version(WeftStream *stream)
{
    return SSL_get_version(tls_of(stream)->ssl);
}

const char *
weft_tls_cipher(WeftStream *stream)
{
    return SSL_get_cipher_name(tls_of(stream)->ssl);
}

const char *
weft_tls_protocol(WeftStream *stream)
{
    TlsStream *tls = tls_of(stream);
    const unsigned char *name = NULL;
    unsigned length = 0;

    /* There is one that it can be. */
    SSL_get0_alpn_selected(tls->ssl, &name, &length);
    return length > 0 ? tls->protocol : NULL;
}

const char *
weft_tls_server_name(WeftStream *stream)
{
    return SSL_get_servername(tls_of(stream)->ssl, TLSEXT_NAMETYPE_host_name);
}

char *
weft_tls_peer_fingerprint(WeftStream *stream)
{
    const X509 *certificate = SSL_get0_peer_certificate(tls_of(stream)->ssl);

    return certificate != NULL ? weft_tls_certificate_fingerprint(certificate) : NULL;
}

gboolean
weft_tls_is_resumed(WeftStream *stream)
{
    return SSL_session_reused(tls_of(stream)->ssl) == 1;
}

gboolean
weft_tls_is_in_kernel(WeftStream *stream)
{
    return BIO_get_ktls_send(SSL_get_wbio(tls_of(stream)->ssl));
}
