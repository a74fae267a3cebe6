/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as `weftdav doctor` reads them.
 */
#include <gtest/gtest.h>
#include <string>

#include "webdav/weftdav/doctor/answer.h"

namespace
{

/* "status|body", or the error. */
std::string
Parse(const std::string &text, gboolean has_body = TRUE)
{
    g_auto(WeftDavAnswer) answer = {};
    g_autoptr(GError) error = nullptr;

    if (!weft_dav_answer_parse(&answer, text.data(), text.size(), has_body, &error))
        return error->message;
    return std::to_string(answer.status) + "|" + std::string(answer.body, answer.body_length);
}

} // namespace

TEST(DoctorAnswer, TheBodyEndsWhereItIsSaidToEnd)
{
    EXPECT_EQ(Parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"), "200|abc");
    EXPECT_EQ(Parse("HTTP/1.0 404 Not Found\r\n\r\nall of it"), "404|all of it");
    EXPECT_EQ(Parse("HTTP/1.1 207 M\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n"),
              "207|abc");
    EXPECT_EQ(Parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", FALSE), "200|");
}

TEST(DoctorAnswer, InterimAnswersArePassedOver)
{
    EXPECT_EQ(Parse("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nA: b\r\n\r\n"
                    "HTTP/1.1 201 Created\r\n\r\n"),
              "201|");
    EXPECT_EQ(Parse("HTTP/1.1 100 Continue\r\n\r\n"), "no answer came");
}

TEST(DoctorAnswer, WhatBreaksOffIsNoAnswer)
{
    const char *const broken = "the answer breaks off";

    EXPECT_EQ(Parse(""), "no answer came");
    EXPECT_EQ(Parse("HTTP/1.1 200 OK\r\n"), broken);
    EXPECT_EQ(Parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"), broken);
    for (const char *chunks :
         {"", "2", "2\r\nab", "2\r\nab\r\n", "fffffffffffffffff\r\nab\r\n", "x\r\n"})
        EXPECT_EQ(
            Parse(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") + chunks),
            broken)
            << chunks;
    EXPECT_EQ(Parse("SSH-2.0-OpenSSH\r\n\r\n"), "the answer is not HTTP/1");
    EXPECT_EQ(Parse("HTTP/1.1 2x0 OK\r\n\r\n"), "the answer is not HTTP/1");
}

TEST(DoctorAnswer, FieldsAreFoundInAnyCase)
{
    const std::string text = "HTTP/1.1 200 OK\r\nDAV-X: no\r\ndav:  1, 2 \r\nEmpty:\r\n\r\n";
    g_auto(WeftDavAnswer) answer = {};

    ASSERT_TRUE(weft_dav_answer_parse(&answer, text.data(), text.size(), TRUE, nullptr));
    g_autofree char *dav = weft_dav_answer_field(&answer, "DAV");
    g_autofree char *empty = weft_dav_answer_field(&answer, "Empty");
    EXPECT_STREQ(dav, "1, 2");
    EXPECT_STREQ(empty, "");
    EXPECT_EQ(weft_dav_answer_field(&answer, "None"), nullptr);
}
