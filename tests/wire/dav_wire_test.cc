/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The WebDAV transcripts of this folder, against a server over a store in memory.
 */

#include "transcript.h"

#include <gtest/gtest.h>

#include <weft/dav.h>

#include <thread>

class DavWire : public testing::TestWithParam<const char *>
{
  protected:
    void SetUp() override
    {
        g_autoptr(GError) error = nullptr;

        server = weft_server_new();
        ASSERT_TRUE(weft_server_add(server, "127.0.0.1:0",
                                    weft_dav_service_new(weft_dav_memory_store_new(), nullptr),
                                    &error))
            << error->message;
        g_autofree char *bound = weft_server_bound_address(server, 0);
        address = bound;
        thread = std::thread([this] { EXPECT_TRUE(weft_server_run(server, nullptr)); });
    }

    void TearDown() override
    {
        weft_server_stop(server);
        thread.join();
        weft_server_free(server);
    }

    WeftServer *server = nullptr;
    std::string address;
    std::thread thread;
};

TEST_P(DavWire, Plays)
{
    weft_test::play_transcript(std::string(WEFT_WIRE_FOLDER "/") + GetParam() + ".wire", address);
}

INSTANTIATE_TEST_SUITE_P(Transcripts, DavWire,
                         testing::Values("dav_1_resources", "dav_2_transfer", "dav_3_properties",
                                         "dav_4_locks", "dav_5_windows", "dav_6_finder",
                                         "dav_7_office", "dav_8_apps"),
                         [](const testing::TestParamInfo<const char *> &transcript) {
                             return std::string(transcript.param);
                         });
