/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/**
 * What every public header of weft starts from: GLib's types, fixed-width integers, and the mark
 * WEFT_PARKS.
 *
 * A function marked WEFT_PARKS may park the calling fiber: other fibers run meanwhile, and anything
 * they share with the caller may have changed when it returns.  It must be called from a fiber, and
 * its result must be looked at.
 */

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if defined(__clang__)
#define WEFT_PARKS __attribute__((annotate("weft_parks"), warn_unused_result))
#else
#define WEFT_PARKS __attribute__((warn_unused_result))
#endif
