/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/service.h"

G_BEGIN_DECLS

/**
 * FALSE with 403 where the browser that sends the request says that a page from elsewhere made it
 * do so: it would act with the passwords of the person in front of it.  TRUE for what is no
 * browser.
 */
gboolean weft_dav_check_origin(const WeftDavCall *call, GError **error);

G_END_DECLS
