/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner side of clients.
 */
#pragma once

#include "thrift/client_connection.h"

#include <weft/thrift_client.h>

G_BEGIN_DECLS

/** As weft_thrift_client_new(), over streams that @connect makes. */
WeftThriftClient *weft_thrift_client_new_with(const char *url, WeftThriftConnect connect,
                                              gpointer connect_data, GError **error);

G_END_DECLS
