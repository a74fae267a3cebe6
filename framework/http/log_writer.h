/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that writes lines to a descriptor, so that nobody else waits for it: a full disk, a pipe
 * that nobody reads.  Lines wait in a ring of bounded size; what finds no room is dropped, and
 * counted.
 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

typedef struct WeftHttpLogWriter WeftHttpLogWriter;

/** @fd: (transfer none).  The thread begins with the first line. */
WeftHttpLogWriter *weft_http_log_writer_new(int fd);

/** Writes what waits, or for a second, if nobody takes it. */
void weft_http_log_writer_free(WeftHttpLogWriter *writer);

/** Take a line, its line feed included; from any thread, never blocks. */
void weft_http_log_writer_put(WeftHttpLogWriter *writer, const char *line, size_t length);

/** Block until the lines so far are written; FALSE if nobody takes them for a second. */
gboolean weft_http_log_writer_flush(WeftHttpLogWriter *writer);

/** Lines that were dropped: no room, or the descriptor refused them. */
uint64_t weft_http_log_writer_n_dropped(WeftHttpLogWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftHttpLogWriter, weft_http_log_writer_free)

G_END_DECLS
