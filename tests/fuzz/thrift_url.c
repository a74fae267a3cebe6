/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the URL of a client.  What is taken can be connected to and put into a head of HTTP;
 * what is refused has a reason.
 */

#include "thrift/client_url.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const WeftThriftUrl *url)
{
    g_assert(url->n_hosts > 0 && url->n_hosts <= WEFT_THRIFT_URL_MAX_HOSTS);
    for (unsigned i = 0; i < url->n_hosts; i++) {
        const char *address = url->hosts[i].address;

        g_assert(url->hosts[i].name != NULL || g_str_has_prefix(address, "unix:/"));
        g_assert(url->hosts[i].name == NULL || strpbrk(address, " \r\n") == NULL);
    }
    g_assert((url->path != NULL) == (url->transport == WEFT_THRIFT_TRANSPORT_HTTP));
    g_assert(url->path == NULL || (url->path[0] == '/' && strpbrk(url->path, " \r\n") == NULL));
    g_assert(url->connect_timeout_ms > 0 && url->timeout_ms >= 0 && url->idle_ms >= 0);
    g_assert(url->n_connections > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    WeftThriftUrl url;
    GError *error = NULL;

    if (weft_thrift_url_parse(&url, (const char *)data, size, &error)) {
        g_assert(error == NULL);
        check(&url);
    } else {
        g_assert(error != NULL && error->message[0] != '\0');
        g_clear_error(&error);
    }
    weft_thrift_url_clear(&url);
    return 0;
}
