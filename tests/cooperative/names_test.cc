/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libc's names in fibers.  "localhost" is in everybody's hosts file.
 */

#include "../in_fiber.h"
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>
#include <weft/cooperative.h>
#include <weft/group.h>

using namespace weft_test;

namespace
{

TEST(CooperativeNames, NumbersAreNoQuestion)
{
    in_fiber([] {
        g_auto(WeftDeadlineScope) none_left = weft_deadline_scope_ms(0); /* whoever waits fails */
        const addrinfo hints = {0, AF_UNSPEC, SOCK_STREAM, 0, 0, nullptr, nullptr, nullptr};
        addrinfo *found = nullptr;

        for (const char *number : {"127.0.0.1", "::1", "127.1"}) {
            ASSERT_EQ(getaddrinfo(number, "80", &hints, &found), 0) << number;
            freeaddrinfo(found);
        }
        ASSERT_EQ(getaddrinfo(nullptr, "80", &hints, &found), 0);
        freeaddrinfo(found);

        hostent host;
        hostent *found_host = nullptr;
        char buffer[512];
        int failure;
        EXPECT_EQ(gethostbyname_r("127.0.0.1", &host, buffer, sizeof buffer, &found_host, &failure),
                  0);
        EXPECT_EQ(found_host, &host);
    });
}

TEST(CooperativeNames, ListsAreFreedAsLibcsOwn)
{
    in_fiber([] {
        const addrinfo hints = {AI_CANONNAME, AF_INET, SOCK_STREAM, 0, 0,
                                nullptr,      nullptr, nullptr};
        addrinfo *found = nullptr;

        ASSERT_EQ(getaddrinfo("localhost", "80", &hints, &found), 0);
        const auto *address = reinterpret_cast<sockaddr_in *>(found->ai_addr);
        EXPECT_EQ(address->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
        EXPECT_EQ(address->sin_port, htons(80));
        EXPECT_STREQ(found->ai_canonname, "localhost");
        freeaddrinfo(found);
        ASSERT_EQ(getaddrinfo("localhost", nullptr, nullptr, &found), 0);
        freeaddrinfo(found);
    });
}

TEST(CooperativeNames, TheFiberThatIsLateIsToldSo)
{
    in_fiber([] {
        addrinfo *found = nullptr;

        g_auto(WeftDeadlineScope) none_left = weft_deadline_scope_ms(0);
        errno = 0;
        EXPECT_EQ(getaddrinfo("never-asked.example", nullptr, nullptr, &found), EAI_SYSTEM);
        EXPECT_EQ(errno, ETIMEDOUT);
        unsigned char answer[64];
        errno = 0;
        EXPECT_EQ(res_query("never-asked.example", 1, 33, answer, sizeof answer), -1);
        EXPECT_EQ(errno, ETIMEDOUT);
    });
}

TEST(CooperativeNames, HostsByName)
{
    in_fiber([] {
        hostent host;
        hostent *found = nullptr;
        char buffer[512];
        int failure = 0;

        ASSERT_EQ(gethostbyname_r("localhost", &host, buffer, sizeof buffer, &found, &failure), 0);
        ASSERT_EQ(found, &host);
        EXPECT_STREQ(host.h_name, "localhost");
        EXPECT_EQ(host.h_addrtype, AF_INET);
        EXPECT_EQ(host.h_length, 4);
        EXPECT_EQ(memcmp(host.h_addr_list[0], "\x7f\0\0\1", 4), 0);
        EXPECT_EQ(host.h_addr_list[1], nullptr);
        EXPECT_EQ(host.h_aliases[0], nullptr);
        EXPECT_EQ(gethostbyname_r("localhost", &host, buffer, 8, &found, &failure), ERANGE);
        EXPECT_EQ(failure, NETDB_INTERNAL);
        EXPECT_EQ(found, nullptr);

        const hostent *fixed = gethostbyname("localhost");
        ASSERT_NE(fixed, nullptr);
        EXPECT_STREQ(fixed->h_name, "localhost");
    });
}

TEST(CooperativeNames, NamesOfAddresses)
{
    in_fiber([] {
        sockaddr_in address = {};
        char host[64] = "";
        char service[8] = "";
        char buffer[512];
        hostent entry;
        hostent *found = nullptr;
        int failure;

        address.sin_family = AF_INET;
        address.sin_port = htons(7);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto *any = reinterpret_cast<sockaddr *>(&address);
        EXPECT_EQ(getnameinfo(any, sizeof address, host, sizeof host, service, sizeof service,
                              NI_NUMERICSERV),
                  0);
        EXPECT_STREQ(host, "localhost");
        EXPECT_STREQ(service, "7");
        EXPECT_EQ(getnameinfo(any, sizeof address, host, 3, nullptr, 0, 0), EAI_OVERFLOW);
        EXPECT_EQ(gethostbyaddr_r(&address.sin_addr, 4, AF_INET, &entry, buffer, sizeof buffer,
                                  &found, &failure),
                  0);
        ASSERT_EQ(found, &entry);
        EXPECT_STREQ(entry.h_name, "localhost");
        EXPECT_EQ(memcmp(entry.h_addr_list[0], "\x7f\0\0\1", 4), 0);
    });
}

} // namespace
