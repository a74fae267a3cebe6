/* SPDX-License-Identifier: Apache-2.0 */
/* Its user writes the loop: what waits is one turn of that, in select(). */
#include "client.h"
#include <strophe.h>

namespace
{

const unsigned long TURN_MS = 1000;

class Xmpp : public Client
{
  public:
    Xmpp(const Place &server, ShallGiveUp shall_give_up)
        : place(server), give_up(shall_give_up), context(xmpp_ctx_new(nullptr, nullptr)),
          connection(xmpp_conn_new(context))
    {
    }
    ~Xmpp() override
    {
        xmpp_conn_release(connection);
        xmpp_ctx_free(context);
    }

    bool connect() override
    {
        xmpp_conn_set_flags(connection, XMPP_CONN_FLAG_DISABLE_TLS);
        xmpp_conn_set_jid(connection, "anonymous.localhost");
        state = State::WAITING;
        if (xmpp_connect_client(connection, place.host.c_str(),
                                static_cast<unsigned short>(place.port), on_connection,
                                this) != XMPP_EOK)
            return failed("xmpp_connect_client");
        return wait();
    }

    /* XEP-0199: a ping, to the server. */
    bool call() override
    {
        const std::string id = "ping" + std::to_string(n_pings++);
        xmpp_stanza_t *question = xmpp_iq_new(context, "get", id.c_str());
        xmpp_stanza_t *ping = xmpp_stanza_new(context);

        xmpp_stanza_set_name(ping, "ping");
        xmpp_stanza_set_ns(ping, "urn:xmpp:ping");
        xmpp_stanza_add_child(question, ping);
        xmpp_stanza_release(ping);
        state = State::WAITING;
        xmpp_id_handler_add(connection, on_answer, id.c_str(), this);
        xmpp_send(connection, question);
        xmpp_stanza_release(question);
        return wait();
    }

  private:
    enum class State { WAITING, ANSWERED, FAILED };

    bool wait()
    {
        while (state == State::WAITING && !give_up())
            xmpp_run_once(context, TURN_MS);
        if (state == State::WAITING)
            return failed("gave up between two turns of its loop");
        return state == State::ANSWERED || failed("the connection broke");
    }

    static void on_connection(xmpp_conn_t *, xmpp_conn_event_t event, int, xmpp_stream_error_t *,
                              void *client)
    {
        static_cast<Xmpp *>(client)->state =
            event == XMPP_CONN_CONNECT ? State::ANSWERED : State::FAILED;
    }

    static int on_answer(xmpp_conn_t *, xmpp_stanza_t *stanza, void *client)
    {
        const char *type = xmpp_stanza_get_type(stanza);

        static_cast<Xmpp *>(client)->state =
            type != nullptr && std::string(type) == "result" ? State::ANSWERED : State::FAILED;
        return 0;
    }

    Place place;
    ShallGiveUp give_up;
    xmpp_ctx_t *context;
    xmpp_conn_t *connection;
    State state = State::WAITING;
    int n_pings = 0;
};

} // namespace

void
prepare_library()
{
    xmpp_initialize();
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp shall_give_up)
{
    return std::make_unique<Xmpp>(place, shall_give_up);
}
