/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A configuration file: groups of keys with values (GKeyFile), of which everything knows its line.
 * Problems are sentences in a GPtrArray of char *, each with file and line: all are found at once.
 */

#include <weft/error.h>

typedef struct WeftDavConfigFile WeftDavConfigFile;

/*
 * Read @path.  What is no configuration file at all is a problem, and NULL is returned.
 * Returns: (transfer full) (nullable)
 */
WeftDavConfigFile *weft_dav_config_file_load(const char *path, GPtrArray *problems);

/* The same for a text in memory; @path is for messages. */
WeftDavConfigFile *weft_dav_config_file_parse(const char *path, const char *text, size_t length,
                                              GPtrArray *problems);
void weft_dav_config_file_free(WeftDavConfigFile *file);

/* What relative paths in the file begin at: where it lies. */
const char *weft_dav_config_file_folder(const WeftDavConfigFile *file);

/* Returns: (transfer container): its groups in their order, each once, NULL behind the last */
const char **weft_dav_config_file_groups(const WeftDavConfigFile *file);

/* Returns: (transfer full) (nullable): the value of @key; NULL where it is not given, and, with a
 * problem, where its escapes or its bytes are bad */
char *weft_dav_config_file_get(const WeftDavConfigFile *file, const char *group, const char *key,
                               GPtrArray *problems);

/* Every key in @group must be one of @known (NULL behind the last); one that is not, and one that
 * is given twice, is a problem. */
void weft_dav_config_file_check_keys(const WeftDavConfigFile *file, const char *group,
                                     const char *const *known, GPtrArray *problems);

/* A problem "FILE, line N: ..." with @key in @group; NULL for the group as a whole. */
void weft_dav_config_file_complain(const WeftDavConfigFile *file, const char *group,
                                   const char *key, GPtrArray *problems, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* Returns: (nullable): which of @known (NULL behind the last) somebody may have meant by @name */
const char *weft_dav_config_nearest(const char *name, const char *const *known);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavConfigFile, weft_dav_config_file_free)
