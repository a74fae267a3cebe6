/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * The log of a program: one line an event on stderr, with time and level.  Servers and programs
 * write it; library code returns its errors instead.
 */
typedef enum {
    WEFT_LOG_ERROR,   /* somebody has to act */
    WEFT_LOG_WARNING, /* something is not as it should be; the program goes on */
    WEFT_LOG_INFO,    /* what the program does: start, stop, what it serves */
    WEFT_LOG_DEBUG,   /* for whoever looks for a fault */
} WeftLogLevel;

/** Write one line, if @level is wanted; in one write(2), control bytes as "?".  From any thread. */
void weft_log(WeftLogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);

/** TRUE if a line of @level would be written; ask before an expensive message. */
gboolean weft_log_wants(WeftLogLevel level);

/** What is more talkative than @level is dropped; default WEFT_LOG_INFO. */
void weft_log_set_level(WeftLogLevel level);

/** What is in force. */
WeftLogLevel weft_log_level(void);

/** As weft_log_level_parse() takes it. */
const char *weft_log_level_name(WeftLogLevel level);

/** "error", "warning", "info", "debug"; FALSE for other names. */
gboolean weft_log_level_parse(const char *name, WeftLogLevel *ret_level);

G_END_DECLS
