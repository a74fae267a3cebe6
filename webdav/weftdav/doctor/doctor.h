/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * `weftdav doctor URL`: do against a running server what Windows, Finder, Office and programs that
 * synchronise do, in a folder made for it and removed after, and say what they would stumble over.
 * @argv: from "doctor" on
 * Returns: an exit status: 0 if nothing
 */
int weft_dav_doctor(int argc, char **argv);

G_END_DECLS
