/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A WebDAV server for tests, of several stores in one process:
 * store_server ADDRESS STORE [ADDRESS STORE]..., where STORE is a folder, or :memory: for a memory
 * store.
 */
#include <string.h>
#include <weft/dav.h>

static WeftDavStore *
open_store(const char *name, GError **error)
{
    if (strcmp(name, ":memory:") == 0)
        return weft_dav_memory_store_new();
    return weft_dav_dir_store_new(name, error);
}

static gboolean
serve(int n_pairs, char **pairs, GError **error)
{
    g_autoptr(WeftServer) server = weft_server_new();

    for (int i = 0; i < n_pairs; i++) {
        WeftDavStore *store = open_store(pairs[2 * i + 1], error);
        if (store == NULL)
            return FALSE;
        if (!weft_server_add(server, pairs[2 * i], weft_dav_service_new(store, NULL), error))
            return FALSE;
    }
    return weft_server_run(server, error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc < 3 || argc % 2 == 0) {
        g_printerr("store_server ADDRESS STORE [ADDRESS STORE]...\n");
        return 2;
    }
    if (!serve((argc - 1) / 2, argv + 1, &error)) {
        g_printerr("store_server: %s\n", error->message);
        return 1;
    }
    return 0;
}
