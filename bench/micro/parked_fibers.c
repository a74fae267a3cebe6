/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of parked fibers: parked_fibers [COUNT [MOST_BYTES_EACH]] parks COUNT fibers at once, all
 * with guard pages, says what each costs in resident memory and page tables, and fails above
 * MOST_BYTES_EACH.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/clock.h>
#include <weft/scheduler.h>

#define DEFAULT_COUNT 1000000
#define DEFAULT_MOST_BYTES 4403 /* 4.3 KiB */

static long n_fibers = DEFAULT_COUNT;
static long n_parked;

/* A line of /proc/self/status, in bytes. */
static long
status_bytes(const char *name)
{
    char line[128];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "re");

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtol(line + strlen(name), NULL, 10);
    if (file != NULL)
        fclose(file);
    return kib * 1024;
}

static gboolean
park(G_GNUC_UNUSED gpointer data, GError **error)
{
    n_parked++;
    return weft_fiber_sleep_ms(3600 * 1000, error);
}

static gboolean
measure(gpointer data, GError **error)
{
    long *ret_bytes_each = data;
    const long before = status_bytes("VmRSS:") + status_bytes("VmPTE:");
    const int64_t start_us = weft_clock_now_us();
    g_autoptr(WeftGroup) group = weft_group_new();

    for (long i = 0; i < n_fibers; i++)
        weft_group_spawn(group, "parked", park, NULL, NULL);
    while (n_parked < n_fibers)
        if (!weft_fiber_yield(error))
            return FALSE;

    const int64_t took_us = weft_clock_now_us() - start_us;
    *ret_bytes_each = (status_bytes("VmRSS:") + status_bytes("VmPTE:") - before) / n_fibers;
    printf("%ld fibers parked at once: %ld bytes each with page tables, made in %.2f us each\n",
           n_parked, *ret_bytes_each, (double)took_us / (double)n_fibers);
    return TRUE;
}

int
main(int argc, char **argv)
{
    const long most = argc > 2 ? strtol(argv[2], NULL, 10) : DEFAULT_MOST_BYTES;
    long bytes_each = 0;

    if (argc > 1)
        n_fibers = strtol(argv[1], NULL, 10);
    if (!weft_run("measure", measure, &bytes_each, NULL))
        return EXIT_FAILURE;
    if (bytes_each <= most)
        return EXIT_SUCCESS;
    fprintf(stderr, "parked_fibers: more than %ld bytes each\n", most);
    return EXIT_FAILURE;
}
