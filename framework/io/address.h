/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Where a socket is: binary addresses, and their text forms "host:port", "[v6]:port", "unix:/path".
 */

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <weft/error.h>

/* RFC 1035 2.3.4, and room for the text of any IPv6 address with its zone. */
#define WEFT_ADDRESS_MAX_HOST_BYTES 255

typedef struct {
    socklen_t size; /* of what is used */
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } socket;
} WeftAddress;

/* An address as a person writes it, taken apart. */
typedef struct {
    WeftAddress address; /* if is_numeric */
    gboolean is_numeric; /* nothing to look up: numbers, or a unix path */
    uint16_t port;
    char host[WEFT_ADDRESS_MAX_HOST_BYTES + 1]; /* without brackets; "" for unix */
} WeftEndpoint;

/* FALSE: WEFT_ERROR_INVALID, saying what is wrong with @text. */
gboolean weft_endpoint_parse(const char *text, WeftEndpoint *ret_endpoint, GError **error);

/* Returns: (transfer full): "192.0.2.1:80", "[2001:db8::1]:80", "unix:/path", "unix" if unnamed */
char *weft_address_format(const WeftAddress *address);
