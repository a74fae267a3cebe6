/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads as clients make them: chunked with a promise of their length, with digests, and in parts.
 */
#include "dav_client.h"

using namespace weft_test;

namespace
{

class Uploads : public DavTest
{
  protected:
    Answer Chunked(const std::string &path, const std::string &fields,
                   const std::string &body) const
    {
        char size[32];

        snprintf(size, sizeof size, "%zx\r\n", body.size());
        return Send(Head("PUT", path, fields + "Transfer-Encoding: chunked\r\n") +
                    (body.empty() ? "" : size + body + "\r\n") + "0\r\n\r\n");
    }

    Answer Patch(const std::string &path, const std::string &range, const std::string &body,
                 const std::string &fields = "") const
    {
        return Do("PATCH", path,
                  "Content-Type: application/x-sabredav-partialupdate\r\nX-Update-Range: " + range +
                      "\r\n" + fields,
                  body);
    }
};

/* SHA-256, SHA-512, SHA-1 and MD5 of "hello". */
const char sha256[] = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
const char sha512[] =
    "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==";
const char sha1[] = "qvTGHdzF6KLavt4PO0gs2a6pQ00=";
const char sha1_hex[] = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
const char md5[] = "XUFAKrxLKna5cZ2REBfFkg==";

/* ---- lengths ---- */

TEST_P(Uploads, ChunkedComesWithItsLengthBeside)
{
    EXPECT_EQ(Chunked("/f", "X-Expected-Entity-Length: 5\r\n", "hello").status, 201);
    EXPECT_EQ(Get("/f"), "hello");
    EXPECT_EQ(Chunked("/empty", "X-Expected-Entity-Length: 0\r\n", "").status, 201);
    EXPECT_EQ(Get("/empty"), "");
}

TEST_P(Uploads, ALengthThatIsNotKeptChangesNothing)
{
    Do("PUT", "/f", "", "old");
    EXPECT_EQ(Chunked("/f", "X-Expected-Entity-Length: 6\r\n", "hello").status, 400);
    EXPECT_EQ(Chunked("/f", "X-Expected-Entity-Length: 4\r\n", "hello").status, 400);
    EXPECT_EQ(Chunked("/f", "X-Expected-Entity-Length: many\r\n", "hello").status, 400);
    EXPECT_EQ(Get("/f"), "old");
    EXPECT_EQ(Chunked("/n", "X-Expected-Entity-Length: 6\r\n", "hello").status, 400);
    EXPECT_EQ(Get("/n"), "404");
}

TEST_P(Uploads, AnAnnouncedLengthIsJudgedBeforeTheBody)
{
    WeftDavOptions options = weft_dav_options_default();
    options.max_upload_bytes = 1000;
    Serve(options);
    for (const char *fields : {"Transfer-Encoding: chunked\r\nX-Expected-Entity-Length: 1001\r\n",
                               "Content-Length: 1001\r\n"}) {
        const Answer answer =
            Send(Head("PUT", "/f", std::string(fields) + "Expect: 100-continue\r\n"));

        EXPECT_EQ(answer.status, 413) << fields;
    }
}

/* ---- digests ---- */

TEST_P(Uploads, DigestsThatHoldAreTaken)
{
    for (const std::string &field : {
             "Repr-Digest: sha-256=:" + std::string(sha256) + ":",
             "Content-Digest: sha-512=:" + std::string(sha512) + ":, unknown=:AAAA:",
             "Repr-Digest: sha-256=:" + std::string(sha256) + ":;q=1, sha-512=:" + sha512 + ":",
             "Digest: SHA-256=" + std::string(sha256),
             "Digest: md5=" + std::string(md5) + ",sha=" + sha1,
             "Content-MD5: " + std::string(md5),
             "OC-Checksum: SHA1:" + std::string(sha1_hex),
             std::string("Repr-Digest: unixcksum=:AAAA:"),
         }) {
        const Answer answer = Do("PUT", "/f", field + "\r\n", "hello");

        EXPECT_TRUE(answer.status == 201 || answer.status == 204) << field << answer.status;
        EXPECT_EQ(Get("/f"), "hello");
    }
}

TEST_P(Uploads, DigestsThatDoNotHoldChangeNothing)
{
    Do("PUT", "/f", "", "old");
    for (const std::string &field : {
             "Repr-Digest: sha-256=:" + std::string(sha256) + ":",
             "Content-Digest: sha-512=:" + std::string(sha512) + ":",
             "Digest: SHA-256=" + std::string(sha256),
             "Digest: md5=" + std::string(md5),
             "Digest: sha=" + std::string(sha1),
             "Content-MD5: " + std::string(md5),
             "OC-Checksum: SHA1:" + std::string(sha1_hex),
             std::string("Repr-Digest: sha-256=:AAAA:"),
             std::string("Repr-Digest: sha-256=") + sha256,
             std::string("Repr-Digest: sha-256"),
             std::string("OC-Checksum: SHA1:abc"),
         }) {
        EXPECT_EQ(Do("PUT", "/f", field + "\r\n", "hellO").status, 400) << field;
        EXPECT_EQ(Get("/f"), "old");
    }
}

TEST_P(Uploads, ADigestIsToldOnRequest)
{
    Do("PUT", "/f", "", "hello");
    EXPECT_EQ(Do("GET", "/f").Field("Repr-Digest"), "");
    EXPECT_EQ(Do("GET", "/f", "Want-Repr-Digest: sha-256=1\r\n").Field("Repr-Digest"),
              "sha-256=:" + std::string(sha256) + ":");
    EXPECT_EQ(Do("HEAD", "/f", "Want-Repr-Digest: sha-256=1, sha-512=3\r\n").Field("Repr-Digest"),
              "sha-512=:" + std::string(sha512) + ":");
    EXPECT_EQ(Do("GET", "/f", "Want-Repr-Digest: sha-512=0, md7=5\r\n").Field("Repr-Digest"), "");
    EXPECT_EQ(Do("GET", "/f", "Want-Digest: sha-512;q=0.3, sha-256;q=0.5\r\n").Field("Digest"),
              "sha-256=" + std::string(sha256));

    const Answer part = Do("GET", "/f", "Range: bytes=1-2\r\nWant-Repr-Digest: sha-256=1\r\n");
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "el");
    EXPECT_EQ(part.Field("Repr-Digest"), "sha-256=:" + std::string(sha256) + ":");

    const std::string large(300000, 'x');
    Do("PUT", "/large", "", large);
    const Answer answer = Do("GET", "/large", "Want-Repr-Digest: sha-256=1\r\n");
    EXPECT_EQ(answer.body, large);
    EXPECT_EQ(
        Do("PUT", "/copy", "Repr-Digest: " + answer.Field("Repr-Digest") + "\r\n", large).status,
        201);
}

/* ---- parts ---- */

TEST_P(Uploads, PatchPutsAPartInItsPlace)
{
    const std::string before = Do("PUT", "/f", "", "0123456789").Field("ETag");
    const Answer answer = Patch("/f", "bytes=3-5", "abc");

    EXPECT_EQ(answer.status, 204);
    EXPECT_NE(answer.Field("ETag"), before);
    EXPECT_EQ(answer.Field("ETag"), Do("HEAD", "/f").Field("ETag"));
    EXPECT_EQ(Get("/f"), "012abc6789");
    EXPECT_EQ(Patch("/f", "bytes=8-", "xyz").status, 204);
    EXPECT_EQ(Get("/f"), "012abc67xyz");
    EXPECT_EQ(Patch("/f", "bytes=-3", "89").status, 204);
    EXPECT_EQ(Get("/f"), "012abc6789z");
    EXPECT_EQ(Patch("/f", "append", "!").status, 204);
    EXPECT_EQ(Get("/f"), "012abc6789z!");
}

TEST_P(Uploads, PatchRefusesWhatItCannotDo)
{
    Do("PUT", "/f", "", "0123456789");
    Do("MKCOL", "/d");
    EXPECT_EQ(Patch("/f", "bytes=11-", "x").status, 416);
    EXPECT_EQ(Patch("/f", "bytes=11-", "x").Field("Content-Range"), "bytes */10");
    EXPECT_EQ(Patch("/f", "bytes=-11", "x").status, 416);
    EXPECT_EQ(Patch("/f", "bytes=1-3", "xx").status, 416);
    for (const char *range : {"bytes=", "bytes=-", "bytes=5-3", "bytes=a-b", "5-6", "append it",
                              "bytes=1-2-3", "bytes=99999999999999999999-"})
        EXPECT_EQ(Patch("/f", range, "x").status, 400) << range;
    EXPECT_EQ(Do("PATCH", "/f", "X-Update-Range: append\r\n", "x").status, 415);
    EXPECT_EQ(
        Do("PATCH", "/f", "Content-Type: text/plain\r\nX-Update-Range: append\r\n", "x").status,
        415);
    EXPECT_EQ(
        Do("PATCH", "/f", "Content-Type: application/x-sabredav-partialupdate\r\n", "x").status,
        400);
    EXPECT_EQ(Patch("/none", "append", "x").status, 404);
    EXPECT_EQ(Patch("/d", "append", "x").status, 405);
    EXPECT_EQ(Get("/f"), "0123456789");
}

TEST_P(Uploads, PatchKeepsToConditionsAndLimits)
{
    const std::string etag = Do("PUT", "/f", "", "0123456789").Field("ETag");

    EXPECT_EQ(Patch("/f", "append", "x", "If-Match: \"other\"\r\n").status, 412);
    EXPECT_EQ(Patch("/f", "append", "x", "If-Match: " + etag + "\r\n").status, 204);
    EXPECT_EQ(Patch("/f", "append", "x", "If-Match: " + etag + "\r\n").status, 412);
    EXPECT_EQ(
        Patch("/f", "append", "x", "Content-Digest: sha-256=:" + std::string(sha256) + ":\r\n")
            .status,
        400);
    EXPECT_EQ(Get("/f"), "0123456789x");
    EXPECT_EQ(Do("OPTIONS", "/f").Field("Accept-Patch"), "application/x-sabredav-partialupdate");

    WeftDavOptions options = weft_dav_options_default();
    options.max_upload_bytes = 20;
    Serve(options);
    Do("PUT", "/g", "", "0123456789");
    EXPECT_EQ(Patch("/g", "append", "0123456789").status, 204);
    EXPECT_EQ(Patch("/g", "append", "x").status, 413);
    EXPECT_EQ(Patch("/g", "bytes=0-", "x").status, 204);
}

/* An upload that broke off goes on where it was: HEAD tells where, the tag that it is still that.
 */
TEST_P(Uploads, AnUploadIsResumedByParts)
{
    const std::string whole(500000, 'u');
    std::string etag = Do("PUT", "/f.part", "", whole.substr(0, 100000)).Field("ETag");

    for (size_t at = 100000; at < whole.size(); at += 200000) {
        EXPECT_EQ(Do("HEAD", "/f.part").Field("Content-Length"), std::to_string(at));
        const Answer answer =
            Patch("/f.part", "append", whole.substr(at, 200000), "If-Match: " + etag + "\r\n");
        EXPECT_EQ(answer.status, 204);
        etag = answer.Field("ETag");
    }
    EXPECT_EQ(Copy("MOVE", "/f.part", "/f").status, 201);
    EXPECT_EQ(Get("/f"), whole);
}

WEFT_DAV_ON_BOTH_STORES(Uploads);

} // namespace
