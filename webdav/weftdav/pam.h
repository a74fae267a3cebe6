/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** Users of the system, by PAM: where weft was built with it (WEFT_PAM). */

gboolean weft_dav_pam_is_built_in(void);

/**
 * TRUE if PAM lets @user in with @password, and his account is good.  Blocks, perhaps for long: a
 * module may ask a network.
 * @service: of /etc/pam.d, or of @folder in its place (nullable)
 */
gboolean weft_dav_pam_check(const char *service, const char *folder, const char *user,
                            const char *password);

G_END_DECLS
