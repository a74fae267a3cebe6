/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it costs to take and give back where nobody else is in the way, and to hand something to a
 * fiber that waits.  (Channels and the mutex stand in fiber_bench.cc.)
 */

#include <benchmark/benchmark.h>
#include <weft/fiber_pool.h>
#include <weft/future.h>
#include <weft/mailbox.h>
#include <weft/pool.h>
#include <weft/queue.h>
#include <weft/rw_lock.h>
#include <weft/scheduler.h>
#include <weft/semaphore.h>
#include <weft/serial_queue.h>

namespace
{

/* A benchmark's body runs in a fiber. */
void
in_fiber(benchmark::State &state, WeftFiberFunc body)
{
    if (!weft_run("bench", body, &state, nullptr))
        state.SkipWithError("the fiber failed");
}

benchmark::State &
state_of(gpointer data)
{
    return *static_cast<benchmark::State *>(data);
}

gboolean
semaphore_body(gpointer data, GError **error)
{
    g_autoptr(WeftSemaphore) semaphore = weft_semaphore_new(4);

    for (auto _ : state_of(data)) {
        if (!weft_semaphore_take(semaphore, error))
            return FALSE;
        weft_semaphore_put(semaphore);
    }
    return TRUE;
}

gboolean
read_body(gpointer data, GError **error)
{
    g_autoptr(WeftRwLock) lock = weft_rw_lock_new();

    for (auto _ : state_of(data)) {
        if (!weft_rw_lock_begin_read(lock, error))
            return FALSE;
        weft_rw_lock_end_read(lock);
    }
    return TRUE;
}

gboolean
write_body(gpointer data, GError **error)
{
    g_autoptr(WeftRwLock) lock = weft_rw_lock_new();

    for (auto _ : state_of(data)) {
        if (!weft_rw_lock_begin_write(lock, error))
            return FALSE;
        weft_rw_lock_end_write(lock);
    }
    return TRUE;
}

int resource;

gpointer
open_resource(gpointer, GError **)
{
    return &resource;
}

void
close_resource(gpointer)
{
}

gboolean
pool_body(gpointer data, GError **error)
{
    WeftPoolOptions options = {};

    options.name = "bench";
    options.open = open_resource;
    options.close = close_resource;
    options.max_open = 8;
    options.max_idle_ms = 60 * 1000;
    options.max_age_ms = 3600 * 1000;
    g_autoptr(WeftPool) pool = weft_pool_new(&options);
    for (auto _ : state_of(data)) {
        WeftLease *lease = weft_pool_take(pool, error);
        if (lease == nullptr)
            return FALSE;
        weft_lease_set_healthy(lease);
        weft_pool_put(lease);
    }
    return TRUE;
}

gboolean
push_and_pop(benchmark::State &state, WeftQueue *queue, GError **error)
{
    int item = 0;

    for (auto _ : state)
        if (!weft_queue_push(queue, &item, error) || weft_queue_pop(queue, error) == nullptr)
            return FALSE;
    return TRUE;
}

gboolean
queue_body(gpointer data, GError **error)
{
    g_autoptr(WeftQueue) queue = weft_queue_new(100, nullptr);

    return push_and_pop(state_of(data), queue, error);
}

gint
compare_addresses(gconstpointer a, gconstpointer b)
{
    return a < b ? -1 : a > b;
}

/* With a hundred items in it. */
gboolean
priority_queue_body(gpointer data, GError **error)
{
    int items[100];
    g_autoptr(WeftQueue) queue = weft_queue_new_priority(200, compare_addresses, nullptr);

    for (int &item : items)
        if (!weft_queue_push(queue, &item, error))
            return FALSE;
    return push_and_pop(state_of(data), queue, error);
}

const WeftMessageType QUESTION = {"question", nullptr, nullptr};
const WeftMessageType STOP = {"stop", nullptr, nullptr};

gboolean
answer_all(gpointer data, GError **error)
{
    for (;;) {
        g_autoptr(WeftMessage) message =
            weft_mailbox_receive(static_cast<WeftMailbox *>(data), error);
        if (message == nullptr)
            return FALSE;
        if (weft_message_type(message) == &STOP)
            return TRUE;
        weft_message_reply(message, weft_message_payload(message));
    }
}

gboolean
call_body(gpointer data, GError **error)
{
    g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
    g_autoptr(WeftGroup) group = weft_group_new();

    weft_group_spawn(group, "answers", answer_all, mailbox, nullptr);
    for (auto _ : state_of(data)) {
        gpointer reply = nullptr;
        if (!weft_mailbox_call(mailbox, &QUESTION, &resource, &reply, error) || reply != &resource)
            return FALSE;
    }
    return weft_mailbox_send(mailbox, &STOP, nullptr, error) && weft_group_wait(group, error);
}

gboolean
send_body(gpointer data, GError **error)
{
    g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();

    for (auto _ : state_of(data)) {
        if (!weft_mailbox_send(mailbox, &QUESTION, &resource, error))
            return FALSE;
        weft_message_free(weft_mailbox_try_receive(mailbox));
    }
    return TRUE;
}

gboolean
set_future(gpointer data, GError **)
{
    return weft_future_set(static_cast<WeftFuture *>(data), nullptr);
}

/* Made, waited for, set by another fiber. */
gboolean
future_body(gpointer data, GError **error)
{
    g_autoptr(WeftGroup) group = weft_group_new();

    for (auto _ : state_of(data)) {
        g_autoptr(WeftFuture) future = weft_future_new(nullptr);
        weft_group_spawn(group, "sets", set_future, future, nullptr);
        if (!weft_future_wait(future, nullptr, error))
            return FALSE;
    }
    return weft_group_wait(group, error);
}

gboolean
nothing(gpointer, GError **)
{
    return TRUE;
}

/* A loop that hands out jobs, and waits whenever eight are under way. */
gboolean
fiber_pool_body(gpointer data, GError **error)
{
    g_autoptr(WeftFiberPool) pool = weft_fiber_pool_new("bench", 8);

    for (auto _ : state_of(data))
        if (!weft_fiber_pool_spawn(pool, nothing, nullptr, nullptr, error))
            return FALSE;
    return weft_fiber_pool_join(pool, error);
}

/* A job alone: a pump for each. */
gboolean
serial_queue_body(gpointer data, GError **error)
{
    g_autoptr(WeftSerialQueue) queue = weft_serial_queue_new("bench", 1000);

    for (auto _ : state_of(data))
        if (!weft_serial_queue_submit(queue, nothing, nullptr, nullptr, error) ||
            !weft_serial_queue_join(queue, error))
            return FALSE;
    return TRUE;
}

void
BM_Semaphore(benchmark::State &state)
{
    in_fiber(state, semaphore_body);
}
BENCHMARK(BM_Semaphore);

void
BM_LockToRead(benchmark::State &state)
{
    in_fiber(state, read_body);
}
BENCHMARK(BM_LockToRead);

void
BM_LockToWrite(benchmark::State &state)
{
    in_fiber(state, write_body);
}
BENCHMARK(BM_LockToWrite);

void
BM_PoolTakeAndPut(benchmark::State &state)
{
    in_fiber(state, pool_body);
}
BENCHMARK(BM_PoolTakeAndPut);

void
BM_Queue(benchmark::State &state)
{
    in_fiber(state, queue_body);
}
BENCHMARK(BM_Queue);

void
BM_PriorityQueueOf100(benchmark::State &state)
{
    in_fiber(state, priority_queue_body);
}
BENCHMARK(BM_PriorityQueueOf100);

void
BM_MailboxSend(benchmark::State &state)
{
    in_fiber(state, send_body);
}
BENCHMARK(BM_MailboxSend);

void
BM_MailboxCall(benchmark::State &state)
{
    in_fiber(state, call_body);
}
BENCHMARK(BM_MailboxCall);

void
BM_Future(benchmark::State &state)
{
    in_fiber(state, future_body);
}
BENCHMARK(BM_Future);

void
BM_FiberPoolSpawn(benchmark::State &state)
{
    in_fiber(state, fiber_pool_body);
}
BENCHMARK(BM_FiberPoolSpawn);

void
BM_SerialQueue(benchmark::State &state)
{
    in_fiber(state, serial_queue_body);
}
BENCHMARK(BM_SerialQueue);

} // namespace
