/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, with a resolver of the test's own in the place of libc's: it counts, and answers when it
 * is told to.
 */

#include "../in_fiber.h"
#include <arpa/inet.h>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <weft/group.h>
#include <weft/offload.h>

extern "C" {
#include "io/names.h"
#include "io/resolver.h"
}

namespace
{

std::mutex mutex;
std::condition_variable changed;
bool is_held;
std::atomic<int> n_asked;

addrinfo *
one_address()
{
    auto *found = static_cast<addrinfo *>(calloc(1, sizeof(addrinfo) + sizeof(sockaddr_in)));
    auto *address = reinterpret_cast<sockaddr_in *>(found + 1);

    address->sin_family = AF_INET;
    inet_pton(AF_INET, "192.0.2.7", &address->sin_addr);
    found->ai_family = AF_INET;
    found->ai_addr = reinterpret_cast<sockaddr *>(address);
    found->ai_addrlen = sizeof *address;
    return found;
}

} // namespace

extern "C" int
getaddrinfo(const char *host, const char *, const addrinfo *, addrinfo **found)
{
    std::unique_lock lock(mutex);

    n_asked++;
    changed.notify_all();
    changed.wait(lock, [] { return !is_held; });
    if (strcmp(host, "nobody.example") == 0)
        return EAI_NONAME;
    if (strcmp(host, "busy.example") == 0)
        return EAI_AGAIN;
    *found = one_address();
    return 0;
}

extern "C" void
freeaddrinfo(addrinfo *found)
{
    free(found);
}

using namespace weft_test;

namespace
{

class Names : public FakeClock
{
  protected:
    void SetUp() override
    {
        FakeClock::SetUp();
        n_asked = 0;
        is_held = false;
    }
    void TearDown() override
    {
        weft_names_forget();
        FakeClock::TearDown();
    }

    static int ask(const char *host)
    {
        const WeftNameQuestion question = {host, nullptr, 0, SOCK_STREAM, 0, 0, nullptr, 0};
        GError *error = nullptr;
        int error_number;

        g_autoptr(WeftNameAnswer) answer = weft_names_ask(&question, &error);
        if (answer == nullptr) {
            const int code = error->code;
            g_clear_error(&error);
            return -1000 - code;
        }
        return weft_name_answer_status(answer, &error_number);
    }
};

void
hold(bool holds)
{
    std::lock_guard lock(mutex);
    is_held = holds;
    changed.notify_all();
}

TEST_F(Names, AnAnswerIsRememberedForAWhile)
{
    in_fiber([] {
        EXPECT_EQ(ask("a.example"), 0);
        EXPECT_EQ(ask("a.example"), 0);
        EXPECT_EQ(n_asked, 1);
        EXPECT_EQ(ask("b.example"), 0);
        EXPECT_EQ(n_asked, 2);
        sleep_ms(10 * 1000);
        EXPECT_EQ(ask("a.example"), 0);
        EXPECT_EQ(n_asked, 3);
    });
}

TEST_F(Names, ThatThereIsNoneIsRememberedForLess)
{
    in_fiber([] {
        EXPECT_EQ(ask("nobody.example"), EAI_NONAME);
        EXPECT_EQ(ask("nobody.example"), EAI_NONAME);
        EXPECT_EQ(n_asked, 1);
        sleep_ms(1000);
        EXPECT_EQ(ask("nobody.example"), EAI_NONAME);
        EXPECT_EQ(n_asked, 2);
        EXPECT_EQ(ask("busy.example"), EAI_AGAIN);
        EXPECT_EQ(ask("busy.example"), EAI_AGAIN);
        EXPECT_EQ(n_asked, 4);
    });
}

TEST_F(Names, ThereAreNoMoreThanSoManyAnswers)
{
    in_fiber([] {
        for (int i = 0; i < 600; i++)
            EXPECT_EQ(ask((std::to_string(i) + ".example").c_str()), 0);
        EXPECT_EQ(ask("599.example"), 0);
        EXPECT_EQ(n_asked, 600);
        EXPECT_EQ(ask("0.example"), 0);
        EXPECT_EQ(n_asked, 601);
    });
}

TEST_F(Names, ManyAskTheSameAndOneGoes)
{
    hold(true);
    in_fiber([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_answered = 0;

        for (int i = 0; i < 50; i++)
            spawn(group, [&] {
                EXPECT_EQ(ask("a.example"), 0);
                n_answered++;
            });
        settle();
        EXPECT_EQ(n_answered, 0);
        hold(false);
        join(group);
        EXPECT_EQ(n_answered, 50);
        EXPECT_EQ(n_asked, 1);
    });
}

TEST_F(Names, WhoLeavesDoesNotTakeTheAnswerAlong)
{
    hold(true);
    in_fiber([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftFiber *fibers[3];
        int n_answered = 0;
        int n_left = 0;

        for (auto &fiber : fibers)
            fiber = spawn(group, [&] {
                const int status = ask("a.example");
                n_answered += status == 0;
                n_left += status == -1000 - WEFT_ERROR_CANCELLED;
            });
        settle();
        weft_fiber_cancel(fibers[0], "the first"); /* who asked */
        weft_fiber_cancel(fibers[1], "another");
        settle();
        EXPECT_EQ(n_left, 2);
        hold(false);
        join(group);
        EXPECT_EQ(n_answered, 1);
        EXPECT_EQ(n_asked, 1);
    });
}

TEST_F(Names, AJobThatWasDroppedIsAskedByAnother)
{
    weft_offload_set_max_threads(1);
    hold(true);
    in_fiber([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        bool is_answered = false;

        spawn(group, [] { EXPECT_EQ(ask("first.example"), 0); }); /* takes the one thread */
        WeftFiber *asks = spawn(group, [] { EXPECT_LT(ask("a.example"), 0); });
        spawn(group, [&] {
            EXPECT_EQ(ask("a.example"), 0);
            is_answered = true;
        });
        settle();
        weft_fiber_cancel(asks, "before its turn");
        settle();
        hold(false);
        join(group);
        EXPECT_TRUE(is_answered);
        EXPECT_EQ(n_asked, 2);
    });
    weft_offload_set_max_threads(8);
}

TEST_F(Names, ResolverUsesThem)
{
    in_fiber([] {
        WeftEndpoint endpoint;
        size_t n = 0;

        ASSERT_TRUE(weft_endpoint_parse("a.example:80", &endpoint, nullptr));
        for (int turn = 0; turn < 2; turn++) {
            g_autofree WeftAddress *addresses = weft_resolve(&endpoint, &n, nullptr);
            ASSERT_NE(addresses, nullptr);
            g_autofree char *text = weft_address_format(&addresses[0]);
            EXPECT_STREQ(text, "192.0.2.7:80");
        }
        EXPECT_EQ(n_asked, 1);

        GError *error = nullptr;
        ASSERT_TRUE(weft_endpoint_parse("nobody.example:80", &endpoint, nullptr));
        EXPECT_EQ(weft_resolve(&endpoint, &n, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
    });
}

TEST_F(Names, OutsideOfFibersTheThreadAsks)
{
    WeftEndpoint endpoint;
    size_t n = 0;

    ASSERT_TRUE(weft_endpoint_parse("a.example:80", &endpoint, nullptr));
    for (int turn = 0; turn < 2; turn++) {
        g_autofree WeftAddress *addresses = weft_resolve_blocking(&endpoint, &n, nullptr);
        EXPECT_EQ(n, 1U);
    }
    EXPECT_EQ(n_asked, 1);
}

} // namespace
