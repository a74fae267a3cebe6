/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first question in production: what is everybody waiting for?  Each scheduler writes about its
 * own fibers, on its own thread, asked by a post.
 */

#include "fiber/backtrace.h"
#include "fiber/completion.h"
#include "fiber/fiber.h"
#include <stdio.h>
#include <string.h>
#include <weft/clock.h>

#define MAX_FRAMES 32
/* Of the fibers of one entry. */
#define N_NAMES 4
#define N_IDS 8
/* A scheduler that does not answer within this time is blocked, and that is worth a line, too. */
#define PATIENCE_MS 1000

typedef struct {
    WeftPost post;
    int fd;
    WeftDumpForm form;
    WeftScheduler *scheduler;
    WeftCompletion *done;
} DumpRequest;

static const char *
state_name(const WeftFiber *fiber)
{
    if (fiber->is_parked)
        return "parked";
    return fiber == fiber->scheduler->current ? "running" : "ready";
}

static void
print_spawn_place(int fd, const void *address)
{
    char line[WEFT_BACKTRACE_LINE_BYTES];

    if (address == NULL)
        return; /* the scheduler's own first one */
    weft_backtrace_format(address, line, sizeof line);
    dprintf(fd, "    spawned at %s\n", g_strchug(line));
}

/* ---- one entry each ---- */

static void
dump_fiber(int fd, const WeftFiber *fiber, int64_t now_us)
{
    void *frames[MAX_FRAMES];

    dprintf(fd, "  fiber %" G_GUINT64_FORMAT " \"%s\" %s", fiber->id, fiber->name,
            state_name(fiber));
    if (fiber->is_parked)
        dprintf(fd, " in %s for %.3f s", fiber->waits_for,
                (double)(now_us - fiber->waiting_since_us) / G_USEC_PER_SEC);
    if (fiber->deadline_us != WEFT_DEADLINE_NEVER)
        dprintf(fd, ", deadline in %.3f s", (double)(fiber->deadline_us - now_us) / G_USEC_PER_SEC);
    if (fiber->is_cancelled)
        dprintf(fd, ", cancelled: %s", fiber->cancel_reason);
    dprintf(fd, ", stack %zu of %zu KiB\n", weft_stack_used_bytes(fiber) / 1024,
            WEFT_STACK_BYTES / 1024);

    const size_t n_frames = weft_backtrace_fiber(fiber, frames, MAX_FRAMES);
    weft_backtrace_print(fd, frames, n_frames);
    print_spawn_place(fd, fiber->spawned_at);
}

/* ---- grouped ---- */

/* Fibers that stand at the same place, came from the same place, and wait for the same. */
typedef struct {
    const char *state;
    const char *waits_for;
    const void *spawned_at;
    size_t n_frames;
    void *frames[MAX_FRAMES];

    const WeftFiber *first;
    size_t n_fibers;
    size_t n_cancelled;
    int64_t oldest_us; /* since when the first and the last of them wait */
    int64_t newest_us;
    int64_t deadline_us; /* the earliest */
    const char *names[N_NAMES];
    size_t n_names; /* which differ; may be more than there is room for */
    uint64_t ids[N_IDS];
} FiberSet;

static guint
hash_set(gconstpointer key)
{
    const FiberSet *set = key;
    size_t hash = (size_t)set->spawned_at ^ set->n_frames;

    for (size_t i = 0; i < set->n_frames; i++)
        hash = hash * 31 + (size_t)set->frames[i];
    return (guint)(hash ^ hash >> 32);
}

/* Reasons of waits are literals, but the same one may lie in two places. */
static gboolean
equal_sets(gconstpointer a, gconstpointer b)
{
    const FiberSet *one = a;
    const FiberSet *other = b;

    return one->state == other->state && one->spawned_at == other->spawned_at &&
           one->n_frames == other->n_frames &&
           memcmp(one->frames, other->frames, one->n_frames * sizeof *one->frames) == 0 &&
           g_str_equal(one->waits_for, other->waits_for);
}

static void
note_name(FiberSet *set, const char *name)
{
    for (size_t i = 0; i < MIN(set->n_names, N_NAMES); i++)
        if (g_str_equal(set->names[i], name))
            return;
    if (set->n_names < N_NAMES)
        set->names[set->n_names] = name;
    set->n_names++;
}

static void
add_fiber(FiberSet *set, const WeftFiber *fiber)
{
    if (set->n_fibers < N_IDS)
        set->ids[set->n_fibers] = fiber->id;
    set->n_fibers++;
    set->n_cancelled += fiber->is_cancelled ? 1 : 0;
    set->oldest_us = MIN(set->oldest_us, fiber->waiting_since_us);
    set->newest_us = MAX(set->newest_us, fiber->waiting_since_us);
    set->deadline_us = MIN(set->deadline_us, fiber->deadline_us);
    note_name(set, fiber->name);
}

static void
sort_in(GHashTable *sets, const WeftFiber *fiber)
{
    FiberSet place = {.state = state_name(fiber),
                      .waits_for = fiber->is_parked ? fiber->waits_for : "",
                      .spawned_at = fiber->spawned_at,
                      .first = fiber,
                      .oldest_us = INT64_MAX,
                      .deadline_us = WEFT_DEADLINE_NEVER};

    place.n_frames = weft_backtrace_fiber(fiber, place.frames, MAX_FRAMES);
    FiberSet *set = g_hash_table_lookup(sets, &place);
    if (set == NULL) {
        set = g_memdup2(&place, sizeof place);
        g_hash_table_add(sets, set);
    }
    add_fiber(set, fiber);
}

static void
dump_set(int fd, const FiberSet *set, int64_t now_us)
{
    dprintf(fd, "  %zu fibers %s", set->n_fibers, set->state);
    if (set->waits_for[0] != '\0')
        dprintf(fd, " in %s for %.3f to %.3f s", set->waits_for,
                (double)(now_us - set->newest_us) / G_USEC_PER_SEC,
                (double)(now_us - set->oldest_us) / G_USEC_PER_SEC);
    if (set->deadline_us != WEFT_DEADLINE_NEVER)
        dprintf(fd, ", the first deadline in %.3f s",
                (double)(set->deadline_us - now_us) / G_USEC_PER_SEC);
    if (set->n_cancelled > 0)
        dprintf(fd, ", %zu cancelled", set->n_cancelled);
    for (size_t i = 0; i < MIN(set->n_names, N_NAMES); i++)
        dprintf(fd, "%s\"%s\"", i == 0 ? ": " : ", ", set->names[i]);
    dprintf(fd, "%s (", set->n_names > N_NAMES ? ", ..." : "");
    for (size_t i = 0; i < MIN(set->n_fibers, N_IDS); i++)
        dprintf(fd, "%s%" G_GUINT64_FORMAT, i == 0 ? "" : ", ", set->ids[i]);
    dprintf(fd, "%s)\n", set->n_fibers > N_IDS ? ", ..." : "");
    weft_backtrace_print(fd, set->frames, set->n_frames);
    print_spawn_place(fd, set->spawned_at);
}

/* Large ones first, then in the order of fibers. */
static int
compare_sets(gconstpointer a, gconstpointer b)
{
    const FiberSet *one = *(FiberSet *const *)a;
    const FiberSet *other = *(FiberSet *const *)b;

    if (one->n_fibers != other->n_fibers)
        return one->n_fibers > other->n_fibers ? -1 : 1;
    return one->ids[0] < other->ids[0] ? -1 : 1;
}

static void
dump_sets(int fd, GHashTable *sets, int64_t now_us)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    GHashTableIter iter;
    gpointer set;

    g_hash_table_iter_init(&iter, sets);
    while (g_hash_table_iter_next(&iter, &set, NULL))
        g_ptr_array_add(sorted, set);
    g_ptr_array_sort(sorted, compare_sets);
    for (size_t i = 0; i < sorted->len; i++) {
        const FiberSet *one = sorted->pdata[i];

        if (one->n_fibers == 1)
            dump_fiber(fd, one->first, now_us);
        else
            dump_set(fd, one, now_us);
    }
}

/* ---- all of a scheduler ---- */

static void
dump_scheduler(int fd, WeftDumpForm form, const WeftScheduler *scheduler)
{
    const int64_t now_us = weft_clock_now_us();
    g_autoptr(GHashTable) sets = g_hash_table_new_full(hash_set, equal_sets, g_free, NULL);

    dprintf(fd, "scheduler %p: %zu fibers, %" G_GUINT64_FORMAT " spawned, %zu stacks warm\n",
            (const void *)scheduler, scheduler->n_live, scheduler->n_spawned,
            scheduler->stacks.n_warm);
    for (const WeftGroup *group = scheduler->newest_group; group != NULL; group = group->older)
        for (const WeftFiber *fiber = group->newest; fiber != NULL; fiber = fiber->older) {
            if (form == WEFT_DUMP_EACH)
                dump_fiber(fd, fiber, now_us);
            else
                sort_in(sets, fiber);
        }
    dump_sets(fd, sets, now_us);
}

static void
answer(WeftPost *post)
{
    DumpRequest *request = (DumpRequest *)post;

    dump_scheduler(request->fd, request->form, request->scheduler);
    weft_completion_post(request->done);
    weft_completion_unref(request->done);
    weft_scheduler_unref(request->scheduler);
    g_free(request);
}

static void
ask(WeftScheduler *scheduler, WeftDumpForm form, int fd)
{
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(PATIENCE_MS);
    g_autoptr(WeftCompletion) done = weft_completion_new();
    DumpRequest *request = g_new0(DumpRequest, 1);

    *request = (DumpRequest){.post.run = answer,
                             .fd = fd,
                             .form = form,
                             .scheduler = scheduler,
                             .done = weft_completion_ref(done)};
    weft_scheduler_post(scheduler, &request->post);
    if (!weft_completion_wait(done, "another scheduler's dump", NULL))
        dprintf(fd, "scheduler %p: no answer for %d ms, its thread is busy or blocked\n",
                (const void *)scheduler, PATIENCE_MS);
}

size_t
weft_count_fibers(void)
{
    size_t n_fibers = 0;

    weft_schedulers_lock();
    for (const WeftScheduler *one = weft_schedulers; one != NULL; one = one->next)
        n_fibers += __atomic_load_n(&one->n_live, __ATOMIC_RELAXED);
    weft_schedulers_unlock();
    return n_fibers;
}

void
weft_dump_fibers(int fd)
{
    weft_dump_fibers_as(WEFT_DUMP_GROUPED, fd);
}

void
weft_dump_fibers_as(WeftDumpForm form, int fd)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new();

    dump_scheduler(fd, form, weft_scheduler_here);

    weft_schedulers_lock();
    for (WeftScheduler *other = weft_schedulers; other != NULL; other = other->next)
        if (other != weft_scheduler_here)
            g_ptr_array_add(others, weft_scheduler_ref(other));
    weft_schedulers_unlock();

    for (size_t i = 0; i < others->len; i++)
        ask(others->pdata[i], form, fd);
}
