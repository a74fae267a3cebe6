/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Arguments as a person writes them: a JSON object by name, or an array in the order of the IDL.
 */

#include <weft/thrift.h>

/**
 * @value: of @type, as init left it
 * @json: an object or an array
 * Returns: FALSE: WEFT_ERROR_INVALID, with the name of the argument and what is wrong with it
 */
gboolean weft_arguments_from_json(const WeftThriftType *type, void *value, const char *json,
                                  size_t length, WeftArena *arena, GError **error);
