/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers made of real files, and of files that are not what they were.  Conditions and ranges are
 * in tests/wire.
 */

#include "dialogue.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace weft_test;

namespace
{

class FileAnswer : public FakeClock
{
};

std::string
digits(size_t size)
{
    std::string text;

    while (text.size() < size)
        text += static_cast<char>('0' + text.size() % 10);
    return text;
}

/* What GET of a file with @size bytes answers, which is said to have @said_size. */
std::string
answer_of(size_t size, size_t said_size)
{
    std::string answer;

    in_fiber([&] {
        Dialogue dialogue([&](WeftHttpRequest *, WeftHttpResponse *response, GError **error) {
            int fd = memfd_create("file", MFD_CLOEXEC);
            std::string content = digits(size);
            EXPECT_EQ(write(fd, content.data(), size), (ssize_t)size);
            g_autoptr(WeftFile) file = weft_file_new(fd, WEFT_FILE_MEMORY);
            WeftHttpRepresentation representation = {(int64_t)said_size, -1, nullptr, nullptr};

            return weft_http_response_send_file(response, file, &representation, error);
        });

        dialogue.say(GET_AND_CLOSE);
        answer = dialogue.hear();
    });
    return answer;
}

std::string
body_of(const std::string &answer)
{
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

} // namespace

TEST_F(FileAnswer, FilesOfAnySizeArriveWhole)
{
    for (size_t size : {0, 1, 32768, 32769, 300000})
        EXPECT_EQ(body_of(answer_of(size, size)), digits(size)) << size;
}

TEST_F(FileAnswer, ASmallFileThatHasShrunkIs500)
{
    EXPECT_EQ(answer_of(5, 10).substr(0, 36), "HTTP/1.1 500 Internal Server Error\r\n");
}

TEST_F(FileAnswer, ALargeFileThatHasShrunkEndsEarly)
{
    std::string answer = answer_of(200000, 300000);

    EXPECT_NE(answer.find("Content-Length: 300000\r\n"), std::string::npos);
    EXPECT_EQ(body_of(answer), digits(200000));
}

TEST_F(FileAnswer, AFileThatHasGrownIsCutToWhatWasSaid)
{
    EXPECT_EQ(body_of(answer_of(10, 5)), digits(5));
    EXPECT_EQ(body_of(answer_of(200000, 100000)), digits(100000));
}
