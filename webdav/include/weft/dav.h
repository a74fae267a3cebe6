/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav_store.h>
#include <weft/http.h>
#include <weft/server.h>

G_BEGIN_DECLS

/** A WebDAV server (RFC 4918, classes 1, 2 and 3) over a store. */

/** What somebody may do at a path; bits. */
typedef enum {
    WEFT_DAV_MAY_SEE = 1 << 0,   /* that it is there: its name, its properties, its locks */
    WEFT_DAV_MAY_READ = 1 << 1,  /* what is in a file */
    WEFT_DAV_MAY_ADD = 1 << 2,   /* make what is not there; not replace what is */
    WEFT_DAV_MAY_WRITE = 1 << 3, /* make, replace, change, lock, remove */
    WEFT_DAV_MAY_UNLOCK = 1 << 4 /* end the locks of others (RFC 3744 3.6) */
} WeftDavMay;

/** What users do as a rule. */
#define WEFT_DAV_MAY_ALL                                                                           \
    (WEFT_DAV_MAY_SEE | WEFT_DAV_MAY_READ | WEFT_DAV_MAY_ADD | WEFT_DAV_MAY_WRITE)

/** How far a question about rights goes. */
typedef enum {
    WEFT_DAV_RIGHTS_HERE,      /* the resource alone */
    WEFT_DAV_RIGHTS_ALL_BELOW, /* it, and whatever is or might be below it: the least of them */
} WeftDavExtent;

/**
 * Who may do what.  Asked for each request, and for each member of a listing some of which may be
 * hidden: it neither parks nor allocates, and is called from several threads.
 */
typedef struct {
    /** Returns: bits of WeftDavMay.  @user: (nullable): NULL for who has not signed in; @path: as
     * stores take it */
    unsigned (*function)(gpointer data, const char *user, const char *path, WeftDavExtent extent);
    gpointer data;        /* (transfer none): outlives the service */
    gboolean is_asked_in; /* who has not signed in is answered 401 where he may not, not 403 */
} WeftDavRights;

/** A file of the page, compiled into the program. */
typedef struct {
    const char *name; /* "page.js" */
    const char *content_type;
    const void *bytes;
    size_t size;
} WeftDavPageFile;

/**
 * What browsers get over the plain listing of collections, which names a style sheet and a script
 * in its head and stays what is seen where no script runs.  The files are served below the root as
 * ".weftdav/VERSION/NAME", to everybody; <body> has data-root (the way to the root), data-user and
 * data-read-only.
 */
typedef struct {
    const char *version;     /* a digest of all files: clients keep them for good */
    const char *style_sheet; /* names among files */
    const char *script;      /* a module */
    const char *icon;
    const WeftDavPageFile *files;
    size_t n_files;
} WeftDavPage;

/** Where locks live: webdav/locks/lock_store.h. */
typedef struct WeftDavLockStore WeftDavLockStore;

/** What a share allows.  weft_dav_options_default() has a value for each. */
typedef struct {
    gboolean read_only;            /* methods that write answer 403 */
    gboolean allow_depth_infinity; /* PROPFIND; otherwise 403 propfind-finite-depth */
    int64_t max_upload_bytes;      /* 413 beyond; -1: none */
    WeftDavLockStore *locks;       /* (transfer full) (nullable): NULL for locks in memory */
    WeftDavRights rights;          /* function NULL: everybody may do everything */
    const WeftDavPage *page;       /* (nullable): outlives the service; NULL: a plain listing */

    /* (nullable): "https://files.example.org/dav": how clients reach the root through a proxy that
     * takes the path of it away from what they ask for; the store has its tree below that path.
     * Copied; what weft_dav_base_url_is_valid() does not take is passed over. */
    const char *base_url;
    /* (nullable): the path below which the store has its tree; rights and the page see paths
     * without it.  Copied. */
    const char *prefix;
} WeftDavOptions;

WeftDavOptions weft_dav_options_default(void);

/** TRUE for an http or https URL without query. */
gboolean weft_dav_base_url_is_valid(const char *url);

/**
 * Serve @store over HTTP.
 * @store: (transfer full)
 * @options: (nullable): copied; NULL for the defaults
 */
WeftService *weft_dav_service_new(WeftDavStore *store, const WeftDavOptions *options);

/** The same as an HTTP handler and its data, for a router: weft_dav_handle(request, response, dav).
 */
typedef struct WeftDav WeftDav;
WeftDav *weft_dav_new(WeftDavStore *store, const WeftDavOptions *options);
void weft_dav_free(WeftDav *dav);
gboolean weft_dav_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer dav,
                         GError **error);

G_END_DECLS
