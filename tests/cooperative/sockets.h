/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Plain blocking descriptors, as a library has them; closed at the end.
 */

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace weft_test
{

class Pair
{
  public:
    explicit Pair(int type = SOCK_STREAM)
    {
        if (type == 0)
            EXPECT_EQ(pipe(fds), 0);
        else
            EXPECT_EQ(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
    }
    ~Pair()
    {
        close_end(0);
        close_end(1);
    }
    Pair(const Pair &) = delete;
    Pair &operator=(const Pair &) = delete;

    int operator[](int i) const
    {
        return fds[i];
    }
    void close_end(int i)
    {
        if (fds[i] >= 0)
            close(fds[i]);
        fds[i] = -1;
    }

  private:
    int fds[2] = {-1, -1};
};

/* A blocking socket that listens on a port of its own. */
class Listener
{
  public:
    Listener()
    {
        socklen_t size = sizeof address;

        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(bind(fd, any(), size), 0);
        EXPECT_EQ(listen(fd, 256), 0);
        EXPECT_EQ(getsockname(fd, any(), &size), 0);
    }
    ~Listener()
    {
        close(fd);
    }
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;

    sockaddr *any()
    {
        return reinterpret_cast<sockaddr *>(&address);
    }
    int port() const
    {
        return ntohs(address.sin_port);
    }

    int fd;
    sockaddr_in address = {};
};

} // namespace weft_test
