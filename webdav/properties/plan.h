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

/** @query: (transfer full) */
WeftDavPlan *weft_dav_plan_new(WeftDavQuery *query);

/**
 * The plan for the body of a PROPFIND.  Clients send the same few bodies all the time, so each
 * thread keeps the plans of the latest ones; a plan belongs to its thread.
 * Returns: (transfer full): NULL with a WEFT_HTTP_ERROR
 */
WeftDavPlan *weft_dav_plan_for_body(const void *body, size_t size, GError **error);

void weft_dav_plan_unref(WeftDavPlan *plan);

/** What it answers. */
const WeftDavQuery *weft_dav_plan_query(const WeftDavPlan *plan);

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

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavPlan, weft_dav_plan_unref)

G_END_DECLS
