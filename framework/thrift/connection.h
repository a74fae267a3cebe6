/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thrift on a connection: calls one after the other, their answers together.
 */
#pragma once

#include "thrift/service.h"

#include <weft/service.h>

G_BEGIN_DECLS

/** A WeftServeFunc; @data: a WeftThriftServiceData. */
WeftServeResult weft_thrift_connection_serve(WeftConnection *connection, gpointer data);

/** @session: (nullable): and all behind it */
void weft_thrift_sessions_free(WeftThriftSession *session);

G_END_DECLS
