/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resolver: endpoints to addresses, by names.h.
 */

#include "io/resolver.h"

#include "fiber/wait.h"
#include "io/names.h"

#include <string.h>

static void
set_port(WeftAddress *address, uint16_t port)
{
    if (address->socket.any.sa_family == AF_INET)
        address->socket.v4.sin_port = htons(port);
    else
        address->socket.v6.sin6_port = htons(port);
}

static WeftAddress *
numeric(const WeftEndpoint *endpoint, size_t *ret_n_addresses)
{
    WeftAddress *address = g_new(WeftAddress, 1);

    *address = endpoint->address;
    *ret_n_addresses = 1;
    return address;
}

/* Returns: how many */
static size_t
copy_addresses(const struct addrinfo *found, uint16_t port, WeftAddress *ret_addresses)
{
    size_t n = 0;

    for (; found != NULL && n < WEFT_RESOLVER_MAX_ADDRESSES; found = found->ai_next) {
        if (found->ai_family != AF_INET && found->ai_family != AF_INET6)
            continue;
        WeftAddress *address = &ret_addresses[n++];
        memcpy(&address->socket, found->ai_addr, found->ai_addrlen);
        address->size = found->ai_addrlen;
        set_port(address, port);
    }
    return n;
}

static WeftNameQuestion
question_of(const WeftEndpoint *endpoint)
{
    return (WeftNameQuestion){.host = endpoint->host, .socket_type = SOCK_STREAM};
}

static WeftAddress *
addresses_of(const WeftNameAnswer *answer, const WeftEndpoint *endpoint, size_t *ret_n_addresses,
             GError **error)
{
    g_autofree WeftAddress *addresses = g_new(WeftAddress, WEFT_RESOLVER_MAX_ADDRESSES);
    int error_number;
    const int status = weft_name_answer_status(answer, &error_number);
    const size_t n = copy_addresses(weft_name_answer_addresses(answer), endpoint->port, addresses);

    if (n == 0) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "resolve \"%s\": %s", endpoint->host,
                    status != 0 ? gai_strerror(status) : "no address");
        return NULL;
    }
    *ret_n_addresses = n;
    return g_steal_pointer(&addresses);
}

WeftAddress *
weft_resolve(const WeftEndpoint *endpoint, size_t *ret_n_addresses, GError **error)
{
    if (!weft_fiber_check(error))
        return NULL;
    if (endpoint->is_numeric)
        return numeric(endpoint, ret_n_addresses);

    const WeftNameQuestion question = question_of(endpoint);
    g_autoptr(WeftNameAnswer) answer = weft_names_ask(&question, error);
    if (answer == NULL) {
        g_prefix_error(error, "resolve \"%s\": ", endpoint->host);
        return NULL;
    }
    return addresses_of(answer, endpoint, ret_n_addresses, error);
}

WeftAddress *
weft_resolve_blocking(const WeftEndpoint *endpoint, size_t *ret_n_addresses, GError **error)
{
    if (endpoint->is_numeric)
        return numeric(endpoint, ret_n_addresses);

    const WeftNameQuestion question = question_of(endpoint);
    g_autoptr(WeftNameAnswer) answer = weft_names_ask_blocking(&question);
    return addresses_of(answer, endpoint, ret_n_addresses, error);
}
