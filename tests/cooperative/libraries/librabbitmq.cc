/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"
#include <amqp.h>
#include <amqp_tcp_socket.h>

namespace
{

const amqp_channel_t CHANNEL = 1;

class RabbitMq : public Client
{
  public:
    explicit RabbitMq(const Place &server) : place(server), connection(amqp_new_connection())
    {
    }
    ~RabbitMq() override
    {
        amqp_destroy_connection(connection);
    }

    bool connect() override
    {
        amqp_socket_t *socket = amqp_tcp_socket_new(connection);
        const int status = amqp_socket_open(socket, place.host.c_str(), place.port);

        if (status != AMQP_STATUS_OK)
            return failed(amqp_error_string2(status));
        if (!succeeded(amqp_login(connection, "/", 0, AMQP_DEFAULT_FRAME_SIZE, 0,
                                  AMQP_SASL_METHOD_PLAIN, "guest", "guest")))
            return false;
        amqp_channel_open(connection, CHANNEL);
        return succeeded(amqp_get_rpc_reply(connection)) && declare(0);
    }

    /* "passive": tells how many messages wait. */
    bool call() override
    {
        return declare(1);
    }

  private:
    bool declare(amqp_boolean_t passive)
    {
        const std::string queue = "queue" + std::to_string(place.number);
        const amqp_queue_declare_ok_t *answer =
            amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(queue.c_str()), passive, 0,
                               0, 1, amqp_empty_table);

        return succeeded(amqp_get_rpc_reply(connection)) && expect(answer->message_count == 0);
    }

    bool succeeded(const amqp_rpc_reply_t &reply)
    {
        if (reply.reply_type == AMQP_RESPONSE_NORMAL)
            return true;
        if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
            return failed(amqp_error_string2(reply.library_error));
        return failed("the server refuses");
    }

    Place place;
    amqp_connection_state_t connection;
};

} // namespace

void
prepare_library()
{
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<RabbitMq>(place);
}
