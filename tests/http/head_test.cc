/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request heads: sound ones, each kind of fault with its status, and both in every split.
 */

#include "http/head.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace
{

WeftHttpLimits
limits()
{
    WeftHttpLimits limits = {};

    limits.max_request_line_bytes = 100;
    limits.max_head_bytes = 400;
    limits.max_fields = 10;
    return limits;
}

struct Parsed {
    std::string text;
    WeftHttpHeadState state = WEFT_HTTP_HEAD_MORE;
    std::unique_ptr<WeftHttpHead> head = std::make_unique<WeftHttpHead>();

    std::string part(WeftHttpSpan span) const
    {
        return text.substr(span.at, span.length);
    }

    std::string field(WeftHttpFieldId id) const
    {
        const WeftHttpField *found = weft_http_head_field(head.get(), id);
        return found == nullptr ? "none" : part(found->value);
    }
};

/* The same result must come of the whole, and of one byte more each time, out of memory that ends
 * there. */
Parsed
parse(const std::string &text)
{
    Parsed whole;
    Parsed bytewise;
    WeftHttpLimits some = limits();

    whole.text = text;
    weft_http_head_init(whole.head.get());
    whole.state = weft_http_head_parse(whole.head.get(), &some, text.data(), text.size());

    weft_http_head_init(bytewise.head.get());
    bytewise.state = WEFT_HTTP_HEAD_MORE;
    for (size_t n = 0; n <= text.size() && bytewise.state == WEFT_HTTP_HEAD_MORE; n++) {
        std::unique_ptr<char[]> copy(new char[n]);
        memcpy(copy.get(), text.data(), n);
        bytewise.state = weft_http_head_parse(bytewise.head.get(), &some, copy.get(), n);
    }
    EXPECT_EQ(bytewise.state, whole.state) << text;
    EXPECT_EQ(bytewise.head->refusal_status, whole.head->refusal_status) << text;
    EXPECT_EQ(bytewise.head->n_fields, whole.head->n_fields) << text;
    return whole;
}

unsigned
status_of(const std::string &text)
{
    Parsed parsed = parse(text);

    switch (parsed.state) {
    case WEFT_HTTP_HEAD_MORE:
        return 0;
    case WEFT_HTTP_HEAD_DONE:
        return 200;
    case WEFT_HTTP_HEAD_REFUSED:
        return parsed.head->refusal_status;
    }
    return 1;
}

unsigned
status_of_fields(const std::string &fields)
{
    return status_of("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
}

} // namespace

TEST(Head, PartsAreFoundWhereTheyLie)
{
    Parsed parsed =
        parse("PROPFIND /a%20b?c HTTP/1.1\r\nHost: x:80\r\nDepth: 1 \r\nX-A: b\r\n\r\nbody");

    ASSERT_EQ(parsed.state, WEFT_HTTP_HEAD_DONE);
    EXPECT_EQ(parsed.head->position, parsed.text.size() - 4);
    EXPECT_EQ(parsed.part(parsed.head->method), "PROPFIND");
    EXPECT_EQ(parsed.part(parsed.head->target), "/a%20b?c");
    EXPECT_EQ(parsed.head->minor_version, 1);
    EXPECT_EQ(parsed.head->n_fields, 3u);
    EXPECT_EQ(parsed.field(WEFT_HTTP_FIELD_HOST), "x:80");
    EXPECT_EQ(parsed.field(WEFT_HTTP_FIELD_DEPTH), "1");
    EXPECT_EQ(parsed.field(WEFT_HTTP_FIELD_RANGE), "none");
    EXPECT_EQ(parsed.part(parsed.head->fields[2].name), "X-A");
    EXPECT_EQ(parsed.head->content_length, 0);
    EXPECT_TRUE(parsed.head->keep_alive);
}

TEST(Head, RepeatedFieldsAreChained)
{
    Parsed parsed =
        parse("GET / HTTP/1.1\r\nHost: a\r\nIf-Match: \"1\"\r\nX: y\r\nIf-Match: \"2\"\r\n"
              "If-Match: \"3\"\r\n\r\n");
    std::string values;

    ASSERT_EQ(parsed.state, WEFT_HTTP_HEAD_DONE);
    for (unsigned i = parsed.head->first[WEFT_HTTP_FIELD_IF_MATCH]; i != 0;
         i = parsed.head->fields[i - 1].next)
        values += parsed.part(parsed.head->fields[i - 1].value);
    EXPECT_EQ(values, "\"1\"\"2\"\"3\"");
}

TEST(Head, EmptyLinesBeforeItAreSkipped)
{
    EXPECT_EQ(status_of("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200u);
    EXPECT_EQ(status_of("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200u);
    EXPECT_EQ(status_of("\r\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400u);
    EXPECT_EQ(status_of("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400u);
}

TEST(Head, MalformedRequestLinesAre400)
{
    for (const char *line : {"GET  / HTTP/1.1\r\n",
                             "GET /  HTTP/1.1\r\n",
                             "GET / HTTP/1.1 \r\n",
                             " GET / HTTP/1.1\r\n",
                             "GET\t/ HTTP/1.1\r\n",
                             "GET /\r\n",
                             "GET\r\n",
                             "GET / http/1.1\r\n",
                             "GET / HTTP/1.10\r\n",
                             "GET / HTTP/1\r\n",
                             "GET / HTTP/a.1\r\n",
                             "GET / HTTP/1.1\n",
                             "GET / HTTP/1.1\rx",
                             "GE\x01T / ",
                             "GET /\x01 HTTP/1.1\r\n",
                             "GET /\xe4 HTTP/1.1\r\n",
                             "GET /a b HTTP/1.1\r\n",
                             "G(T / HTTP/1.1\r\n",
                             "\x16\x03\x01\x02",
                             "GET / HTTPS/1.1\r\n"})
        EXPECT_EQ(status_of(line), 400u) << line;
    EXPECT_EQ(status_of(std::string("GET /\0 HTTP/1.1\r\n", 17)), 400u);
}

TEST(Head, OtherMajorVersionsAre505)
{
    EXPECT_EQ(status_of("GET / HTTP/2.0\r\n"), 505u);
    EXPECT_EQ(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505u);
    EXPECT_EQ(status_of("GET / HTTP/0.9\r\n"), 505u);
    EXPECT_EQ(parse("GET / HTTP/1.7\r\nHost: a\r\n\r\n").head->minor_version, 1);
}

TEST(Head, LimitsHaveTheirStatus)
{
    std::string line = "GET /" + std::string(80, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";

    EXPECT_EQ(status_of(line), 200u);
    EXPECT_EQ(status_of("GET /" + std::string(90, 'a')), 414u);
    EXPECT_EQ(status_of("GET /" + std::string(90, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414u);
    EXPECT_EQ(status_of(std::string(33, 'A')), 501u);
    EXPECT_EQ(status_of(std::string(33, 'A') + " / HTTP/1.1\r\nHost: a\r\n\r\n"), 501u);

    EXPECT_EQ(status_of_fields("A: " + std::string(400, 'a')), 431u);
    EXPECT_EQ(status_of_fields(std::string(400, 'a')), 431u);
    EXPECT_EQ(status_of_fields("1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n9:\r\n"), 200u);
    EXPECT_EQ(status_of_fields("1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n9:\r\nX:\r\n"),
              431u);
}

TEST(Head, MalformedFieldLinesAre400)
{
    for (const char *field :
         {"A : b\r\n", " A: b\r\n", "A: b\r\n folded\r\n", "A: b\r\n\tfolded\r\n", "A: b\n",
          "A: b\rc\r\n", "A\r\n", ": b\r\n", "A: \x01\r\n", "\r\r\n"})
        EXPECT_EQ(status_of_fields(field), 400u) << field;
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400u);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\n\n"), 400u);
}

TEST(Head, ExactlyOneHost)
{
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\n\r\n"), 400u);
    EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"), 400u);
    EXPECT_EQ(status_of("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"), 400u);
    EXPECT_EQ(status_of("GET / HTTP/1.0\r\n\r\n"), 200u);
}

TEST(Head, ContentLengthIsDigitsAndStandsOnce)
{
    EXPECT_EQ(status_of_fields("Content-Length: 42\r\n"), 200u);
    EXPECT_EQ(parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 42\r\n\r\n").head->content_length,
              42);
    for (const char *value :
         {"", "+1", "-1", "1 2", "0x1", "1,1", "1, 1", "a", "1a", "\"1\"", "1.0"})
        EXPECT_EQ(status_of_fields("Content-Length: " + std::string(value) + "\r\n"), 400u)
            << value;
    EXPECT_EQ(status_of_fields("Content-Length: 1\r\nContent-Length: 1\r\n"), 400u);
    EXPECT_EQ(status_of_fields("Content-Length: 9223372036854775807\r\n"), 200u);
    EXPECT_EQ(status_of_fields("Content-Length: 9223372036854775808\r\n"), 413u);
    EXPECT_EQ(status_of_fields("Content-Length: 18446744073709551617\r\n"), 413u);
}

TEST(Head, TransferEncodingIsChunkedAloneAndLast)
{
    EXPECT_EQ(status_of_fields("Transfer-Encoding: chunked\r\n"), 200u);
    EXPECT_EQ(status_of_fields("Transfer-Encoding: \tCHUNKED \r\n"), 200u);
    EXPECT_EQ(parse("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                  .head->content_length,
              -1);
    for (const char *value : {"", "gzip", "identity", "chunked, gzip", "chunked, chunked",
                              "xchunked", "chunked;a=b", "\"chunked\"", "chunked chunked", "chunk"})
        EXPECT_EQ(status_of_fields("Transfer-Encoding: " + std::string(value) + "\r\n"), 400u)
            << value;
    EXPECT_EQ(status_of_fields("Transfer-Encoding: gzip, chunked\r\n"), 501u);
    EXPECT_EQ(status_of_fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 501u);
    EXPECT_EQ(status_of_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
              400u);
    EXPECT_EQ(status_of_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
              400u);
    EXPECT_EQ(status_of_fields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400u);
    EXPECT_EQ(status_of_fields("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400u);
    EXPECT_EQ(status_of("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400u);
}

TEST(Head, KeepAliveFollowsVersionAndConnection)
{
    auto keeps = [](const std::string &version, const std::string &field) {
        Parsed parsed = parse("GET / " + version + "\r\nHost: a\r\n" + field + "\r\n");
        EXPECT_EQ(parsed.state, WEFT_HTTP_HEAD_DONE);
        return parsed.head->keep_alive != FALSE;
    };

    EXPECT_TRUE(keeps("HTTP/1.1", ""));
    EXPECT_TRUE(keeps("HTTP/1.1", "Connection: keep-alive\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1", "Connection: Close\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1", "Connection: TE, close\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1", "Connection: TE\r\nConnection: close\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.0", ""));
    EXPECT_TRUE(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.0", "Connection: keep-alive, close\r\n"));
}

TEST(Head, OnlyOneExpectationIsKnown)
{
    EXPECT_TRUE(
        parse("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").head->expects_continue);
    EXPECT_FALSE(parse("PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").head->expects_continue);
    EXPECT_EQ(status_of_fields("Expect: 200-ok\r\n"), 417u);
    EXPECT_EQ(status_of_fields("Expect: 100-continue, more\r\n"), 417u);
    EXPECT_EQ(status_of("PUT / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n"), 200u);
}
