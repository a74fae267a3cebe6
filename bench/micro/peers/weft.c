/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weft's side of compare.py.
 */
#include "measure.h"

#include <weft/channel.h>
#include <weft/condition.h>
#include <weft/mutex.h>
#include <weft/pool.h>
#include <weft/scheduler.h>
#include <weft/select.h>

static void
must(gboolean succeeded)
{
    if (!succeeded)
        g_error("a call failed");
}

static gboolean
yield_often(gpointer data, GError **error)
{
    for (uint64_t n = *(const uint64_t *)data; n > 0; n--)
        if (!weft_fiber_yield(error))
            return FALSE;
    return TRUE;
}

static void
yield_row(uint64_t n)
{
    g_autoptr(WeftGroup) group = weft_group_new();
    uint64_t each = n / 2;

    weft_group_spawn(group, "yields", yield_often, &each, NULL);
    weft_group_spawn(group, "yields", yield_often, &each, NULL);
    must(weft_group_wait(group, NULL));
}

static gboolean
nothing(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    return TRUE;
}

static void
spawn_row(uint64_t n)
{
    g_autoptr(WeftGroup) group = weft_group_new();

    for (; n > 0; n--) {
        weft_group_spawn(group, "nothing", nothing, NULL, NULL);
        must(weft_group_wait(group, NULL));
    }
}

typedef struct {
    WeftChannel *from;
    WeftChannel *to;
    gboolean serves;
    uint64_t n;
} Player;

static gboolean
play(gpointer data, GError **error)
{
    const Player *player = data;
    gpointer ball = player->serves ? data : NULL;

    for (uint64_t n = player->n; n > 0; n--) {
        if (ball != NULL && !weft_channel_send(player->to, ball, error))
            return FALSE;
        ball = weft_channel_recv(player->from, error);
    }
    return player->serves || weft_channel_send(player->to, ball, error);
}

static void
channel_row(uint64_t n)
{
    g_autoptr(WeftChannel) there = weft_channel_new(0, NULL);
    g_autoptr(WeftChannel) back = weft_channel_new(0, NULL);
    g_autoptr(WeftGroup) group = weft_group_new();
    Player left = {back, there, TRUE, n};
    Player right = {there, back, FALSE, n};

    weft_group_spawn(group, "left", play, &left, NULL);
    weft_group_spawn(group, "right", play, &right, NULL);
    must(weft_group_wait(group, NULL));
}

typedef struct {
    WeftChannel *channels[2];
    uint64_t n;
} Pair;

static gboolean
feed(gpointer data, GError **error)
{
    Pair *pair = data;

    for (uint64_t i = 0; i < pair->n; i++)
        if (!weft_channel_send(pair->channels[i & 1], pair, error))
            return FALSE;
    return TRUE;
}

static void
select_row(uint64_t n)
{
    g_autoptr(WeftChannel) even = weft_channel_new(0, NULL);
    g_autoptr(WeftChannel) odd = weft_channel_new(0, NULL);
    g_autoptr(WeftGroup) group = weft_group_new();
    Pair pair = {{even, odd}, n};

    weft_group_spawn(group, "feed", feed, &pair, NULL);
    for (; n > 0; n--) {
        WeftSelectCase cases[] = {{.channel = even, .direction = WEFT_SELECT_RECV},
                                  {.channel = odd, .direction = WEFT_SELECT_RECV}};
        must(weft_select(cases, G_N_ELEMENTS(cases), WEFT_SELECT_FAIR, NULL) >= 0);
    }
    must(weft_group_wait(group, NULL));
}

static void
mutex_row(uint64_t n)
{
    g_autoptr(WeftMutex) mutex = weft_mutex_new();

    for (; n > 0; n--) {
        must(weft_mutex_lock(mutex, NULL));
        weft_mutex_unlock(mutex);
    }
}

static gpointer
open_thing(gpointer data, G_GNUC_UNUSED GError **error)
{
    return data;
}

static void
close_thing(G_GNUC_UNUSED gpointer thing)
{
}

static void
pool_row(uint64_t n)
{
    int thing = 0;
    const WeftPoolOptions options = {
        .name = "things", .open = open_thing, .close = close_thing, .data = &thing, .max_open = 4};
    g_autoptr(WeftPool) pool = weft_pool_new(&options);

    for (; n > 0; n--) {
        WeftLease *lease = weft_pool_take(pool, NULL);
        must(lease != NULL && weft_lease_resource(lease) == &thing);
        weft_lease_set_healthy(lease);
        weft_pool_put(lease);
    }
}

enum { N_THINGS = 4 };

/* What State Threads' side has in the place of a pool: a list of what is idle, and a condition. */
typedef struct {
    WeftCondition *put;
    gpointer idle[N_THINGS];
    int n_idle;
} List;

static __attribute__((noinline)) gpointer
list_take(List *list)
{
    while (list->n_idle == 0)
        must(weft_condition_wait(list->put, NULL, NULL));
    return list->idle[--list->n_idle];
}

static __attribute__((noinline)) void
list_put(List *list, gpointer thing)
{
    list->idle[list->n_idle++] = thing;
    weft_condition_signal(list->put);
}

static void
list_row(uint64_t n)
{
    static int things[N_THINGS];
    g_autoptr(WeftCondition) put = weft_condition_new();
    List list = {.put = put};

    for (int i = 0; i < N_THINGS; i++)
        list_put(&list, &things[i]);
    for (; n > 0; n--)
        list_put(&list, list_take(&list));
}

static gboolean
run(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    measure("yield", yield_row);
    measure("spawn", spawn_row);
    measure("channel", channel_row);
    measure("select", select_row);
    measure("mutex", mutex_row);
    measure("pool", pool_row);
    measure("list", list_row);
    return TRUE;
}

int
main(void)
{
    return weft_run("measure", run, NULL, NULL) ? 0 : 1;
}
