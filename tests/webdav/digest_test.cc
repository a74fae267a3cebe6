/* SPDX-License-Identifier: Apache-2.0 */
#include "webdav/digest.h"

#include <gtest/gtest.h>
#include <string>

namespace
{

bool
Takes(WeftDavDigestForm form, const std::string &value, size_t n)
{
    g_auto(WeftDavDigests) digests = {};
    const gboolean ok = weft_dav_digests_add(&digests, form, value.c_str(), nullptr);

    return ok && digests.n == n;
}

const std::string md5 = "XUFAKrxLKna5cZ2REBfFkg==";

TEST(Digest, PassesOverWhatItDoesNotKnow)
{
    EXPECT_TRUE(Takes(WEFT_DAV_DIGEST_STRUCTURED, "", 0));
    EXPECT_TRUE(Takes(WEFT_DAV_DIGEST_STRUCTURED, "crc32c=:AAAA:", 0));
    EXPECT_TRUE(Takes(WEFT_DAV_DIGEST_STRUCTURED, "md5=:" + md5 + ":;a=1, x=:A:", 1));
    EXPECT_TRUE(Takes(WEFT_DAV_DIGEST_LEGACY, "MD5=" + md5 + ", unixsum=1", 1));
    EXPECT_TRUE(Takes(WEFT_DAV_DIGEST_OC, "ADLER32:00000001", 0));
}

TEST(Digest, RefusesWhatIsNone)
{
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_STRUCTURED, "md5=" + md5, 1));
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_STRUCTURED, "md5=:" + md5, 1));
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_STRUCTURED, "md5=::", 1));
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_STRUCTURED, "md5=:!!!!" + md5 + ":", 1));
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_LEGACY, "sha-256=" + md5, 1));
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_LEGACY, "md5=" + std::string(5000, 'A'), 1));
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_MD5, "", 1));
    EXPECT_FALSE(Takes(WEFT_DAV_DIGEST_OC, "MD5:" + md5, 1));
}

TEST(Digest, LooksAtNoMoreThanItHasRoomFor)
{
    std::string many;

    for (int i = 0; i < 3 * WEFT_DAV_MAX_DIGESTS; i++)
        many += (i > 0 ? ", md5=" : "md5=") + md5;
    EXPECT_TRUE(Takes(WEFT_DAV_DIGEST_LEGACY, many, WEFT_DAV_MAX_DIGESTS));
}

std::string
Chosen(const std::string &value, gboolean is_legacy = FALSE)
{
    const WeftDavDigestAlgorithm *algorithm = weft_dav_digest_choose(value.c_str(), is_legacy);

    return algorithm == nullptr ? "" : algorithm->name;
}

TEST(Digest, ChoosesWhatTheClientLikesBest)
{
    EXPECT_EQ(Chosen("sha-256=1"), "sha-256");
    EXPECT_EQ(Chosen("sha-256=10, sha-512=3"), "sha-256");
    EXPECT_EQ(Chosen("sha-256=3, sha-512=3"), "sha-512");
    EXPECT_EQ(Chosen("sha-256=0"), "");
    EXPECT_EQ(Chosen("crc32c=9"), "");
    EXPECT_EQ(Chosen(""), "");
    EXPECT_EQ(Chosen("SHA-256;q=1.0, md5;q=0.1", TRUE), "sha-256");
    EXPECT_EQ(Chosen("md5;q=0.25, sha;q=0.125", TRUE), "md5");
    EXPECT_EQ(Chosen("sha-256", TRUE), "sha-256");
}

} // namespace
