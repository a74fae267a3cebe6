/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in, as a client sees it.
 */

#include "dialogue.h"

#include <weft/http_auth.h>

extern "C" {
#include "http/auth_cache.h"
#include "http/auth_failures.h"
#include "http/authorization.h"
#include "http/nonce.h"
}

#include <regex>

using namespace weft_test;

namespace
{

/* ann, whose password is "secret". */
struct Users {
    unsigned n_checks = 0;
    unsigned generation = 1;
    std::string password = "secret";
    bool is_slow = false;
};

gboolean
check_password(gpointer data, const char *user, const char *password, gboolean *ret_is_right,
               GError **error)
{
    Users *users = static_cast<Users *>(data);

    users->n_checks++;
    if (users->is_slow)
        sleep_ms(50);
    if (strcmp(user, "broken") == 0) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 503, "no answer");
        return FALSE;
    }
    *ret_is_right = strcmp(user, "ann") == 0 && password == users->password;
    return TRUE;
}

unsigned
generation(gpointer data)
{
    return static_cast<Users *>(data)->generation;
}

gboolean
find_digest(gpointer data, const char *user, WeftHttpDigestAlgorithm algorithm, char *ret_hex)
{
    if (strcmp(weft_http_authorization_plain_user(user), "ann") != 0)
        return FALSE;
    weft_http_digest_of_password(algorithm, user, "test",
                                 static_cast<Users *>(data)->password.c_str(), ret_hex);
    return TRUE;
}

gboolean
has_digests(gpointer, WeftHttpDigestAlgorithm)
{
    return TRUE;
}

/* "/in" is for who has signed in. */
gboolean
whoami(WeftHttpRequest *request, WeftHttpResponse *response, gpointer, GError **error)
{
    const char *user = weft_http_request_user(request);

    weft_http_response_set_header(response, "X-Handler", "yes");
    if (user == nullptr && strcmp(weft_http_request_path(request), "/in") == 0) {
        g_set_error_literal(error, WEFT_HTTP_ERROR, 401, "sign in first");
        return FALSE;
    }
    const std::string text = user != nullptr ? std::string("<") + user + ">" : "<nobody>";
    return weft_http_response_send(response, text.data(), text.size(), error);
}

enum { BASIC = 1, DIGEST = 2 };

class Auth : public FakeClock
{
  protected:
    void TearDown() override
    {
        weft_http_auth_free(auth);
        FakeClock::TearDown();
    }

    void Begin(int schemes)
    {
        WeftHttpAuthUsers some = {};

        some.data = &users;
        if (schemes & BASIC) {
            some.check_password = check_password;
            some.generation = generation;
        }
        if (schemes & DIGEST) {
            some.find_digest = find_digest;
            some.has_digests = has_digests;
        }
        auth = weft_http_auth_new("test", &some, whoami, nullptr, nullptr);
    }

    /* What is answered to one request, in a fiber. */
    std::string Ask(const std::string &target, const std::string &fields,
                    const std::string &method = "GET")
    {
        Dialogue dialogue(
            [this](WeftHttpRequest *request, WeftHttpResponse *response, GError **error) {
                return weft_http_auth_handle(request, response, auth, error);
            });

        dialogue.say(method + " " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" +
                     fields + "\r\n");
        return dialogue.hear();
    }

    static std::string Basic(const std::string &credentials)
    {
        g_autofree char *encoded = g_base64_encode(
            reinterpret_cast<const guchar *>(credentials.data()), credentials.size());

        return std::string("Authorization: Basic ") + encoded + "\r\n";
    }

    /* The nonce for @algorithm out of a 401. */
    static std::string NonceOf(const std::string &answer, const std::string &algorithm)
    {
        std::smatch found;

        return std::regex_search(answer, found,
                                 std::regex("algorithm=" + algorithm + ", nonce=\"([^\"]*)\""))
                   ? found[1].str()
                   : "";
    }

    std::string Digest(const std::string &nonce, unsigned n_uses = 1,
                       const std::string &user = "ann", const std::string &password = "secret",
                       const std::string &uri = "/in", bool is_md5 = false)
    {
        const WeftHttpDigestAlgorithm algorithm =
            is_md5 ? WEFT_HTTP_DIGEST_MD5 : WEFT_HTTP_DIGEST_SHA256;
        const WeftHttpSlice request[] = {weft_http_slice("GET"), weft_http_slice(uri.c_str())};
        char secret[WEFT_HTTP_DIGEST_HEX_BYTES];
        char request_hash[WEFT_HTTP_DIGEST_HEX_BYTES];
        char response[WEFT_HTTP_DIGEST_HEX_BYTES];
        char nc[9];

        g_snprintf(nc, sizeof nc, "%08x", n_uses);
        weft_http_digest_of_password(algorithm, user.c_str(), "test", password.c_str(), secret);
        weft_http_digest_hash(algorithm, request, 2, request_hash);
        const WeftHttpSlice parts[] = {weft_http_slice(secret), weft_http_slice(nonce.c_str()),
                                       weft_http_slice(nc),     weft_http_slice("c"),
                                       weft_http_slice("auth"), weft_http_slice(request_hash)};
        weft_http_digest_hash(algorithm, parts, 6, response);
        g_autofree char *escaped = g_strescape(user.c_str(), nullptr);
        return std::string("Authorization: Digest username=\"") + escaped +
               "\", realm=\"test\", nonce=\"" + nonce + "\", uri=\"" + uri +
               "\", algorithm=" + (is_md5 ? "MD5" : "SHA-256") + ", qop=auth, nc=" + nc +
               ", cnonce=\"c\", response=\"" + response + "\"\r\n";
    }

    Users users;
    WeftHttpAuth *auth = nullptr;
};

bool
has(const std::string &answer, const std::string &text)
{
    return answer.find(text) != std::string::npos;
}

} // namespace

TEST_F(Auth, AsksWhereTheHandlerDoes)
{
    Begin(BASIC);
    in_fiber([this] {
        EXPECT_TRUE(has(Ask("/", ""), "<nobody>"));
        const std::string answer = Ask("/in", "");
        EXPECT_EQ(answer.substr(9, 3), "401");
        EXPECT_TRUE(has(answer, "WWW-Authenticate: Basic realm=\"test\", charset=\"UTF-8\"\r\n"));
        EXPECT_FALSE(has(answer, "X-Handler")) << "fields of the answer that was none";
        EXPECT_FALSE(has(answer, "Digest"));
    });
}

TEST_F(Auth, LetsInWhoHasThePassword)
{
    Begin(BASIC);
    in_fiber([this] {
        EXPECT_TRUE(has(Ask("/in", Basic("ann:secret")), "<ann>"));
        EXPECT_TRUE(has(Ask("/", Basic("ann:secret")), "<ann>"));
        EXPECT_TRUE(has(Ask("/in", Basic("HOME\\ann:secret")), "<ann>"));
        EXPECT_EQ(Ask("/in", Basic("ann:wrong")).substr(9, 3), "401");
        EXPECT_EQ(Ask("/", Basic("bob:secret")).substr(9, 3), "401");
        EXPECT_EQ(Ask("/in", "Authorization: Basic !\r\n").substr(9, 3), "400");
        EXPECT_EQ(Ask("/in", "Authorization: Bearer x\r\n").substr(9, 3), "401");
        EXPECT_EQ(Ask("/in", Basic("broken:x")).substr(9, 3), "503");
    });
}

TEST_F(Auth, RemembersWhatWasRightAndNothingElse)
{
    Begin(BASIC);
    in_fiber([this] {
        Ask("/in", Basic("ann:secret"));
        EXPECT_TRUE(has(Ask("/in", Basic("ann:secret")), "<ann>"));
        EXPECT_EQ(users.n_checks, 1u);
        Ask("/in", Basic("ann:wrong"));
        Ask("/in", Basic("ann:wrong"));
        EXPECT_EQ(users.n_checks, 3u);

        weft_clock_fake_advance_us(WEFT_HTTP_AUTH_CACHE_LIFE_S * G_USEC_PER_SEC);
        EXPECT_TRUE(has(Ask("/in", Basic("ann:secret")), "<ann>"));
        EXPECT_EQ(users.n_checks, 4u);
    });
}

TEST_F(Auth, ChecksAPasswordOnceForManyRequests)
{
    Begin(BASIC);
    in_fiber([this] {
        g_autoptr(WeftGroup) group = weft_group_new();
        int n_let_in = 0;

        users.is_slow = true;
        for (int i = 0; i < 10; i++)
            spawn(group,
                  [&] { n_let_in += has(Ask("/in", Basic("ann:secret")), "<ann>") ? 1 : 0; });
        join(group);
        EXPECT_EQ(n_let_in, 10);
        EXPECT_LE(users.n_checks, unsigned{WEFT_HTTP_MAX_PASSWORD_CHECKS});
    });
}

TEST_F(Auth, ForgetsWhenPasswordsChange)
{
    Begin(BASIC);
    in_fiber([this] {
        Ask("/in", Basic("ann:secret"));
        users.password = "other";
        users.generation++;
        EXPECT_EQ(Ask("/in", Basic("ann:secret")).substr(9, 3), "401");
        EXPECT_TRUE(has(Ask("/in", Basic("ann:other")), "<ann>"));
    });
}

TEST_F(Auth, TellsEverybodyThatThereIsAServer)
{
    Begin(BASIC);
    in_fiber([this] {
        EXPECT_TRUE(has(Ask("/", "", "OPTIONS"), "<nobody>"));
        EXPECT_TRUE(has(Ask("/", Basic("ann:wrong"), "OPTIONS"), "<nobody>"));
        EXPECT_TRUE(has(Ask("*", "", "OPTIONS"), "<nobody>"));
        EXPECT_EQ(Ask("/in", "", "OPTIONS").substr(9, 3), "401");
    });
}

TEST_F(Auth, OffersTheBestDigestFirst)
{
    Begin(DIGEST);
    in_fiber([this] {
        const std::string answer = Ask("/in", "");
        const size_t sha256 = answer.find("algorithm=SHA-256");
        const size_t md5 = answer.find("algorithm=MD5");

        EXPECT_EQ(answer.substr(9, 3), "401");
        ASSERT_NE(sha256, std::string::npos);
        ASSERT_NE(md5, std::string::npos);
        EXPECT_LT(sha256, md5);
        EXPECT_FALSE(has(answer, "Basic"));
        EXPECT_FALSE(has(answer, "stale"));
        EXPECT_EQ(Ask("/in", Basic("ann:secret")).substr(9, 3), "401") << "Basic was not offered";
        EXPECT_EQ(users.n_checks, 0u);
    });
}

TEST_F(Auth, OffersWindowsWhatItKnows)
{
    Begin(DIGEST);
    in_fiber([this] {
        const std::string agent = "User-Agent: Microsoft-WebDAV-MiniRedir/10.0.19045\r\n";
        const std::string answer = Ask("/in", agent);
        const std::string nonce = NonceOf(answer, "MD5");

        EXPECT_FALSE(has(answer, "SHA-256"));
        EXPECT_TRUE(
            has(Ask("/in", agent + Digest(nonce, 1, "HOME\\ann", "secret", "/in", true)), "<ann>"));
    });
}

TEST_F(Auth, LetsInByDigest)
{
    Begin(DIGEST);
    in_fiber([this] {
        const std::string challenge = Ask("/in", "");
        const std::string nonce = NonceOf(challenge, "SHA-256");

        EXPECT_TRUE(has(Ask("/in", Digest(nonce)), "<ann>"));
        EXPECT_TRUE(has(Ask("/in", Digest(nonce, 2)), "<ann>"));
        EXPECT_TRUE(
            has(Ask("/in", Digest(NonceOf(challenge, "MD5"), 1, "ann", "secret", "/in", true)),
                "<ann>"));
        EXPECT_TRUE(has(Ask("/in", Digest(nonce, 3, "HOME\\ann")), "<ann>"));
    });
}

TEST_F(Auth, RefusesADigestThatIsWrong)
{
    Begin(DIGEST);
    in_fiber([this] {
        const auto nonce = [this] { return NonceOf(Ask("/in", ""), "SHA-256"); };

        EXPECT_EQ(Ask("/in", Digest(nonce(), 1, "ann", "wrong")).substr(9, 3), "401");
        EXPECT_EQ(Ask("/in", Digest(nonce(), 1, "bob")).substr(9, 3), "401");
        EXPECT_EQ(Ask("/in", Digest(nonce(), 1, "ann", "secret", "/other")).substr(9, 3), "401");
        EXPECT_EQ(Ask("/in", Digest(nonce(), 1, "bob", "")).substr(9, 3), "401");
    });
}

TEST_F(Auth, TakesNoRequestTwice)
{
    Begin(DIGEST);
    in_fiber([this] {
        const std::string nonce = NonceOf(Ask("/in", ""), "SHA-256");
        const std::string request = Digest(nonce);

        EXPECT_TRUE(has(Ask("/in", request), "<ann>"));
        const std::string again = Ask("/in", request);
        EXPECT_EQ(again.substr(9, 3), "401");
        EXPECT_TRUE(has(again, "stale=true"));
    });
}

TEST_F(Auth, SaysThatANonceIsTooOld)
{
    Begin(DIGEST);
    in_fiber([this] {
        const std::string nonce = NonceOf(Ask("/in", ""), "SHA-256");

        weft_clock_fake_advance_us((WEFT_HTTP_NONCE_LIFE_S + 1) * G_USEC_PER_SEC);
        const std::string answer = Ask("/in", Digest(nonce));
        EXPECT_TRUE(has(answer, "stale=true"));
        EXPECT_TRUE(has(Ask("/in", Digest(NonceOf(answer, "SHA-256"))), "<ann>"));
        EXPECT_FALSE(has(Ask("/in", Digest(nonce, 1, "ann", "wrong")), "stale=true"));
    });
}

TEST_F(Auth, SlowsDownWhoGuesses)
{
    Begin(BASIC);
    in_fiber([this] {
        const int64_t begun_us = weft_clock_now_us();

        Ask("/in", Basic("ann:secret"));
        for (int i = 0; i < WEFT_HTTP_FREE_FAILURES; i++)
            Ask("/in", Basic("ann:wrong"));
        EXPECT_EQ(weft_clock_now_us(), begun_us);
        EXPECT_TRUE(has(Ask("/in", Basic("ann:secret")), "<ann>"));
        EXPECT_EQ(weft_clock_now_us(), begun_us) << "who has signed in before does not wait";
        Ask("/in", Basic("ann:wrong"));
        EXPECT_GE(weft_clock_now_us() - begun_us, WEFT_HTTP_FIRST_DELAY_MS * 1000);
    });
}

TEST_F(Auth, KeepsDigestGoingWhereOthersGuess)
{
    Begin(DIGEST);
    in_fiber([this] {
        const std::string nonce = NonceOf(Ask("/in", ""), "SHA-256");
        const std::string fresh = NonceOf(Ask("/in", ""), "SHA-256");

        Ask("/in", Digest(nonce));
        for (int i = 0; i < WEFT_HTTP_FREE_FAILURES; i++)
            Ask("/in", Digest(fresh, 1, "ann", "wrong"));
        const int64_t begun_us = weft_clock_now_us();
        EXPECT_TRUE(has(Ask("/in", Digest(nonce, 2)), "<ann>"));
        EXPECT_EQ(weft_clock_now_us(), begun_us);
        Ask("/in", Digest(nonce, 3, "ann", "wrong"));
        EXPECT_TRUE(has(Ask("/in", Digest(nonce, 4)), "stale=true")) << "one guess a nonce";
        EXPECT_GT(weft_clock_now_us(), begun_us);
    });
}
