/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many clients and several workers on the same few names: whoever wins, no change is lost and none
 * is half done.
 */
#include "dav_client.h"

#include <atomic>

using weft_test::Answer;

class Storm : public weft_test::DavTest
{
  protected:
    static constexpr int N_CLIENTS = 6;
    static constexpr int N_ROUNDS = 15;

    void SetUp() override
    {
        Serve(weft_dav_options_default(), 3);
    }

    /* Run @client in as many threads as there are clients. */
    template <typename Client> static void Together(Client client)
    {
        std::vector<std::thread> threads;

        for (int i = 0; i < N_CLIENTS; i++)
            threads.emplace_back(client, i);
        for (std::thread &thread : threads)
            thread.join();
    }
};
WEFT_DAV_ON_BOTH_STORES(Storm);

TEST_P(Storm, OneCreatorWins)
{
    for (int round = 0; round < N_ROUNDS; round++) {
        const std::string path = "/f" + std::to_string(round);
        std::atomic<int> n_created = 0;

        Together([&](int client) {
            const int status =
                Do("PUT", path, "If-None-Match: *\r\n", std::to_string(client)).status;

            EXPECT_TRUE(status == 201 || status == 412) << status;
            n_created += status == 201 ? 1 : 0;
        });
        EXPECT_EQ(n_created, 1);
    }
}

TEST_P(Storm, CompareAndSwapLosesNoIncrement)
{
    Do("PUT", "/n", "", "0");
    Together([&](int) {
        for (int done = 0; done < N_ROUNDS;) {
            const Answer old = Do("GET", "/n");
            const std::string next = std::to_string(std::stoi(old.body) + 1);
            const int status =
                Do("PUT", "/n", "If-Match: " + old.Field("ETag") + "\r\n", next).status;

            EXPECT_TRUE(status == 204 || status == 412) << status;
            done += status == 204 ? 1 : 0;
        }
    });
    EXPECT_EQ(Get("/n"), std::to_string(N_CLIENTS * N_ROUNDS));
}

TEST_P(Storm, TreesMoveWhole)
{
    Do("MKCOL", "/a");
    Do("PUT", "/a/f", "", "x");
    Together([&](int client) {
        for (int i = 0; i < N_ROUNDS; i++) {
            const bool forth = (client + i) % 2 == 0;
            const int status = Copy("MOVE", forth ? "/a" : "/b", forth ? "/b" : "/a").status;

            EXPECT_TRUE(status == 201 || status == 204 || status == 404) << status;
            EXPECT_LT(Do("PROPFIND", "/", "Depth: infinity\r\n").status, 300);
        }
    });

    const Answer all = Do("PROPFIND", "/", "Depth: infinity\r\n");
    EXPECT_EQ(all.Count("<D:response>"), 3u) << all.body;
}

/* Of locks of their own, and of one that they share. */
TEST_P(Storm, NoUnlockIsLost)
{
    auto lock_info = [](const std::string &scope) {
        return "<lockinfo xmlns='DAV:'><lockscope><" + scope +
               "/></lockscope><locktype><write/></locktype></lockinfo>";
    };

    Do("PUT", "/shared", "", "x");
    Together([&](int client) {
        const std::string own = "/own" + std::to_string(client);

        for (int i = 0; i < N_ROUNDS; i++) {
            for (const std::string &path : {own, std::string("/shared")}) {
                const Answer locked = Do("LOCK", path, "Depth: 0\r\n",
                                         lock_info(path == own ? "exclusive" : "shared"));
                const std::string token = locked.Field("Lock-Token");

                EXPECT_EQ(locked.status / 100, 2) << locked.body;
                EXPECT_EQ(Do("PUT", path, "If: (" + token + ")\r\n", "y").status, 204);
                EXPECT_EQ(Do("UNLOCK", path, "Lock-Token: " + token + "\r\n").status, 204);
            }
            EXPECT_EQ(Do("PUT", own, "", "z").status, 204);
        }
    });
    EXPECT_EQ(Do("PUT", "/shared", "", "z").status, 204);
}

TEST_P(Storm, MixedChangesNeverFail)
{
    Together([&](int client) {
        static const char *const names[] = {"/p", "/q", "/p/r"};

        for (int i = 0; i < N_ROUNDS; i++) {
            const std::string name = names[(client + i) % 3];
            std::vector<int> statuses = {
                Do("MKCOL", names[(client * i) % 2]).status,
                Do("PUT", name, "", name).status,
                Do("PROPFIND", "/", "Depth: infinity\r\n").status,
                Copy("COPY", name, names[(client + i + 1) % 3]).status,
                Do("GET", name).status,
                Do("DELETE", name).status,
            };

            for (const int status : statuses)
                EXPECT_TRUE(status >= 200 && status < 500) << status;
        }
    });
}
