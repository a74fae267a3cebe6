/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"
#include <cstdlib>
#include <libmemcached/memcached.h>

namespace
{

class Memcached : public Client
{
  public:
    explicit Memcached(const Place &server) : place(server), connection(memcached_create(nullptr))
    {
    }
    ~Memcached() override
    {
        memcached_free(connection);
    }

    bool connect() override
    {
        const std::string name = key();

        memcached_server_add(connection, place.host.c_str(), static_cast<in_port_t>(place.port));
        return memcached_set(connection, name.data(), name.size(), name.data(), name.size(), 0,
                             0) == MEMCACHED_SUCCESS ||
               failed(memcached_last_error_message(connection));
    }

    bool call() override
    {
        const std::string name = key();
        size_t length = 0;
        uint32_t flags = 0;
        memcached_return_t status = MEMCACHED_SUCCESS;
        char *value = memcached_get(connection, name.data(), name.size(), &length, &flags, &status);

        if (status != MEMCACHED_SUCCESS)
            return failed(memcached_last_error_message(connection));
        const bool is_ours = std::string(value, length) == name;
        free(value);
        return expect(is_ours);
    }

  private:
    std::string key() const
    {
        return "key" + std::to_string(place.number);
    }

    Place place;
    memcached_st *connection;
};

} // namespace

void
prepare_library()
{
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<Memcached>(place);
}
