/* SPDX-License-Identifier: Apache-2.0 */

#include <gtest/gtest.h>

#include <string>
#include <utility>

extern "C" {
#include "thrift/client_url.h"
}

namespace
{

struct Parsed {
    WeftThriftUrl url;
    GError *error = nullptr;
    bool is_fine;

    explicit Parsed(const std::string &text)
    {
        is_fine = weft_thrift_url_parse(&url, text.data(), text.size(), &error);
    }
    ~Parsed()
    {
        weft_thrift_url_clear(&url);
        g_clear_error(&error);
    }
    Parsed(const Parsed &) = delete;

    std::string message() const
    {
        return error != nullptr ? error->message : "";
    }
};

/* What is said of @text, behind what all messages begin with. */
std::string
refusal(const std::string &text)
{
    const std::string begin = "bad URL of a service: ";
    Parsed parsed(text);

    EXPECT_FALSE(parsed.is_fine) << text;
    EXPECT_EQ(parsed.message().substr(0, begin.size()), begin);
    return parsed.message().substr(std::min(begin.size(), parsed.message().size()));
}

} // namespace

TEST(ClientUrl, AHostAndAPortAreEnough)
{
    Parsed parsed("thrift://127.0.0.1:9090");

    ASSERT_TRUE(parsed.is_fine) << parsed.message();
    ASSERT_EQ(parsed.url.n_hosts, 1u);
    EXPECT_STREQ(parsed.url.hosts[0].address, "127.0.0.1:9090");
    EXPECT_STREQ(parsed.url.hosts[0].name, "127.0.0.1");
    EXPECT_EQ(parsed.url.protocol, WEFT_THRIFT_PROTOCOL_BINARY);
    EXPECT_EQ(parsed.url.transport, WEFT_THRIFT_TRANSPORT_FRAMED);
    EXPECT_EQ(parsed.url.timeout_ms, 10000);
    EXPECT_EQ(parsed.url.connect_timeout_ms, 1000);
    EXPECT_EQ(parsed.url.idle_ms, 50000);
    EXPECT_EQ(parsed.url.n_connections, 64u);
    EXPECT_EQ(parsed.url.n_retries, 1u);
    EXPECT_EQ(parsed.url.service, nullptr);
    EXPECT_EQ(parsed.url.path, nullptr);
    EXPECT_FALSE(parsed.url.is_tls);
}

TEST(ClientUrl, TakesAllOptions)
{
    Parsed parsed("thrift+tls://a.example:1,[::1]:2/?protocol=compact&transport=header&"
                  "service=Profiles&timeout=200ms&connect_timeout=2s&connections=3&idle=5m&"
                  "retries=0&ca=/etc/a%20b.pem&insecure=1");

    ASSERT_TRUE(parsed.is_fine) << parsed.message();
    ASSERT_EQ(parsed.url.n_hosts, 2u);
    EXPECT_STREQ(parsed.url.hosts[0].name, "a.example");
    EXPECT_STREQ(parsed.url.hosts[1].address, "[::1]:2");
    EXPECT_STREQ(parsed.url.hosts[1].name, "::1");
    EXPECT_EQ(parsed.url.protocol, WEFT_THRIFT_PROTOCOL_COMPACT);
    EXPECT_EQ(parsed.url.transport, WEFT_THRIFT_TRANSPORT_HEADER);
    EXPECT_STREQ(parsed.url.service, "Profiles");
    EXPECT_EQ(parsed.url.timeout_ms, 200);
    EXPECT_EQ(parsed.url.connect_timeout_ms, 2000);
    EXPECT_EQ(parsed.url.n_connections, 3u);
    EXPECT_EQ(parsed.url.idle_ms, 300000);
    EXPECT_EQ(parsed.url.n_retries, 0u);
    EXPECT_STREQ(parsed.url.ca_path, "/etc/a b.pem");
    EXPECT_TRUE(parsed.url.is_insecure);
    EXPECT_TRUE(parsed.url.is_tls);
}

TEST(ClientUrl, HttpHasAPathAndAPortOfItsOwn)
{
    Parsed plain("http://example.org/rpc/one?protocol=json");
    Parsed secure("HTTPS://[2001:db8::1]");

    ASSERT_TRUE(plain.is_fine) << plain.message();
    EXPECT_STREQ(plain.url.hosts[0].address, "example.org:80");
    EXPECT_STREQ(plain.url.path, "/rpc/one");
    EXPECT_EQ(plain.url.transport, WEFT_THRIFT_TRANSPORT_HTTP);
    EXPECT_EQ(plain.url.protocol, WEFT_THRIFT_PROTOCOL_JSON);
    ASSERT_TRUE(secure.is_fine) << secure.message();
    EXPECT_STREQ(secure.url.hosts[0].address, "[2001:db8::1]:443");
    EXPECT_STREQ(secure.url.path, "/");
    EXPECT_TRUE(secure.url.is_tls);
}

TEST(ClientUrl, AUnixSocketIsAPath)
{
    Parsed parsed("thrift+unix:/run/a%3fb.sock?idle=0s");
    Parsed slashed("thrift+unix:///run/weft.sock");

    ASSERT_TRUE(parsed.is_fine) << parsed.message();
    EXPECT_STREQ(parsed.url.hosts[0].address, "unix:/run/a?b.sock");
    EXPECT_EQ(parsed.url.hosts[0].name, nullptr);
    EXPECT_EQ(parsed.url.idle_ms, 0);
    ASSERT_TRUE(slashed.is_fine) << slashed.message();
    EXPECT_STREQ(slashed.url.hosts[0].address, "unix:/run/weft.sock");
}

TEST(ClientUrl, SaysWhatIsWrongAndWhatIsAllowed)
{
    const std::pair<const char *, const char *> cases[] = {
        {"", "\"\": expected thrift://HOST:PORT or the like"},
        {"localhost", "\"localhost\": expected thrift://HOST:PORT or the like"},
        {"ftp://a:1", "\"ftp:\" is no way to call; there are thrift://, thrift+tls://, "
                      "thrift+unix:, http:// and https://"},
        {"thrift:a:1", "\"//\" is missing behind \"thrift:\""},
        {"thrift://", "a host is missing; expected thrift://HOST:PORT"},
        {"thrift://a:1,,b:2", "a host is missing; expected thrift://HOST:PORT"},
        {"thrift://a:1,", "a host is missing behind the last comma"},
        {"thrift://a", "\"a\" has no port; expected thrift://HOST:PORT"},
        {"thrift://[::1]", "\"[::1]\" has no port; expected thrift://HOST:PORT"},
        {"thrift://a:0", "\"a:0\": port 0 cannot be connected to"},
        {"thrift://a:x", "bad address \"a:x\": the port is not a number up to 65535"},
        {"thrift://me@a:1", "\"me@a:1\": no user or password can stand before a host"},
        {"thrift://a\r\n:1", "a host has a blank or a control byte in it"},
        {"thrift://a:1/b", "\"/b\": there is no path behind the hosts of thrift://"},
        {"http://a/b c", "the path has a byte that must be written as %XX"},
        {"thrift+unix:run", "expected thrift+unix:/PATH of a socket"},
        {"thrift+unix://run", "expected thrift+unix:/PATH of a socket"},
        {"thrift+unix:/a%00", "\"/a%00\" has a % that is no escape"},
        {"thrift://a:1?protocl=json",
         "option \"protocl\" is unknown; there are protocol, transport, service, timeout, "
         "connect_timeout, connections, idle, retries, ca, insecure"},
        {"thrift://a:1?protocol=xml", "option protocol=\"xml\": expected binary, compact or json"},
        {"thrift://a:1?protocol", "option protocol=\"\": expected binary, compact or json"},
        {"http://a?transport=framed", "over HTTP there is no option \"transport\""},
        {"thrift://a:1?timeout=5",
         "option timeout=\"5\": expected a time such as 200ms, 5s or 1m; 0s for none"},
        {"thrift://a:1?connect_timeout=0s",
         "option connect_timeout=\"0s\": expected a time such as 200ms or 5s"},
        {"thrift://a:1?timeout=99999999999999999999s",
         "option timeout=\"99999999999999999999s\": expected a time such as 200ms, 5s or 1m; "
         "0s for none"},
        {"thrift://a:1?connections=0",
         "option connections=\"0\": expected a number from 1 to 65536"},
        {"thrift://a:1?retries=17", "option retries=\"17\": expected a number from 0 to 16"},
        {"thrift://a:1?service=a:b",
         "option service=\"a:b\": expected the name of a service, without a colon"},
        {"thrift://a:1?ca=/a", "option \"ca\" is for thrift+tls:// and https:// only"},
        {"https://a?insecure=yes", "option insecure=\"yes\": expected 1 or 0"},
    };

    for (const auto &[text, said] : cases)
        EXPECT_EQ(refusal(text), said) << text;
}

TEST(ClientUrl, HasALimitForEverything)
{
    std::string hosts = "thrift://a:1";

    for (int i = 0; i < WEFT_THRIFT_URL_MAX_HOSTS; i++)
        hosts += ",a:1";
    EXPECT_EQ(refusal(hosts), "more than 64 hosts");
    EXPECT_EQ(refusal("thrift://" + std::string(WEFT_THRIFT_URL_MAX_BYTES, 'a')),
              "more than 8192 bytes");
    EXPECT_NE(refusal("thrift://" + std::string(300, 'a') + ":1").find("the host is too long"),
              std::string::npos);
}
