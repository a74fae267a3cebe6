/* SPDX-License-Identifier: Apache-2.0 */
#include "clients.h"
#include <curl/curl.h>
#include <memory>

namespace
{

class Curl
{
  public:
    Curl(int port, const std::string &authority_path)
    {
        const std::string host = "localhost:" + std::to_string(port);
        const std::string url = (authority_path.empty() ? "http://" : "https://") + host + "/";

        known = curl_slist_append(nullptr, (host + ":127.0.0.1").c_str());
        curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
        curl_easy_setopt(handle, CURLOPT_RESOLVE, known);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
        if (!authority_path.empty())
            curl_easy_setopt(handle, CURLOPT_CAINFO, authority_path.c_str());
    }
    ~Curl()
    {
        curl_easy_cleanup(handle);
        curl_slist_free_all(known);
    }
    Curl(const Curl &) = delete;
    Curl &operator=(const Curl &) = delete;

    std::string call()
    {
        body.clear();
        const CURLcode code = curl_easy_perform(handle);
        if (code != CURLE_OK)
            return curl_easy_strerror(code);
        return body == "ok" ? "" : "another body: " + body;
    }

  private:
    static size_t take(char *data, size_t size, size_t n, void *body)
    {
        static_cast<std::string *>(body)->append(data, size * n);
        return size * n;
    }

    CURL *handle = curl_easy_init();
    curl_slist *known;
    std::string body;
};

} // namespace

weft_test::Call
weft_test::curl_client(int port, const std::string &authority_path)
{
    return [curl = std::make_shared<Curl>(port, authority_path)] { return curl->call(); };
}
