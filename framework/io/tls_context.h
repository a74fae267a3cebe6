/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What TLS streams ask of their context.
 */

#include <openssl/ssl.h>
#include <weft/tls.h>

/* Which way what is written takes. */
typedef enum {
    WEFT_TLS_GATHER, /* records are gathered, and leave many at once through the stream below */
    WEFT_TLS_DIRECT, /* OpenSSL writes to the socket itself, and may hand over to the kernel */
} WeftTlsWriting;

/*
 * Returns: (transfer full): a new connection's state, as the files say now.  Its app data is the
 * name of the protocol to agree on (on a server), or of the host (on a client).
 */
SSL *weft_tls_context_new_ssl(WeftTlsContext *context);

/* A client's side: resume the last session with @host, if there was one, and keep the next. */
void weft_tls_context_resume(WeftTlsContext *context, SSL *ssl, const char *host);

/* For streams over TCP sockets; others gather.  By default as the kernel is able to. */
WeftTlsWriting weft_tls_context_writing(const WeftTlsContext *context);
void weft_tls_context_set_writing(WeftTlsContext *context, WeftTlsWriting writing);

/* The reason of the oldest error in this thread's queue, which is empty afterwards; a literal. */
const char *weft_tls_take_reason(void);
