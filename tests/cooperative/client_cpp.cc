/* SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"
#include <memory>
#include <thrift/transport/TSocket.h>
#include <thrift/transport/TTransportException.h>

using apache::thrift::transport::TSocket;
using apache::thrift::transport::TTransportException;

namespace
{

std::string
call(TSocket *socket)
{
    std::string answer(sizeof weft_test::THRIFT_ANSWER - 1, '\0');

    try {
        if (!socket->isOpen())
            socket->open();
        socket->write(reinterpret_cast<const uint8_t *>(weft_test::THRIFT_REQUEST),
                      sizeof weft_test::THRIFT_REQUEST - 1);
        socket->readAll(reinterpret_cast<uint8_t *>(answer.data()),
                        static_cast<uint32_t>(answer.size()));
    } catch (const TTransportException &exception) {
        return exception.what();
    }
    return answer == weft_test::THRIFT_ANSWER ? "" : "another answer";
}

} // namespace

weft_test::Call
weft_test::cpp_client(int port)
{
    return [socket = std::make_shared<TSocket>("127.0.0.1", port)] { return call(socket.get()); };
}
