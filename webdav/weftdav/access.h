/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/config_file.h"
#include "webdav/weftdav/options.h"

G_BEGIN_DECLS

/**
 * Who may come in and do what, as the options say: users of files who sign in, and rules for them.
 * Without users everybody is let in; without rules all who are let in may do everything.
 */
typedef struct WeftDavAccess WeftDavAccess;
typedef struct WeftDavRules WeftDavRules;

/** Reads files; blocks.  Errors are sentences for the person who started the program. */
WeftDavAccess *weft_dav_access_new(const WeftDavProgramOptions *options, GError **error);

/** After the service that was made with it. */
void weft_dav_access_free(WeftDavAccess *access);

/**
 * Serve @store, to who may.
 * @store: (transfer full)
 * @dav_options: its rights are set here
 */
WeftService *weft_dav_access_serve(WeftDavAccess *access, WeftDavStore *store,
                                   WeftDavOptions *dav_options);

/** TRUE if people must sign in. */
gboolean weft_dav_access_has_users(const WeftDavProgramOptions *options);

/** For the table of options: whether what they say of users and rules can be understood. */
gboolean weft_dav_access_check(gconstpointer options, GError **error);

/** TRUE if the files of users and groups can be read and understood; blocks. */
gboolean weft_dav_access_check_files(const WeftDavProgramOptions *options, GError **error);

/** FALSE with @error if a password on its way to @address could be read by others; @address is
 * reachable from other machines. */
gboolean weft_dav_access_allow(const WeftDavProgramOptions *options, const char *address,
                               GError **error);

/** For a reload: read the files of users again; FALSE with @error: all stays as it was. */
gboolean weft_dav_access_reload_users(WeftDavAccess *access, GError **error);

/** The rules that @options want.  Reads the file of groups; blocks.  Returns: (transfer full) */
WeftDavRules *weft_dav_access_make_rules(const WeftDavAccess *access,
                                         const WeftDavProgramOptions *options, GError **error);
/** @rules: (transfer full) */
void weft_dav_access_set_rules(WeftDavAccess *access, WeftDavRules *rules);

/* Groups of the configuration file: [share NAME], [rule PATH], [group NAME]. */
void weft_dav_access_take_share(WeftDavProgramOptions *options, const WeftDavConfigFile *file,
                                const char *group, GPtrArray *problems);
void weft_dav_access_take_rule(WeftDavProgramOptions *options, const WeftDavConfigFile *file,
                               const char *group, GPtrArray *problems);
void weft_dav_access_take_group(WeftDavProgramOptions *options, const WeftDavConfigFile *file,
                                const char *group, GPtrArray *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavAccess, weft_dav_access_free)

G_END_DECLS
