/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client is told of a call that failed.
 */
#pragma once

#include "thrift/message.h"

G_BEGIN_DECLS

/**
 * The one map from errors to answers.  What is no error of Thrift is INTERNAL, and its message,
 * which may tell of files and addresses, stays here.
 */
WeftThriftApplicationException weft_thrift_exception_of(const GError *failure);

/** TRUE if the server's own people want to know. */
gboolean weft_thrift_exception_is_our_fault(const GError *failure);

G_END_DECLS
