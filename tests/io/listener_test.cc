/* SPDX-License-Identifier: Apache-2.0 */

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "../in_fiber.h"

extern "C" {
#include "io/listener.h"
}

using namespace weft_test;

namespace
{

class Listener : public FakeClock
{
};

WeftAddress
address_of(const std::string &text)
{
    WeftEndpoint endpoint;

    EXPECT_TRUE(weft_endpoint_parse(text.c_str(), &endpoint, nullptr));
    return endpoint.address;
}

/* A temporary folder for a socket file. */
struct Folder {
    char *path = g_dir_make_tmp("weft-listener-XXXXXX", nullptr);
    std::string file = std::string(path) + "/socket";

    ~Folder()
    {
        unlink(file.c_str());
        rmdir(path);
        g_free(path);
    }
};

} // namespace

TEST_F(Listener, APortThatIsTakenIsRefusedAndYetShared)
{
    WeftAddress any = address_of("127.0.0.1:0");
    WeftAddress bound;
    g_autoptr(GError) error = nullptr;
    int first = weft_listen(&any, WEFT_LISTEN_ALONE, nullptr);

    ASSERT_GE(first, 0);
    ASSERT_TRUE(weft_bound_address(first, &bound, nullptr));
    EXPECT_EQ(weft_listen(&bound, WEFT_LISTEN_ALONE, &error), -1);
    EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
    int second = weft_listen(&bound, WEFT_LISTEN_SHARED, nullptr);
    EXPECT_GE(second, 0);
    EXPECT_EQ(weft_listen(&bound, WEFT_LISTEN_ALONE, &error), -1);
    EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
    close(first);
    close(second);
}

TEST_F(Listener, ASocketFileIsReplacedOnlyIfNobodyListens)
{
    Folder folder;
    WeftAddress address = address_of("unix:" + folder.file);
    g_autoptr(GError) error = nullptr;
    int first = weft_listen(&address, WEFT_LISTEN_ALONE, nullptr);

    ASSERT_GE(first, 0);
    EXPECT_EQ(weft_listen(&address, WEFT_LISTEN_ALONE, &error), -1);
    EXPECT_TRUE(failed_with(&error, WEFT_ERROR_IO));
    close(first);
    int second = weft_listen(&address, WEFT_LISTEN_ALONE, nullptr);
    EXPECT_GE(second, 0);
    close(second);
}

TEST_F(Listener, AFileThatIsNoSocketStays)
{
    Folder folder;
    WeftAddress address = address_of("unix:" + folder.file);
    struct stat status;

    close(open(folder.file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    EXPECT_EQ(weft_listen(&address, WEFT_LISTEN_ALONE, nullptr), -1);
    EXPECT_EQ(lstat(folder.file.c_str(), &status), 0);
}

TEST_F(Listener, AcceptIsCancelledLikeAnyWait)
{
    in_fiber([] {
        WeftAddress any = address_of("127.0.0.1:0");
        g_autoptr(WeftListener) listener =
            weft_listener_new(weft_listen(&any, WEFT_LISTEN_ALONE, nullptr), nullptr);
        g_autoptr(GError) error = nullptr;
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);

        EXPECT_EQ(weft_listener_accept(listener, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
    });
}

TEST_F(Listener, PausesAndGoesOnWhenDescriptorsRunOut)
{
    in_fiber([] {
        WeftAddress any = address_of("127.0.0.1:0");
        WeftAddress bound;
        int fd = weft_listen(&any, WEFT_LISTEN_ALONE, nullptr);
        ASSERT_TRUE(weft_bound_address(fd, &bound, nullptr));
        g_autofree char *text = weft_address_format(&bound);
        g_autoptr(WeftListener) listener = weft_listener_new(fd, nullptr);
        g_autoptr(WeftStream) turned_away = weft_stream_connect(text, nullptr);
        std::vector<int> hoard;
        struct rlimit saved;
        char byte;

        ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &saved), 0);
        struct rlimit tight = {static_cast<rlim_t>(fd) + 20, saved.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
        for (int each = dup(fd); each >= 0; each = dup(fd))
            hoard.push_back(each);
        {
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(10);
            EXPECT_EQ(weft_listener_accept(listener, nullptr), nullptr);
        }
        for (int each : hoard)
            close(each);
        setrlimit(RLIMIT_NOFILE, &saved);

        EXPECT_EQ(weft_stream_read(turned_away, &byte, 1, nullptr), 0);
        g_autoptr(WeftStream) client = weft_stream_connect(text, nullptr);
        g_autoptr(WeftStream) accepted = weft_listener_accept(listener, nullptr);
        EXPECT_NE(accepted, nullptr);
    });
}
