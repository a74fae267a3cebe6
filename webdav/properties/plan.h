/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>

#include "webdav/properties/query.h"

G_BEGIN_DECLS

/**
 * A query made ready for many resources: all text that is the same for each of them is put together
 * once, and an entry is a few copies with the values between.
 */
typedef struct WeftDavPlan WeftDavPlan;

/** @query: must outlive the plan */
WeftDavPlan *weft_dav_plan_new(const WeftDavQuery *query);
void weft_dav_plan_free(WeftDavPlan *plan);

/**
 * Begin the text that the responses of all members of a collection begin with.
 * @begin: emptied first
 * @path: decoded: all that stands before a member's name, with the slash at its end; empty for the
 * root itself
 */
void weft_dav_plan_begin(WeftBuffer *begin, const char *path, size_t length);

/** Append the DAV:response of one resource. @begin: as above, of the collection that holds it */
void weft_dav_plan_append(WeftDavPlan *plan, WeftBuffer *out, const WeftBuffer *begin,
                          const WeftDavResource *resource);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavPlan, weft_dav_plan_free)

G_END_DECLS
