/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav.h>

G_BEGIN_DECLS

/** The page that weftdav lays over listings: the files of this folder, as bytes (embed.cmake). */
extern const WeftDavPage weft_dav_program_page;

G_END_DECLS
