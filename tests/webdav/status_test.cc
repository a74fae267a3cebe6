/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/status.h"

#include <gtest/gtest.h>
#include <weft/dav_store.h>
#include <weft/http.h>

namespace
{

unsigned
StatusOf(GQuark domain, int code)
{
    g_autoptr(GError) error = g_error_new_literal(domain, code, "x");

    return weft_dav_status_of(error);
}

} // namespace

TEST(Status, MapsWhatStoresSay)
{
    EXPECT_EQ(StatusOf(WEFT_DAV_ERROR, WEFT_DAV_ERROR_NOT_FOUND), 404u);
    EXPECT_EQ(StatusOf(WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_PARENT), 409u);
    EXPECT_EQ(StatusOf(WEFT_DAV_ERROR, WEFT_DAV_ERROR_EXISTS), 412u);
    EXPECT_EQ(StatusOf(WEFT_DAV_ERROR, WEFT_DAV_ERROR_FORBIDDEN), 403u);
    EXPECT_EQ(StatusOf(WEFT_DAV_ERROR, WEFT_DAV_ERROR_LOCKED), 423u);
    EXPECT_EQ(StatusOf(WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_SPACE), 507u);
    EXPECT_EQ(StatusOf(WEFT_DAV_ERROR, WEFT_DAV_ERROR_FAILED), 500u);
}

TEST(Status, LeavesOtherErrorsToHttp)
{
    EXPECT_EQ(StatusOf(WEFT_HTTP_ERROR, 415), 415u);
    EXPECT_EQ(StatusOf(WEFT_ERROR, WEFT_ERROR_IO), 500u);
}
