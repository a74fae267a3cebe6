/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/xml/multistatus.h"

#include <gtest/gtest.h>
#include <string>

TEST(Multistatus, DeclaresItsPrefixOnceAndUsesIt)
{
    g_auto(WeftDavMultistatus) multistatus;

    weft_dav_multistatus_init(&multistatus, nullptr);
    weft_dav_multistatus_add_status(&multistatus, "/a b", 403, nullptr);
    weft_dav_multistatus_add_status(&multistatus, "/c", 424, "lock-token-submitted");
    ASSERT_TRUE(weft_dav_multistatus_end(&multistatus, nullptr));

    EXPECT_EQ(std::string((const char *)weft_buffer_bytes(&multistatus.buffer),
                          weft_buffer_length(&multistatus.buffer)),
              "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\">"
              "<D:response><D:href>/a%20b</D:href><D:status>HTTP/1.1 403 Forbidden</D:status>"
              "</D:response><D:response><D:href>/c</D:href>"
              "<D:status>HTTP/1.1 424 Failed Dependency</D:status>"
              "<D:error><D:lock-token-submitted/></D:error></D:response></D:multistatus>\n");
}
