/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/stream.h>

G_BEGIN_DECLS

/**
 * TLS 1.2 and 1.3 as a layer on a stream: what comes out is a stream like any other.
 *
 * A context holds what connections share: a certificate and its key, or the authorities that a
 * client trusts; and the keys of session tickets, so that all threads resume each other's sessions.
 */
typedef struct WeftTlsContext WeftTlsContext;

/**
 * For servers.
 * @certificate_path: PEM: the server's certificate first, then those that lead to its authority
 * @key_path: PEM: its private key, without a passphrase
 * Returns: NULL with @error: a sentence for the person who wrote these names
 */
WeftTlsContext *weft_tls_context_new_server(const char *certificate_path, const char *key_path,
                                            GError **error);

/**
 * Another certificate for a server's @context: clients that call the server by one of its names
 * (SNI) are shown it; those that call it by no name that is in any, the first.  Before @context is
 * used.
 */
gboolean weft_tls_context_add_certificate(WeftTlsContext *context, const char *certificate_path,
                                          const char *key_path, GError **error);

/**
 * For servers that are being tried out: a new key, and a certificate by itself, valid for a year.
 * @names: NULL behind the last: host names and addresses that clients call the server; at least one
 */
WeftTlsContext *weft_tls_context_new_self_signed(const char *const *names, GError **error);

/**
 * For clients.  The server's certificate must be valid, and for the name it is called by.
 * @authorities_path: (nullable): PEM: whom to trust; NULL: whom the system trusts
 */
WeftTlsContext *weft_tls_context_new_client(const char *authorities_path, GError **error);

/** From now on a client's context believes any certificate, for any name: for trying things out,
 * because whoever stands between can read and change everything. */
void weft_tls_context_trust_anybody(WeftTlsContext *context);

WeftTlsContext *weft_tls_context_ref(WeftTlsContext *context);
void weft_tls_context_unref(WeftTlsContext *context);

/**
 * Read the files again: connections made from now on have what they say, those that exist go on.
 * On failure all stays as it was.  Nothing to do for a self-signed context.  From any thread; it
 * reads files, so a fiber offloads it.
 */
gboolean weft_tls_context_reload(WeftTlsContext *context, GError **error);

/**
 * Connections made from now on have what @fresh says, whose files are @context's from now on; those
 * that exist go on.  From any thread, but not beside a reload.
 * @fresh: (transfer full): of a server
 */
void weft_tls_context_adopt(WeftTlsContext *context, WeftTlsContext *fresh);

/**
 * Returns: (transfer full) (nullable): the SHA-256 of the server's certificate, "AB:CD:...": what
 * people compare who have nobody to vouch for it; NULL for a client's context
 */
char *weft_tls_context_fingerprint(WeftTlsContext *context);

/**
 * Put the server's side of TLS on @stream.  The handshake comes with the first read or write, or
 * with weft_tls_handshake().
 * @stream: (transfer full)
 * @protocol: (nullable): the one protocol to agree on by ALPN, for clients that ask: "http/1.1"; a
 * literal
 */
WeftStream *weft_tls_attach_server(WeftTlsContext *context, WeftStream *stream,
                                   const char *protocol);

/**
 * Put the client's side of TLS on @stream; it resumes the last session with @host.
 * @stream: (transfer full)
 * @host: the name or address that the server's certificate must be for
 * @protocol: (nullable): as above
 */
WeftStream *weft_tls_attach_client(WeftTlsContext *context, WeftStream *stream, const char *host,
                                   const char *protocol);

/** TRUE if @stream was made by one of the two above. */
gboolean weft_stream_is_tls(const WeftStream *stream);

/**
 * Agree with the peer on all that follows.  Done already: nothing happens.  A failure is final, and
 * the peer was told if that was possible.
 * @stream: of weft_tls_attach_server() or _client(), as for all below
 */
WEFT_PARKS gboolean weft_tls_handshake(WeftStream *stream, GError **error);

/** "TLSv1.3", and "TLS_AES_256_GCM_SHA384"; once the handshake is done. */
const char *weft_tls_version(WeftStream *stream);
const char *weft_tls_cipher(WeftStream *stream);

/** (nullable): what was agreed on by ALPN. */
const char *weft_tls_protocol(WeftStream *stream);

/** (nullable): the name that the client called (SNI). */
const char *weft_tls_server_name(WeftStream *stream);

/**
 * Returns: (transfer full) (nullable): the SHA-256 of the certificate that the peer has shown, as
 * weft_tls_context_fingerprint() writes it
 */
char *weft_tls_peer_fingerprint(WeftStream *stream);

/** TRUE if the handshake took an earlier session up again. */
gboolean weft_tls_is_resumed(WeftStream *stream);

/** TRUE if the kernel encrypts what is written, and so files are sent without copies. */
gboolean weft_tls_is_in_kernel(WeftStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftTlsContext, weft_tls_context_unref)

G_END_DECLS
