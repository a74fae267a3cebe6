/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Services: what a handler fills in, what a client calls.
 */

#include "codegen/emit_code.h"
#include "codegen/emit_type.h"

/** For the header: handler, server, client. */
void weft_emit_service_prototypes(WeftCode *code, const WeftEmitFile *file,
                                  const WeftIdlService *service);

/** For the source: the structs in which arguments and answers travel. */
void weft_emit_service_messages(WeftCode *code, const WeftEmitFile *file,
                                const WeftIdlService *service);

/** What stands before the services' functions, once in a file that has any. */
void weft_emit_service_preamble(WeftCode *code);
void weft_emit_service_functions(WeftCode *code, const WeftEmitFile *file,
                                 const WeftIdlService *service);
