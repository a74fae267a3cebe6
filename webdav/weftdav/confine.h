/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the process gives up before it serves: the rights of root, those that other programs could
 * give it, and the sight of all files but its own.
 */

#include <weft/error.h>

/* What a confined process may do with a folder (and all below it) or a file. */
typedef enum {
    WEFT_DAV_CONFINE_READ,
    WEFT_DAV_CONFINE_WRITE, /* and read, make, rename, remove */
} WeftDavConfineAccess;

/* What stays reachable; for weft_dav_confine(). */
typedef struct WeftDavConfinement WeftDavConfinement;

/* Begins with what every process needs of the system, to read: libraries, time zones, MIME types,
 * host names, authorities. */
WeftDavConfinement *weft_dav_confinement_new(void);
void weft_dav_confinement_free(WeftDavConfinement *confinement);

/* @path: of a folder or a file; what is not there is left out.  NULL and "-" are nothing. */
void weft_dav_confinement_add(WeftDavConfinement *confinement, const char *path,
                              WeftDavConfineAccess access);

/* The folder that @path lies in, and, where @path is a link, the one that it leads to. */
void weft_dav_confinement_add_folder_of(WeftDavConfinement *confinement, const char *path,
                                        WeftDavConfineAccess access);

/*
 * From now on this thread, and those it makes, reach nothing else, and no program that they start
 * gains rights (PR_SET_NO_NEW_PRIVS).  Where the kernel has no Landlock, or too old a one, only the
 * latter.  Before there are threads.
 * @confinement: (nullable): NULL for the latter alone
 * Returns: (transfer none): what was done, for the log
 */
const char *weft_dav_confine(const WeftDavConfinement *confinement);

/* ---- the user ---- */

/*
 * Become @name for all that does not need root: files are made and opened as that user.  Root's
 * rights come back with weft_dav_user_pause().  Only root can, and whoever is @name already.
 */
gboolean weft_dav_user_begin(const char *name, GError **error);

/* Root again, until weft_dav_user_commit(); nothing where no user was begun. */
void weft_dav_user_pause(void);

/* Be that user for good; nothing where no user was begun. */
void weft_dav_user_commit(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavConfinement, weft_dav_confinement_free)
