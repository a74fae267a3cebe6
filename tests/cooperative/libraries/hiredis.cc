/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"
#include <hiredis/hiredis.h>

namespace
{

class Redis : public Client
{
  public:
    explicit Redis(const Place &server) : place(server)
    {
    }
    ~Redis() override
    {
        redisFree(connection);
    }

    bool connect() override
    {
        connection = redisConnect(place.host.c_str(), place.port);
        return connection->err == 0 || failed(connection->errstr);
    }

    /* Nobody pushes what is popped here. */
    bool call() override
    {
        auto *reply =
            static_cast<redisReply *>(redisCommand(connection, "BLPOP list%d 0.1", place.number));

        if (reply == nullptr)
            return failed(connection->errstr);
        const bool is_nothing = reply->type == REDIS_REPLY_NIL;
        freeReplyObject(reply);
        return expect(is_nothing);
    }

  private:
    Place place;
    redisContext *connection = nullptr;
};

} // namespace

void
prepare_library()
{
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<Redis>(place);
}
