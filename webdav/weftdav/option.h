/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One option of the program: a row of the table in options.c, and what can be done with any row:
 * take a text, compare two values, let a value go.
 */

#include <weft/error.h>

typedef enum {
    WEFT_DAV_OPTION_FLAG,   /* gboolean */
    WEFT_DAV_OPTION_STRING, /* char *, (nullable) */
    WEFT_DAV_OPTION_PATH,   /* char *, (nullable): absolute, or "-" as it is */
    WEFT_DAV_OPTION_LIST,   /* char **, never NULL */
    WEFT_DAV_OPTION_PATHS,  /* the same, of paths */
    WEFT_DAV_OPTION_SIZE,   /* int64_t, bytes; -1: none */
    WEFT_DAV_OPTION_COUNT,  /* unsigned, of min to max */
    WEFT_DAV_OPTION_CHOICE, /* an enum: min for the first word of value_name, and so on */
} WeftDavOptionKind;

/* Where an option may be given; by default everywhere. */
typedef enum {
    WEFT_DAV_OPTION_NO_LINE = 1 << 0, /* not on the command line, not under its name */
    WEFT_DAV_OPTION_NO_FILE = 1 << 1, /* not in the configuration file */
    WEFT_DAV_OPTION_NO_ENV = 1 << 2,  /* not in the environment */
    /* Whether it can change while the program runs: by default not before the next start. */
    WEFT_DAV_OPTION_RELOADS = 1 << 3,
} WeftDavOptionTraits;

/* All strings are literals; what is NULL or 0 need not be written. */
typedef struct {
    const char *name; /* "max-upload": --max-upload, WEFTDAV_MAX_UPLOAD and the key max-upload */
    char letter;      /* 'l' for -l */
    WeftDavOptionKind kind;
    size_t offset;          /* of its field */
    const char *value_name; /* as in --help; of a CHOICE all its words: "power|process" */
    const char *help;       /* for --help, which adds the default; NULL: not shown there */
    const char *fallback;   /* the default, as somebody would type it */
    unsigned min;
    unsigned max;
    unsigned traits; /* WeftDavOptionTraits */
    /* What else must hold once all options have their values. */
    gboolean (*check)(gconstpointer options, GError **error);
} WeftDavOption;

/*
 * Give the field of @option in @options the value that @texts say; its former value is freed.
 * @texts: of LIST and PATHS all members, otherwise the last one counts
 * @said_as: how messages call it: "--max-upload"
 * @folder: what a relative path begins at; NULL for the current folder
 */
gboolean weft_dav_option_set(const WeftDavOption *option, gpointer options,
                             const char *const *texts, const char *said_as, const char *folder,
                             GError **error);

void weft_dav_option_clear(const WeftDavOption *option, gpointer options);
gboolean weft_dav_option_equal(const WeftDavOption *option, gconstpointer a, gconstpointer b);

/* Exchange the values that @a and @b have for it. */
void weft_dav_option_swap(const WeftDavOption *option, gpointer a, gpointer b);

/* "WEFTDAV_MAX_UPLOAD".  Returns: (transfer full) */
char *weft_dav_option_variable(const WeftDavOption *option);

/* TRUE for LIST and PATHS. */
gboolean weft_dav_option_is_list(const WeftDavOption *option);

/* The members of a list in one text: "a; b".  Returns: (transfer full) */
char **weft_dav_option_split(const char *text);
