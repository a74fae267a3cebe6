/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values from a database with a cache in front, by Thrift and by HTTP:
 *
 *     cached HTTP_ADDRESS THRIFT_ADDRESS MARIADB_HOST:PORT MEMCACHED_HOST:PORT
 *
 * One thread serves all of it, by libraries that know nothing of fibers.  http.c and thrift.c are
 * two ways into store.c, which asks cache.c and database.c.
 */
#include <stdlib.h>
#include <weft/cooperative.h>
#include <weft/server.h>

#include "services.h"

typedef struct {
    char **addresses; /* of the database and the cache */
    Store *store;
} Application;

/* Pools belong to the fibers of a thread: they begin before its first request, and end behind the
 * last. */
static void
observe(WeftServer *server G_GNUC_UNUSED, WeftServerEvent event, gpointer data)
{
    Application *application = data;

    if (event == WEFT_SERVER_RUNS)
        application->store = store_new(application->addresses[0], application->addresses[1]);
    else if (event == WEFT_SERVER_ENDED)
        g_clear_pointer(&application->store, store_free);
}

int
main(int argc, char **argv)
{
    Application application = {.addresses = argv + 3};
    g_autoptr(WeftServer) server = weft_server_new();
    g_autoptr(GError) error = NULL;

    if (argc != 5) {
        g_printerr("usage: cached HTTP_ADDRESS THRIFT_ADDRESS MARIADB MEMCACHED\n");
        return 2;
    }
    weft_server_set_observer(server, observe, &application);
    if (!weft_cooperative_self_test(&error) ||
        !weft_server_add(server, argv[1], http_service_new(&application.store), &error) ||
        !weft_server_add(server, argv[2], thrift_service_new(&application.store), &error) ||
        !weft_server_run(server, &error)) {
        g_printerr("cached: %s\n", error->message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
