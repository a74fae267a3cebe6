/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors as clients see them.
 */

#include "thrift/exception.h"

static WeftString
describe(const GError *failure)
{
    if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_TIMED_OUT))
        return WEFT_STRING("the call took too long");
    if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_CANCELLED))
        return WEFT_STRING("the call was cancelled");
    return WEFT_STRING("internal error");
}

WeftThriftApplicationException
weft_thrift_exception_of(const GError *failure)
{
    if (failure->domain == WEFT_THRIFT_ERROR)
        return (WeftThriftApplicationException){weft_string(failure->message), failure->code};
    return (WeftThriftApplicationException){describe(failure), WEFT_THRIFT_ERROR_INTERNAL};
}

gboolean
weft_thrift_exception_is_our_fault(const GError *failure)
{
    return failure->domain != WEFT_THRIFT_ERROR || failure->code == WEFT_THRIFT_ERROR_INTERNAL ||
           failure->code == WEFT_THRIFT_ERROR_UNKNOWN;
}
