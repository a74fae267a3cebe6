/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses: text to binary and back.  Nothing here looks anything up.
 */

#include "io/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <weft/scan.h>

#define UNIX_PREFIX "unix:"

static gboolean
set_invalid(GError **error, const char *text, const char *what)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "bad address \"%s\": %s", text, what);
    return FALSE;
}

static gboolean
parse_unix(const char *text, WeftEndpoint *endpoint, GError **error)
{
    const char *path = text + strlen(UNIX_PREFIX);
    const size_t length = strlen(path);
    struct sockaddr_un *local = &endpoint->address.socket.local;

    if (path[0] != '/')
        return set_invalid(error, text, "a path that starts with '/' follows \"unix:\"");
    if (length >= sizeof local->sun_path)
        return set_invalid(error, text, "the path is too long for a unix socket");
    local->sun_family = AF_UNIX;
    memcpy(local->sun_path, path, length + 1);
    endpoint->address.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    endpoint->is_numeric = TRUE;
    return TRUE;
}

static gboolean
parse_v4(WeftEndpoint *endpoint)
{
    struct sockaddr_in *v4 = &endpoint->address.socket.v4;

    if (inet_pton(AF_INET, endpoint->host, &v4->sin_addr) != 1)
        return FALSE;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint->port);
    endpoint->address.size = sizeof *v4;
    return TRUE;
}

/* RFC 4007 11: "fe80::1%eth0" */
static gboolean
parse_v6(WeftEndpoint *endpoint)
{
    struct sockaddr_in6 *v6 = &endpoint->address.socket.v6;
    char digits[INET6_ADDRSTRLEN];
    const char *zone = strchr(endpoint->host, '%');
    size_t length = zone != NULL ? (size_t)(zone - endpoint->host) : strlen(endpoint->host);

    if (length >= sizeof digits)
        return FALSE;
    memcpy(digits, endpoint->host, length);
    digits[length] = '\0';
    if (inet_pton(AF_INET6, digits, &v6->sin6_addr) != 1)
        return FALSE;
    if (zone != NULL) {
        v6->sin6_scope_id = if_nametoindex(zone + 1);
        if (v6->sin6_scope_id == 0)
            return FALSE;
    }
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint->port);
    endpoint->address.size = sizeof *v6;
    return TRUE;
}

/* Split at the colon before the port; the host's brackets are taken off. */
static gboolean
parse_host_and_port(const char *text, WeftEndpoint *endpoint, gboolean *ret_bracketed,
                    GError **error)
{
    const char *colon = strrchr(text, ':');
    uint64_t port;

    if (colon == NULL || colon[1] == '\0')
        return set_invalid(error, text, "expected \"host:port\", \"[v6]:port\" or \"unix:/path\"");
    if (weft_scan_decimal(colon + 1, strlen(colon + 1), &port) != strlen(colon + 1) ||
        port > UINT16_MAX)
        return set_invalid(error, text, "the port is not a number up to 65535");

    const char *host = text;
    size_t length = (size_t)(colon - text);
    gboolean bracketed = length >= 2 && host[0] == '[' && host[length - 1] == ']';
    if (bracketed) {
        host++;
        length -= 2;
    }
    if (length == 0)
        return set_invalid(error, text, "the host is missing");
    if (length > WEFT_ADDRESS_MAX_HOST_BYTES)
        return set_invalid(error, text, "the host is too long");
    if (!bracketed && memchr(host, ':', length) != NULL)
        return set_invalid(error, text, "an IPv6 address stands in brackets: \"[::1]:80\"");
    memcpy(endpoint->host, host, length);
    endpoint->host[length] = '\0';
    endpoint->port = (uint16_t)port;
    *ret_bracketed = bracketed;
    return TRUE;
}

gboolean
weft_endpoint_parse(const char *text, WeftEndpoint *ret_endpoint, GError **error)
{
    WeftEndpoint endpoint = {0};
    gboolean bracketed;

    if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0) {
        if (!parse_unix(text, &endpoint, error))
            return FALSE;
        *ret_endpoint = endpoint;
        return TRUE;
    }

    if (!parse_host_and_port(text, &endpoint, &bracketed, error))
        return FALSE;
    endpoint.is_numeric = bracketed ? parse_v6(&endpoint) : parse_v4(&endpoint);
    if (bracketed && !endpoint.is_numeric)
        return set_invalid(error, text, "what stands in brackets is no IPv6 address");
    *ret_endpoint = endpoint;
    return TRUE;
}

static char *
format_v6(const struct sockaddr_in6 *v6)
{
    char digits[INET6_ADDRSTRLEN];
    char name[IF_NAMESIZE];

    inet_ntop(AF_INET6, &v6->sin6_addr, digits, sizeof digits);
    if (v6->sin6_scope_id != 0 && if_indextoname(v6->sin6_scope_id, name) != NULL)
        return g_strdup_printf("[%s%%%s]:%u", digits, name, ntohs(v6->sin6_port));
    return g_strdup_printf("[%s]:%u", digits, ntohs(v6->sin6_port));
}

char *
weft_address_format(const WeftAddress *address)
{
    char digits[INET_ADDRSTRLEN];

    switch (address->socket.any.sa_family) {
    case AF_INET:
        inet_ntop(AF_INET, &address->socket.v4.sin_addr, digits, sizeof digits);
        return g_strdup_printf("%s:%u", digits, ntohs(address->socket.v4.sin_port));
    case AF_INET6:
        return format_v6(&address->socket.v6);
    default:
        if (address->size <= offsetof(struct sockaddr_un, sun_path) ||
            address->socket.local.sun_path[0] == '\0')
            return g_strdup("unix");
        return g_strconcat(UNIX_PREFIX, address->socket.local.sun_path, NULL);
    }
}
