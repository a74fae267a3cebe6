/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error domains of Thrift: failures of calls, and exceptions that an IDL declares.
 */

#include <weft/thrift_error.h>

G_DEFINE_QUARK(weft - thrift - error - quark, weft_thrift_error)

/* What an error of the domain WEFT_THRIFT_EXCEPTION carries. */
typedef struct {
    const WeftThriftType *type; /* NULL: nothing yet */
    void *exception;            /* in @arena */
    WeftArena arena;
} WeftThriftExceptionPrivate;

static void
weft_thrift_exception_private_init(WeftThriftExceptionPrivate *private)
{
    *private = (WeftThriftExceptionPrivate){0};
    weft_arena_init(&private->arena, SIZE_MAX);
}

static void
hold_copy(WeftThriftExceptionPrivate *private, const WeftThriftType *type, const void *exception)
{
    private->type = type;
    private->exception = weft_arena_alloc(&private->arena, type->size);
    weft_thrift_copy(type, exception, &private->arena, private->exception);
}

static void
weft_thrift_exception_private_copy(const WeftThriftExceptionPrivate *from,
                                   WeftThriftExceptionPrivate *to)
{
    if (from->type != NULL)
        hold_copy(to, from->type, from->exception);
}

static void
weft_thrift_exception_private_clear(WeftThriftExceptionPrivate *private)
{
    weft_arena_clear(&private->arena);
}

G_DEFINE_EXTENDED_ERROR(WeftThriftException, weft_thrift_exception)

gboolean
weft_thrift_throw(const WeftThriftType *type, const void *exception, GError **error)
{
    if (error == NULL)
        return FALSE;
    g_autofree char *message = weft_thrift_to_string(type, exception);
    g_set_error_literal(error, WEFT_THRIFT_EXCEPTION, 0, message);
    hold_copy(weft_thrift_exception_get_private(*error), type, exception);
    return FALSE;
}

const WeftThriftType *
weft_thrift_caught_type(const GError *error)
{
    if (error == NULL || error->domain != WEFT_THRIFT_EXCEPTION)
        return NULL;
    return weft_thrift_exception_get_private(error)->type;
}

const void *
weft_thrift_caught(const WeftThriftType *type, const GError *error)
{
    if (type == NULL || weft_thrift_caught_type(error) != type)
        return NULL;
    return weft_thrift_exception_get_private(error)->exception;
}
