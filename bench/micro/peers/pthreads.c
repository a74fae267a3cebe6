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

/* Two places and one condition for both. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_cond_t emptied;
    void *items[2];
    uint64_t n;
} Pair;

static void *
feed(void *data)
{
    Pair *pair = data;

    pthread_mutex_lock(&pair->mutex);
    for (uint64_t i = 0; i < pair->n; i++) {
        pair->items[i & 1] = pair;
        pthread_cond_signal(&pair->changed);
        while (pair->items[i & 1] != NULL)
            pthread_cond_wait(&pair->emptied, &pair->mutex);
    }
    pthread_mutex_unlock(&pair->mutex);
    return NULL;
}

static void
select_row(uint64_t n)
{
    Pair pair = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                 .changed = PTHREAD_COND_INITIALIZER,
                 .emptied = PTHREAD_COND_INITIALIZER,
                 .n = n};
    pthread_t feeder = start(feed, &pair);

    for (; n > 0; n--) {
        pthread_mutex_lock(&pair.mutex);
        while (pair.items[0] == NULL && pair.items[1] == NULL)
            pthread_cond_wait(&pair.changed, &pair.mutex);
        pair.items[pair.items[0] == NULL] = NULL;
        pthread_cond_signal(&pair.emptied);
        pthread_mutex_unlock(&pair.mutex);
    }
    pthread_join(feeder, NULL);
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

static void
pool_row(uint64_t n)
{
    static int things[N_THINGS];
    void *idle[N_THINGS] = {&things[0], &things[1], &things[2], &things[3]};
    volatile int n_idle = N_THINGS;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t put = PTHREAD_COND_INITIALIZER;

    for (; n > 0; n--) {
        pthread_mutex_lock(&mutex);
        while (n_idle == 0)
            pthread_cond_wait(&put, &mutex);
        void *thing = idle[--n_idle];
        pthread_mutex_unlock(&mutex);

        pthread_mutex_lock(&mutex);
        idle[n_idle++] = thing;
        pthread_cond_signal(&put);
        pthread_mutex_unlock(&mutex);
    }
}

int
main(void)
{
    measure("yield", yield_row);
    measure("spawn", spawn_row);
    measure("channel", channel_row);
    measure("select", select_row);
    measure("mutex", mutex_row);
    measure("pool", pool_row);
    return 0;
}
