/* SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"
#include <cstring>
#include <memory>
#include <thrift/c_glib/transport/thrift_socket.h>

namespace
{

std::string
failure(GError *error)
{
    std::string message = error->message;

    g_error_free(error);
    return message;
}

std::string
call(ThriftTransport *transport)
{
    GError *error = nullptr;
    char answer[sizeof weft_test::THRIFT_ANSWER] = "";

    if (!thrift_transport_is_open(transport) && !thrift_transport_open(transport, &error))
        return failure(error);
    if (!thrift_transport_write(transport, const_cast<char *>(weft_test::THRIFT_REQUEST),
                                sizeof weft_test::THRIFT_REQUEST - 1, &error) ||
        !thrift_transport_flush(transport, &error) ||
        thrift_transport_read_all(transport, answer, sizeof answer - 1, &error) < 0)
        return failure(error);
    return strcmp(answer, weft_test::THRIFT_ANSWER) == 0 ? "" : "another answer";
}

} // namespace

weft_test::Call
weft_test::c_glib_client(int port)
{
    auto *made = THRIFT_TRANSPORT(
        g_object_new(THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port", port, nullptr));
    const std::shared_ptr<ThriftTransport> transport(made, g_object_unref);

    return [transport] { return call(transport.get()); };
}
