/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** The status that a failure of a WebDAV method answers with; the only map there is. */
unsigned weft_dav_status_of(const GError *error);

G_END_DECLS
