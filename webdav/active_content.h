/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/http.h>

G_BEGIN_DECLS

/** Tell browsers to run no script of a file of @content_type, if it is of a kind that may have
 * some: it would act as the page does, with the rights of whoever opens it.  docs/adr/ says more.
 */
void weft_dav_disarm_active_content(WeftHttpResponse *response, const char *content_type);

G_END_DECLS
