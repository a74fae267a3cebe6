/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line for each request, in the combined format or in JSON.
 */
#pragma once

#include "http/exchange.h"

G_BEGIN_DECLS

/** Have the line written; nothing where no log was asked for. */
void weft_http_access_log_write(WeftHttpExchange *exchange);

/** The line, with its line feed. Returns: (transfer full) */
GString *weft_http_access_log_format(WeftHttpExchange *exchange, WeftHttpLogFormat format,
                                     int64_t duration_us);

G_END_DECLS
