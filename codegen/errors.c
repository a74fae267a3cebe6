/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with IDL files.
 */

#include "codegen/errors.h"

#include <string.h>

static void
clear_error(gpointer data)
{
    WeftIdlError *error = data;

    g_free(error->message);
}

void
weft_idl_errors_init(WeftIdlErrors *errors)
{
    errors->items = g_array_new(FALSE, FALSE, sizeof(WeftIdlError));
    g_array_set_clear_func(errors->items, clear_error);
    errors->n_beyond = 0;
}

void
weft_idl_errors_clear(WeftIdlErrors *errors)
{
    g_clear_pointer(&errors->items, g_array_unref);
}

void
weft_idl_errors_add(WeftIdlErrors *errors, WeftIdlPosition position, const char *format, ...)
{
    WeftIdlError error = {.position = position};
    va_list arguments;

    if (errors->items->len == WEFT_IDL_MAX_ERRORS) {
        errors->n_beyond++;
        return;
    }
    va_start(arguments, format);
    error.message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_array_append_val(errors->items, error);
}

size_t
weft_idl_errors_count(const WeftIdlErrors *errors)
{
    return errors->items->len + errors->n_beyond;
}

static int
compare_errors(const void *left, const void *right)
{
    const WeftIdlPosition *one = &(*(const WeftIdlError *const *)left)->position;
    const WeftIdlPosition *other = &(*(const WeftIdlError *const *)right)->position;
    int order = strcmp(one->path, other->path);

    if (order == 0)
        order = (one->line > other->line) - (one->line < other->line);
    if (order == 0)
        order = (one->column > other->column) - (one->column < other->column);
    return order;
}

char *
weft_idl_errors_text(const WeftIdlErrors *errors)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    g_autoptr(GString) text = g_string_new(NULL);

    for (unsigned i = 0; i < errors->items->len; i++)
        g_ptr_array_add(sorted, &g_array_index(errors->items, WeftIdlError, i));
    g_ptr_array_sort(sorted, compare_errors);

    for (unsigned i = 0; i < sorted->len; i++) {
        const WeftIdlError *error = g_ptr_array_index(sorted, i);
        g_string_append_printf(text, "%s:%u:%u: %s\n", error->position.path, error->position.line,
                               error->position.column, error->message);
    }
    if (errors->n_beyond > 0)
        g_string_append_printf(text, "and %zu more\n", errors->n_beyond);
    return g_string_free(g_steal_pointer(&text), FALSE);
}
