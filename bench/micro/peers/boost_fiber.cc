/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boost.Fiber's side of compare.py.  It has no select; a pool is a buffered channel.
 */
#include "measure.h"

#include <boost/fiber/all.hpp>

#include <memory>

namespace fibers = boost::fibers;

namespace
{

using Channel = fibers::unbuffered_channel<void *>;

/* Stacks come back: without a pool each spawn would map memory. */
fibers::pooled_fixedsize_stack stacks;

template <typename Func>
fibers::fiber
spawn(Func func)
{
    return fibers::fiber(std::allocator_arg, stacks, func);
}

void
yield_row(uint64_t n)
{
    auto yield_often = [n] {
        for (uint64_t i = n / 2; i > 0; i--)
            boost::this_fiber::yield();
    };
    fibers::fiber one = spawn(yield_often);
    fibers::fiber other = spawn(yield_often);

    one.join();
    other.join();
}

void
spawn_row(uint64_t n)
{
    for (; n > 0; n--)
        spawn([] {}).join();
}

void
play(Channel &from, Channel &to, bool serves, uint64_t n)
{
    void *ball = serves ? &to : nullptr;

    for (; n > 0; n--) {
        if (ball != nullptr)
            to.push(ball);
        ball = from.value_pop();
    }
    if (!serves)
        to.push(ball);
}

void
channel_row(uint64_t n)
{
    Channel there;
    Channel back;
    fibers::fiber left = spawn([&] { play(back, there, true, n); });
    fibers::fiber right = spawn([&] { play(there, back, false, n); });

    left.join();
    right.join();
}

void
mutex_row(uint64_t n)
{
    fibers::mutex mutex;

    for (; n > 0; n--) {
        mutex.lock();
        mutex.unlock();
    }
}

void
pool_row(uint64_t n)
{
    static int things[3];
    fibers::buffered_channel<int *> pool(4); /* holds one less */

    for (int &thing : things)
        pool.push(&thing);
    for (; n > 0; n--) {
        int *thing = pool.value_pop();
        pool.push(thing);
    }
}

} // namespace

int
main()
{
    measure("yield", yield_row);
    measure("spawn", spawn_row);
    measure("channel", channel_row);
    measure("mutex", mutex_row);
    measure("pool", pool_row);
    return 0;
}
