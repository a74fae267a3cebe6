/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/options.h"

G_BEGIN_DECLS

/**
 * The folders that are served: options->directory as the root, or shares below it, one of which may
 * hold a folder for each user.  Errors are sentences for the person who started the program.
 */
typedef struct {
    char *name;      /* "" for the root itself */
    char *directory; /* absolute */
} WeftDavServedFolder;

/** What the share of users' own folders is called: "/home/ann". */
#define WEFT_DAV_HOME_SHARE "home"

/**
 * Returns: (transfer full): of WeftDavServedFolder, at least one.  None holds another: two names of
 * one file would have two locks.
 */
GPtrArray *weft_dav_served_folders(const WeftDavProgramOptions *options, GError **error);

/** For the table of options: "NAME=DIR", and a home that ends with "/{user}". */
gboolean weft_dav_served_check(gconstpointer options, GError **error);

/** TRUE if @path lies in a folder that is served. */
gboolean weft_dav_served_holds(const WeftDavProgramOptions *options, const char *path);

/** TRUE if all folders are there, and can be read and written as the options want. */
gboolean weft_dav_served_check_folders(const WeftDavProgramOptions *options, GError **error);

/** Returns: (transfer full): the store of all that is served */
WeftDavStore *weft_dav_served_open(const WeftDavProgramOptions *options, GError **error);

/** Returns: (transfer full): the first of the folders, to look whether files answer */
char *weft_dav_served_first(const WeftDavProgramOptions *options);

/** Returns: (transfer full): "/srv/files", "3 shares"; for people */
char *weft_dav_served_title(const WeftDavProgramOptions *options);

G_END_DECLS
