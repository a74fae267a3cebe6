/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of one connection at the same time, where the service allows it.
 */
#pragma once

#include "thrift/session.h"

G_BEGIN_DECLS

/** Serve until the input runs dry and all calls have ended.  Parks. */
WeftServeResult weft_thrift_serve_pipelined(WeftThriftSession *session);

/** @turn: (nullable): and all behind it in a worker's list */
void weft_thrift_turns_free(WeftThriftTurn *turn);

G_END_DECLS
