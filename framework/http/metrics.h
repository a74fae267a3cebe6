/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting requests: each thread has counters of its own.
 */
#pragma once

#include "http/exchange.h"

#include <weft/http_metrics.h>

G_BEGIN_DECLS

/** The answer of @exchange is through; nothing where the service does not count. */
void weft_http_metrics_count(const WeftHttpExchange *exchange);

G_END_DECLS
