/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunked bodies: each one whole, byte by byte, and from memory that ends where the input does.
 */

#include "http/chunked.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

namespace
{

struct Decoded {
    std::string body;
    std::string trailers; /* "name=value;" */
    std::string rest;     /* what was left behind the end */
    unsigned status = 0;  /* 200: ended; 0: wants more */
};

/* Feed @step bytes more each time, and keep what was not used, as a reader does. */
Decoded
decode_by(const std::string &input, size_t step)
{
    WeftHttpChunked chunked;
    Decoded decoded;
    std::string window;
    size_t fed = 0;

    weft_http_chunked_init(&chunked);
    for (;;) {
        std::unique_ptr<char[]> copy(new char[window.size()]);
        WeftHttpTrailer trailer;
        size_t used = 0;

        memcpy(copy.get(), window.data(), window.size());
        WeftHttpChunkedResult result =
            weft_http_chunked_next(&chunked, copy.get(), window.size(), &used, &trailer);
        window.erase(0, used);
        switch (result) {
        case WEFT_HTTP_CHUNKED_MORE:
            if (fed == input.size())
                return decoded;
            window += input.substr(fed, step);
            fed = std::min(fed + step, input.size());
            break;
        case WEFT_HTTP_CHUNKED_DATA: {
            size_t n_data = std::min((size_t)chunked.data_left, window.size());
            decoded.body.append(window, 0, n_data);
            window.erase(0, n_data);
            weft_http_chunked_take_data(&chunked, n_data);
            if (n_data == 0 && fed == input.size())
                return decoded;
            if (n_data == 0) {
                window += input.substr(fed, step);
                fed = std::min(fed + step, input.size());
            }
            break;
        }
        case WEFT_HTTP_CHUNKED_TRAILER:
            decoded.trailers += std::string(trailer.name, trailer.name_length) + "=" +
                                std::string(trailer.value, trailer.value_length) + ";";
            break;
        case WEFT_HTTP_CHUNKED_END:
            decoded.status = 200;
            decoded.rest = window + input.substr(fed);
            return decoded;
        case WEFT_HTTP_CHUNKED_REFUSED:
            decoded.status = chunked.refusal_status;
            return decoded;
        }
    }
}

Decoded
decode(const std::string &input)
{
    Decoded whole = decode_by(input, input.size() + 1);

    for (size_t step : {size_t(1), size_t(3)}) {
        Decoded again = decode_by(input, step);
        EXPECT_EQ(again.status, whole.status) << input << " by " << step;
        EXPECT_EQ(again.trailers, whole.trailers) << input << " by " << step;
        if (whole.status == 200) {
            EXPECT_EQ(again.body, whole.body) << input << " by " << step;
            EXPECT_EQ(again.rest, whole.rest) << input << " by " << step;
        }
    }
    return whole;
}

} // namespace

TEST(Chunked, ChunksAreJoinedAndTheRestIsLeft)
{
    Decoded decoded = decode("5\r\nhello\r\n1\r\n \r\n005\r\nworld\r\n0\r\n\r\nGET /");

    EXPECT_EQ(decoded.status, 200u);
    EXPECT_EQ(decoded.body, "hello world");
    EXPECT_EQ(decoded.rest, "GET /");
    EXPECT_EQ(decode("0\r\n\r\n").status, 200u);
    EXPECT_EQ(decode("a\r\n0123456789\r\n0\r\n\r\n").body, "0123456789");
    EXPECT_EQ(decode("A\r\n\r\n\r\n\r\n\r\n\r\n\r\n0\r\n\r\n").body, "\r\n\r\n\r\n\r\n\r\n");
}

TEST(Chunked, TrailersAreGivenOneByOne)
{
    Decoded decoded = decode("1\r\na\r\n0\r\nX: y \r\nDigest: z\r\n\r\n");

    EXPECT_EQ(decoded.status, 200u);
    EXPECT_EQ(decoded.trailers, "X=y;Digest=z;");
}

TEST(Chunked, ExtensionsArePassedOverIfTheyAreSome)
{
    for (const char *extension : {";a", ";a=b", ";a=\"b;c\"", " ; a = b", ";a;b=c;d", "\t;\ta"})
        EXPECT_EQ(decode("1" + std::string(extension) + "\r\nx\r\n0\r\n\r\n").status, 200u)
            << extension;
    for (const char *extension :
         {";", ";a=", ";=b", " ", "a b", ";a b", ";a=\"b", ";;a", " 1", ";a\x01"})
        EXPECT_EQ(decode("1" + std::string(extension) + "\r\nx\r\n0\r\n\r\n").status, 400u)
            << extension;
}

TEST(Chunked, MalformedFramingIs400)
{
    for (const char *input : {"\r\n",
                              "g\r\n",
                              "-1\r\n",
                              "+1\r\n",
                              "0x1\r\nx\r\n",
                              " 1\r\nx\r\n",
                              "1\nx\n0\n\n",
                              "1\r\nxy\r\n",
                              "1\r\nx\n0\r\n\r\n",
                              "1\r\nx\rz",
                              "1\r\r\n",
                              "1\rx\r\n",
                              "00000000000000001\r\nx\r\n",
                              "ffffffffffffffff\r\n",
                              "8000000000000000\r\n",
                              "10000000000000000\r\n",
                              "0\r\n\n",
                              "0\r\nA : b\r\n\r\n",
                              "0\r\n a: b\r\n\r\n",
                              "0\r\nA: b\n\r\n",
                              "0\r\nnocolon\r\n\r\n",
                              "0\r\n\rx"})
        EXPECT_EQ(decode(input).status, 400u) << input;
}

TEST(Chunked, LimitsHaveTheirStatus)
{
    std::string line = "1;" + std::string(WEFT_HTTP_MAX_CHUNK_LINE_BYTES, 'a');
    EXPECT_EQ(decode(line).status, 400u);

    std::string many;
    for (int i = 0; i < WEFT_HTTP_MAX_CHUNK_EXTENSION_BYTES / 900 + 1; i++)
        many += "1;" + std::string(900, 'a') + "\r\nx\r\n";
    EXPECT_EQ(decode(many).status, 413u);

    EXPECT_EQ(decode("0\r\nA: " + std::string(WEFT_HTTP_MAX_CHUNK_LINE_BYTES, 'a')).status, 431u);
    std::string fields = "0\r\n";
    for (int i = 0; i < WEFT_HTTP_MAX_TRAILER_FIELDS; i++)
        fields += "A: b\r\n";
    EXPECT_EQ(decode(fields + "\r\n").status, 200u);
    EXPECT_EQ(decode(fields + "A: b\r\n\r\n").status, 431u);

    std::string large = "0\r\n";
    for (int i = 0; i < WEFT_HTTP_MAX_TRAILER_BYTES / 900 + 1; i++)
        large += "A: " + std::string(900, 'a') + "\r\n";
    EXPECT_EQ(decode(large).status, 431u);
}

TEST(Chunked, DataMayBeReadPastTheDecoder)
{
    WeftHttpChunked chunked;
    WeftHttpTrailer trailer;
    size_t used;

    weft_http_chunked_init(&chunked);
    EXPECT_EQ(weft_http_chunked_next(&chunked, "64\r\nab", 6, &used, &trailer),
              WEFT_HTTP_CHUNKED_DATA);
    EXPECT_EQ(used, 4u);
    EXPECT_EQ(chunked.data_left, 100u);
    weft_http_chunked_take_data(&chunked, 60);
    EXPECT_EQ(weft_http_chunked_next(&chunked, "", 0, &used, &trailer), WEFT_HTTP_CHUNKED_DATA);
    weft_http_chunked_take_data(&chunked, 40);
    EXPECT_EQ(weft_http_chunked_next(&chunked, "\r\n0\r\n\r\n", 7, &used, &trailer),
              WEFT_HTTP_CHUNKED_END);
    EXPECT_EQ(used, 7u);
}
