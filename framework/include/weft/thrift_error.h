/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_type.h>

G_BEGIN_DECLS

/** What goes wrong in a call besides the exceptions its IDL declares; travels as a
 * TApplicationException.  Codes are those of Apache Thrift. */
#define WEFT_THRIFT_ERROR (weft_thrift_error_quark())

typedef enum {
    WEFT_THRIFT_ERROR_UNKNOWN = 0,
    WEFT_THRIFT_ERROR_UNKNOWN_METHOD = 1,
    WEFT_THRIFT_ERROR_INVALID_MESSAGE_TYPE = 2,
    WEFT_THRIFT_ERROR_WRONG_METHOD_NAME = 3,
    WEFT_THRIFT_ERROR_BAD_SEQUENCE_ID = 4,
    WEFT_THRIFT_ERROR_MISSING_RESULT = 5,
    WEFT_THRIFT_ERROR_INTERNAL = 6,
    WEFT_THRIFT_ERROR_PROTOCOL = 7,
    WEFT_THRIFT_ERROR_INVALID_TRANSFORM = 8,
    WEFT_THRIFT_ERROR_INVALID_PROTOCOL = 9,
    WEFT_THRIFT_ERROR_UNSUPPORTED_CLIENT_TYPE = 10,
    WEFT_THRIFT_ERROR_OVERLOADED = 11, /* ours: too many calls under way; try again later */
} WeftThriftError;

GQuark weft_thrift_error_quark(void);

/** An exception that the IDL declares, as a GError: generated functions throw and catch it.  The
 * error owns a deep copy of the struct. */
#define WEFT_THRIFT_EXCEPTION (weft_thrift_exception_quark())
GQuark weft_thrift_exception_quark(void);

/** Set @error to a copy of @exception.  Returns: FALSE, for `return` */
gboolean weft_thrift_throw(const WeftThriftType *type, const void *exception, GError **error);

/** Returns: (transfer none) (nullable): the struct, if @error is an exception of @type; lives as
 * long as @error. */
const void *weft_thrift_caught(const WeftThriftType *type, const GError *error);

/** Returns: (nullable): the type of the exception in @error */
const WeftThriftType *weft_thrift_caught_type(const GError *error);

G_END_DECLS
