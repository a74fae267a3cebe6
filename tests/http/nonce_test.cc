/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nonces: ours, not too old, and each use of one once.
 */

#include "../in_fiber.h"

#include <string>

extern "C" {
#include "http/nonce.h"
}

using namespace weft_test;

namespace
{

class Nonce : public FakeClock
{
  protected:
    void SetUp() override
    {
        FakeClock::SetUp();
        nonces = weft_http_nonces_new();
    }
    void TearDown() override
    {
        weft_http_nonces_free(nonces);
        FakeClock::TearDown();
    }

    std::string make()
    {
        char nonce[WEFT_HTTP_NONCE_LENGTH + 1];

        weft_http_nonces_make(nonces, nonce);
        return nonce;
    }

    bool fresh(const std::string &nonce)
    {
        return weft_http_nonces_is_fresh(nonces, {nonce.data(), nonce.size()});
    }

    bool use(const std::string &nonce, uint32_t n_uses)
    {
        return weft_http_nonces_use(nonces, {nonce.data(), nonce.size()}, n_uses);
    }

    bool known(const std::string &nonce)
    {
        return weft_http_nonces_is_known(nonces, {nonce.data(), nonce.size()});
    }

    WeftHttpNonces *nonces;
};

} // namespace

TEST_F(Nonce, IsFreshForAWhile)
{
    const std::string nonce = make();

    EXPECT_TRUE(fresh(nonce));
    weft_clock_fake_advance_us(WEFT_HTTP_NONCE_LIFE_S * G_USEC_PER_SEC);
    EXPECT_TRUE(fresh(nonce));
    weft_clock_fake_advance_us(1);
    EXPECT_FALSE(fresh(nonce));
}

TEST_F(Nonce, IsOursOnly)
{
    const std::string nonce = make();
    g_autoptr(WeftHttpNonces) others = weft_http_nonces_new();

    EXPECT_FALSE(weft_http_nonces_is_fresh(others, {nonce.data(), nonce.size()}));
    for (size_t i = 0; i < nonce.size(); i++) {
        std::string forged = nonce;

        forged[i] = forged[i] == '0' ? '1' : '0';
        EXPECT_FALSE(fresh(forged)) << i;
    }
    EXPECT_FALSE(fresh(""));
    EXPECT_FALSE(fresh(nonce + "0"));
    EXPECT_FALSE(fresh(nonce.substr(1)));
}

TEST_F(Nonce, IsUsedOnceWithEachNumber)
{
    const std::string nonce = make();

    EXPECT_TRUE(use(nonce, 1));
    EXPECT_FALSE(use(nonce, 1));
    EXPECT_TRUE(use(nonce, 2));
    EXPECT_FALSE(use(nonce, 0));
    EXPECT_FALSE(use(nonce, 2));
}

TEST_F(Nonce, LetsRequestsOvertake)
{
    const std::string nonce = make();

    EXPECT_TRUE(use(nonce, 70));
    EXPECT_TRUE(use(nonce, 7));
    EXPECT_FALSE(use(nonce, 7));
    EXPECT_FALSE(use(nonce, 6)) << "too far behind to know";
    EXPECT_TRUE(use(nonce, 1000));
    EXPECT_TRUE(use(nonce, 999));
    EXPECT_FALSE(use(nonce, 70));
}

TEST_F(Nonce, ThatWasDrivenOutCannotBeUsedAgain)
{
    const std::string first = make();

    ASSERT_TRUE(use(first, 1));
    for (int i = 1; i < WEFT_HTTP_MAX_USED_NONCES; i++)
        make();
    weft_clock_fake_advance_us(1);
    const std::string rival = make();
    ASSERT_TRUE(use(rival, 1));
    EXPECT_FALSE(use(first, 1));
    EXPECT_FALSE(use(first, 2));
    EXPECT_TRUE(fresh(first));
    EXPECT_TRUE(use(rival, 2));
}

TEST_F(Nonce, IsKnownAfterUseAndUntilSpoilt)
{
    const std::string nonce = make();

    EXPECT_FALSE(known(nonce));
    EXPECT_TRUE(use(nonce, 1));
    EXPECT_TRUE(known(nonce));
    weft_http_nonces_spoil(nonces, {nonce.data(), nonce.size()});
    EXPECT_FALSE(known(nonce));
    EXPECT_FALSE(use(nonce, 2));
}
