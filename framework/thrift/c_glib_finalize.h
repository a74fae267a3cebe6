/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Objects of c_glib's structs end as GObjects do.  The finalizers that 0.17 generates do not call
 * GObject's, so each object leaves something behind: two objects, 64 bytes, for each call.
 */

/* Repair the classes that have come to be since the last time.  From any thread. */
void weft_c_glib_repair_structs(void);
