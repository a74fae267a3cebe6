/* SPDX-License-Identifier: Apache-2.0 */

#include <gtest/gtest.h>

#include <string>

extern "C" {
#include "io/address.h"
}

namespace
{

/* What @text becomes when it is read and written again; "?" and the message where it is refused. */
std::string
round_trip(const char *text)
{
    WeftEndpoint endpoint;
    g_autoptr(GError) error = nullptr;

    if (!weft_endpoint_parse(text, &endpoint, &error)) {
        EXPECT_TRUE(g_error_matches(error, WEFT_ERROR, WEFT_ERROR_INVALID));
        return std::string("?") + error->message;
    }
    if (!endpoint.is_numeric)
        return std::string(endpoint.host) + " port " + std::to_string(endpoint.port);
    g_autofree char *formatted = weft_address_format(&endpoint.address);
    return formatted;
}

} // namespace

TEST(Address, NumbersNeedNoLookUp)
{
    EXPECT_EQ(round_trip("127.0.0.1:8080"), "127.0.0.1:8080");
    EXPECT_EQ(round_trip("[::1]:0"), "[::1]:0");
    EXPECT_EQ(round_trip("[2001:DB8:0:0::1]:65535"), "[2001:db8::1]:65535");
    EXPECT_EQ(round_trip("[fe80::1%lo]:1"), "[fe80::1%lo]:1");
    EXPECT_EQ(round_trip("unix:/run/weft.sock"), "unix:/run/weft.sock");
}

TEST(Address, NamesAreLeftToTheResolver)
{
    EXPECT_EQ(round_trip("localhost:80"), "localhost port 80");
    EXPECT_EQ(round_trip("127.0.0.256:80"), "127.0.0.256 port 80");
}

TEST(Address, SaysWhatIsWrong)
{
    for (const char *text :
         {"", "localhost", ":80", "localhost:", "localhost:x", "localhost:-1", "localhost:65536",
          "localhost:99999999999999999999999", "::1:80", "[::1]", "[::1:80", "[]:80", "[nine]:80",
          "[fe80::1%nosuchzone]:80", "unix:", "unix:relative"})
        EXPECT_EQ(round_trip(text)[0], '?') << text;
    EXPECT_EQ(round_trip((std::string(256, 'a') + ":1").c_str())[0], '?');
    EXPECT_EQ(round_trip((std::string(255, 'a') + ":1").c_str())[0], 'a');
    EXPECT_EQ(round_trip(("unix:/" + std::string(200, 'a')).c_str())[0], '?');
    EXPECT_EQ(round_trip("localhost:65536"),
              "?bad address \"localhost:65536\": the port is not a number up to 65535");
}
