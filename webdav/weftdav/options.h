/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav.h>
#include <weft/log.h>

G_BEGIN_DECLS

/** What the command line asks of weftdav.  Every field has a value after parsing. */
typedef struct {
    char *directory; /* absolute */
    char **listen;   /* addresses, NULL behind the last */
    unsigned n_workers;
    gboolean read_only;
    gboolean anonymous;
    gboolean shows_version;
    WeftDavDurability durability;
    char *state;              /* (nullable): the state folder */
    int64_t max_upload_bytes; /* -1: none */
    char *access_log;         /* (nullable): "-" for stdout */
    WeftHttpLogFormat access_log_format;
    WeftLogLevel log_level;
} WeftDavProgramOptions;

/**
 * Parse the command line; --help is answered here, and ends the program.
 * FALSE with @error: a sentence for the person who typed it
 */
gboolean weft_dav_program_options_parse(WeftDavProgramOptions *options, int argc, char **argv,
                                        GError **error);
void weft_dav_program_options_clear(WeftDavProgramOptions *options);

/** TRUE if nobody but this machine reaches @address: loopback, or a socket in the file system. */
gboolean weft_dav_program_is_local(const char *address);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavProgramOptions, weft_dav_program_options_clear)

G_END_DECLS
