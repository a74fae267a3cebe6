/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool.  A permit for each connection that a call may use, so the semaphore's queue is the
 * queue of waiting fibers.  Idle connections lie in a list for each host, the newest used first:
 * what a burst has opened gets old and is closed by the janitor, a fiber that lives while there are
 * connections: it is not made anew for each call.
 */

#include "thrift/client_pool.h"

#include "fiber/wait.h"

#include <weft/clock.h>
#include <weft/deadline.h>
#include <weft/group.h>
#include <weft/scheduler.h>
#include <weft/semaphore.h>

/* A host that failed is asked again so much later, twice that the next time, up to a limit. */
#define FIRST_BACK_OFF_US ((int64_t)100 * 1000)
#define MAX_BACK_OFF_US ((int64_t)10 * G_USEC_PER_SEC)

/* Calls that got no answer in time, one after the other, until the host counts as failed: one alone
 * may be a slow method, or an impatient caller. */
#define MAX_SILENT_CALLS 5

/* What idle=0s means to the janitor, who is there all the same: idle connections end with the
 * scheduler. */
#define FOR_EVER_US ((int64_t)365 * 24 * 3600 * G_USEC_PER_SEC)

#define NO_HOST UINT_MAX

typedef struct {
    WeftThriftConnection *newest; /* idle ones */
    WeftThriftConnection *oldest;
    int64_t back_off_us; /* 0: it is well */
    int64_t retry_at_us;
    unsigned n_silent; /* calls without an answer since the last one that had one */
} Host;

/* Closes what is idle too long; there while connections are.  Ended by the pool, or with the
 * scheduler: then idle connections, which belong to that, end as well. */
typedef struct {
    WeftThriftPool *pool; /* NULL: ended before us */
    WeftFiber *fiber;
} Janitor;

struct WeftThriftPool {
    WeftThriftDialer dialer;
    Host *hosts;
    unsigned n_hosts;
    unsigned turn; /* the host that is next */
    WeftSemaphore *permits;
    Janitor *janitor; /* (nullable) */
    WeftThriftClientMetrics metrics;
};

WeftThriftPool *
weft_thrift_pool_new(const WeftThriftDialer *dialer)
{
    WeftThriftPool *pool = g_new0(WeftThriftPool, 1);

    pool->dialer = *dialer;
    pool->n_hosts = dialer->url->n_hosts;
    pool->hosts = g_new0(Host, pool->n_hosts);
    pool->permits = weft_semaphore_new(dialer->url->n_connections);
    return pool;
}

void
weft_thrift_pool_get_metrics(const WeftThriftPool *pool, WeftThriftClientMetrics *ret_metrics)
{
    *ret_metrics = pool->metrics;
}

/* ---- idle connections ---- */

static void
close_connection(WeftThriftPool *pool, WeftThriftConnection *connection)
{
    g_assert(pool->metrics.n_open > 0);
    pool->metrics.n_open--;
    weft_thrift_connection_free(connection);
}

static void
push_idle(Host *host, WeftThriftConnection *connection)
{
    connection->idle_since_us = weft_clock_now_us();
    connection->newer = NULL;
    connection->older = host->newest;
    if (host->newest != NULL)
        host->newest->newer = connection;
    else
        host->oldest = connection;
    host->newest = connection;
}

static void
remove_idle(Host *host, WeftThriftConnection *connection)
{
    if (connection->newer != NULL)
        connection->newer->older = connection->older;
    else
        host->newest = connection->older;
    if (connection->older != NULL)
        connection->older->newer = connection->newer;
    else
        host->oldest = connection->newer;
    connection->newer = connection->older = NULL;
}

/* The newest idle connection of @host that the server has not closed meanwhile. */
static WeftThriftConnection *
take_idle(WeftThriftPool *pool, Host *host)
{
    while (host->newest != NULL) {
        WeftThriftConnection *connection = host->newest;

        remove_idle(host, connection);
        if (!weft_thrift_connection_is_stale(connection))
            return connection;
        pool->metrics.n_evicted++;
        close_connection(pool, connection);
    }
    return NULL;
}

/* The host whose oldest idle connection is the oldest of all; NULL: none is idle. */
static Host *
find_oldest_idle(const WeftThriftPool *pool)
{
    Host *found = NULL;

    for (unsigned i = 0; i < pool->n_hosts; i++) {
        Host *host = &pool->hosts[i];

        if (host->oldest != NULL &&
            (found == NULL || host->oldest->idle_since_us < found->oldest->idle_since_us))
            found = host;
    }
    return found;
}

static void
close_oldest_idle(WeftThriftPool *pool)
{
    Host *host = find_oldest_idle(pool);
    WeftThriftConnection *connection;

    g_assert(host != NULL);
    connection = host->oldest;
    remove_idle(host, connection);
    close_connection(pool, connection);
}

static void
close_all_idle(WeftThriftPool *pool)
{
    while (find_oldest_idle(pool) != NULL)
        close_oldest_idle(pool);
}

/* ---- the janitor ---- */

/* Close what is due.  Returns: when to look again, WEFT_DEADLINE_NEVER: no connection is left */
static int64_t
close_expired(WeftThriftPool *pool)
{
    const int64_t idle_ms = pool->dialer.url->idle_ms;
    const int64_t idle_us = idle_ms > 0 ? idle_ms * 1000 : FOR_EVER_US;
    const int64_t now_us = weft_clock_now_us();
    const Host *host;

    while ((host = find_oldest_idle(pool)) != NULL) {
        const int64_t due_us = host->oldest->idle_since_us + idle_us;

        if (due_us > now_us)
            return due_us;
        close_oldest_idle(pool);
    }
    /* Those that calls have now are not due before. */
    return pool->metrics.n_open > 0 ? now_us + idle_us : WEFT_DEADLINE_NEVER;
}

static gboolean
keep_house(gpointer data, G_GNUC_UNUSED GError **error)
{
    Janitor *janitor = data;
    WeftDeadlineScope callers = {WEFT_DEADLINE_NEVER};

    /* A fiber begins with the deadline of who made it: a call, whose time is not ours. */
    weft_deadline_scope_end(&callers);
    while (janitor->pool != NULL) {
        const int64_t due_us = close_expired(janitor->pool);

        if (due_us == WEFT_DEADLINE_NEVER)
            break;
        /* A millisecond is the clock's step here: never wake before it is due. */
        if (!weft_fiber_sleep_ms((due_us - weft_clock_now_us()) / 1000 + 1, NULL))
            break;
    }
    return TRUE;
}

static void
janitor_free(gpointer data)
{
    Janitor *janitor = data;

    if (janitor->pool != NULL) {
        close_all_idle(janitor->pool);
        janitor->pool->janitor = NULL;
    }
    g_free(janitor);
}

static void
hire_janitor(WeftThriftPool *pool)
{
    Janitor *janitor = g_new0(Janitor, 1);

    janitor->pool = pool;
    pool->janitor = janitor;
    janitor->fiber = weft_group_spawn(weft_root_group(), "thrift client: idle connections",
                                      keep_house, janitor, janitor_free);
}

void
weft_thrift_pool_free(WeftThriftPool *pool)
{
    if (pool == NULL)
        return;
    g_assert(pool->metrics.n_busy == 0 && pool->metrics.n_waiting == 0);
    if (pool->janitor != NULL) {
        pool->janitor->pool = NULL;
        weft_fiber_cancel(pool->janitor->fiber, "the client ends");
    }
    close_all_idle(pool);
    weft_semaphore_free(pool->permits);
    g_free(pool->hosts);
    g_free(pool);
}

/* ---- hosts ---- */

static void
note_failure(Host *host)
{
    host->back_off_us =
        host->back_off_us == 0 ? FIRST_BACK_OFF_US : MIN(2 * host->back_off_us, MAX_BACK_OFF_US);
    host->retry_at_us = weft_clock_now_us() + host->back_off_us;
    host->n_silent = 0;
}

static void
note_success(Host *host)
{
    host->back_off_us = 0;
    host->retry_at_us = 0;
    host->n_silent = 0;
}

/*
 * The next in turn that is not among @tried, a bit for each: of those that are well, or were left
 * alone long enough; else who comes first of the others, because asking is better than failing.
 */
static unsigned
choose_host(WeftThriftPool *pool, uint64_t tried)
{
    unsigned chosen = NO_HOST;

    G_STATIC_ASSERT(WEFT_THRIFT_URL_MAX_HOSTS <= 64);
    if (pool->n_hosts == 1)
        return tried == 0 ? 0 : NO_HOST;

    const int64_t now_us = weft_clock_now_us();
    for (unsigned i = 0; i < pool->n_hosts; i++) {
        const unsigned candidate = (pool->turn + i) % pool->n_hosts;

        if (tried & UINT64_C(1) << candidate)
            continue;
        if (pool->hosts[candidate].retry_at_us <= now_us) {
            chosen = candidate;
            break;
        }
        if (chosen == NO_HOST ||
            pool->hosts[candidate].retry_at_us < pool->hosts[chosen].retry_at_us)
            chosen = candidate;
    }
    if (chosen != NO_HOST)
        pool->turn = (chosen + 1) % pool->n_hosts;
    return chosen;
}

/* ---- taking ---- */

static WeftThriftConnection *
open_connection(WeftThriftPool *pool, unsigned host, GError **error)
{
    WeftThriftConnection *connection;

    pool->metrics.n_open++; /* others must not take its place meanwhile */
    connection = weft_thrift_connection_open(&pool->dialer, host, error);
    if (connection == NULL) {
        pool->metrics.n_open--;
        return NULL;
    }
    pool->metrics.n_connected++;
    return connection;
}

/* An idle one of @host; or, where no more may be opened, of any host that is well: who is idle is
 * not closed to make room for the turns' sake. */
static WeftThriftConnection *
find_idle(WeftThriftPool *pool, unsigned host)
{
    WeftThriftConnection *connection = take_idle(pool, &pool->hosts[host]);

    if (connection != NULL || pool->metrics.n_open < pool->dialer.url->n_connections)
        return connection;
    for (unsigned i = 0; i < pool->n_hosts && connection == NULL; i++) {
        if (pool->hosts[i].back_off_us == 0)
            connection = take_idle(pool, &pool->hosts[i]);
    }
    return connection;
}

static WeftThriftConnection *
take_from_hosts(WeftThriftPool *pool, gboolean must_be_fresh, GError **error)
{
    uint64_t tried = 0;
    g_autoptr(GError) failure = NULL;

    for (;;) {
        const unsigned host = choose_host(pool, tried);
        if (host == NO_HOST)
            break;

        WeftThriftConnection *connection = must_be_fresh ? NULL : find_idle(pool, host);
        if (connection != NULL)
            return connection;
        if (pool->metrics.n_open >= pool->dialer.url->n_connections)
            close_oldest_idle(pool);
        g_clear_error(&failure);
        connection = open_connection(pool, host, &failure);
        if (connection != NULL)
            return connection;

        /* The caller's own end is no fault of the host, and ends the search. */
        if (weft_fiber_is_cancelled())
            break;
        note_failure(&pool->hosts[host]);
        if (weft_deadline_passed())
            break;
        tried |= UINT64_C(1) << host;
    }
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

static gboolean
take_permit(WeftThriftPool *pool, GError **error)
{
    if (weft_semaphore_try_take(pool->permits))
        return TRUE;

    pool->metrics.n_waiting++;
    gboolean is_taken = weft_semaphore_take(pool->permits, error);
    pool->metrics.n_waiting--;
    if (!is_taken)
        g_prefix_error(error, "wait for one of %u connections: ", pool->dialer.url->n_connections);
    return is_taken;
}

WeftThriftConnection *
weft_thrift_pool_take(WeftThriftPool *pool, gboolean must_be_fresh, GError **error)
{
    WeftThriftConnection *connection;

    if (!weft_fiber_check(error) || !take_permit(pool, error))
        return NULL;
    pool->metrics.n_busy++;
    connection = take_from_hosts(pool, must_be_fresh, error);
    if (connection == NULL) {
        pool->metrics.n_busy--;
        weft_semaphore_put(pool->permits);
    }
    return connection;
}

/* ---- giving back ---- */

static void
judge(Host *host, const WeftThriftConnection *connection, WeftThriftUse use)
{
    switch (use) {
    case WEFT_THRIFT_USE_FINE:
    case WEFT_THRIFT_USE_LAST:
        note_success(host);
        break;
    case WEFT_THRIFT_USE_ABANDONED:
        break;
    case WEFT_THRIFT_USE_LATE:
        if (++host->n_silent >= MAX_SILENT_CALLS)
            note_failure(host);
        break;
    case WEFT_THRIFT_USE_BROKEN:
        /* An old connection may break because the server was started anew: the next one tells. */
        if (connection->n_calls == 0)
            note_failure(host);
        break;
    }
}

void
weft_thrift_pool_put(WeftThriftPool *pool, WeftThriftConnection *connection, WeftThriftUse use)
{
    Host *host = &pool->hosts[connection->host];

    judge(host, connection, use);
    pool->metrics.n_busy--;
    if (use == WEFT_THRIFT_USE_FINE) {
        connection->n_calls++;
        push_idle(host, connection);
        if (pool->janitor == NULL)
            hire_janitor(pool);
    } else {
        pool->metrics.n_evicted += use == WEFT_THRIFT_USE_LAST ? 0 : 1;
        close_connection(pool, connection);
    }
    weft_semaphore_put(pool->permits);
}
