/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav.h>
#include <weft/log.h>

#include "webdav/store/property_choice.h"

G_BEGIN_DECLS

/**
 * What weftdav is asked to do, by its command line, its environment (WEFTDAV_...), its
 * configuration file and its defaults, the earlier of these before the later.  Every field has a
 * value after parsing.  A new option is a field here, a row of the table in options.c, and a
 * paragraph in weftdav(1) and weftdav.conf(5).
 */
typedef struct {
    char *directory; /* absolute */
    char *config;    /* (nullable): the configuration file */
    gboolean checks_config;
    gboolean shows_version;

    char **listen; /* addresses, NULL behind the last */
    unsigned n_workers;
    unsigned report_blocked_ms; /* 0: never */
    gboolean anonymous;

    char **shares; /* "NAME=DIR"; in place of directory */
    char *home;    /* (nullable): a folder with "/{user}" behind it */

    char *users;        /* (nullable): file of passwords */
    char *pam;          /* a service of PAM, or "none" */
    char *digest_users; /* (nullable): file of digests */
    char *realm;
    char *groups_file; /* (nullable) */
    char **groups;     /* "NAME=USER,USER" */
    char **rules;      /* "PATH LEVEL NAMES" */
    gboolean insecure_basic;
    gboolean behind_proxy;

    char **tls_certificates; /* the first is for who calls no name of the others */
    char **tls_keys;         /* as many, or none: they are in the same files */
    gboolean tls_self_signed;
    gboolean redirect_to_tls;

    char *user;       /* (nullable): whom to become */
    gboolean confine; /* reach no files but its own */

    unsigned max_connections;             /* 0: by the limit of descriptors */
    unsigned max_connections_per_address; /* 0: no limit */
    unsigned max_requests_per_address;    /* in a second; 0: no limit */
    unsigned max_requests;                /* the same, of all */

    gboolean read_only;
    WeftDavDurability durability;
    char *state; /* (nullable): the state folder */
    WeftDavPropertyPlace property_place;
    int64_t max_upload_bytes; /* -1: none */
    int64_t quota_bytes;      /* of each share; -1: none */

    WeftDavAppleFiles apple_files;
    gboolean hides_dot_files;
    char **deny; /* patterns of names */
    gboolean ignores_case;
    gboolean normalises_names;

    char *prefix;   /* (nullable): "/dav" */
    char *base_url; /* (nullable): "https://files.example.org/dav" */

    char *metrics;    /* (nullable): the address of metrics and health */
    char *control;    /* (nullable): the address of the control socket */
    char *access_log; /* (nullable): "-" for stdout */
    WeftHttpLogFormat access_log_format;
    WeftLogLevel log_level;
} WeftDavProgramOptions;

/**
 * Gather the options; --help is answered here, and ends the program.
 * FALSE with @error: a sentence for the person who typed it, the first of what is wrong
 */
gboolean weft_dav_program_options_parse(WeftDavProgramOptions *options, int argc, char **argv,
                                        GError **error);

/**
 * The same with all that is wrong: a sentence (char *) each, added to @problems.  For
 * --check-config and for reading the configuration again.  @options have values in any case.
 */
void weft_dav_program_options_gather(WeftDavProgramOptions *options, int argc, char **argv,
                                     GPtrArray *problems);
void weft_dav_program_options_clear(WeftDavProgramOptions *options);

/**
 * What differs between @options and what was @asked for later, but cannot change before the next
 * start.  Returns: (transfer container): names of options, NULL behind the last
 */
const char **weft_dav_program_options_fixed(const WeftDavProgramOptions *options,
                                            const WeftDavProgramOptions *asked);

/** Let the options that can change at once have the values that @asked has; those get the former
 * ones in turn. */
void weft_dav_program_options_adopt(WeftDavProgramOptions *options, WeftDavProgramOptions *asked);

/** FALSE with @error if these options must not lead to listening on @address: others reach it. */
gboolean weft_dav_program_options_allow(const WeftDavProgramOptions *options, const char *address,
                                        GError **error);

/** TRUE if nobody but this machine reaches @address: loopback, or a socket in the file system. */
gboolean weft_dav_program_is_local(const char *address);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavProgramOptions, weft_dav_program_options_clear)

G_END_DECLS
