/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers of a server, and the methods by which a message finds them.
 */
#pragma once

#include <weft/thrift_service.h>

G_BEGIN_DECLS

typedef struct WeftThriftEntry WeftThriftEntry;

/** A method with its handler. */
typedef struct {
    const WeftThriftMethod *method;
    const WeftThriftEntry *entry;
    size_t index; /* of all of the processor: which counters are its */
} WeftThriftRow;

/** A service that was added. */
struct WeftThriftEntry {
    const WeftThriftInterface *interface;
    size_t name_length;
    const void *handler;
    gpointer data; /* owned */
    GDestroyNotify data_free;
    WeftThriftRow *rows; /* sorted by name; those of the bases, too */
    size_t n_rows;
};

typedef struct {
    WeftThriftInterceptor intercept;
    gpointer data; /* owned */
    GDestroyNotify data_free;
} WeftThriftInterception;

struct WeftThriftProcessor {
    GPtrArray *entries;    /* WeftThriftEntry; [0]: what every server answers */
    GArray *interceptions; /* WeftThriftInterception, outermost first */
    size_t n_rows;         /* of all entries */
    gboolean is_healthy;   /* what health answers; read and set atomically */
};

/**
 * The method that a message calls: "method" of the service that was added first, or
 * "Service:method".
 * Returns: (nullable)
 */
const WeftThriftRow *weft_thrift_processor_find(const WeftThriftProcessor *processor,
                                                WeftString name);

G_END_DECLS
