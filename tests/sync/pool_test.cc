/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/pool.h>

#include <string>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

/* Opens numbers: 1, 2, 3 ... */
struct Source {
    int n_opened = 0;
    std::vector<int> closed = {};
    bool refuses = false;
    bool is_gone = false; /* what is idle is no good */
    int n_asked = 0;
    int64_t open_ms = 0;
    int64_t close_ms = 0;
};

struct Resource {
    Source *source;
    int number;
};

gpointer
open_resource(gpointer data, GError **error)
{
    auto *source = static_cast<Source *>(data);

    if (source->open_ms > 0 && !weft_fiber_sleep_ms(source->open_ms, error))
        return nullptr;
    if (source->refuses) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_IO, "refused");
        return nullptr;
    }
    return new Resource{source, ++source->n_opened};
}

void
close_resource(gpointer data)
{
    auto *resource = static_cast<Resource *>(data);

    if (resource->source->close_ms > 0)
        (void)!weft_fiber_sleep_ms(resource->source->close_ms, nullptr);
    resource->source->closed.push_back(resource->number);
    delete resource;
}

gboolean
is_healthy(gpointer, gpointer data)
{
    auto *source = static_cast<Source *>(data);

    source->n_asked++;
    return !source->is_gone && weft_fiber_sleep_ms(1, nullptr);
}

WeftPoolOptions
options_for(Source *source, size_t max_open)
{
    WeftPoolOptions options = {};

    options.name = "numbers";
    options.open = open_resource;
    options.close = close_resource;
    options.data = source;
    options.max_open = max_open;
    return options;
}

int
number_of(const WeftLease *lease)
{
    return static_cast<const Resource *>(weft_lease_resource(lease))->number;
}

void
put_healthy(WeftLease *lease)
{
    weft_lease_set_healthy(lease);
    weft_pool_put(lease);
}

/* Take one, and put it back; its number. */
int
use(WeftPool *pool)
{
    WeftLease *lease = weft_pool_take(pool, nullptr);
    const int number = number_of(lease);

    put_healthy(lease);
    return number;
}

WeftPoolStatistics
look_at(const WeftPool *pool)
{
    WeftPoolStatistics statistics;

    weft_pool_get_statistics(pool, &statistics);
    return statistics;
}

class Pool : public FakeClock
{
  protected:
    Source source;
};

} // namespace

TEST_F(Pool, WhatIsPutBackHealthyIsLentAgain)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 2);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);

        EXPECT_EQ(use(pool), 1);
        WeftLease *lease = weft_pool_take(pool, nullptr);
        EXPECT_EQ(number_of(lease), 1);
        EXPECT_EQ(weft_lease_n_uses(lease), 1u);
        put_healthy(lease);
        EXPECT_EQ(look_at(pool).n_takes, 2u);
        EXPECT_EQ(look_at(pool).n_opened, 1u);
        EXPECT_EQ(look_at(pool).n_idle, 1u);
    });
    EXPECT_EQ(source.closed, (std::vector<int>{1}));
}

TEST_F(Pool, ALeaseThatEndsWithoutAWordIsClosed)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 2);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);

        {
            g_autoptr(WeftLease) lease = weft_pool_take(pool, nullptr);
            EXPECT_EQ(number_of(lease), 1);
        }
        EXPECT_EQ(source.closed, (std::vector<int>{1}));
        EXPECT_EQ(use(pool), 2);
        /* To have been healthy once is not enough. */
        weft_pool_put(weft_pool_take(pool, nullptr));
        EXPECT_EQ(source.closed, (std::vector<int>{1, 2}));
        EXPECT_EQ(look_at(pool).n_dropped_unhealthy, 2u);
        EXPECT_EQ(look_at(pool).n_open, 0u);
    });
}

TEST_F(Pool, WhoWaitsLongestGetsWhatComesBack)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 1);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        g_autoptr(WeftGroup) group = weft_group_new();
        std::vector<int> order;
        WeftLease *first = weft_pool_take(pool, nullptr);

        for (int i = 0; i < 3; i++) {
            spawn(group, [&, i] {
                WeftLease *lease = weft_pool_take(pool, nullptr);
                order.push_back(i);
                sleep_ms(5);
                put_healthy(lease);
            });
        }
        settle();
        EXPECT_EQ(look_at(pool).n_waiting, 3u);
        put_healthy(first);
        order.push_back(use(pool) + 100); /* does not overtake */
        join(group);
        EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 101}));
        EXPECT_EQ(look_at(pool).n_waits, 4u);
    });
}

TEST_F(Pool, ADroppedResourceMakesRoomForWhoWaits)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 1);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        g_autoptr(WeftGroup) group = weft_group_new();
        int number = 0;
        WeftLease *first = weft_pool_take(pool, nullptr);

        spawn(group, [&] { number = use(pool); });
        settle();
        weft_pool_put(first);
        join(group);
        EXPECT_EQ(number, 2);
    });
}

TEST_F(Pool, AFailureToOpenIsForWhoTriedAndTheNextOneTries)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 1);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        g_autoptr(WeftGroup) group = weft_group_new();
        int number = 0;

        source.refuses = true;
        source.open_ms = 10;
        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_EQ(weft_pool_take(pool, &error), nullptr);
            EXPECT_STREQ(error->message, "pool \"numbers\": refused");
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
            source.refuses = false;
        });
        spawn(group, [&] { number = use(pool); });
        join(group);
        EXPECT_EQ(number, 1);
        EXPECT_EQ(look_at(pool).n_open_failures, 1u);
    });
}

TEST_F(Pool, ATakerThatGivesUpLosesNothing)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 1);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftLease *first = weft_pool_take(pool, nullptr);

        spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(5);
            EXPECT_EQ(weft_pool_take(pool, &error), nullptr);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        });
        WeftFiber *handed = spawn(group, [&] {
            g_autoptr(WeftLease) lease = weft_pool_take(pool, nullptr);
            EXPECT_NE(lease, nullptr) << "it was handed over before the cancellation";
        });
        sleep_ms(10);
        put_healthy(first);
        weft_fiber_cancel(handed, "test");
        join(group);
        EXPECT_EQ(look_at(pool).n_open, 0u);
        EXPECT_EQ(use(pool), 2);
    });
}

TEST_F(Pool, WhatIsNoLongerHealthyIsReplaced)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 2);
        options.is_healthy = is_healthy;
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        WeftLease *first = weft_pool_take(pool, nullptr);
        WeftLease *second = weft_pool_take(pool, nullptr);

        put_healthy(first);
        put_healthy(second);
        source.is_gone = true;
        EXPECT_EQ(use(pool), 3) << "both were asked";
        EXPECT_EQ(source.closed, (std::vector<int>{2, 1}));
        EXPECT_EQ(source.n_asked, 2);
        EXPECT_EQ(look_at(pool).n_dropped_unhealthy, 2u);
        EXPECT_EQ(look_at(pool).n_open, 1u);
    });
}

TEST_F(Pool, WhoIsCancelledWhileAskingDoesNotEmptyThePool)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 3);
        options.is_healthy = is_healthy;
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftLease *leases[3];

        for (WeftLease *&lease : leases)
            lease = weft_pool_take(pool, nullptr);
        for (WeftLease *lease : leases)
            put_healthy(lease);
        WeftFiber *taker = spawn(group, [&] {
            g_autoptr(GError) error = nullptr;
            EXPECT_EQ(weft_pool_take(pool, &error), nullptr);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
        });
        settle();
        weft_fiber_cancel(taker, "test");
        join(group);
        EXPECT_EQ(look_at(pool).n_idle, 2u);
        EXPECT_EQ(look_at(pool).n_open, 2u);
    });
}

TEST_F(Pool, IsAskedOnlyAfterAWhile)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 1);
        options.is_healthy = is_healthy;
        options.check_after_ms = 100;
        g_autoptr(WeftPool) pool = weft_pool_new(&options);

        EXPECT_EQ(use(pool), 1);
        EXPECT_EQ(use(pool), 1);
        EXPECT_EQ(source.n_asked, 0);
        sleep_ms(100);
        EXPECT_EQ(use(pool), 1);
        EXPECT_EQ(source.n_asked, 1);
    });
}

TEST_F(Pool, WhatIsIdleTooLongIsClosedByItself)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 3);
        options.max_idle_ms = 50;
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        WeftLease *first = weft_pool_take(pool, nullptr);
        WeftLease *second = weft_pool_take(pool, nullptr);

        put_healthy(first);
        sleep_ms(30);
        put_healthy(second);
        sleep_ms(30);
        EXPECT_EQ(source.closed, (std::vector<int>{1}));
        EXPECT_EQ(use(pool), 2);
        sleep_ms(30);
        EXPECT_EQ(source.closed, (std::vector<int>{1})) << "it was used meanwhile";
        sleep_ms(30);
        EXPECT_EQ(source.closed, (std::vector<int>{1, 2}));
        EXPECT_EQ(look_at(pool).n_dropped_idle, 2u);
        EXPECT_EQ(look_at(pool).n_open, 0u);
    });
}

TEST_F(Pool, WhatIsTooOldIsClosedWhereverItIs)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 2);
        options.max_age_ms = 50;
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        WeftLease *first = weft_pool_take(pool, nullptr);

        EXPECT_EQ(use(pool), 2);
        sleep_ms(60);
        EXPECT_EQ(source.closed, (std::vector<int>{2})) << "while it was idle";
        put_healthy(first);
        EXPECT_EQ(source.closed, (std::vector<int>{2, 1})) << "when it was put back";
        EXPECT_EQ(look_at(pool).n_dropped_aged, 2u);
    });
}

TEST_F(Pool, TheReaperWakesEarlierForWhatIsDueEarlier)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 2);
        options.max_idle_ms = 1000;
        options.max_age_ms = 1100;
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        WeftLease *old = weft_pool_take(pool, nullptr);

        sleep_ms(1000);
        EXPECT_EQ(use(pool), 2); /* due in 1000 ms */
        put_healthy(old);        /* due in 100 ms */
        sleep_ms(150);
        EXPECT_EQ(source.closed, (std::vector<int>{1}));
    });
}

TEST_F(Pool, KeepsNoMoreIdleOnesThanTold)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 3);
        options.max_idle = 1;
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        WeftLease *leases[3];

        for (WeftLease *&lease : leases)
            lease = weft_pool_take(pool, nullptr);
        for (WeftLease *lease : leases)
            put_healthy(lease);
        EXPECT_EQ(source.closed, (std::vector<int>{1, 2}));
        EXPECT_EQ(look_at(pool).n_idle, 1u);
    });
}

TEST_F(Pool, CloseFailsWhoWaitsAndEndsWhatComesBack)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 1);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;
        WeftLease *lease = weft_pool_take(pool, nullptr);

        spawn(group, [&] {
            g_autoptr(GError) failure = nullptr;
            EXPECT_EQ(weft_pool_take(pool, &failure), nullptr);
            EXPECT_TRUE(failed_with(&failure, WEFT_ERROR_CLOSED));
        });
        settle();
        weft_pool_close(pool);
        weft_pool_close(pool);
        join(group);
        EXPECT_EQ(weft_pool_take(pool, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        put_healthy(lease);
        EXPECT_EQ(source.closed, (std::vector<int>{1}));
    });
}

TEST_F(Pool, TheSlotIsFreeOnlyOnceTheResourceIsGone)
{
    in_fiber([this] {
        WeftPoolOptions options = options_for(&source, 1);
        g_autoptr(WeftPool) pool = weft_pool_new(&options);
        g_autoptr(WeftGroup) group = weft_group_new();

        source.close_ms = 10;
        spawn(group, [&] { weft_pool_put(weft_pool_take(pool, nullptr)); });
        settle();
        EXPECT_EQ(look_at(pool).n_lent, 0u);
        EXPECT_EQ(look_at(pool).n_open, 1u);
        EXPECT_EQ(use(pool), 2);
        EXPECT_EQ(source.closed, (std::vector<int>{1}));
        join(group);
    });
}
