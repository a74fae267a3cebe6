/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"
#include <mysql.h>

namespace
{

class MariaDb : public Client
{
  public:
    explicit MariaDb(const Place &server) : place(server), connection(mysql_init(nullptr))
    {
    }
    ~MariaDb() override
    {
        mysql_close(connection);
    }

    bool connect() override
    {
        return mysql_real_connect(connection, place.host.c_str(), "weft", "", "weft",
                                  static_cast<unsigned>(place.port), nullptr, 0) != nullptr ||
               failed(mysql_error(connection));
    }

    bool call() override
    {
        if (mysql_query(connection, "SELECT SLEEP(0.1)") != 0)
            return failed(mysql_error(connection));
        MYSQL_RES *result = mysql_store_result(connection);
        if (result == nullptr)
            return failed(mysql_error(connection));

        MYSQL_ROW row = mysql_fetch_row(result);
        const bool slept = row != nullptr && std::string(row[0]) == "0";
        mysql_free_result(result);
        return expect(slept);
    }

  private:
    Place place;
    MYSQL *connection;
};

} // namespace

void
prepare_library()
{
    mysql_library_init(0, nullptr, nullptr);
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<MariaDb>(place);
}
