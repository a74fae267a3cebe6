/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "control.weft.h"

/*
 * The fibers in a dump of weft_dump_fibers_as(WEFT_DUMP_EACH), as far as it was understood.
 * @arena: has the list; strings, too
 */
WeftControlFiberList weft_control_fiber_list(WeftArena *arena, const char *dump, size_t length);
