/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statuses: reasons, status lines, and what errors answer with.
 */

#include "http/status.h"

#include <gtest/gtest.h>

#include <string>

namespace
{

std::string
line_of(unsigned status)
{
    char out[WEFT_HTTP_MAX_STATUS_LINE_BYTES];
    size_t length = weft_http_status_line(status, out);

    return std::string(out, length);
}

unsigned
status_of(GQuark domain, int code)
{
    GError *error = g_error_new_literal(domain, code, "x");
    unsigned status = weft_http_status_of(error);

    g_error_free(error);
    return status;
}

} // namespace

TEST(Status, LinesCarryTheReason)
{
    EXPECT_EQ(line_of(200), "HTTP/1.1 200 OK\r\n");
    EXPECT_EQ(line_of(431), "HTTP/1.1 431 Request Header Fields Too Large\r\n");
    EXPECT_EQ(line_of(299), "HTTP/1.1 299 \r\n");
    EXPECT_EQ(line_of(999), "HTTP/1.1 999 \r\n");
    EXPECT_STREQ(weft_http_reason(404), "Not Found");
    EXPECT_STREQ(weft_http_reason(299), "");
    for (unsigned status = 100; status < 600; status++) {
        if (*weft_http_reason(status) != '\0') {
            EXPECT_EQ(line_of(status), "HTTP/1.1 " + std::to_string(status) + " " +
                                           weft_http_reason(status) + "\r\n");
        }
    }
}

TEST(Status, ErrorsHaveTheirStatus)
{
    EXPECT_EQ(status_of(WEFT_HTTP_ERROR, 418), 418u);
    EXPECT_EQ(status_of(WEFT_HTTP_ERROR, 200), 500u);
    EXPECT_EQ(status_of(WEFT_ERROR, WEFT_ERROR_CANCELLED), 503u);
    EXPECT_EQ(status_of(WEFT_ERROR, WEFT_ERROR_TIMED_OUT), 503u);
    EXPECT_EQ(status_of(WEFT_ERROR, WEFT_ERROR_LIMIT), 413u);
    EXPECT_EQ(status_of(WEFT_ERROR, WEFT_ERROR_INVALID), 400u);
    EXPECT_EQ(status_of(WEFT_ERROR, WEFT_ERROR_IO), 500u);
    EXPECT_EQ(status_of(G_FILE_ERROR, G_FILE_ERROR_NOENT), 500u);
    EXPECT_EQ(weft_http_status_of(nullptr), 500u);
}

TEST(Status, SomeAnswersEndWithTheirHead)
{
    EXPECT_FALSE(weft_http_status_has_body(100));
    EXPECT_FALSE(weft_http_status_has_body(204));
    EXPECT_FALSE(weft_http_status_has_body(304));
    EXPECT_TRUE(weft_http_status_has_body(200));
    EXPECT_TRUE(weft_http_status_has_body(404));
}
