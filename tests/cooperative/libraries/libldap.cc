/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"
#include <ldap.h>

namespace
{

class Ldap : public Client
{
  public:
    explicit Ldap(const Place &server) : place(server)
    {
    }
    ~Ldap() override
    {
        if (connection != nullptr)
            ldap_unbind_ext_s(connection, nullptr, nullptr);
    }

    bool connect() override
    {
        const std::string address = "ldap://" + place.host + ":" + std::to_string(place.port);
        const int version = LDAP_VERSION3;
        struct berval no_password = {0, nullptr};

        ldap_initialize(&connection, address.c_str());
        ldap_set_option(connection, LDAP_OPT_PROTOCOL_VERSION, &version);
        return succeeded(ldap_sasl_bind_s(connection, nullptr, LDAP_SASL_SIMPLE, &no_password,
                                          nullptr, nullptr, nullptr));
    }

    bool call() override
    {
        const std::string base = "uid=person" + std::to_string(place.number) + ",dc=weft,dc=test";
        LDAPMessage *answer = nullptr;
        const bool found =
            succeeded(ldap_search_ext_s(connection, base.c_str(), LDAP_SCOPE_BASE, nullptr, nullptr,
                                        0, nullptr, nullptr, nullptr, LDAP_NO_LIMIT, &answer));
        const bool is_one = found && ldap_count_entries(connection, answer) == 1;

        ldap_msgfree(answer);
        return found && expect(is_one);
    }

  private:
    bool succeeded(int status)
    {
        return status == LDAP_SUCCESS || failed(ldap_err2string(status));
    }

    Place place;
    LDAP *connection = nullptr;
};

} // namespace

void
prepare_library()
{
    /* ldap_get_option(3): the first call makes the library ready, and is not protected. */
    int version = 0;

    ldap_get_option(nullptr, LDAP_OPT_PROTOCOL_VERSION, &version);
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<Ldap>(place);
}
