/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/queue.h>

#include <string>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class Queue : public FakeClock
{
};

void
put_all(WeftQueue *queue, const std::vector<const char *> &items)
{
    for (const char *item : items)
        ASSERT_TRUE(weft_queue_try_push(queue, g_strdup(item)));
}

std::vector<std::string>
take_all(WeftQueue *queue)
{
    std::vector<std::string> items;

    while (gpointer item = weft_queue_try_pop(queue)) {
        items.emplace_back(static_cast<char *>(item));
        g_free(item);
    }
    return items;
}

gint
compare_first_letters(gconstpointer a, gconstpointer b)
{
    return *static_cast<const char *>(a) - *static_cast<const char *>(b);
}

} // namespace

TEST_F(Queue, FifoGivesTheOldestFirst)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue = weft_queue_new(WEFT_QUEUE_UNBOUNDED, g_free);

        put_all(queue, {"a", "b", "c"});
        EXPECT_STREQ(static_cast<char *>(weft_queue_peek(queue)), "a");
        EXPECT_EQ(take_all(queue), (std::vector<std::string>{"a", "b", "c"}));
        EXPECT_EQ(weft_queue_peek(queue), nullptr);
    });
}

TEST_F(Queue, LifoGivesTheNewestFirst)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue = weft_queue_new_lifo(WEFT_QUEUE_UNBOUNDED, g_free);

        put_all(queue, {"a", "b", "c"});
        EXPECT_STREQ(static_cast<char *>(weft_queue_peek(queue)), "c");
        EXPECT_EQ(take_all(queue), (std::vector<std::string>{"c", "b", "a"}));
    });
}

TEST_F(Queue, PriorityGivesTheLeastFirstAndEqualOnesInTheirOrder)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue =
            weft_queue_new_priority(WEFT_QUEUE_UNBOUNDED, compare_first_letters, g_free);

        put_all(queue, {"c1", "b1", "a1", "b2", "c2", "a2", "b3"});
        EXPECT_STREQ(static_cast<char *>(weft_queue_peek(queue)), "a1");
        EXPECT_EQ(take_all(queue),
                  (std::vector<std::string>{"a1", "a2", "b1", "b2", "b3", "c1", "c2"}));
    });
}

TEST_F(Queue, GrowsAroundItsEnd)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue = weft_queue_new(WEFT_QUEUE_UNBOUNDED, nullptr);
        gsize n_pushed = 0;
        gsize n_popped = 0;

        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < 7; i++)
                ASSERT_TRUE(weft_queue_try_push(queue, GSIZE_TO_POINTER(++n_pushed)));
            for (int i = 0; i < 5; i++)
                ASSERT_EQ(GPOINTER_TO_SIZE(weft_queue_try_pop(queue)), ++n_popped);
        }
        EXPECT_EQ(weft_queue_n_items(queue), n_pushed - n_popped);
    });
}

TEST_F(Queue, PushParksWhileItIsFull)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue = weft_queue_new(2, g_free);
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_in = false;

        put_all(queue, {"a", "b"});
        EXPECT_FALSE(weft_queue_try_push(queue, g_strdup("dropped")));
        spawn(group, [&] { is_in = weft_queue_push(queue, g_strdup("c"), nullptr); });
        settle();
        EXPECT_FALSE(is_in);
        EXPECT_EQ(weft_queue_n_items(queue), 2u);
        g_free(weft_queue_try_pop(queue));
        EXPECT_EQ(weft_queue_n_items(queue), 2u) << "who waited has the room at once";
        join(group);
        EXPECT_TRUE(is_in);
        EXPECT_EQ(take_all(queue), (std::vector<std::string>{"b", "c"}));
    });
}

TEST_F(Queue, JoinWaitsUntilAllIsDone)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue = weft_queue_new(WEFT_QUEUE_UNBOUNDED, g_free);
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_done = 0;

        put_all(queue, {"a", "b", "c", "d"});
        for (int i = 0; i < 2; i++) {
            spawn(group, [&] {
                while (gpointer item = weft_queue_pop(queue, nullptr)) {
                    sleep_ms(10);
                    g_free(item);
                    n_done++;
                    weft_queue_task_done(queue);
                }
            });
        }
        EXPECT_TRUE(weft_queue_join(queue, nullptr));
        EXPECT_EQ(n_done, 4);
        EXPECT_EQ(weft_queue_n_unfinished(queue), 0u);
        weft_queue_close(queue);
        join(group);
    });
}

TEST_F(Queue, CloseLetsWhatIsInItOutAndThenFails)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue = weft_queue_new(1, g_free);
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;

        put_all(queue, {"a"});
        spawn(group, [&] {
            g_autoptr(GError) failure = nullptr;
            EXPECT_FALSE(weft_queue_push(queue, g_strdup("b"), &failure));
            EXPECT_TRUE(failed_with(&failure, WEFT_ERROR_CLOSED));
        });
        settle();
        weft_queue_close(queue);
        weft_queue_close(queue);
        EXPECT_TRUE(weft_queue_is_closed(queue));
        EXPECT_FALSE(weft_queue_push(queue, g_strdup("c"), &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_EQ(take_all(queue), (std::vector<std::string>{"a"}));
        EXPECT_EQ(weft_queue_pop(queue, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        join(group);
    });
}

TEST_F(Queue, PopHonoursTheDeadline)
{
    in_fiber([] {
        g_autoptr(WeftQueue) queue = weft_queue_new(1, g_free);
        g_autoptr(GError) error = nullptr;
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);

        EXPECT_EQ(weft_queue_pop(queue, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
    });
}
