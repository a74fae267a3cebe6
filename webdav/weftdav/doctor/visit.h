/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/doctor/answer.h"

G_BEGIN_DECLS

/** A server as a client sees it: where it is, and who asks. */
typedef struct WeftDavVisit WeftDavVisit;

/** How a request differs from the plain one. */
typedef enum {
    WEFT_DAV_VISIT_PLAIN = 0,
    WEFT_DAV_VISIT_CHUNKED = 1 << 0, /* the body's length is not said */
    WEFT_DAV_VISIT_UNKNOWN = 1 << 1, /* without user and password */
    WEFT_DAV_VISIT_CUT_OFF = 1 << 2, /* half of the body, then nothing: no answer is waited for */
} WeftDavVisitKind;

typedef struct {
    const char *method;
    const char *path;   /* as in a request line */
    const char *fields; /* lines, each with its CRLF */
    const char *body;   /* (nullable) */
    unsigned kind;      /* WeftDavVisitKind */
} WeftDavVisitRequest;

/**
 * @url: "http[s]://[user[:password]@]host[:port]/path"
 * @authorities_path: (nullable): PEM, for a server whose certificate the system does not trust
 */
WeftDavVisit *weft_dav_visit_new(const char *url, const char *authorities_path, GError **error);
void weft_dav_visit_free(WeftDavVisit *visit);

/** TRUE if the address has a user and no password. */
gboolean weft_dav_visit_needs_password(const WeftDavVisit *visit);
void weft_dav_visit_set_password(WeftDavVisit *visit, const char *password);

/** "https://host:port", and the path of the address without a slash at its end. */
const char *weft_dav_visit_origin(const WeftDavVisit *visit);
const char *weft_dav_visit_path(const WeftDavVisit *visit);

/** Send one request on a connection of its own.  @answer: initialised on success */
WEFT_PARKS gboolean weft_dav_visit_send(WeftDavVisit *visit, const WeftDavVisitRequest *request,
                                        WeftDavAnswer *answer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavVisit, weft_dav_visit_free)

G_END_DECLS
