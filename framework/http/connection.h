/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP on a connection: requests in the order they come, as long as there are some.
 */
#pragma once

#include "http/service.h"

G_BEGIN_DECLS

/** A WeftServeFunc; @data: a WeftHttpServiceData */
WeftServeResult weft_http_connection_serve(WeftConnection *connection, gpointer data);

G_END_DECLS
