/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authorization field, by the examples of RFC 7617 and RFC 7616, and the hashes of Digest.
 */

#include <gtest/gtest.h>

#include <string>

extern "C" {
#include "http/authorization.h"
}

namespace
{

WeftHttpAuthorization
parse(const std::string &text)
{
    WeftHttpAuthorization sent;

    weft_http_authorization_parse(&sent, text.data(), text.size());
    return sent;
}

WeftHttpAuthorizationKind
kind_of(const std::string &text)
{
    return parse(text).kind;
}

std::string
string_of(WeftHttpSlice slice)
{
    return std::string(slice.text, slice.length);
}

/* RFC 7616 3.9.1 */
const std::string NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
const std::string CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

std::string
digest(const std::string &more)
{
    return "Digest realm=\"http-auth@example.org\", uri=\"/dir/index.html\", nonce=\"" + NONCE +
           "\", nc=00000001, cnonce=\"" + CNONCE + "\", response=\"8ca5\", " + more;
}

std::string
response_of(WeftHttpDigestAlgorithm algorithm)
{
    const WeftHttpSlice request[] = {weft_http_slice("GET"), weft_http_slice("/dir/index.html")};
    char secret[WEFT_HTTP_DIGEST_HEX_BYTES];
    char request_hash[WEFT_HTTP_DIGEST_HEX_BYTES];
    char response[WEFT_HTTP_DIGEST_HEX_BYTES];

    weft_http_digest_of_password(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life",
                                 secret);
    weft_http_digest_hash(algorithm, request, 2, request_hash);
    const WeftHttpSlice parts[] = {weft_http_slice(secret),     weft_http_slice(NONCE.c_str()),
                                   weft_http_slice("00000001"), weft_http_slice(CNONCE.c_str()),
                                   weft_http_slice("auth"),     weft_http_slice(request_hash)};
    weft_http_digest_hash(algorithm, parts, G_N_ELEMENTS(parts), response);
    return response;
}

} // namespace

TEST(Authorization, TakesBasicApart)
{
    const WeftHttpAuthorization sent = parse("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");

    EXPECT_EQ(sent.kind, WEFT_HTTP_AUTHORIZATION_BASIC);
    EXPECT_STREQ(sent.user, "Aladdin");
    EXPECT_STREQ(sent.password, "open sesame");
}

TEST(Authorization, TakesUtf8)
{
    /* RFC 7617 2.1 */
    const WeftHttpAuthorization sent = parse("bAsIc  dGVzdDoxMjPCow==");

    EXPECT_STREQ(sent.user, "test");
    EXPECT_STREQ(sent.password, "123\xc2\xa3");
}

TEST(Authorization, KeepsColonsOfPasswords)
{
    const WeftHttpAuthorization sent = parse("Basic YTpiOmM=");

    EXPECT_STREQ(sent.user, "a");
    EXPECT_STREQ(sent.password, "b:c");
}

TEST(Authorization, RefusesBasicThatIsNone)
{
    for (const char *credentials : {"", "!", "YWJj", "OmI=", "YTpiA", "YQA6Yg==", "YTpiAGM=",
                                    "6zpi" /* Latin-1 */, "YQo6Yg==" /* a line feed */})
        EXPECT_EQ(kind_of(std::string("Basic ") + credentials), WEFT_HTTP_AUTHORIZATION_BAD)
            << credentials;
}

TEST(Authorization, RefusesWhatIsTooLong)
{
    g_autofree char *longest =
        g_base64_encode(reinterpret_cast<const guchar *>(
                            (std::string(255, 'u') + ":" + std::string(255, 'p')).data()),
                        511);
    g_autofree char *longer =
        g_base64_encode(reinterpret_cast<const guchar *>(
                            (std::string(256, 'u') + ":" + std::string(200, 'p')).data()),
                        457);

    EXPECT_EQ(kind_of(std::string("Basic ") + longest), WEFT_HTTP_AUTHORIZATION_BASIC);
    EXPECT_EQ(kind_of(std::string("Basic ") + longer), WEFT_HTTP_AUTHORIZATION_BAD);
    EXPECT_EQ(kind_of("Basic " + std::string(5000, 'a')), WEFT_HTTP_AUTHORIZATION_BAD);
}

TEST(Authorization, TakesDigestApart)
{
    const std::string text =
        digest("username=\"Mufasa\", qop=auth, algorithm=SHA-256, opaque=\"x\"");
    const WeftHttpAuthorization sent = parse(text);

    EXPECT_EQ(sent.kind, WEFT_HTTP_AUTHORIZATION_DIGEST);
    EXPECT_STREQ(sent.user, "Mufasa");
    EXPECT_EQ(sent.algorithm, WEFT_HTTP_DIGEST_SHA256);
    EXPECT_EQ(string_of(sent.nonce), NONCE);
    EXPECT_EQ(string_of(sent.cnonce), CNONCE);
    EXPECT_EQ(string_of(sent.uri), "/dir/index.html");
    EXPECT_EQ(string_of(sent.realm), "http-auth@example.org");
    EXPECT_EQ(string_of(sent.response), "8ca5");
    EXPECT_EQ(sent.n_uses, 1u);
}

TEST(Authorization, TakesNamesInTheirForms)
{
    EXPECT_STREQ(parse(digest("qop=auth, username=\"HOME\\\\ann\"")).user, "HOME\\ann");
    /* RFC 7616 3.9.2 */
    EXPECT_STREQ(parse(digest("qop=auth, username*=UTF-8''J%C3%A4s%C3%B8n%20Doe")).user,
                 "J\xc3\xa4s\xc3\xb8n Doe");
    EXPECT_EQ(kind_of(digest("qop=auth, username=\"a\", username*=UTF-8''a")),
              WEFT_HTTP_AUTHORIZATION_BAD);
    EXPECT_EQ(kind_of(digest("qop=auth")), WEFT_HTTP_AUTHORIZATION_BAD);
    EXPECT_EQ(kind_of(digest("qop=auth, username=\"\"")), WEFT_HTTP_AUTHORIZATION_BAD);
}

TEST(Authorization, RefusesDigestThatIsNone)
{
    const std::string user = "username=\"a\", ";

    EXPECT_EQ(kind_of(digest(user + "qop=auth, nonce=\"again\"")), WEFT_HTTP_AUTHORIZATION_BAD);
    EXPECT_EQ(kind_of(digest(user + "qop=auth, x")), WEFT_HTTP_AUTHORIZATION_BAD);
    EXPECT_EQ(kind_of(digest(user + "qop=auth, x=\"open")), WEFT_HTTP_AUTHORIZATION_BAD);
    EXPECT_EQ(kind_of("Digest username=\"a\", qop=auth"), WEFT_HTTP_AUTHORIZATION_BAD);
}

TEST(Authorization, KnowsWhatItDoesNotDo)
{
    const std::string user = "username=\"a\", ";

    EXPECT_EQ(kind_of("Bearer x"), WEFT_HTTP_AUTHORIZATION_UNKNOWN);
    EXPECT_EQ(kind_of("Basic"), WEFT_HTTP_AUTHORIZATION_UNKNOWN);
    EXPECT_EQ(kind_of(digest(user)), WEFT_HTTP_AUTHORIZATION_UNKNOWN);
    EXPECT_EQ(kind_of(digest(user + "qop=auth-int")), WEFT_HTTP_AUTHORIZATION_UNKNOWN);
    EXPECT_EQ(kind_of(digest(user + "qop=auth, algorithm=MD5-sess")),
              WEFT_HTTP_AUTHORIZATION_UNKNOWN);
    EXPECT_EQ(kind_of(digest(user + "qop=auth, userhash=true")), WEFT_HTTP_AUTHORIZATION_UNKNOWN);
}

TEST(Authorization, DropsTheDomainOfWindows)
{
    EXPECT_STREQ(weft_http_authorization_plain_user("HOME\\ann"), "ann");
    EXPECT_STREQ(weft_http_authorization_plain_user("ann"), "ann");
    EXPECT_STREQ(weft_http_authorization_plain_user("ann\\"), "ann\\");
}

TEST(DigestHash, AgreesWithTheRfc)
{
    EXPECT_EQ(response_of(WEFT_HTTP_DIGEST_MD5), "8ca523f5e9506fed4657c9700eebdbec");
    EXPECT_EQ(response_of(WEFT_HTTP_DIGEST_SHA256),
              "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST(KeyedHash, DiffersByKeyAndText)
{
    g_autoptr(WeftHttpMacKey) key = weft_http_mac_key_new();
    g_autoptr(WeftHttpMacKey) other = weft_http_mac_key_new();
    uint8_t a[WEFT_HTTP_MAC_BYTES];
    uint8_t b[WEFT_HTTP_MAC_BYTES];

    weft_http_mac(key, "abc", 3, a);
    weft_http_mac(key, "abc", 3, b);
    EXPECT_EQ(memcmp(a, b, sizeof a), 0);
    weft_http_mac(key, "abd", 3, b);
    EXPECT_NE(memcmp(a, b, sizeof a), 0);
    weft_http_mac(other, "abc", 3, b);
    EXPECT_NE(memcmp(a, b, sizeof a), 0);
}
