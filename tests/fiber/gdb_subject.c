/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program with some fibers that ends by abort(): what the test of the gdb script looks at, alive
 * and as a core file.
 */

#include <stdlib.h>
#include <weft/scheduler.h>

static int n_tides;

static gboolean
wait_for_the_tide(gpointer data, GError **error)
{
    const int64_t *hours = data;

    if (!weft_fiber_sleep_ms(*hours * 3600 * 1000, error))
        return FALSE;
    n_tides++;
    return TRUE;
}

static gboolean
sink(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    abort();
}

static gboolean
sail(G_GNUC_UNUSED gpointer data, GError **error)
{
    static int64_t hours = 6;
    g_autoptr(WeftGroup) fleet = weft_group_new();

    weft_group_spawn(fleet, "first ship", wait_for_the_tide, &hours, NULL);
    weft_group_spawn(fleet, "second ship", wait_for_the_tide, &hours, NULL);
    if (!weft_fiber_yield(error))
        return FALSE;
    weft_group_spawn(fleet, "third ship", sink, NULL, NULL);
    return weft_group_wait(fleet, error);
}

int
main(void)
{
    return weft_run("admiral", sail, NULL, NULL) ? EXIT_SUCCESS : EXIT_FAILURE;
}
