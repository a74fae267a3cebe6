/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/thrift_codec.h>

G_BEGIN_DECLS

/**
 * Apache's JSON protocol ("TJSONProtocol"): fields by id, each value with the name of its type.
 * Values are read and written by the walker (thrift/walk.h).
 */

/** Pass over a struct, checking it. */
const uint8_t *weft_thrift_json_skip_struct(const uint8_t *at, WeftThriftReader *reader);

G_END_DECLS
