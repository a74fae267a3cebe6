/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>
#include <weft/thrift_type.h>

G_BEGIN_DECLS

/**
 * How walkers find their way in a value.
 */

/** Returns: (nullable): the value of @field in @value, which is of @type; NULL where it is absent
 */
static inline const void *
weft_thrift_member(const WeftThriftType *type, const WeftThriftField *field, const void *value)
{
    g_assert(value != NULL);
    const uint8_t *member = (const uint8_t *)value + field->offset;

    if (type->flavour == WEFT_THRIFT_UNION && *(const int32_t *)value != field->id)
        return NULL;
    if (field->presence_offset != 0 && !((const bool *)value)[field->presence_offset])
        return NULL;
    if (field->is_pointer) {
        const void *target = NULL;
        memcpy(&target, member, sizeof target);
        return target;
    }
    return member;
}

/** A list, set or map, which are types of their own in C. */
static inline WeftThriftContainer
weft_thrift_container(const void *value)
{
    WeftThriftContainer container;

    memcpy(&container, value, sizeof container);
    return container;
}

/** What JSON for people writes as a string or number: may be the name of an object's member. */
static inline bool
weft_thrift_is_scalar(const WeftThriftType *type)
{
    return type->kind != WEFT_THRIFT_STRUCT && type->kind != WEFT_THRIFT_LIST &&
           type->kind != WEFT_THRIFT_SET && type->kind != WEFT_THRIFT_MAP;
}

/** Returns: (nullable): the name of @value of the enum @type */
const char *weft_thrift_enum_name(const WeftThriftType *type, int32_t value);

G_END_DECLS
