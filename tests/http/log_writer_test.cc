/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

extern "C" {
#include "http/log_writer.h"
}

namespace
{

std::string
content_of(int fd)
{
    std::string content(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');

    EXPECT_EQ(pread(fd, &content[0], content.size(), 0), static_cast<ssize_t>(content.size()));
    return content;
}

void
put(WeftHttpLogWriter *writer, const std::string &line)
{
    weft_http_log_writer_put(writer, line.data(), line.size());
}

/* What there is in a pipe until its writing ends are closed. */
std::string
drain(int fd)
{
    std::string all;
    char bytes[4096];
    ssize_t n_read;

    while ((n_read = read(fd, bytes, sizeof bytes)) > 0)
        all.append(bytes, static_cast<size_t>(n_read));
    return all;
}

} // namespace

TEST(LogWriter, WritesWhatWaitsBeforeItEnds)
{
    int fd = memfd_create("log", MFD_CLOEXEC);
    WeftHttpLogWriter *writer = weft_http_log_writer_new(fd);

    put(writer, "one\n");
    put(writer, "two\n");
    weft_http_log_writer_free(writer);
    EXPECT_EQ(content_of(fd), "one\ntwo\n");
    close(fd);
}

TEST(LogWriter, KeepsLinesWholeFromManyThreads)
{
    const std::string line(99, 'x');
    int fd = memfd_create("log", MFD_CLOEXEC);
    std::vector<std::thread> threads;
    WeftHttpLogWriter *writer = weft_http_log_writer_new(fd);

    for (int i = 0; i < 4; i++)
        threads.emplace_back([&] {
            for (int k = 0; k < 1000; k++) {
                put(writer, line + "\n");
                if (k % 100 == 0) {
                    EXPECT_TRUE(weft_http_log_writer_flush(writer));
                }
            }
        });
    for (auto &thread : threads)
        thread.join();
    const uint64_t n_dropped = weft_http_log_writer_n_dropped(writer);
    weft_http_log_writer_free(writer);
    const std::string content = content_of(fd);
    EXPECT_EQ(content.size(), (4000 - n_dropped) * 100);
    for (size_t at = 0; at < content.size(); at += 100)
        ASSERT_EQ(content.substr(at, 100), line + "\n");
    close(fd);
}

TEST(LogWriter, DropsWhatFindsNoRoomAndNeverWaits)
{
    const std::string line(1023, 'x');
    int ends[2];
    uint64_t n_put = 0;

    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    WeftHttpLogWriter *writer = weft_http_log_writer_new(ends[1]);
    /* Nobody reads: the pipe is full, then the ring. */
    while (weft_http_log_writer_n_dropped(writer) == 0) {
        put(writer, line + "\n");
        n_put++;
    }

    /* Taken before the flush begins: how long nobody took anything is counted anew. */
    std::string read_back(4096, '\0');
    const ssize_t n_read = read(ends[0], &read_back[0], read_back.size());
    ASSERT_GT(n_read, 0);
    read_back.resize(static_cast<size_t>(n_read));
    std::thread reader([&] { read_back += drain(ends[0]); });
    EXPECT_TRUE(weft_http_log_writer_flush(writer));
    const uint64_t n_dropped = weft_http_log_writer_n_dropped(writer);
    weft_http_log_writer_free(writer);
    close(ends[1]);
    reader.join();
    EXPECT_GE(n_dropped, 1u);
    EXPECT_EQ(read_back.size(), (n_put - n_dropped) * 1024);
    close(ends[0]);
}

TEST(LogWriter, EndsThoughNobodyReads)
{
    const std::string line(1023, 'x');
    int ends[2];

    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    WeftHttpLogWriter *writer = weft_http_log_writer_new(ends[1]);
    for (int i = 0; i < 200; i++)
        put(writer, line + "\n");
    weft_http_log_writer_free(writer);
    close(ends[0]);
    close(ends[1]);
}

TEST(LogWriter, CountsWhatTheDescriptorRefuses)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    ASSERT_GE(fd, 0);
    WeftHttpLogWriter *writer = weft_http_log_writer_new(fd);
    put(writer, "one\n");
    EXPECT_TRUE(weft_http_log_writer_flush(writer));
    EXPECT_EQ(weft_http_log_writer_n_dropped(writer), 1u);
    weft_http_log_writer_free(writer);
    close(fd);
}
