/* SPDX-License-Identifier: Apache-2.0 */

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <weft/file.h>

#include <string>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

constexpr int WOULD_PARK = -2;

/* A descriptor of a nameless temporary file with @content. */
int
temporary(const std::string &content)
{
    int fd = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    EXPECT_GE(fd, 0);
    EXPECT_EQ(write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    return fd;
}

std::string
read_at(WeftFile *file, size_t size, int64_t offset_bytes)
{
    std::string got(size, '\0');
    g_autoptr(GError) error = nullptr;
    ssize_t n_read = weft_file_read_at(file, &got[0], size, offset_bytes, &error);

    EXPECT_GE(n_read, 0) << (error != nullptr ? error->message : "");
    got.resize(n_read < 0 ? 0 : static_cast<size_t>(n_read));
    return got;
}

void
expect_reads(WeftFile *file)
{
    EXPECT_EQ(read_at(file, 5, 0), "hello");
    EXPECT_EQ(read_at(file, 100, 6), "world");
    EXPECT_EQ(read_at(file, 5, 11), "");
    EXPECT_EQ(read_at(file, 5, 1000), "");
    EXPECT_EQ(read_at(file, 0, 0), "");
}

} // namespace

TEST(File, ReadsBytesInMemory)
{
    in_fiber([] {
        g_autoptr(GBytes) bytes = g_bytes_new_static("hello world", 11);
        g_autoptr(WeftFile) file = weft_file_new_for_bytes(bytes);

        EXPECT_EQ(weft_file_fd(file), -1);
        expect_reads(file);
    });
}

TEST(File, ReadsAlikeWhateverItsKind)
{
    in_fiber([] {
        for (WeftFileKind kind : {WEFT_FILE_LOCAL, WEFT_FILE_MEMORY, WEFT_FILE_REMOTE}) {
            g_autoptr(WeftFile) file = weft_file_new(temporary("hello world"), kind);
            expect_reads(file);
        }
    });
}

TEST(File, TryReadsWhatIsInMemoryAndNothingRemote)
{
    in_fiber([] {
        char bytes[8];
        g_autoptr(WeftFile) memory = weft_file_new(temporary("hello"), WEFT_FILE_MEMORY);
        g_autoptr(WeftFile) remote = weft_file_new(temporary("hello"), WEFT_FILE_REMOTE);

        EXPECT_EQ(weft_file_try_read_at(memory, bytes, sizeof bytes, 0, nullptr), 5);
        EXPECT_EQ(weft_file_try_read_at(remote, bytes, sizeof bytes, 0, nullptr), WOULD_PARK);
    });
}

TEST(File, AnErrorOfTheSystemIsPassedOn)
{
    in_fiber([] {
        char byte;
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftFile) folder =
            weft_file_new(open("/", O_RDONLY | O_CLOEXEC), WEFT_FILE_LOCAL);

        EXPECT_EQ(weft_file_read_at(folder, &byte, 1, 0, &error), -1);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
    });
}

TEST(File, ACancelledReaderLeavesTheJobBehind)
{
    in_fiber([] {
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftFiber *fiber = spawn(group, [] {
            g_autoptr(GError) error = nullptr;
            g_autoptr(WeftFile) file = weft_file_new(temporary("hello"), WEFT_FILE_REMOTE);
            char bytes[8];
            ssize_t n_read = 0;

            while (n_read >= 0)
                n_read = weft_file_read_at(file, bytes, sizeof bytes, 0, &error);
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CANCELLED));
        });
        settle();
        weft_fiber_cancel(fiber, "test");
        join(group);
    });
}

TEST(File, KnowsMemoryFileSystems)
{
    int memory = memfd_create("weft-test", MFD_CLOEXEC);

    ASSERT_GE(memory, 0);
    EXPECT_EQ(weft_file_kind_of(memory), WEFT_FILE_MEMORY);
    EXPECT_EQ(weft_file_kind_of(-1), WEFT_FILE_REMOTE);
    close(memory);
}
