/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/** What a server answered to one request, read to the end of its connection. */
typedef struct {
    unsigned status;
    char *head; /* fields, one a line */
    char *body; /* with a NUL behind */
    size_t body_length;
} WeftDavAnswer;

/**
 * Take apart an HTTP/1 answer; interim ones (1xx) before it are passed over.
 * @has_body: FALSE for the answer to HEAD
 */
gboolean weft_dav_answer_parse(WeftDavAnswer *answer, const char *bytes, size_t size,
                               gboolean has_body, GError **error);
void weft_dav_answer_clear(WeftDavAnswer *answer);

/** Returns: (transfer full) (nullable): the first field called @name, in any case */
char *weft_dav_answer_field(const WeftDavAnswer *answer, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WeftDavAnswer, weft_dav_answer_clear)

G_END_DECLS
