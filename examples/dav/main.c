/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A WebDAV server in fifteen lines: dav [DIR [ADDRESS]] serves a folder.
 */
#include <weft/dav.h>

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    WeftDavStore *store = weft_dav_dir_store_new(argc > 1 ? argv[1] : ".", &error);

    if (store == NULL) {
        g_printerr("dav: %s\n", error->message);
        return 1;
    }
    return weft_serve(argc > 2 ? argv[2] : "127.0.0.1:8080", weft_dav_service_new(store, NULL));
}
