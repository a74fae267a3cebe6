/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a file that is read again on a reload, or opened anew when it was rotated, its folder is what
 * must stay in reach: the name may stand for another file then.
 */
#include "webdav/weftdav/reach.h"

#include <string.h>

#include "webdav/weftdav/tls.h"

/* Unix sockets are removed when the server ends. */
static void
add_socket(WeftDavConfinement *confinement, const char *text)
{
    WeftDavScheme scheme;
    const char *address = weft_dav_listen_address(text, &scheme);

    if (g_str_has_prefix(address, "unix:"))
        weft_dav_confinement_add_folder_of(confinement, address + strlen("unix:"),
                                           WEFT_DAV_CONFINE_WRITE);
}

WeftDavConfinement *
weft_dav_reach_of(const WeftDavProgramOptions *options)
{
    if (!options->confine)
        return NULL;

    WeftDavConfinement *confinement = weft_dav_confinement_new();
    const WeftDavConfineAccess share =
        options->read_only ? WEFT_DAV_CONFINE_READ : WEFT_DAV_CONFINE_WRITE;

    weft_dav_confinement_add(confinement, options->directory, share);
    weft_dav_confinement_add_folder_of(confinement, options->access_log, WEFT_DAV_CONFINE_WRITE);
    weft_dav_confinement_add_folder_of(confinement, options->config, WEFT_DAV_CONFINE_READ);
    weft_dav_confinement_add_folder_of(confinement, options->tls_certificate,
                                       WEFT_DAV_CONFINE_READ);
    weft_dav_confinement_add_folder_of(confinement, options->tls_key, WEFT_DAV_CONFINE_READ);
    for (size_t i = 0; options->listen[i] != NULL; i++)
        add_socket(confinement, options->listen[i]);
    if (options->metrics != NULL)
        add_socket(confinement, options->metrics);
    return confinement;
}
