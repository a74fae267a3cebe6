/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether all workers come by: a message to each, which its event loop must deliver.
 */

#include "fiber/completion.h"
#include "server/worker.h"

typedef struct {
    WeftPost post; /* first */
    WeftCompletion *heard;
} Ping;

static void
hear(WeftPost *post)
{
    Ping *ping = (Ping *)post;

    weft_completion_post(ping->heard);
    weft_completion_unref(ping->heard);
    g_free(ping);
}

static WeftCompletion *
ping_worker(WeftWorker *worker)
{
    WeftCompletion *heard = weft_completion_new();
    Ping *ping = g_new0(Ping, 1);

    ping->post.run = hear;
    ping->heard = weft_completion_ref(heard);
    weft_scheduler_post(worker->scheduler, &ping->post);
    return heard;
}

static void
unref_completion(gpointer data)
{
    weft_completion_unref(data);
}

gboolean
weft_server_ping(WeftServer *server, GError **error)
{
    g_autoptr(GPtrArray) awaited = g_ptr_array_new_with_free_func(unref_completion);

    pthread_mutex_lock(&server->mutex);
    for (unsigned i = 0; server->workers != NULL && i < server->n_workers; i++)
        if (server->workers[i].scheduler != NULL)
            g_ptr_array_add(awaited, ping_worker(&server->workers[i]));
    pthread_mutex_unlock(&server->mutex);

    for (guint i = 0; i < awaited->len; i++)
        if (!weft_completion_wait(awaited->pdata[i], "a worker that is to answer", error))
            return FALSE;
    return TRUE;
}
