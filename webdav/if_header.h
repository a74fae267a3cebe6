/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/base.h>

G_BEGIN_DECLS

/**
 * The If field (RFC 4918 10.4) taken apart: lists of conditions, each list about one resource.  The
 * field holds if one of its lists does, and a list does if all of its conditions do.
 */

/** One condition: that a resource has a state token or an entity tag, or has it not. */
typedef struct {
    gboolean is_negated;
    gboolean is_etag;
    const char *text; /* in the field: a token without <>; an entity tag with its quotes */
    size_t length;
} WeftDavIfCondition;

/** A run of conditions. */
typedef struct {
    const char *tag; /* (nullable): in the field: a URI without <>; NULL: the request's resource */
    size_t tag_length;
    size_t first; /* in WeftDavIf.conditions */
    size_t n_conditions;
} WeftDavIfList;

/** Lives no longer than the text of the field. */
typedef struct WeftDavIf WeftDavIf;
struct WeftDavIf {
    GArray *lists;      /* of WeftDavIfList, in the order of the field; at least one */
    GArray *conditions; /* of WeftDavIfCondition */
};

/**
 * Read an If field.
 * Returns: (transfer full): NULL with a WEFT_HTTP_ERROR: 400
 */
WeftDavIf *weft_dav_if_parse(const char *value, size_t length, GError **error);
void weft_dav_if_free(WeftDavIf *field);

/** (transfer none): condition @index of @list. */
const WeftDavIfCondition *weft_dav_if_condition(const WeftDavIf *field, const WeftDavIfList *list,
                                                size_t index);

/**
 * TRUE if @token stands anywhere in the field: so it is submitted, whatever the condition it stands
 * in says (RFC 4918 10.4.1).
 */
gboolean weft_dav_if_submits(const WeftDavIf *field, const char *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavIf, weft_dav_if_free)

G_END_DECLS
