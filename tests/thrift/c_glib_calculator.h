/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <thrift/c_glib/processor/thrift_processor.h>

G_BEGIN_DECLS

/* The handler of c_glib_calculator.thrift, written as for Apache's server.  (transfer full) */
ThriftProcessor *calculator_processor_new(void);

G_END_DECLS
