/* SPDX-License-Identifier: Apache-2.0 */
/* Apache's C++ servers: bench_cpp nonblocking|threaded PORT. */

#include <string.h>
#include <sys/resource.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TNonblockingServer.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TNonblockingServerSocket.h>
#include <thrift/transport/TServerSocket.h>

#include "Bench.h"

using namespace apache::thrift;

namespace
{

class Handler : public bench::BenchIf
{
  public:
    int32_t add(const int32_t a, const int32_t b) override
    {
        return a + b;
    }
    void echo(std::string &result, const std::string &data) override
    {
        result = data;
    }
    void process(bench::Document &result, const bench::Document &document) override
    {
        result = document;
    }
    void notify(const int64_t, const std::string &) override
    {
    }
};

/* THRIFT-5492: what a connection has carried in all counts against the size of one message. */
class Unlimited : public transport::TServerSocket
{
  public:
    using TServerSocket::TServerSocket;

  protected:
    std::shared_ptr<transport::TSocket> createSocket(THRIFT_SOCKET client) override
    {
        return std::make_shared<transport::TSocket>(client,
                                                    std::make_shared<TConfiguration>(INT32_MAX));
    }
};

} // namespace

int
main(int argc, char **argv)
{
    struct rlimit limit;

    if (argc != 3)
        return 2;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    const int port = std::stoi(argv[2]);
    auto processor = std::make_shared<bench::BenchProcessor>(std::make_shared<Handler>());
    auto protocol = std::make_shared<protocol::TBinaryProtocolFactoryT<transport::TBufferBase>>();
    if (strcmp(argv[1], "nonblocking") == 0) {
        auto any = std::make_shared<protocol::TBinaryProtocolFactoryT<transport::TMemoryBuffer>>();
        server::TNonblockingServer server(
            processor, any, std::make_shared<transport::TNonblockingServerSocket>(port));
        server.serve();
    } else {
        server::TThreadedServer server(processor, std::make_shared<Unlimited>(port),
                                       std::make_shared<transport::TFramedTransportFactory>(),
                                       protocol);
        server.serve();
    }
    return 0;
}
