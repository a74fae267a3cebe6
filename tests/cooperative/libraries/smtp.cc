/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl connects and greets with the first mail, and keeps the session for those after it. */
#include "client.h"
#include <algorithm>
#include <cstring>
#include <curl/curl.h>

namespace
{

class Smtp : public Client
{
  public:
    explicit Smtp(const Place &server) : place(server), handle(curl_easy_init())
    {
    }
    ~Smtp() override
    {
        curl_easy_cleanup(handle);
        curl_slist_free_all(recipients);
    }

    bool connect() override
    {
        const std::string url = "smtp://" + place.host + ":" + std::to_string(place.port);

        mail = "From: <ann@weft.test>\r\nTo: <bob@weft.test>\r\nSubject: " +
               std::to_string(place.number) + "\r\n\r\nHello.\r\n";
        recipients = curl_slist_append(nullptr, "<bob@weft.test>");
        curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_MAIL_FROM, "<ann@weft.test>");
        curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
        curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(handle, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(handle, CURLOPT_READDATA, this);
        curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, message);
        return call();
    }

    bool call() override
    {
        n_sent = 0;
        const CURLcode code = curl_easy_perform(handle);
        return code == CURLE_OK || failed(*message ? message : curl_easy_strerror(code));
    }

  private:
    static size_t on_read(char *buffer, size_t size, size_t n_items, void *data)
    {
        auto *smtp = static_cast<Smtp *>(data);
        const size_t n_now = std::min(size * n_items, smtp->mail.size() - smtp->n_sent);

        memcpy(buffer, smtp->mail.data() + smtp->n_sent, n_now);
        smtp->n_sent += n_now;
        return n_now;
    }

    Place place;
    CURL *handle;
    struct curl_slist *recipients = nullptr;
    std::string mail;
    size_t n_sent = 0;
    char message[CURL_ERROR_SIZE] = "";
};

} // namespace

void
prepare_library()
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

std::unique_ptr<Client>
make_client(const Place &place, ShallGiveUp)
{
    return std::make_unique<Smtp>(place);
}
