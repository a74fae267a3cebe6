/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that has the hook in it, and is loaded when libc has long been there.
 */

#include <weft/cooperative.h>

/* Returns: (transfer full) (nullable): what the self-test says in here */
char *misplaced_self_test(void);

char *
misplaced_self_test(void)
{
    g_autoptr(GError) error = NULL;

    return weft_cooperative_self_test(&error) ? NULL : g_strdup(error->message);
}
