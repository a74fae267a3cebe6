/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Streams under TLS, for who waits on the stream below without a fiber.
 */

#include <weft/tls.h>

/* Returns: (transfer none): the stream that @stream was put on */
WeftStream *weft_tls_stream_below(WeftStream *stream);

/*
 * TRUE if a read would not park: bytes, the end or an error are there.  FALSE: all that has come is
 * taken from the stream below, whose next bytes tell.
 */
gboolean weft_tls_stream_has_input(WeftStream *stream);
