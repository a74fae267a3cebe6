/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a file that is read again on a reload, or opened anew when it was rotated, its folder is what
 * must stay in reach: the name may stand for another file then.
 */
#include "webdav/weftdav/reach.h"

#include <string.h>

#include "webdav/weftdav/served.h"
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

/* What PAM reads, and where programs that its modules ask wait for them. */
static const char *const pam_folders[] = {"/etc/pam.d", "/etc/security", "/run", "/var/lib/sss"};

/* What is wrong with them is said when they are opened. */
static void
add_folders(WeftDavConfinement *confinement, const WeftDavProgramOptions *options)
{
    const WeftDavConfineAccess access =
        options->read_only ? WEFT_DAV_CONFINE_READ : WEFT_DAV_CONFINE_WRITE;
    g_autoptr(GPtrArray) folders = weft_dav_served_folders(options, NULL);

    for (guint i = 0; folders != NULL && i < folders->len; i++) {
        const WeftDavServedFolder *folder = g_ptr_array_index(folders, i);

        weft_dav_confinement_add(confinement, folder->directory, access);
    }
}

WeftDavConfinement *
weft_dav_reach_of(const WeftDavProgramOptions *options)
{
    if (!options->confine)
        return NULL;

    WeftDavConfinement *confinement = weft_dav_confinement_new();

    add_folders(confinement, options);
    weft_dav_confinement_add_folder_of(confinement, options->users, WEFT_DAV_CONFINE_READ);
    if (strcmp(options->pam, "none") != 0)
        for (size_t i = 0; i < G_N_ELEMENTS(pam_folders); i++)
            weft_dav_confinement_add(confinement, pam_folders[i], WEFT_DAV_CONFINE_READ);
    weft_dav_confinement_add_folder_of(confinement, options->digest_users, WEFT_DAV_CONFINE_READ);
    weft_dav_confinement_add_folder_of(confinement, options->groups_file, WEFT_DAV_CONFINE_READ);
    weft_dav_confinement_add_folder_of(confinement, options->access_log, WEFT_DAV_CONFINE_WRITE);
    weft_dav_confinement_add_folder_of(confinement, options->config, WEFT_DAV_CONFINE_READ);
    for (size_t i = 0; options->tls_certificates[i] != NULL; i++)
        weft_dav_confinement_add_folder_of(confinement, options->tls_certificates[i],
                                           WEFT_DAV_CONFINE_READ);
    for (size_t i = 0; options->tls_keys[i] != NULL; i++)
        weft_dav_confinement_add_folder_of(confinement, options->tls_keys[i],
                                           WEFT_DAV_CONFINE_READ);
    for (size_t i = 0; options->listen[i] != NULL; i++)
        add_socket(confinement, options->listen[i]);
    if (options->metrics != NULL)
        add_socket(confinement, options->metrics);
    if (options->control != NULL)
        add_socket(confinement, options->control);
    return confinement;
}
