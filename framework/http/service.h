/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an HTTP service was told once, and all its requests look up.
 */
#pragma once

#include "http/gate.h"
#include "http/log_writer.h"

#include <weft/http.h>

G_BEGIN_DECLS

typedef struct {
    WeftHttpHandler handler;
    gpointer data; /* owned */
    GDestroyNotify data_free;
    WeftHttpLimits limits;
    WeftHttpGate *gate; /* (nullable) */
    gboolean counts;    /* weft/http_metrics.h */
    WeftHttpLogFormat log_format;
    WeftHttpLogWriter *log_writer; /* NULL: none */
    char *server_line;             /* "Server: weft\r\n", or "" */
    size_t server_line_length;
} WeftHttpServiceData;

G_END_DECLS
