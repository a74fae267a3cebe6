/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A share that may hold so much and no more: told by PROPFIND, and refused before the body is sent.
 */
#include <atomic>
#include <fstream>

#include "dav_client.h"

using namespace weft_test;

namespace
{

class Quota : public DavTest
{
  protected:
    WeftDavStore *InFront(WeftDavStore *store) override
    {
        return weft_dav_quota_store_new(store, 1000);
    }

    /* "available used" */
    std::string Space() const
    {
        const Answer answer = Do("PROPFIND", "/", "Depth: 0\r\n",
                                 "<D:propfind xmlns:D='DAV:'><D:prop><D:quota-available-bytes/>"
                                 "<D:quota-used-bytes/></D:prop></D:propfind>");

        return Value(answer.body, "available-bytes") + " " + Value(answer.body, "used-bytes");
    }

    static std::string Bytes(size_t n)
    {
        return std::string(n, 'x');
    }

  private:
    static std::string Value(const std::string &body, const std::string &name)
    {
        const std::string tag = "<D:quota-" + name + ">";
        const size_t begin = body.find(tag);

        return begin == std::string::npos
                   ? "?"
                   : body.substr(begin + tag.size(),
                                 body.find('<', begin + tag.size()) - begin - tag.size());
    }
};

TEST_P(Quota, RoomIsWhatTheShareHasLeft)
{
    EXPECT_EQ(Space(), "1000 0");
    Do("PUT", "/f", "", Bytes(400));
    EXPECT_EQ(Space(), "600 400");
    Do("PUT", "/f", "", Bytes(300));
    EXPECT_EQ(Space(), "700 300");
    Do("MKCOL", "/d");
    Do("PUT", "/d/g", "", Bytes(100));
    Do("PUT", "/d/h", "", Bytes(50));
    EXPECT_EQ(Space(), "550 450");
    Copy("COPY", "/d", "/e");
    EXPECT_EQ(Space(), "400 600");
    Copy("COPY", "/d", "/e2", "Depth: 0\r\n");
    EXPECT_EQ(Space(), "400 600");
    Copy("MOVE", "/d/g", "/e/h");
    EXPECT_EQ(Space(), "450 550");
    Do("DELETE", "/e");
    EXPECT_EQ(Space(), "650 350");
    Do("DELETE", "/f");
    EXPECT_EQ(Space(), "950 50");
}

TEST_P(Quota, WhatDoesNotFitIsRefusedBeforeItIsSent)
{
    Do("PUT", "/f", "", Bytes(600));
    for (const char *fields : {"Content-Length: 401\r\n",
                               "Transfer-Encoding: chunked\r\nX-Expected-Entity-Length: 401\r\n"}) {
        const Answer answer =
            Send(Head("PUT", "/g", std::string(fields) + "Expect: 100-continue\r\n"));

        EXPECT_EQ(answer.status, 507) << fields;
    }
    EXPECT_EQ(Do("PUT", "/g", "", Bytes(400)).status, 201);
    EXPECT_EQ(Do("PUT", "/h", "", "x").status, 507);
    EXPECT_EQ(Do("PUT", "/h", "", "").status, 201);
}

TEST_P(Quota, AnUploadWithoutALengthEndsWhereTheRoomDoes)
{
    const std::string body = "259\r\n" + Bytes(601) + "\r\n0\r\n\r\n";

    Do("PUT", "/f", "", Bytes(400));
    EXPECT_EQ(Send(Head("PUT", "/g", "Transfer-Encoding: chunked\r\n") + body).status, 507);
    EXPECT_EQ(Get("/g"), "404");
    EXPECT_EQ(Space(), "600 400");
    EXPECT_EQ(Do("PUT", "/g", "", Bytes(600)).status, 201);
}

/* What is replaced makes room for what replaces it. */
TEST_P(Quota, AReplacementNeedsTheDifference)
{
    Do("PUT", "/f", "", Bytes(800));
    EXPECT_EQ(Do("PUT", "/f", "", Bytes(1000)).status, 204);
    EXPECT_EQ(Do("PUT", "/f", "", Bytes(1001)).status, 507);
    EXPECT_EQ(Get("/f"), Bytes(1000));
    EXPECT_EQ(Space(), "0 1000");
    EXPECT_EQ(Do("PUT", "/f", "", Bytes(1)).status, 204);
    EXPECT_EQ(Space(), "999 1");
}

TEST_P(Quota, PartsAndCopiesCount)
{
    const std::string fields =
        "Content-Type: application/x-sabredav-partialupdate\r\nX-Update-Range: ";

    Do("PUT", "/f", "", Bytes(600));
    EXPECT_EQ(Copy("COPY", "/f", "/g").status, 507);
    EXPECT_EQ(Get("/g"), "404");
    EXPECT_EQ(Do("PATCH", "/f", fields + "append\r\n", Bytes(401)).status, 507);
    EXPECT_EQ(Do("PATCH", "/f", fields + "append\r\n", Bytes(300)).status, 204);
    EXPECT_EQ(Do("PATCH", "/f", fields + "bytes=0-\r\n", Bytes(900)).status, 204);
    EXPECT_EQ(Space(), "100 900");
    EXPECT_EQ(Copy("MOVE", "/f", "/g").status, 201);
    EXPECT_EQ(Space(), "100 900");
}

/* Uploads from all sides at once: together they take what there is, and not a byte more. */
TEST_P(Quota, ManyUploadsAtOnceShareTheRoom)
{
    constexpr int n_clients = 6;
    std::vector<std::thread> clients;
    std::atomic<int> n_made{0};

    Serve(weft_dav_options_default(), 2);
    for (int i = 0; i < n_clients; i++)
        clients.emplace_back([this, i, &n_made] {
            for (int k = 0; k < 8; k++) {
                const std::string path = "/f" + std::to_string(i) + "-" + std::to_string(k);
                const int status = Do("PUT", path, "", Bytes(30)).status;

                EXPECT_TRUE(status == 201 || status == 507) << status;
                n_made += status == 201 ? 1 : 0;
            }
        });
    for (std::thread &client : clients)
        client.join();
    EXPECT_EQ(n_made, 33);
    EXPECT_EQ(Space(), "10 990");
}

/* A share that was filled before, and by others: the first count sees it. */
TEST_P(Quota, FilesThatAreThereAlreadyCount)
{
    if (GetParam() != StoreKind::DIRECTORY)
        GTEST_SKIP() << "nobody fills memory from outside";
    std::filesystem::create_directories(folder_ + "/a/b");
    std::ofstream(folder_ + "/a/b/f") << Bytes(700);
    std::ofstream(folder_ + "/g") << Bytes(100);
    EXPECT_EQ(Do("PUT", "/n", "", Bytes(201)).status, 507);
    EXPECT_EQ(Space(), "200 800");
    EXPECT_EQ(Do("PUT", "/n", "", Bytes(200)).status, 201);
}

WEFT_DAV_ON_BOTH_STORES(Quota);

} // namespace
