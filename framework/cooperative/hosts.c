/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gethostbyname() and its like, older than getaddrinfo(), made of the same answers.  They tell no
 * aliases.
 */

#include "cooperative/hook.h"
#include "io/names.h"
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* Addresses of one host at most: the list of pointers to them. */
#define MAX_ADDRESSES 32

/* The caller's buffer, from which all parts of a struct hostent are taken. */
typedef struct {
    char *at;
    size_t left;
} Room;

/* Returns: (nullable): NULL: there is not enough */
static void *
take(Room *room, size_t size)
{
    const size_t padding = (size_t)(-(uintptr_t)room->at % sizeof(void *));

    if (room->left < padding || room->left - padding < size)
        return NULL;
    void *taken = room->at + padding;
    room->at += padding + size;
    room->left -= padding + size;
    return taken;
}

static size_t
address_bytes(int family)
{
    return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

static const void *
address_in(const struct addrinfo *entry)
{
    if (entry->ai_family == AF_INET6)
        return &((const struct sockaddr_in6 *)entry->ai_addr)->sin6_addr;
    return &((const struct sockaddr_in *)entry->ai_addr)->sin_addr;
}

/* All but the addresses themselves.  FALSE: there is no room */
static gboolean
begin_host(Room *room, const char *name, int family, size_t n_addresses, struct hostent *host)
{
    char *name_copy = take(room, strlen(name) + 1);
    char **aliases = take(room, sizeof *aliases);
    char **addresses = take(room, (n_addresses + 1) * sizeof *addresses);

    if (name_copy == NULL || aliases == NULL || addresses == NULL)
        return FALSE;
    memcpy(name_copy, name, strlen(name) + 1);
    aliases[0] = NULL;
    addresses[0] = NULL;
    *host = (struct hostent){.h_name = name_copy,
                             .h_aliases = aliases,
                             .h_addrtype = family,
                             .h_length = (int)address_bytes(family),
                             .h_addr_list = addresses};
    return TRUE;
}

/* The @i-th. */
static gboolean
add_address(Room *room, struct hostent *host, size_t i, const void *address)
{
    char *copy = take(room, (size_t)host->h_length);

    if (copy == NULL)
        return FALSE;
    memcpy(copy, address, (size_t)host->h_length);
    host->h_addr_list[i] = copy;
    host->h_addr_list[i + 1] = NULL;
    return TRUE;
}

static gboolean
fill_host(Room *room, const char *name, const struct addrinfo *entries, struct hostent *host)
{
    size_t n = 0;

    if (entries->ai_canonname != NULL)
        name = entries->ai_canonname;
    for (const struct addrinfo *each = entries; each != NULL && n < MAX_ADDRESSES;
         each = each->ai_next)
        n++;
    if (!begin_host(room, name, entries->ai_family, n, host))
        return FALSE;
    for (size_t i = 0; i < n; i++, entries = entries->ai_next)
        if (!add_address(room, host, i, address_in(entries)))
            return FALSE;
    return TRUE;
}

/* What the older functions say.  Returns: as they do, which is 0 if there is no such host */
static int
fail(int status, int *ret_h_errno)
{
    switch (status) {
    case EAI_NONAME:
        *ret_h_errno = HOST_NOT_FOUND;
        return 0;
    case EAI_NODATA:
        *ret_h_errno = NO_DATA;
        return 0;
    case EAI_AGAIN:
        *ret_h_errno = TRY_AGAIN;
        return EAGAIN;
    case EAI_SYSTEM:
        *ret_h_errno = NETDB_INTERNAL;
        return errno;
    case EAI_MEMORY:
        *ret_h_errno = NETDB_INTERNAL;
        return ENOMEM;
    default:
        *ret_h_errno = NO_RECOVERY;
        return 0;
    }
}

static int
fail_for_room(int *ret_h_errno)
{
    *ret_h_errno = NETDB_INTERNAL;
    errno = ERANGE;
    return ERANGE;
}

/* ---- by name ---- */

/* Numbers are libc's own: it asks nobody about them. */
static gboolean
is_number(const char *name)
{
    struct in_addr v4;
    struct in6_addr v6;

    return inet_aton(name, &v4) != 0 || inet_pton(AF_INET6, name, &v6) == 1;
}

int
gethostbyname2_r(const char *name, int family, struct hostent *ret_host, char *buffer, size_t size,
                 struct hostent **ret_found, int *ret_h_errno)
{
    const struct addrinfo hints = {
        .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME};
    struct addrinfo *entries = NULL;
    Room room = {buffer, size};

    if (is_number(name) || weft_names_is_asking() || !weft_hook_enter())
        return weft_real_names()->gethostbyname2_r(name, family, ret_host, buffer, size, ret_found,
                                                   ret_h_errno);
    *ret_found = NULL;
    const int status = getaddrinfo(name, NULL, &hints, &entries);
    if (status != 0)
        return fail(status, ret_h_errno);
    const gboolean fits = fill_host(&room, name, entries, ret_host);
    freeaddrinfo(entries);
    if (!fits)
        return fail_for_room(ret_h_errno);
    *ret_found = ret_host;
    return 0;
}

int
gethostbyname_r(const char *name, struct hostent *ret_host, char *buffer, size_t size,
                struct hostent **ret_found, int *ret_h_errno)
{
    return gethostbyname2_r(name, AF_INET, ret_host, buffer, size, ret_found, ret_h_errno);
}

/* What gethostbyname() returns: as libc's, it lies in memory that the next call overwrites; here of
 * the thread. */
typedef struct {
    struct hostent host;
    char buffer[2048];
} FixedHost;

static FixedHost *
fixed_host(void)
{
    static GPrivate of_thread = G_PRIVATE_INIT(g_free);
    FixedHost *fixed = g_private_get(&of_thread);

    if (fixed == NULL) {
        fixed = g_new0(FixedHost, 1);
        g_private_set(&of_thread, fixed);
    }
    return fixed;
}

struct hostent *
gethostbyname(const char *name)
{
    struct hostent *found = NULL;

    if (weft_names_is_asking() || !weft_hook_enter())
        return weft_real_names()->gethostbyname(name);
    FixedHost *fixed = fixed_host();
    gethostbyname_r(name, &fixed->host, fixed->buffer, sizeof fixed->buffer, &found, &h_errno);
    return found;
}

/* ---- by address ---- */

/* Returns: its size; 0 if there is no such family */
static socklen_t
make_address(const void *address, socklen_t size, int family, struct sockaddr_storage *ret_address)
{
    memset(ret_address, 0, sizeof *ret_address);
    ret_address->ss_family = (sa_family_t)family;
    if (family == AF_INET && size == sizeof(struct in_addr)) {
        memcpy(&((struct sockaddr_in *)ret_address)->sin_addr, address, size);
        return sizeof(struct sockaddr_in);
    }
    if (family == AF_INET6 && size == sizeof(struct in6_addr)) {
        memcpy(&((struct sockaddr_in6 *)ret_address)->sin6_addr, address, size);
        return sizeof(struct sockaddr_in6);
    }
    return 0;
}

int /* NOLINTNEXTLINE(readability-function-size): libc chose the parameters */
gethostbyaddr_r(const void *address, socklen_t address_size, int family, struct hostent *ret_host,
                char *buffer, size_t size, struct hostent **ret_found, int *ret_h_errno)
{
    struct sockaddr_storage socket_address;
    const socklen_t socket_size = make_address(address, address_size, family, &socket_address);
    g_autofree char *name = NULL;
    Room room = {buffer, size};

    if (socket_size == 0 || weft_names_is_asking() || !weft_hook_enter())
        return weft_real_names()->gethostbyaddr_r(address, address_size, family, ret_host, buffer,
                                                  size, ret_found, ret_h_errno);
    *ret_found = NULL;
    name = g_malloc(NI_MAXHOST);
    const int status = getnameinfo((struct sockaddr *)&socket_address, socket_size, name,
                                   NI_MAXHOST, NULL, 0, NI_NAMEREQD);
    if (status != 0)
        return fail(status, ret_h_errno);
    if (!begin_host(&room, name, family, 1, ret_host) || !add_address(&room, ret_host, 0, address))
        return fail_for_room(ret_h_errno);
    *ret_found = ret_host;
    return 0;
}
