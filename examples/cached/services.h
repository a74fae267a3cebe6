/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/service.h>

#include "store.h"

G_BEGIN_DECLS

/** Two ways in.  @store: set before the first request comes, and outlives the last. */
WeftService *http_service_new(Store *const *store);
WeftService *thrift_service_new(Store *const *store);

G_END_DECLS
