/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stack that begins as zeros shows how deep it was used: down to the lowest word that is none.
 */

#include <weft/stack_census.h>

#include "fiber/backtrace.h"
#include "fiber/fiber.h"
#include "fiber/stack_census.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define MARK UINT64_C(0x77656674206d726b)
#define PAGE_BYTES ((uintptr_t)4096)
/* What the function that clears a stack may need of it itself. */
#define OWN_BYTES 512

/* Fibers of one name that were spawned at one place. */
typedef struct {
    const void *spawned_at;
    const char *name;
    size_t n_fibers;
    size_t deepest_bytes;
    size_t sum_bytes;
} Place;

gboolean weft_stack_census_is_on;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *places; /* of Place, by itself */

static guint
hash_place(gconstpointer key)
{
    const Place *place = key;

    return g_direct_hash(place->spawned_at) ^ g_str_hash(place->name);
}

static gboolean
equal_places(gconstpointer a, gconstpointer b)
{
    const Place *one = a;
    const Place *other = b;

    return one->spawned_at == other->spawned_at && g_str_equal(one->name, other->name);
}

void
weft_stack_census_begin(void)
{
    if (WEFT_STACKS_ARE_SANITIZED || places != NULL)
        return;
    places = g_hash_table_new_full(hash_place, equal_places, g_free, NULL);
    weft_stack_census_is_on = TRUE;
}

void
weft_stack_census_mark(uint64_t *mark)
{
    *mark = MARK;
}

static size_t
measure(const WeftFiber *fiber)
{
    const uint64_t *word = weft_stack_bottom(fiber);

    while (*word == 0)
        word++;
    return (size_t)((const char *)fiber - (const char *)word);
}

static __attribute__((noinline)) void
clear_below(const WeftFiber *fiber)
{
    char *bottom = weft_stack_bottom(fiber);
    char *end = (char *)__builtin_frame_address(0) - OWN_BYTES;
    char *last_page = (char *)((uintptr_t)end & ~(PAGE_BYTES - 1));

    madvise(bottom, (size_t)(last_page - bottom), MADV_DONTNEED);
    memset(last_page, 0, (size_t)(end - last_page));
}

static void
note_depth(const WeftFiber *fiber, size_t depth_bytes)
{
    const Place key = {.spawned_at = fiber->spawned_at, .name = fiber->name};

    pthread_mutex_lock(&mutex);
    Place *place = g_hash_table_lookup(places, &key);
    if (place == NULL) {
        place = g_memdup2(&key, sizeof key);
        g_hash_table_add(places, place);
    }
    place->n_fibers++;
    place->deepest_bytes = MAX(place->deepest_bytes, depth_bytes);
    place->sum_bytes += depth_bytes;
    pthread_mutex_unlock(&mutex);
}

void
weft_stack_census_note(WeftFiber *fiber, uint64_t *mark)
{
    if (*mark == MARK)
        *mark = 0;
    note_depth(fiber, measure(fiber));
    clear_below(fiber);
    *mark = MARK;
}

/* ---- the list ---- */

static int
compare_places(gconstpointer a, gconstpointer b)
{
    const Place *one = *(Place *const *)a;
    const Place *other = *(Place *const *)b;

    return one->deepest_bytes > other->deepest_bytes ? -1
                                                     : one->deepest_bytes < other->deepest_bytes;
}

static void
print_place(int fd, const Place *place)
{
    char line[WEFT_BACKTRACE_LINE_BYTES] = "";

    if (place->spawned_at != NULL)
        weft_backtrace_format(place->spawned_at, line, sizeof line);
    dprintf(fd, "  deepest %zu bytes, mean %zu, %zu fibers \"%s\"%s%s\n", place->deepest_bytes,
            place->sum_bytes / place->n_fibers, place->n_fibers, place->name,
            place->spawned_at != NULL ? " spawned at " : "", g_strchug(line));
}

static GPtrArray *
sort_places_locked(void)
{
    GPtrArray *sorted = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer place;

    g_hash_table_iter_init(&iter, places);
    while (g_hash_table_iter_next(&iter, &place, NULL))
        g_ptr_array_add(sorted, g_memdup2(place, sizeof(Place)));
    g_ptr_array_sort(sorted, compare_places);
    return sorted;
}

void
weft_dump_stack_use(int fd)
{
    if (places == NULL) {
        dprintf(fd, "stack use: not measured\n");
        return;
    }
    pthread_mutex_lock(&mutex);
    g_autoptr(GPtrArray) sorted = sort_places_locked();
    pthread_mutex_unlock(&mutex);

    dprintf(fd, "stack use of fibers that ended, of %zu bytes:\n",
            WEFT_STACK_BYTES - WEFT_STACK_GUARD_BYTES);
    for (size_t i = 0; i < sorted->len; i++)
        print_place(fd, sorted->pdata[i]);
}
