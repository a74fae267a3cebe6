/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State Threads' side of compare.py.  It has conditions and mutexes; what else a row asks for is
 * made of those.  To yield is to sleep for no time.
 */
#include "measure.h"

#include <st.h>
#include <stdlib.h>

static void *
yield_often(void *data)
{
    for (uint64_t n = *(const uint64_t *)data; n > 0; n--)
        st_usleep(0);
    return NULL;
}

static void
yield_row(uint64_t n)
{
    uint64_t each = n / 2;
    st_thread_t one = st_thread_create(yield_often, &each, 1, 0);
    st_thread_t other = st_thread_create(yield_often, &each, 1, 0);

    st_thread_join(one, NULL);
    st_thread_join(other, NULL);
}

static void *
nothing(void *data)
{
    return data;
}

static void
spawn_row(uint64_t n)
{
    for (; n > 0; n--)
        st_thread_join(st_thread_create(nothing, NULL, 1, 0), NULL);
}

/* A place for one item, handed over by a rendezvous: send waits until it was taken. */
typedef struct {
    st_cond_t filled;
    st_cond_t emptied;
    void *item;
} Place;

static void
place_init(Place *place)
{
    place->filled = st_cond_new();
    place->emptied = st_cond_new();
    place->item = NULL;
}

static void
place_clear(Place *place)
{
    st_cond_destroy(place->filled);
    st_cond_destroy(place->emptied);
}

static void
place_send(Place *place, void *item)
{
    place->item = item;
    st_cond_signal(place->filled);
    while (place->item != NULL)
        st_cond_wait(place->emptied);
}

static void *
place_recv(Place *place)
{
    while (place->item == NULL)
        st_cond_wait(place->filled);
    void *item = place->item;
    place->item = NULL;
    st_cond_signal(place->emptied);
    return item;
}

typedef struct {
    Place *from;
    Place *to;
    int serves;
    uint64_t n;
} Player;

static void *
play(void *data)
{
    const Player *player = data;
    void *ball = player->serves ? data : NULL;

    for (uint64_t n = player->n; n > 0; n--) {
        if (ball != NULL)
            place_send(player->to, ball);
        ball = place_recv(player->from);
    }
    if (!player->serves)
        place_send(player->to, ball);
    return NULL;
}

static void
channel_row(uint64_t n)
{
    Place there;
    Place back;
    Player left = {&back, &there, 1, n};
    Player right = {&there, &back, 0, n};

    place_init(&there);
    place_init(&back);
    st_thread_t one = st_thread_create(play, &left, 1, 0);
    st_thread_t other = st_thread_create(play, &right, 1, 0);
    st_thread_join(one, NULL);
    st_thread_join(other, NULL);
    place_clear(&there);
    place_clear(&back);
}

static void
mutex_row(uint64_t n)
{
    st_mutex_t mutex = st_mutex_new();

    for (; n > 0; n--) {
        st_mutex_lock(mutex);
        st_mutex_unlock(mutex);
    }
    st_mutex_destroy(mutex);
}

enum { N_THINGS = 4 };

/* A list of what is idle, and a condition for who waits: what a program would write for itself. */
typedef struct {
    st_cond_t put;
    void *idle[N_THINGS];
    int n_idle;
} Pool;

static __attribute__((noinline)) void *
pool_take(Pool *pool)
{
    while (pool->n_idle == 0)
        st_cond_wait(pool->put);
    void *thing = pool->idle[--pool->n_idle];
    return thing;
}

static __attribute__((noinline)) void
pool_put(Pool *pool, void *thing)
{
    pool->idle[pool->n_idle++] = thing;
    st_cond_signal(pool->put);
}

static void
pool_row(uint64_t n)
{
    static int things[N_THINGS];
    Pool pool = {.put = st_cond_new()};

    for (int i = 0; i < N_THINGS; i++)
        pool_put(&pool, &things[i]);
    for (; n > 0; n--)
        pool_put(&pool, pool_take(&pool));
    st_cond_destroy(pool.put);
}

int
main(void)
{
    st_set_eventsys(ST_EVENTSYS_ALT);
    if (st_init() < 0)
        return 1;
    measure("yield", yield_row);
    measure("spawn", spawn_row);
    measure("channel", channel_row);
    measure("mutex", mutex_row);
    measure("pool", pool_row);
    measure("list", pool_row);
    return 0;
}
