/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/file.h>
#include <weft/service.h>

G_BEGIN_DECLS

/**
 * An HTTP/1.1 server (RFC 9110, RFC 9112).  A handler answers one request, linearly: it reads the
 * request's body where it wants it, sets a status and fields, and sends a body.
 */
typedef struct WeftHttpRequest WeftHttpRequest;
typedef struct WeftHttpResponse WeftHttpResponse;

#define WEFT_HTTP_ERROR (weft_http_error_quark())

/** Codes are HTTP statuses, 400 to 599: a WEFT_HTTP_ERROR answers with its code. */
typedef int WeftHttpStatus;
GQuark weft_http_error_quark(void);

/** The status an error answers with: a WEFT_HTTP_ERROR's code; of WEFT_ERROR, 503 for what was
 * cancelled or late, 413 for a limit, 400 for what is invalid; 500 where nothing better is known.
 * Protocols above have maps of their own. */
unsigned weft_http_status_of(const GError *error);

/** "Not Found" for 404; "" where unknown. */
const char *weft_http_reason(unsigned status);

/**
 * Answer one request.  Return FALSE with @error set and the framework answers for you
 * (weft_http_status_of()), unless the head was sent: then it closes the connection.  @request and
 * @response live until the handler returns.
 */
typedef gboolean (*WeftHttpHandler)(WeftHttpRequest *request, WeftHttpResponse *response,
                                    gpointer data, GError **error);

/* ---- the request ---- */

/** "GET", "PROPFIND"; in the case that was sent. */
const char *weft_http_request_method(const WeftHttpRequest *request);

/** As sent: "/a%20b?x=1", "*", "http://host/a"; for logs. */
const char *weft_http_request_target(const WeftHttpRequest *request);

/**
 * The path, percent-decoded, "//" collapsed, "." and ".." resolved; never NULL, starts with '/'.
 * "*" for OPTIONS *.  A request whose path has a NUL, an encoded slash or a bad escape never
 * reaches a handler.
 */
const char *weft_http_request_path(const WeftHttpRequest *request);

/** (nullable): behind the '?', as sent. */
const char *weft_http_request_query(const WeftHttpRequest *request);

/** "host[:port]", from the absolute target or the Host field. */
const char *weft_http_request_authority(const WeftHttpRequest *request);

/** Returns: (transfer none) (nullable): the value; @name in any case.  A field sent several times
 * is joined with ", " (RFC 9110 5.3). */
const char *weft_http_request_header(WeftHttpRequest *request, const char *name);

/** "192.0.2.1:4711" */
const char *weft_http_request_peer(const WeftHttpRequest *request);

/** Who sent it, as found out by what asked for a password (weft/http_auth.h), which stands before
 * the handler; told to the access log.  NULL: nobody signed in.  @user: (nullable): copied */
const char *weft_http_request_user(const WeftHttpRequest *request);
void weft_http_request_set_user(WeftHttpRequest *request, const char *user);

/** TRUE if it came over TLS to this server; what a proxy in front says is not asked. */
gboolean weft_http_request_is_secure(const WeftHttpRequest *request);

/** Bytes announced by Content-Length; -1 for a chunked body; 0 without a body. */
int64_t weft_http_request_content_length(const WeftHttpRequest *request);

/** TRUE if what is unread of the body, or that it is empty, has been received with the head: to
 * refuse the request before reading would spare the client nothing, and reading will not park. */
gboolean weft_http_request_body_is_here(const WeftHttpRequest *request);

/**
 * Read the next piece of the body.  The first call answers `Expect: 100-continue`.
 * Returns: 1..@size, 0 at its end, -1 with @error: a WEFT_HTTP_ERROR where the client is at fault.
 */
WEFT_PARKS ssize_t weft_http_request_read(WeftHttpRequest *request, void *buffer, size_t size,
                                          GError **error);

/**
 * The whole body, at most @max_bytes (413 beyond).
 * Returns: (transfer full)
 */
WEFT_PARKS GBytes *weft_http_request_read_all(WeftHttpRequest *request, size_t max_bytes,
                                              GError **error);

/** A trailer field of a chunked body, once that was read to its end. (nullable) */
const char *weft_http_request_trailer(WeftHttpRequest *request, const char *name);

/* ---- the response ---- */

/** Nothing is sent before the first write or send.  200 without this call. */
void weft_http_response_set_status(WeftHttpResponse *response, unsigned status);
unsigned weft_http_response_status(const WeftHttpResponse *response);

/** TRUE once the head was sent: there is no other answer any more. */
gboolean weft_http_response_is_sent(const WeftHttpResponse *response);

/**
 * Set or replace a field.  A name or value that is none (CR, LF, NUL) is a programming mistake.
 * Content-Length announces what weft_http_response_write() will write; "Connection: close" ends the
 * connection behind this answer; Transfer-Encoding is the framework's, and ignored.
 */
void weft_http_response_set_header(WeftHttpResponse *response, const char *name, const char *value);
/** Add a field beside others of its name. */
void weft_http_response_add_header(WeftHttpResponse *response, const char *name, const char *value);

/** The complete answer: head with Content-Length and @data, in one system call. */
WEFT_PARKS gboolean weft_http_response_send(WeftHttpResponse *response, const void *data,
                                            size_t size, GError **error);

/**
 * A body in pieces: chunked for HTTP/1.1 (close-delimited for 1.0), unless Content-Length was set.
 * Small pieces are gathered; a body that has ended before any of it was sent gets its length
 * instead. Parks while the client is slow to take it.  A handler that returns TRUE after writing
 * has ended the body.
 */
WEFT_PARKS gboolean weft_http_response_write(WeftHttpResponse *response, const void *data,
                                             size_t size, GError **error);

/** A trailer field, sent behind a chunked body; before the handler returns. */
void weft_http_response_set_trailer(WeftHttpResponse *response, const char *name,
                                    const char *value);

/** The selected representation, for conditions and ranges. */
typedef struct {
    int64_t size_bytes;
    int64_t modified_us;      /* wall clock; -1: none */
    const char *etag;         /* (nullable): with its quotes, "W/" in front if weak */
    const char *content_type; /* (nullable) */
} WeftHttpRepresentation;

/**
 * Judge the request's conditions (RFC 9110 13.2.2: If-Match, If-Unmodified-Since, If-None-Match,
 * If-Modified-Since) against the representation it aims at.
 * @representation: (nullable): NULL where there is none
 * Returns: 0 to go on, 304 or 412
 */
unsigned weft_http_request_check_conditions(WeftHttpRequest *request,
                                            const WeftHttpRepresentation *representation);

/**
 * Answer a GET or HEAD with a file: conditions, If-Range, one range or several
 * (multipart/byteranges), 304, 412, 416; ETag, Last-Modified, Accept-Ranges and Content-Type set.
 */
WEFT_PARKS gboolean weft_http_response_send_file(WeftHttpResponse *response, WeftFile *file,
                                                 const WeftHttpRepresentation *representation,
                                                 GError **error);

/* ---- routing ---- */

/**
 * Longest prefix, then method.  405 with Allow where the path is known and the method is not; HEAD
 * goes where GET goes.
 */
typedef struct WeftHttpRouter WeftHttpRouter;
WeftHttpRouter *weft_http_router_new(void);
void weft_http_router_free(WeftHttpRouter *router);

/**
 * @method: "GET"; NULL for all
 * @pattern: "/exact", or "/prefix/" for all below it; the longest match wins.  "{name}" stands for
 * any one part of the path, in "/users/{id}/notes"; a pattern that has the part itself goes first.
 * "{$}" is the end: "/{$}" is the root, and nothing below it.
 * Routes with several methods for the same paths have the same pattern.
 */
void weft_http_router_add(WeftHttpRouter *router, const char *method, const char *pattern,
                          WeftHttpHandler handler, gpointer data);

/** Returns: (transfer none) (nullable): the part of the path that "{name}" of the route's pattern
 * stands for; decoded, never empty.  Lives as long as the request. */
const char *weft_http_request_parameter(const WeftHttpRequest *request, const char *name);

/**
 * A filter stands around the handlers of all paths below @prefix, and around the refusal of those
 * that have none (a WEFT_HTTP_ERROR 404): it checks, narrows the deadline, logs, and calls
 * weft_http_request_proceed() once - or fails or answers without.  What proceed fails with it may
 * answer in its own way, unless weft_http_response_is_sent().  The first filter added is outermost.
 * @prefix: "/" or "/prefix/"
 */
void weft_http_router_add_filter(WeftHttpRouter *router, const char *prefix, WeftHttpHandler filter,
                                 gpointer data);

/** For filters: go on to the next one, or to the handler. */
WEFT_PARKS gboolean weft_http_request_proceed(WeftHttpRequest *request, WeftHttpResponse *response,
                                              GError **error);

/** A WeftHttpHandler: what to put into a service. */
gboolean weft_http_router_handle(WeftHttpRequest *request, WeftHttpResponse *response,
                                 gpointer router, GError **error);

/* ---- the service ---- */

typedef enum { WEFT_HTTP_LOG_NONE, WEFT_HTTP_LOG_COMBINED, WEFT_HTTP_LOG_JSON } WeftHttpLogFormat;

/** What a peer may take, and how long.  weft_http_limits_default() has a value for each. */
typedef struct {
    size_t max_request_line_bytes; /* 414 beyond */
    size_t max_head_bytes;         /* 431 beyond */
    size_t max_fields;             /* 431 beyond; 128 at most */
    int64_t max_body_bytes;        /* 413 beyond; -1: none */
    int64_t head_timeout_ms;       /* from the first byte to the end of the head; 408 */
    int64_t idle_timeout_ms;       /* between requests */
    int64_t handler_timeout_ms;    /* without what it waits for the client; 503; 0: none */
    int64_t min_rate_bytes_per_s;  /* of a body (408) and of an answer; 0: none */
    int64_t rate_window_ms;        /* over which that is measured */
} WeftHttpLimits;

WeftHttpLimits weft_http_limits_default(void);

/** Serve @handler, with the router's handle function or one of your own.  @data: (transfer full) */
WeftService *weft_http_service_new(WeftHttpHandler handler, gpointer data,
                                   GDestroyNotify data_free);

/** Copied.  Before the server runs. */
void weft_http_service_set_limits(WeftService *service, const WeftHttpLimits *limits);

/**
 * @fd: (transfer none): one line a request is written to it, by a thread of its own: a descriptor
 * that takes nothing holds up no request; lines that find no room meanwhile are dropped.  What
 * waits is written when the service is freed.
 */
void weft_http_service_set_access_log(WeftService *service, WeftHttpLogFormat format, int fd);

/** Block until the lines so far are written, before their file is exchanged under its descriptor.
 * FALSE if that takes longer than a second. */
gboolean weft_http_service_flush_access_log(WeftService *service);

/** Lines of the access log that were dropped; from any thread. */
uint64_t weft_http_service_n_dropped_lines(WeftService *service);

/**
 * Who comes without TLS is sent to https:// at the same host and @port: 301 for GET and HEAD, 308
 * for the others; but OPTIONS of the root is answered.  Before the server runs.
 */
void weft_http_service_set_redirect_to_tls(WeftService *service, unsigned port);

/**
 * Requests of one address (of one /64 network in IPv6) that are answered: 429 beyond.  Addresses
 * are counted in a table of fixed size, so in rare cases two are counted as one.  Before the server
 * runs, once.
 * @burst: so many at once, after a while without any
 */
void weft_http_service_set_max_rate(WeftService *service, unsigned requests_per_s, unsigned burst);

/** The same for all requests together: 503 beyond.  Before the server runs, once. */
void weft_http_service_set_max_total_rate(WeftService *service, unsigned requests_per_s,
                                          unsigned burst);

/** The Server field; default "weft".  (nullable): none */
void weft_http_service_set_server_name(WeftService *service, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftHttpRouter, weft_http_router_free)

G_END_DECLS
