/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A WebDAV server over each kind of store on a free port, and a client that sends one request a
 * connection: a test reads as what is sent and what must come back.
 */

#include <arpa/inet.h>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>
#include <weft/dav.h>

namespace weft_test
{

struct Answer {
    int status = 0;
    std::string head;
    std::string body;

    /* The value of a field, "" without it. */
    std::string Field(const std::string &name) const
    {
        const size_t at = head.find("\r\n" + name + ": ");

        if (at == std::string::npos)
            return "";
        const size_t begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }

    bool Has(const std::string &text) const
    {
        return body.find(text) != std::string::npos;
    }

    size_t Count(const std::string &text) const
    {
        size_t n = 0;

        for (size_t at = body.find(text); at != std::string::npos; at = body.find(text, at + 1))
            n++;
        return n;
    }
};

enum class StoreKind { MEMORY, DIRECTORY };

class DavTest : public ::testing::TestWithParam<StoreKind>
{
  protected:
    void SetUp() override
    {
        Serve(weft_dav_options_default());
    }

    void TearDown() override
    {
        Stop();
        if (!folder_.empty())
            std::filesystem::remove_all(folder_);
    }

    /* Serve what is there under other options. */
    void Serve(const WeftDavOptions &options, unsigned n_workers = 1)
    {
        g_autoptr(GError) error = nullptr;

        Stop();
        server_ = weft_server_new();
        weft_server_set_workers(server_, n_workers);
        ASSERT_TRUE(weft_server_add(server_, "127.0.0.1:0", NewService(options), &error))
            << error->message;
        g_autofree char *bound = weft_server_bound_address(server_, 0);
        authority_ = bound;
        thread_ = std::thread([this] { EXPECT_TRUE(weft_server_run(server_, nullptr)); });
    }

    int Connect() const
    {
        struct sockaddr_in address = {};
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(std::stoi(authority_.substr(authority_.find(':') + 1)));
        EXPECT_EQ(connect(fd, reinterpret_cast<struct sockaddr *>(&address), sizeof address), 0);
        return fd;
    }

    static void SendAll(int fd, const std::string &text)
    {
        size_t sent = 0;

        while (sent < text.size()) {
            const ssize_t n = send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (n <= 0)
                return; /* refused early; the answer is there to read */
            sent += n;
        }
    }

    static std::string ReadToEnd(int fd)
    {
        std::string all;
        std::vector<char> piece(64 * 1024);
        ssize_t n = 0;

        while ((n = recv(fd, piece.data(), piece.size(), 0)) > 0)
            all.append(piece.data(), n);
        return all;
    }

    /* @fields: lines that end in CRLF */
    std::string Head(const std::string &method, const std::string &path,
                     const std::string &fields) const
    {
        return method + " " + path + " HTTP/1.1\r\nHost: " + authority_ +
               "\r\nConnection: close\r\n" + fields + "\r\n";
    }

    Answer Send(const std::string &text) const
    {
        const int fd = Connect();

        SendAll(fd, text);
        const std::string all = ReadToEnd(fd);
        close(fd);
        return Parse(all);
    }

    Answer Do(const std::string &method, const std::string &path, const std::string &fields = "",
              const std::string &body = "") const
    {
        const bool has_body = !body.empty() || method == "PUT";

        return Send(
            Head(method, path,
                 fields +
                     (has_body ? "Content-Length: " + std::to_string(body.size()) + "\r\n" : "")) +
            body);
    }

    Answer Copy(const std::string &method, const std::string &from, const std::string &to,
                const std::string &fields = "") const
    {
        return Do(method, from, "Destination: http://" + authority_ + to + "\r\n" + fields);
    }

    /* The body of a file, or its status. */
    std::string Get(const std::string &path) const
    {
        const Answer answer = Do("GET", path);

        return answer.status == 200 ? answer.body : std::to_string(answer.status);
    }

    /* What stands in front of the store.  @store: (transfer full) */
    virtual WeftDavStore *InFront(WeftDavStore *store)
    {
        return store;
    }

    std::string authority_;
    std::string folder_;

    /* What is served. */
    virtual WeftService *NewService(const WeftDavOptions &options)
    {
        return weft_dav_service_new(InFront(NewStore()), &options);
    }

  private:
    WeftDavStore *NewStore()
    {
        if (GetParam() == StoreKind::MEMORY)
            return weft_dav_memory_store_new();

        g_autoptr(GError) error = nullptr;
        if (folder_.empty()) {
            /* Not in /tmp: what lies there often cannot hold extended attributes. */
            std::string name = "./dav_test_XXXXXX";

            folder_ = std::filesystem::absolute(mkdtemp(&name[0]));
        }
        WeftDavStore *store = weft_dav_dir_store_new(folder_.c_str(), &error);
        EXPECT_NE(store, nullptr) << error->message;
        weft_dav_dir_store_set_durability(store, WEFT_DAV_DURABILITY_PROCESS);
        return store;
    }

    void Stop()
    {
        if (server_ == nullptr)
            return;
        weft_server_stop(server_);
        thread_.join();
        weft_server_free(server_);
        server_ = nullptr;
    }

    static Answer Parse(const std::string &all)
    {
        Answer answer;
        const size_t end = all.find("\r\n\r\n");

        if (all.compare(0, 9, "HTTP/1.1 ") != 0 || end == std::string::npos)
            return answer;
        answer.status = std::stoi(all.substr(9, 3));
        answer.head = all.substr(0, end + 2);
        answer.body = all.substr(end + 4);
        if (answer.Field("Transfer-Encoding") == "chunked")
            answer.body = Dechunk(answer.body);
        return answer;
    }

    /* "" for what does not end. */
    static std::string Dechunk(const std::string &chunked)
    {
        std::string body;
        size_t at = 0;

        for (;;) {
            const size_t end = chunked.find("\r\n", at);
            if (end == std::string::npos)
                return "";
            const size_t size = std::stoul(chunked.substr(at, end - at), nullptr, 16);
            if (size == 0)
                return body;
            body += chunked.substr(end + 2, size);
            at = end + 2 + size + 2;
        }
    }

    WeftServer *server_ = nullptr;
    std::thread thread_;
};

inline std::string
StoreName(const ::testing::TestParamInfo<StoreKind> &info)
{
    return info.param == StoreKind::MEMORY ? "Memory" : "Directory";
}

} // namespace weft_test

/* Run the tests of @suite over both stores. */
#define WEFT_DAV_ON_BOTH_STORES(suite)                                                             \
    INSTANTIATE_TEST_SUITE_P(                                                                      \
        , suite, ::testing::Values(weft_test::StoreKind::MEMORY, weft_test::StoreKind::DIRECTORY), \
        weft_test::StoreName)
