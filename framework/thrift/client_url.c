/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The URL of a client.  Schemes and options are tables; each option knows how it is read and what
 * to say about a value it does not take.
 */

#include "thrift/client_url.h"

#include "io/address.h"

#include <string.h>
#include <weft/scan.h>

#define MAX_DURATION_MS ((uint64_t)24 * 60 * 60 * 1000)
#define MAX_CONNECTIONS 65536
#define MAX_RETRIES 16

/* A part of the text. */
typedef struct {
    const char *at;
    size_t length;
} Span;

/* For messages: %.*s with what a person can still read. */
#define SPAN_ARGS(span) (int)MIN((span).length, 200), (span).at

typedef enum {
    FORM_HOSTS, /* "//HOST:PORT,HOST:PORT" */
    FORM_HTTP,  /* "//HOST[:PORT]/PATH" */
    FORM_UNIX,  /* "/PATH" */
} Form;

typedef struct {
    const char *name;
    Form form;
    gboolean is_tls;
    const char *default_port; /* (nullable) */
} Scheme;

static const Scheme schemes[] = {
    {"thrift", FORM_HOSTS, FALSE, NULL},     {"thrift+tls", FORM_HOSTS, TRUE, NULL},
    {"thrift+unix", FORM_UNIX, FALSE, NULL}, {"http", FORM_HTTP, FALSE, "80"},
    {"https", FORM_HTTP, TRUE, "443"},
};

static gboolean G_GNUC_PRINTF(2, 3) set_invalid(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "bad URL of a service: %s", what);
    return FALSE;
}

static gboolean
span_is(Span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.at, text, span.length) == 0;
}

/* What stands before @byte, which is taken off with it; all of @rest where there is none. */
static Span
take_until(Span *rest, char byte)
{
    const char *found = rest->length > 0 ? memchr(rest->at, byte, rest->length) : NULL;
    Span part = *rest;

    if (found == NULL) {
        *rest = (Span){rest->at + rest->length, 0};
        return part;
    }
    part.length = (size_t)(found - rest->at);
    rest->at += part.length + 1;
    rest->length -= part.length + 1;
    return part;
}

/* Returns: (transfer full): NULL with @error where an escape is bad, or stands for a NUL */
static char *
decode(Span span, GError **error)
{
    char *text = g_malloc(span.length + 1);
    ssize_t length = weft_scan_percent_decode(span.at, span.length, text);

    if (length < 0 || memchr(text, '\0', (size_t)length) != NULL) {
        set_invalid(error, "\"%.*s\" has a %% that is no escape", SPAN_ARGS(span));
        g_free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

/* ---- options ---- */

static gboolean
read_number(Span value, uint64_t max, uint64_t *ret_number)
{
    uint64_t number;

    if (value.length == 0 || weft_scan_decimal(value.at, value.length, &number) != value.length ||
        number > max)
        return FALSE;
    *ret_number = number;
    return TRUE;
}

/* "200ms", "5s", "2m" */
static gboolean
read_duration(Span value, int64_t *ret_ms)
{
    static const struct {
        const char *name;
        unsigned ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    uint64_t number;
    const size_t n_digits = weft_scan_decimal(value.at, value.length, &number);
    const Span unit = {value.at + n_digits, value.length - n_digits};

    if (n_digits == 0)
        return FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (span_is(unit, units[i].name) && number <= MAX_DURATION_MS / units[i].ms) {
            *ret_ms = (int64_t)(number * units[i].ms);
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
set_protocol(WeftThriftUrl *url, Span value, G_GNUC_UNUSED GError **error)
{
    static const char *const names[] = {
        [WEFT_THRIFT_PROTOCOL_BINARY] = "binary",
        [WEFT_THRIFT_PROTOCOL_COMPACT] = "compact",
        [WEFT_THRIFT_PROTOCOL_JSON] = "json",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (span_is(value, names[i])) {
            url->protocol = (WeftThriftProtocol)i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
set_transport(WeftThriftUrl *url, Span value, GError **error)
{
    static const char *const names[] = {
        [WEFT_THRIFT_TRANSPORT_FRAMED] = "framed",
        [WEFT_THRIFT_TRANSPORT_BUFFERED] = "buffered",
        [WEFT_THRIFT_TRANSPORT_HEADER] = "header",
    };

    if (url->transport == WEFT_THRIFT_TRANSPORT_HTTP)
        return set_invalid(error, "over HTTP there is no option \"transport\"");
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        if (span_is(value, names[i])) {
            url->transport = (WeftThriftTransport)i;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
set_text(char **text, Span value, GError **error)
{
    if (value.length == 0)
        return FALSE;
    g_free(*text);
    *text = decode(value, error);
    return *text != NULL;
}

static gboolean
set_service(WeftThriftUrl *url, Span value, GError **error)
{
    return set_text(&url->service, value, error) && strchr(url->service, ':') == NULL;
}

static gboolean
check_tls(const WeftThriftUrl *url, const char *name, GError **error)
{
    if (url->is_tls)
        return TRUE;
    return set_invalid(error, "option \"%s\" is for thrift+tls:// and https:// only", name);
}

static gboolean
set_ca(WeftThriftUrl *url, Span value, GError **error)
{
    return check_tls(url, "ca", error) && set_text(&url->ca_path, value, error);
}

static gboolean
set_insecure(WeftThriftUrl *url, Span value, GError **error)
{
    if (!check_tls(url, "insecure", error) || (!span_is(value, "1") && !span_is(value, "0")))
        return FALSE;
    url->is_insecure = span_is(value, "1");
    return TRUE;
}

static gboolean
set_timeout(WeftThriftUrl *url, Span value, G_GNUC_UNUSED GError **error)
{
    return read_duration(value, &url->timeout_ms);
}

static gboolean
set_connect_timeout(WeftThriftUrl *url, Span value, G_GNUC_UNUSED GError **error)
{
    return read_duration(value, &url->connect_timeout_ms) && url->connect_timeout_ms > 0;
}

static gboolean
set_idle(WeftThriftUrl *url, Span value, G_GNUC_UNUSED GError **error)
{
    return read_duration(value, &url->idle_ms);
}

static gboolean
set_connections(WeftThriftUrl *url, Span value, G_GNUC_UNUSED GError **error)
{
    uint64_t number;

    if (!read_number(value, MAX_CONNECTIONS, &number) || number == 0)
        return FALSE;
    url->n_connections = (unsigned)number;
    return TRUE;
}

static gboolean
set_retries(WeftThriftUrl *url, Span value, G_GNUC_UNUSED GError **error)
{
    uint64_t number;

    if (!read_number(value, MAX_RETRIES, &number))
        return FALSE;
    url->n_retries = (unsigned)number;
    return TRUE;
}

typedef struct {
    const char *name;
    const char *allowed; /* for who wrote something else */
    /* FALSE without @error: the value is none of @allowed. */
    gboolean (*set)(WeftThriftUrl *url, Span value, GError **error);
} Option;

static const Option options[] = {
    {"protocol", "binary, compact or json", set_protocol},
    {"transport", "framed, buffered or header", set_transport},
    {"service", "the name of a service, without a colon", set_service},
    {"timeout", "a time such as 200ms, 5s or 1m; 0s for none", set_timeout},
    {"connect_timeout", "a time such as 200ms or 5s", set_connect_timeout},
    {"connections", "a number from 1 to 65536", set_connections},
    {"idle", "a time such as 30s or 5m; 0s for ever", set_idle},
    {"retries", "a number from 0 to 16", set_retries},
    {"ca", "the name of a file", set_ca},
    {"insecure", "1 or 0", set_insecure},
};

#define OPTION_NAMES                                                                               \
    "protocol, transport, service, timeout, connect_timeout, connections, idle, retries, ca, "     \
    "insecure"

static gboolean
set_option(WeftThriftUrl *url, Span text, GError **error)
{
    Span value = text;
    const Span name = take_until(&value, '=');
    GError *failure = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        if (!span_is(name, options[i].name))
            continue;
        if (options[i].set(url, value, &failure))
            return TRUE;
        if (failure == NULL)
            return set_invalid(error, "option %s=\"%.*s\": expected %s", options[i].name,
                               SPAN_ARGS(value), options[i].allowed);
        g_propagate_error(error, failure);
        return FALSE;
    }
    return set_invalid(error, "option \"%.*s\" is unknown; there are " OPTION_NAMES,
                       SPAN_ARGS(name));
}

static gboolean
set_options(WeftThriftUrl *url, Span query, GError **error)
{
    while (query.length > 0) {
        const Span option = take_until(&query, '&');

        if (option.length > 0 && !set_option(url, option, error))
            return FALSE;
    }
    return TRUE;
}

/* ---- where to connect to ---- */

static gboolean
check_endpoint(const char *address, GError **error)
{
    WeftEndpoint endpoint;
    g_autoptr(GError) failure = NULL;

    if (!weft_endpoint_parse(address, &endpoint, &failure))
        return set_invalid(error, "%s", failure->message);
    if (!endpoint.is_numeric && endpoint.host[0] == '\0')
        return set_invalid(error, "\"%s\" names no host", address);
    if (endpoint.port == 0 && strncmp(address, "unix:", 5) != 0)
        return set_invalid(error, "\"%s\": port 0 cannot be connected to", address);
    return TRUE;
}

/* TRUE if @host ends with ":PORT"; the colons of "[::1]" are none. */
static gboolean
has_port(Span host)
{
    const char *colon = memrchr(host.at, ':', host.length);

    return colon != NULL && memchr(colon, ']', host.length - (size_t)(colon - host.at)) == NULL;
}

/* The name in @address, "[::1]:80" or "example.org:80". */
static char *
name_of(const char *address)
{
    const size_t length = (size_t)(strrchr(address, ':') - address);

    if (length >= 2 && address[0] == '[' && address[length - 1] == ']')
        return g_strndup(address + 1, length - 2);
    return g_strndup(address, length);
}

static gboolean
add_host(WeftThriftUrl *url, const Scheme *scheme, Span host, GError **error)
{
    if (host.length == 0)
        return set_invalid(error, "a host is missing; expected %s://HOST:PORT", scheme->name);
    if (memchr(host.at, '@', host.length) != NULL)
        return set_invalid(error, "\"%.*s\": no user or password can stand before a host",
                           SPAN_ARGS(host));
    if (weft_scan_while(host.at, host.length, WEFT_BYTE_VISIBLE) != host.length)
        return set_invalid(error, "a host has a blank or a control byte in it");
    if (url->n_hosts == WEFT_THRIFT_URL_MAX_HOSTS)
        return set_invalid(error, "more than %d hosts", WEFT_THRIFT_URL_MAX_HOSTS);
    if (!has_port(host) && scheme->default_port == NULL)
        return set_invalid(error, "\"%.*s\" has no port; expected %s://HOST:PORT", SPAN_ARGS(host),
                           scheme->name);

    g_autofree char *name = g_strndup(host.at, host.length);
    g_autofree char *address =
        has_port(host) ? g_strdup(name) : g_strconcat(name, ":", scheme->default_port, NULL);
    if (!check_endpoint(address, error))
        return FALSE;
    WeftThriftUrlHost *added = &url->hosts[url->n_hosts++];
    added->name = name_of(address);
    added->address = g_steal_pointer(&address);
    return TRUE;
}

/* @path: what is behind the hosts, from its slash on; may be empty */
static gboolean
set_path(WeftThriftUrl *url, const Scheme *scheme, Span path, GError **error)
{
    if (scheme->form == FORM_HOSTS) {
        if (path.length <= 1)
            return TRUE;
        return set_invalid(error, "\"%.*s\": there is no path behind the hosts of %s://",
                           SPAN_ARGS(path), scheme->name);
    }
    if (weft_scan_while(path.at, path.length, WEFT_BYTE_VISIBLE) != path.length ||
        (path.length > 0 && memchr(path.at, '#', path.length) != NULL))
        return set_invalid(error, "the path has a byte that must be written as %%XX");
    url->path = path.length > 0 ? g_strndup(path.at, path.length) : g_strdup("/");
    return TRUE;
}

static gboolean
set_hosts(WeftThriftUrl *url, const Scheme *scheme, Span place, GError **error)
{
    if (place.length < 2 || memcmp(place.at, "//", 2) != 0)
        return set_invalid(error, "\"//\" is missing behind \"%s:\"", scheme->name);

    place = (Span){place.at + 2, place.length - 2};
    Span hosts = place;
    const char *slash = place.length > 0 ? memchr(place.at, '/', place.length) : NULL;
    if (slash != NULL)
        hosts.length = (size_t)(slash - place.at);
    if (!set_path(url, scheme, (Span){hosts.at + hosts.length, place.length - hosts.length}, error))
        return FALSE;
    if (hosts.length > 0 && hosts.at[hosts.length - 1] == ',')
        return set_invalid(error, "a host is missing behind the last comma");
    do {
        if (!add_host(url, scheme, take_until(&hosts, ','), error))
            return FALSE;
    } while (hosts.length > 0);
    return TRUE;
}

static gboolean
set_unix(WeftThriftUrl *url, const Scheme *scheme, Span place, GError **error)
{
    /* Both are written: "thrift+unix:/run/a" and, as file: URLs are, "thrift+unix:///run/a". */
    if (place.length >= 3 && memcmp(place.at, "///", 3) == 0)
        place = (Span){place.at + 2, place.length - 2};
    if (place.length < 2 || place.at[0] != '/' || place.at[1] == '/')
        return set_invalid(error, "expected %s:/PATH of a socket", scheme->name);

    g_autofree char *path = decode(place, error);
    if (path == NULL)
        return FALSE;
    g_autofree char *address = g_strconcat("unix:", path, NULL);
    if (!check_endpoint(address, error))
        return FALSE;
    url->hosts[url->n_hosts++].address = g_steal_pointer(&address);
    return TRUE;
}

static const Scheme *
find_scheme(Span name, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (name.length == strlen(schemes[i].name) &&
            weft_scan_equal_ignoring_case(name.at, name.length, schemes[i].name))
            return &schemes[i];
    }
    set_invalid(error,
                "\"%.*s:\" is no way to call; there are thrift://, thrift+tls://, thrift+unix:, "
                "http:// and https://",
                SPAN_ARGS(name));
    return NULL;
}

gboolean
weft_thrift_url_parse(WeftThriftUrl *ret_url, const char *text, size_t length, GError **error)
{
    Span query = {text, length};

    *ret_url = (WeftThriftUrl){
        .timeout_ms = 10000,
        .connect_timeout_ms = 1000,
        .idle_ms = 50000,
        .n_connections = 64,
        .n_retries = 1,
    };
    if (length > WEFT_THRIFT_URL_MAX_BYTES)
        return set_invalid(error, "more than %d bytes", WEFT_THRIFT_URL_MAX_BYTES);
    if (length == 0 || memchr(text, ':', length) == NULL)
        return set_invalid(error, "\"%.*s\": expected thrift://HOST:PORT or the like",
                           SPAN_ARGS(query));

    Span place = take_until(&query, '?');
    const Scheme *scheme = find_scheme(take_until(&place, ':'), error);
    if (scheme == NULL)
        return FALSE;
    ret_url->is_tls = scheme->is_tls;
    if (scheme->form == FORM_HTTP)
        ret_url->transport = WEFT_THRIFT_TRANSPORT_HTTP;
    ret_url->hosts = g_new0(WeftThriftUrlHost, WEFT_THRIFT_URL_MAX_HOSTS);
    gboolean is_set = scheme->form == FORM_UNIX ? set_unix(ret_url, scheme, place, error)
                                                : set_hosts(ret_url, scheme, place, error);
    return is_set && set_options(ret_url, query, error);
}

void
weft_thrift_url_clear(WeftThriftUrl *url)
{
    for (unsigned i = 0; i < url->n_hosts; i++) {
        g_free(url->hosts[i].address);
        g_free(url->hosts[i].name);
    }
    g_free(url->hosts);
    g_free(url->path);
    g_free(url->service);
    g_free(url->ca_path);
    *url = (WeftThriftUrl){0};
}
