/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * TLS as the options want it: with which certificate, on which addresses, and the way there.
 */

#include "webdav/weftdav/program.h"

/* TRUE if there is a certificate, or one shall be made. */
gboolean weft_dav_tls_is_wanted(const WeftDavProgramOptions *options);

/* For the table of options: whether what they say of TLS goes together. */
gboolean weft_dav_tls_check(gconstpointer options, GError **error);

/* How an address is given: "https://0.0.0.0:443", or without a scheme. */
typedef enum {
    WEFT_DAV_SCHEME_NONE,
    WEFT_DAV_SCHEME_HTTP,
    WEFT_DAV_SCHEME_HTTPS,
} WeftDavScheme;

/* Returns: (transfer none): the address itself, without the scheme */
const char *weft_dav_listen_address(const char *text, WeftDavScheme *ret_scheme);

/* TRUE if certificate and key can be read and belong together, or none are wanted.  Blocks. */
gboolean weft_dav_tls_check_files(const WeftDavProgramOptions *options, GError **error);

/* Read the certificate, or make one, if that is wanted: program->tls. */
gboolean weft_dav_tls_open(WeftDavProgram *program, GError **error);

/*
 * For a reload: the certificates that @asked names, beside those in force.  Blocks.
 * @ret_next: (transfer full): left alone where TLS is not spoken yet, or is not to be spoken any
 * more
 */
gboolean weft_dav_tls_prepare(const WeftDavProgram *program, const WeftDavProgramOptions *asked,
                              WeftTlsContext **ret_next, GError **error);

/* Put them in force for connections that come.  @next: (transfer full) (nullable) */
void weft_dav_tls_commit(WeftDavProgram *program, const WeftDavProgramOptions *asked,
                         WeftTlsContext *next);

/*
 * The newest listener of program->server speaks TLS if @scheme says so; without a scheme, if there
 * is a certificate and others may reach it: a socket in the file system needs none.
 */
void weft_dav_tls_speak(WeftDavProgram *program, WeftDavScheme scheme);

/* Behind the last listener: send who comes without TLS to the first that speaks it, if wanted. */
void weft_dav_tls_redirect(WeftDavProgram *program);

/* "https" or "http", for listener @index. */
const char *weft_dav_tls_scheme(const WeftDavProgram *program, size_t index);
