/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The side of the system's threads of compare.py.  They have mutexes and conditions; what else a
 * row asks for is made of those.
 */
#include "measure.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

static void *
yield_often(void *data)
{
    for (uint64_t n = *(const uint64_t *)data; n > 0; n--)
        sched_yield();
    return NULL;
}

static pthread_t
start(void *(*func)(void *), void *data)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, func, data) != 0)
        abort();
    return thread;
}

static void
yield_row(uint64_t n)
{
    uint64_t each = n / 2;
    pthread_t one = start(yield_often, &each);
    pthread_t other = start(yield_often, &each);

    pthread_join(one, NULL);
    pthread_join(other, NULL);
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
        pthread_join(start(nothing, NULL), NULL);
}

/* A place for one item, handed over by a rendezvous: send waits until it was taken. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    pthread_cond_t emptied;
    void *item;
} Place;

static void
place_init(Place *place)
{
    pthread_mutex_init(&place->mutex, NULL);
    pthread_cond_init(&place->filled, NULL);
    pthread_cond_init(&place->emptied, NULL);
    place->item = NULL;
}

static void
place_clear(Place *place)
{
    pthread_mutex_destroy(&place->mutex);
    pthread_cond_destroy(&place->filled);
    pthread_cond_destroy(&place->emptied);
}

static void
place_send(Place *place, void *item)
{
    pthread_mutex_lock(&place->mutex);
    place->item = item;
    pthread_cond_signal(&place->filled);
    while (place->item != NULL)
        pthread_cond_wait(&place->emptied, &place->mutex);
    pthread_mutex_unlock(&place->mutex);
}

static void *
place_recv(Place *place)
{
    pthread_mutex_lock(&place->mutex);
    while (place->item == NULL)
        pthread_cond_wait(&place->filled, &place->mutex);
    void *item = place->item;
    place->item = NULL;
    pthread_cond_signal(&place->emptied);
    pthread_mutex_unlock(&place->mutex);
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
    pthread_t one = start(play, &left);
    pthread_t other = start(play, &right);
    pthread_join(one, NULL);
    pthread_join(other, NULL);
    place_clear(&there);
    place_clear(&back);
}

static void
mutex_row(uint64_t n)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    for (; n > 0; n--) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
}

enum { N_THINGS = 4 };

/* A list of what is idle, and a condition for who waits: what a program would write for itself. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t put;
    void *idle[N_THINGS];
    int n_idle;
} Pool;

static __attribute__((noinline)) void *
pool_take(Pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    while (pool->n_idle == 0)
        pthread_cond_wait(&pool->put, &pool->mutex);
    void *thing = pool->idle[--pool->n_idle];
    pthread_mutex_unlock(&pool->mutex);
    return thing;
}

static __attribute__((noinline)) void
pool_put(Pool *pool, void *thing)
{
    pthread_mutex_lock(&pool->mutex);
    pool->idle[pool->n_idle++] = thing;
    pthread_cond_signal(&pool->put);
    pthread_mutex_unlock(&pool->mutex);
}

static void
pool_row(uint64_t n)
{
    static int things[N_THINGS];
    Pool pool = {.mutex = PTHREAD_MUTEX_INITIALIZER, .put = PTHREAD_COND_INITIALIZER};

    for (int i = 0; i < N_THINGS; i++)
        pool_put(&pool, &things[i]);
    for (; n > 0; n--)
        pool_put(&pool, pool_take(&pool));
    pthread_cond_destroy(&pool.put);
}

int
main(void)
{
    measure("yield", yield_row);
    measure("spawn", spawn_row);
    measure("channel", channel_row);
    measure("mutex", mutex_row);
    measure("pool", pool_row);
    measure("list", pool_row);
    return 0;
}
