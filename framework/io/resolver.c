/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resolver: getaddrinfo() as a job.
 */

#include "io/resolver.h"

#include "fiber/wait.h"

#include <netdb.h>
#include <string.h>
#include <weft/offload.h>

/* One look-up, with all it needs: the fiber that asked may leave before it is done. */
typedef struct {
    WeftEndpoint endpoint;
    int status; /* of getaddrinfo() */
    size_t n_addresses;
    WeftAddress addresses[WEFT_RESOLVER_MAX_ADDRESSES];
} ResolveJob;

static void
set_port(WeftAddress *address, uint16_t port)
{
    if (address->socket.any.sa_family == AF_INET)
        address->socket.v4.sin_port = htons(port);
    else
        address->socket.v6.sin6_port = htons(port);
}

static void
resolve_job_run(gpointer data)
{
    ResolveJob *job = data;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    job->status = getaddrinfo(job->endpoint.host, NULL, &hints, &found);
    if (job->status != 0)
        return;
    for (const struct addrinfo *each = found; each != NULL; each = each->ai_next) {
        if (each->ai_family != AF_INET && each->ai_family != AF_INET6)
            continue;
        if (job->n_addresses == WEFT_RESOLVER_MAX_ADDRESSES)
            break;
        WeftAddress *address = &job->addresses[job->n_addresses++];
        memcpy(&address->socket, each->ai_addr, each->ai_addrlen);
        address->size = each->ai_addrlen;
        set_port(address, job->endpoint.port);
    }
    freeaddrinfo(found);
}

static WeftAddress *
numeric(const WeftEndpoint *endpoint, size_t *ret_n_addresses)
{
    WeftAddress *address = g_new(WeftAddress, 1);

    *address = endpoint->address;
    *ret_n_addresses = 1;
    return address;
}

static ResolveJob *
resolve_job_new(const WeftEndpoint *endpoint)
{
    ResolveJob *job = g_new0(ResolveJob, 1);

    job->endpoint = *endpoint;
    return job;
}

static WeftAddress *
copy_result(const ResolveJob *job, size_t *ret_n_addresses, GError **error)
{
    if (job->status != 0 || job->n_addresses == 0) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "resolve \"%s\": %s", job->endpoint.host,
                    job->status != 0 ? gai_strerror(job->status) : "no address");
        return NULL;
    }
    WeftAddress *addresses = g_new(WeftAddress, job->n_addresses);
    memcpy(addresses, job->addresses, job->n_addresses * sizeof *addresses);
    *ret_n_addresses = job->n_addresses;
    return addresses;
}

WeftAddress *
weft_resolve(const WeftEndpoint *endpoint, size_t *ret_n_addresses, GError **error)
{
    if (!weft_fiber_check(error))
        return NULL;
    if (endpoint->is_numeric)
        return numeric(endpoint, ret_n_addresses);

    g_autofree ResolveJob *job = resolve_job_new(endpoint);
    if (!weft_offload(WEFT_OFFLOAD_NETWORK, resolve_job_run, job, g_free, error)) {
        job = NULL; /* the pool's now */
        g_prefix_error(error, "resolve \"%s\": ", endpoint->host);
        return NULL;
    }
    return copy_result(job, ret_n_addresses, error);
}

WeftAddress *
weft_resolve_blocking(const WeftEndpoint *endpoint, size_t *ret_n_addresses, GError **error)
{
    if (endpoint->is_numeric)
        return numeric(endpoint, ret_n_addresses);

    ResolveJob *job = resolve_job_new(endpoint);
    resolve_job_run(job);
    WeftAddress *addresses = copy_result(job, ret_n_addresses, error);
    g_free(job);
    return addresses;
}
