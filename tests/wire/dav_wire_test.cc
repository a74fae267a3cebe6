/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The WebDAV transcripts of this folder, against servers over both kinds of store.
 */

#include "transcript.h"

#include <gtest/gtest.h>

#include <weft/dav.h>

#include <filesystem>
#include <thread>

class DavWire : public testing::TestWithParam<std::tuple<const char *, bool>>
{
  protected:
    void SetUp() override
    {
        g_autoptr(GError) error = nullptr;

        WeftDavStore *store = std::get<1>(GetParam()) ? new_folder() : weft_dav_memory_store_new();
        server = weft_server_new();
        ASSERT_TRUE(
            weft_server_add(server, "127.0.0.1:0", weft_dav_service_new(store, nullptr), &error))
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
        if (!folder.empty())
            std::filesystem::remove_all(folder);
    }

    /* Not in /tmp: what lies there often cannot hold extended attributes. */
    WeftDavStore *new_folder()
    {
        std::string name = "./wire_XXXXXX";

        folder = std::filesystem::absolute(mkdtemp(&name[0]));
        WeftDavStore *store = weft_dav_dir_store_new(folder.c_str(), nullptr);
        weft_dav_dir_store_set_durability(store, WEFT_DAV_DURABILITY_PROCESS);
        return store;
    }

    std::string folder;
    WeftServer *server = nullptr;
    std::string address;
    std::thread thread;
};

TEST_P(DavWire, Plays)
{
    const std::string name = std::get<0>(GetParam());

    weft_test::play_transcript(WEFT_WIRE_FOLDER "/" + name + ".wire", address);
}

INSTANTIATE_TEST_SUITE_P(Transcripts, DavWire,
                         testing::Combine(testing::Values("dav_1_resources", "dav_2_transfer",
                                                          "dav_3_properties", "dav_4_locks",
                                                          "dav_5_windows", "dav_6_finder",
                                                          "dav_7_office", "dav_8_apps"),
                                          testing::Bool()),
                         [](const testing::TestParamInfo<DavWire::ParamType> &played) {
                             return std::string(std::get<0>(played.param)) +
                                    (std::get<1>(played.param) ? "_folder" : "_memory");
                         });
