/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client's URL says (weft/thrift_client.h), taken apart and checked.
 */
#pragma once

#include <weft/thrift_codec.h>

G_BEGIN_DECLS

typedef enum {
    WEFT_THRIFT_TRANSPORT_FRAMED,
    WEFT_THRIFT_TRANSPORT_BUFFERED, /* messages without a length before them */
    WEFT_THRIFT_TRANSPORT_HEADER,
    WEFT_THRIFT_TRANSPORT_HTTP,
} WeftThriftTransport;

/** Hosts of one URL at most. */
#define WEFT_THRIFT_URL_MAX_HOSTS 64

/** Bytes of a URL at most. */
#define WEFT_THRIFT_URL_MAX_BYTES 8192

typedef struct {
    char *address; /* for weft_stream_connect() */
    char *name;    /* whom TLS asks for: without port and brackets; NULL: a unix socket */
} WeftThriftUrlHost;

typedef struct {
    WeftThriftUrlHost *hosts;
    unsigned n_hosts;
    char *path; /* of HTTP, as it is sent: "/rpc"; else NULL */
    gboolean is_tls;
    WeftThriftTransport transport;
    WeftThriftProtocol protocol;
    char *service;        /* (nullable) */
    char *ca_path;        /* (nullable) */
    gboolean is_insecure; /* whoever answers is believed */
    int64_t timeout_ms;   /* 0: none */
    int64_t connect_timeout_ms;
    int64_t idle_ms; /* 0: for ever */
    unsigned n_connections;
    unsigned n_retries;
} WeftThriftUrl;

/**
 * @ret_url: for weft_thrift_url_clear(), whatever is returned
 * Returns: FALSE: WEFT_ERROR_INVALID, with what is wrong and what is allowed
 */
gboolean weft_thrift_url_parse(WeftThriftUrl *ret_url, const char *text, size_t length,
                               GError **error);
void weft_thrift_url_clear(WeftThriftUrl *url);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftThriftUrl, weft_thrift_url_clear)

G_END_DECLS
