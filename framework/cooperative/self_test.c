/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the program's poll() come here?  Asked of the dynamic linker by name, and by way of a
 * library that calls it.
 */

#include "cooperative/hook.h"
#include <dlfcn.h>
#include <weft/cooperative.h>

gboolean
weft_cooperative_self_test(GError **error)
{
    if (weft_hook_is_off()) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                    "WEFT_COOPERATIVE=off stands in the environment");
        return FALSE;
    }
    return TRUE;
}
