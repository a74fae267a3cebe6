/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the runtime costs: a switch, a fiber, a wait with a deadline.  The loops of several fibers
 * run the same code, as handlers of one service do.
 */

#include <benchmark/benchmark.h>
#include <weft/channel.h>
#include <weft/deadline.h>
#include <weft/mutex.h>
#include <weft/scheduler.h>
#include <weft/select.h>

namespace
{

/* A benchmark's body runs in a fiber. */
void
in_fiber(benchmark::State &state, WeftFiberFunc body)
{
    if (!weft_run("bench", body, &state, nullptr))
        state.SkipWithError("the fiber failed");
}

constexpr int64_t SWITCHES_PER_BATCH = 100000;

gboolean
yield_often(gpointer data, GError **error)
{
    for (int64_t n = *static_cast<const int64_t *>(data); n > 0; n--)
        if (!weft_fiber_yield(error))
            return FALSE;
    return TRUE;
}

/* Fibers that yield in turns; an iteration is one switch. */
gboolean
switch_body(gpointer data, GError **error)
{
    auto &state = *static_cast<benchmark::State *>(data);
    const int64_t n_fibers = state.range(0);
    int64_t n_yields = SWITCHES_PER_BATCH / n_fibers;
    g_autoptr(WeftGroup) group = weft_group_new();

    while (state.KeepRunningBatch(n_fibers * n_yields)) {
        for (int64_t i = 0; i < n_fibers; i++)
            weft_group_spawn(group, "yields", yield_often, &n_yields, nullptr);
        if (!weft_group_wait(group, error))
            return FALSE;
    }
    return TRUE;
}

void
BM_Switch(benchmark::State &state)
{
    in_fiber(state, switch_body);
}
BENCHMARK(BM_Switch)->Arg(2)->Arg(100)->Arg(10000);

gboolean
nothing(gpointer, GError **)
{
    return TRUE;
}

gboolean
spawn_body(gpointer data, GError **error)
{
    auto &state = *static_cast<benchmark::State *>(data);
    g_autoptr(WeftGroup) group = weft_group_new();

    for (auto _ : state) {
        weft_group_spawn(group, "nothing", nothing, nullptr, nullptr);
        if (!weft_group_wait(group, error))
            return FALSE;
    }
    return TRUE;
}

void
BM_SpawnAndJoin(benchmark::State &state)
{
    in_fiber(state, spawn_body);
}
BENCHMARK(BM_SpawnAndJoin);

/* Two fibers that hand one ball to and fro over two channels of capacity 0. */
struct Player {
    WeftChannel *from;
    WeftChannel *to;
    gpointer ball; /* nullptr: the other one serves */
    gboolean has_deadline;
};

constexpr int64_t TRIPS_PER_BATCH = 100000;

/* With a deadline of its own around every receive, or without. */
gpointer
recv(const Player *player)
{
    if (!player->has_deadline)
        return weft_channel_recv(player->from, nullptr);
    g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(30 * 1000);
    return weft_channel_recv(player->from, nullptr);
}

gboolean
play(gpointer data, GError **error)
{
    auto *player = static_cast<const Player *>(data);
    gpointer ball = player->ball;

    for (int64_t n = TRIPS_PER_BATCH; n > 0; n--) {
        if (ball != nullptr && !weft_channel_send(player->to, ball, error))
            return FALSE;
        ball = recv(player);
    }
    return player->ball != nullptr || weft_channel_send(player->to, ball, error);
}

/* Both players run the same code, as the handlers of a service do. */
gboolean
alike_body(gpointer data, GError **error)
{
    auto &state = *static_cast<benchmark::State *>(data);
    g_autoptr(WeftChannel) there = weft_channel_new(0, nullptr);
    g_autoptr(WeftChannel) back = weft_channel_new(0, nullptr);
    g_autoptr(WeftGroup) group = weft_group_new();
    int ball = 0;
    Player left = {back, there, &ball, state.range(0) != 0};
    Player right = {there, back, nullptr, state.range(0) != 0};
    const auto preference = static_cast<WeftChannelPreference>(state.range(1));
    weft_channel_set_preference(there, preference);
    weft_channel_set_preference(back, preference);

    while (state.KeepRunningBatch(TRIPS_PER_BATCH)) {
        weft_group_spawn(group, "left", play, &left, nullptr);
        weft_group_spawn(group, "right", play, &right, nullptr);
        if (!weft_group_wait(group, error))
            return FALSE;
    }
    return TRUE;
}

void
BM_ChannelRoundTrip(benchmark::State &state)
{
    in_fiber(state, alike_body);
}
BENCHMARK(BM_ChannelRoundTrip)
    ->ArgNames({"deadline", "preference"})
    ->Args({0, 0})
    ->Args({1, 0})
    ->Args({0, WEFT_CHANNEL_RECEIVER_FIRST});

gboolean
play_back(gpointer data, GError **error)
{
    auto *player = static_cast<const Player *>(data);

    while (gpointer ball = recv(player))
        if (!weft_channel_send(player->to, ball, error))
            return FALSE;
    return TRUE;
}

/* Players of different code: every return behind a switch goes where the processor's return stack
 * does not expect it, which costs more than the switch. */
gboolean
unlike_body(gpointer data, GError **error)
{
    auto &state = *static_cast<benchmark::State *>(data);
    g_autoptr(WeftChannel) there = weft_channel_new(0, nullptr);
    g_autoptr(WeftChannel) back = weft_channel_new(0, nullptr);
    g_autoptr(WeftGroup) group = weft_group_new();
    int ball = 0;
    Player right = {there, back, nullptr, FALSE};

    weft_group_spawn(group, "right", play_back, &right, nullptr);
    for (auto _ : state)
        if (!weft_channel_send(there, &ball, error) || weft_channel_recv(back, error) != &ball)
            return FALSE;
    weft_channel_close(there);
    return weft_group_wait(group, error);
}

void
BM_ChannelRoundTripUnlike(benchmark::State &state)
{
    in_fiber(state, unlike_body);
}
BENCHMARK(BM_ChannelRoundTripUnlike);

/* One fiber sends to two channels in turns, the other selects between receiving from them; an
 * iteration is one item: a select that waits, and is served. */
struct TwoWays {
    WeftChannel *first;
    WeftChannel *second;
};

gboolean
send_both_ways(gpointer data, GError **error)
{
    auto *ways = static_cast<const TwoWays *>(data);
    int ball = 0;

    for (int64_t n = TRIPS_PER_BATCH; n > 0; n -= 2)
        if (!weft_channel_send(ways->first, &ball, error) ||
            !weft_channel_send(ways->second, &ball, error))
            return FALSE;
    return TRUE;
}

gboolean
select_body(gpointer data, GError **error)
{
    auto &state = *static_cast<benchmark::State *>(data);
    const size_t capacity = state.range(0);
    g_autoptr(WeftChannel) first = weft_channel_new(capacity, nullptr);
    g_autoptr(WeftChannel) second = weft_channel_new(capacity, nullptr);
    g_autoptr(WeftGroup) group = weft_group_new();
    TwoWays ways = {first, second};
    WeftSelectCase cases[] = {
        {first, WEFT_SELECT_RECV, nullptr, FALSE},
        {second, WEFT_SELECT_RECV, nullptr, FALSE},
    };

    while (state.KeepRunningBatch(TRIPS_PER_BATCH)) {
        weft_group_spawn(group, "sends", send_both_ways, &ways, nullptr);
        for (int64_t n = TRIPS_PER_BATCH; n > 0; n--)
            if (weft_select(cases, 2, WEFT_SELECT_FAIR, error) < 0)
                return FALSE;
        if (!weft_group_wait(group, error))
            return FALSE;
    }
    return TRUE;
}

/* capacity 0: the two meet in every item; more: most selects find both channels ready. */
void
BM_SelectOverTwo(benchmark::State &state)
{
    in_fiber(state, select_body);
}
BENCHMARK(BM_SelectOverTwo)->ArgName("capacity")->Arg(0)->Arg(64);

gboolean
mutex_body(gpointer data, GError **error)
{
    auto &state = *static_cast<benchmark::State *>(data);
    g_autoptr(WeftMutex) mutex = weft_mutex_new();

    for (auto _ : state) {
        if (!weft_mutex_lock(mutex, error))
            return FALSE;
        weft_mutex_unlock(mutex);
    }
    return TRUE;
}

void
BM_Mutex(benchmark::State &state)
{
    in_fiber(state, mutex_body);
}
BENCHMARK(BM_Mutex);

} // namespace
