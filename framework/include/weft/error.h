/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/** Failures that any layer may pass on.  Protocols have domains of their own. */
#define WEFT_ERROR (weft_error_quark())

typedef enum {
    WEFT_ERROR_CANCELLED, /* this fiber, or a group around it, was cancelled */
    WEFT_ERROR_TIMED_OUT, /* the deadline in force passed */
    WEFT_ERROR_CLOSED,    /* channel closed, or peer gone where data was due */
    WEFT_ERROR_LIMIT,     /* a configured limit was reached */
    WEFT_ERROR_INVALID,   /* what the caller was given cannot be understood; the message says why */
    WEFT_ERROR_IO,        /* the system said no; the message has errno's text */
} WeftError;

GQuark weft_error_quark(void);

/**
 * Set WEFT_ERROR_IO with a message made of @format and the text of @error_number:
 * `open "a.txt": No such file or directory`.  Returns FALSE, for `return`.
 */
gboolean weft_error_set_errno(GError **error, int error_number, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

G_END_DECLS
