/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One way to encode and decode the document.  All have the same document, and must give the same
 * bytes.
 */
typedef struct {
    const char *name;
    bool is_compact;
    /** Make the document. */
    void (*prepare)(void);
    /** Returns: how many bytes; *@ret_bytes lives until the next call */
    size_t (*encode)(const uint8_t **ret_bytes);
    /** Returns: how many items were in it */
    size_t (*decode)(const uint8_t *bytes, size_t size);
} Codec;

/* What is in the document. */
enum { N_ITEMS = 100, N_COUNTERS = 4 };
static const char *const counter_names[N_COUNTERS] = {"clicks", "errors", "stars", "views"};
#define DOCUMENT_NAME "a document of a hundred items"
#define TITLE_FORMAT "the title of item %05d"

static inline int64_t
counter_value(int item, int counter)
{
    return (int64_t)item * item * item * (counter * counter * counter * counter * 97 + 1);
}

extern const Codec weft_codecs[];
extern const Codec cpp_codecs[];
extern const Codec c_glib_codecs[];

#ifdef __cplusplus
}
#endif
