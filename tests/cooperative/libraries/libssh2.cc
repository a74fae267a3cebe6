/* SPDX-License-Identifier: Apache-2.0 */
/* WEFT_SSH_KEY is the file with the user's private key; its public half is beside it. */
#include "client.h"
#include <arpa/inet.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <libssh2.h>
#include <libssh2_sftp.h>
#include <unistd.h>

namespace
{

class Ssh : public Client
{
  public:
    explicit Ssh(const Place &server)
        : place(server), fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
          session(libssh2_session_init())
    {
    }
    ~Ssh() override
    {
        if (sftp != nullptr)
            libssh2_sftp_shutdown(sftp);
        libssh2_session_disconnect(session, "bye");
        libssh2_session_free(session);
        close(fd);
    }

    bool connect() override
    {
        struct sockaddr_in address = {};
        const char *given = getenv("WEFT_SSH_KEY");
        const std::string key = given != nullptr ? given : "";

        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<uint16_t>(place.port));
        inet_pton(AF_INET, place.host.c_str(), &address.sin_addr);
        if (::connect(fd, reinterpret_cast<struct sockaddr *>(&address), sizeof address) != 0)
            return failed(strerror(errno));
        if (libssh2_session_handshake(session, fd) != 0)
            return session_failed();
        if (libssh2_userauth_publickey_fromfile(session, "weft", (key + ".pub").c_str(),
                                                key.c_str(), "") != 0)
            return session_failed();
        sftp = libssh2_sftp_init(session);
        return sftp != nullptr || session_failed();
    }

    /* Of a file that is there. */
    bool call() override
    {
        LIBSSH2_SFTP_ATTRIBUTES attributes = {};

        if (libssh2_sftp_stat(sftp, "key.pub", &attributes) != 0)
            return session_failed();
        return expect(attributes.filesize > 0);
    }

  private:
    bool session_failed()
    {
        char *message = nullptr;

        libssh2_session_last_error(session, &message, nullptr, 0);
        return failed(message);
    }

    Place place;
    int fd;
    LIBSSH2_SESSION *session;
    LIBSSH2_SFTP *sftp = nullptr;
};

} // namespace

void
prepare_library()
{
    libssh2_init(0);
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<Ssh>(place);
}
