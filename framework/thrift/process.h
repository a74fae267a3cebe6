/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole message to a whole answer.
 */
#pragma once

#include "thrift/call.h"

G_BEGIN_DECLS

/**
 * As weft_thrift_processor_process(), for a call whose transport is set up.
 * @call: to be cleared by the caller, when the answer's metadata has been looked at
 */
WEFT_PARKS gboolean weft_thrift_process(WeftCall *call, WeftThriftProtocol protocol,
                                        struct iovec message, GBytes **ret_answer, GError **error);

G_END_DECLS
