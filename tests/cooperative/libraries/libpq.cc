/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"
#include <libpq-fe.h>

namespace
{

class PostgreSql : public Client
{
  public:
    explicit PostgreSql(const Place &server) : place(server)
    {
    }
    ~PostgreSql() override
    {
        PQfinish(connection);
    }

    bool connect() override
    {
        const std::string how = "host=" + place.host + " port=" + std::to_string(place.port) +
                                " user=weft dbname=postgres sslmode=disable gssencmode=disable";

        connection = PQconnectdb(how.c_str());
        return PQstatus(connection) == CONNECTION_OK || failed(PQerrorMessage(connection));
    }

    bool call() override
    {
        PGresult *result = PQexec(connection, "SELECT 1 FROM pg_sleep(0.1)");
        const bool succeeded = PQresultStatus(result) == PGRES_TUPLES_OK;
        const bool slept = succeeded && std::string(PQgetvalue(result, 0, 0)) == "1";

        PQclear(result);
        return succeeded ? expect(slept) : failed(PQerrorMessage(connection));
    }

  private:
    Place place;
    PGconn *connection = nullptr;
};

} // namespace

void
prepare_library()
{
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<PostgreSql>(place);
}
