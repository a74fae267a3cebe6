/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A harbour in which something goes wrong: what docs/debugging.md shows, and the test of that page
 * runs.  harbour dump|each|blocked|lock|stacks|statistics|overflow
 */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weft/debug_locks.h>
#include <weft/scheduler.h>
#include <weft/stack_census.h>
#include <weft/statistics.h>
#include <weft/watchdog.h>

static gboolean
wait_for_the_tide(G_GNUC_UNUSED gpointer data, GError **error)
{
    return weft_fiber_sleep_ms(INT64_C(6) * 3600 * 1000, error);
}

static void
moor(WeftGroup *fleet)
{
    for (int i = 0; i < 12; i++)
        weft_group_spawn(fleet, "ship", wait_for_the_tide, NULL, NULL);
}

static gboolean
dump(gpointer data, GError **error)
{
    const WeftDumpForm *form = data;
    g_autoptr(WeftGroup) fleet = weft_group_new();

    moor(fleet);
    if (!weft_fiber_yield(error))
        return FALSE;
    weft_dump_fibers_as(*form, STDOUT_FILENO);
    return TRUE;
}

/* As a library does that knows nothing of fibers. */
static void
ask_the_lighthouse(void)
{
    for (int i = 0; i < 50; i++)
        usleep(10 * 1000);
}

static gboolean
block(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    weft_fiber_set_name("pilot");
    ask_the_lighthouse();
    return TRUE;
}

static gboolean
run_blocked(G_GNUC_UNUSED gpointer data, GError **error)
{
    if (!weft_watchdog_start(100, STDOUT_FILENO, error))
        return FALSE;
    const gboolean succeeded = weft_run("pilot", block, NULL, error);
    weft_watchdog_stop();
    return succeeded;
}

static pthread_mutex_t crane = PTHREAD_MUTEX_INITIALIZER;

static gboolean
unload(G_GNUC_UNUSED gpointer data, GError **error)
{
    pthread_mutex_lock(&crane);
    const gboolean slept = weft_fiber_sleep_ms(1, error);
    pthread_mutex_unlock(&crane);
    return slept;
}

static gboolean
run_lock(G_GNUC_UNUSED gpointer data, GError **error)
{
    weft_debug_locks_set_fd(STDOUT_FILENO);
    return weft_run("docker", unload, NULL, error);
}

static gboolean
dive(gpointer data, GError **error)
{
    char line[1024];

    snprintf(line, sizeof line, "%*d", (int)sizeof line - 1, GPOINTER_TO_INT(data));
    return strlen(line) == sizeof line - 1 && weft_fiber_yield(error);
}

static gboolean
swim(G_GNUC_UNUSED gpointer data, GError **error)
{
    return weft_fiber_yield(error);
}

static gboolean
work(G_GNUC_UNUSED gpointer data, GError **error)
{
    g_autoptr(WeftGroup) divers = weft_group_new();

    for (int i = 0; i < 3; i++) {
        weft_group_spawn(divers, "diver", dive, GINT_TO_POINTER(i), NULL);
        weft_group_spawn(divers, "swimmer", swim, NULL, NULL);
    }
    return weft_group_wait(divers, error);
}

static gboolean
run_stacks(G_GNUC_UNUSED gpointer data, GError **error)
{
    weft_stack_census_begin();
    const gboolean succeeded = weft_run("harbour", work, NULL, error);
    weft_dump_stack_use(STDOUT_FILENO);
    return succeeded;
}

static gboolean
run_statistics(G_GNUC_UNUSED gpointer data, GError **error)
{
    weft_runtime_statistics_begin();
    WeftStatistic *landed = weft_statistic_counter("harbour.crates{pier=north}", "Crates landed.");
    WeftStatistic *wait = weft_statistic_histogram("harbour.wait_us", "From arrival to the pier.");

    if (!weft_run("harbour", work, NULL, error))
        return FALSE;
    weft_statistic_add(landed, 12);
    for (int64_t wait_us = 1000; wait_us <= 100000; wait_us += 1000)
        weft_statistic_record(wait, wait_us);
    g_autofree char *text = weft_statistics_to_prometheus("harbour.crates", "port");
    g_autofree char *json = weft_statistics_to_json("harbour");
    printf("%s%s", text, json);
    return TRUE;
}

static volatile unsigned bottom = 11034;

static __attribute__((noinline)) unsigned
sink(unsigned fathoms)
{
    volatile char hold[512];

    hold[0] = (char)fathoms;
    if (fathoms == bottom)
        return 0;
    return sink(fathoms + 1) + (unsigned)hold[0];
}

static gboolean
drown(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    return sink(0) > 0;
}

static gboolean
run_in_fiber(gpointer data, GError **error)
{
    static WeftDumpForm grouped = WEFT_DUMP_GROUPED;
    static WeftDumpForm each = WEFT_DUMP_EACH;
    const char *word = data;

    if (strcmp(word, "overflow") == 0)
        return weft_run("wreck", drown, NULL, error);
    return weft_run("harbour", dump, strcmp(word, "each") == 0 ? &each : &grouped, error);
}

static const struct {
    const char *word;
    WeftFiberFunc run;
} commands[] = {
    {"dump", run_in_fiber},         {"each", run_in_fiber}, {"overflow", run_in_fiber},
    {"blocked", run_blocked},       {"lock", run_lock},     {"stacks", run_stacks},
    {"statistics", run_statistics},
};

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; argc == 2 && i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(argv[1], commands[i].word) != 0)
            continue;
        if (commands[i].run(argv[1], &error))
            return EXIT_SUCCESS;
        fprintf(stderr, "harbour: %s\n", error->message);
        return EXIT_FAILURE;
    }
    fprintf(stderr, "usage: harbour dump|each|blocked|lock|stacks|statistics|overflow\n");
    return 2;
}
