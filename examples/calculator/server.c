/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server of Apache Thrift's tutorial, from its own IDL: calculator_server [ADDRESS].  It keeps
 * what it calculated.
 */
#include <weft/server.h>

#include "tutorial.weft.h"

/* One thread serves, so nothing else runs between two calls that may park. */
static GHashTable *log_by_id; /* number of an entry -> text of its result */

static gboolean
ping(WeftCall *call G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
add(WeftCall *call G_GNUC_UNUSED, int32_t num1, int32_t num2, int32_t *result,
    GError **error G_GNUC_UNUSED)
{
    *result = (int32_t)((uint32_t)num1 + (uint32_t)num2);
    return TRUE;
}

static gboolean
refuse(const Work *w, const char *why, GError **error)
{
    return invalid_operation_throw(&(InvalidOperation){(int32_t)w->op, weft_string(why)}, error);
}

static gboolean
calculate(WeftCall *call G_GNUC_UNUSED, int32_t logid, const Work *w, int32_t *result,
          GError **error)
{
    const int64_t left = w->num1;
    const int64_t right = w->num2;
    int64_t value = 0;

    if (operation_name(w->op) == NULL)
        return refuse(w, "Unknown operation", error);
    if (w->op == OPERATION_DIVIDE && right == 0)
        return refuse(w, "Cannot divide by 0", error);
    switch (w->op) {
    case OPERATION_ADD:
        value = left + right;
        break;
    case OPERATION_SUBTRACT:
        value = left - right;
        break;
    case OPERATION_MULTIPLY:
        value = left * right;
        break;
    case OPERATION_DIVIDE:
        value = left / right;
        break;
    }
    *result = (int32_t)value;
    g_hash_table_replace(log_by_id, GINT_TO_POINTER(logid), g_strdup_printf("%d", (int)*result));
    return TRUE;
}

static gboolean
zip(WeftCall *call G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
get_struct(WeftCall *call, int32_t key, SharedStruct *result, GError **error G_GNUC_UNUSED)
{
    const char *value = g_hash_table_lookup(log_by_id, GINT_TO_POINTER(key));

    result->key = key;
    result->value = weft_string_printf(weft_call_arena(call), "%s", value != NULL ? value : "");
    return TRUE;
}

int
main(int argc, char **argv)
{
    static const CalculatorHandler handler = {
        .base = {.get_struct = get_struct},
        .ping = ping,
        .add = add,
        .calculate = calculate,
        .zip = zip,
    };
    log_by_id = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    const int status = weft_serve(argc > 1 ? argv[1] : "127.0.0.1:9090",
                                  calculator_service_new(&handler, NULL, NULL));

    g_hash_table_unref(log_by_id);
    return status;
}
