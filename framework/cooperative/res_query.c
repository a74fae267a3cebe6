/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions of DNS itself, for records that getaddrinfo() does not know (SRV): on the offload pool.
 */

#include "cooperative/hook.h"
#include "io/names.h"
#include <errno.h>
#include <limits.h>
#include <resolv.h>
#include <string.h>
#include <weft/offload.h>

typedef struct {
    char *name;
    int class;
    int type;
    int size;
    int result; /* of res_query() */
    int host_error;
    unsigned char answer[];
} Query;

static void
query_run(gpointer data)
{
    Query *query = data;

    query->result = weft_real_names()->res_query(query->name, query->class, query->type,
                                                 query->answer, query->size);
    query->host_error = h_errno;
}

static void
query_free(gpointer data)
{
    Query *query = data;

    g_free(query->name);
    g_free(query);
}

static Query *
query_new(const char *name, int class, int type, int size)
{
    Query *query = g_try_malloc0(sizeof *query + (size_t)size);

    if (query == NULL)
        return NULL;
    query->name = g_strdup(name);
    query->class = class;
    query->type = type;
    query->size = size;
    return query;
}

int
res_query(const char *name, int class, int type, unsigned char *answer, int size)
{
    g_autoptr(GError) error = NULL;

    if (size < 0 || weft_names_is_asking() || !weft_hook_enter())
        return weft_real_names()->res_query(name, class, type, answer, size);

    Query *query = weft_hook_check() ? query_new(name, class, type, size) : NULL;
    if (query == NULL) {
        h_errno = NETDB_INTERNAL;
        return -1;
    }
    if (!weft_offload(WEFT_OFFLOAD_NETWORK, query_run, query, query_free, &error)) {
        errno = error->code == WEFT_ERROR_CANCELLED ? ECANCELED : ETIMEDOUT;
        h_errno = NETDB_INTERNAL;
        return -1; /* the query is the pool's now */
    }
    const int result = query->result;
    if (result > 0)
        memcpy(answer, query->answer, (size_t)MIN(result, size));
    h_errno = query->host_error;
    query_free(query);
    return result;
}
