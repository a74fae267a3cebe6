/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services and their methods, in tables that are made before the server runs.  Beside those of the
 * program there is one, "weft", that every server answers.
 */

#include "thrift/processor.h"

#include "thrift/call.h"

#include <string.h>

#define SERVICE_SEPARATOR ':'

/* ---- methods ---- */

/* As strcmp(), but that @name has @length bytes, NULs among them. */
static int
compare_name(const char *name, size_t length, const char *other)
{
    const size_t other_length = strlen(other);
    const int order = memcmp(name, other, MIN(length, other_length));

    if (order != 0)
        return order;
    return (length > other_length) - (length < other_length);
}

static const WeftThriftMethod *
find_own(const WeftThriftInterface *interface, const char *name, size_t length)
{
    size_t low = 0;
    size_t high = interface->n_methods;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_name(name, length, interface->methods[middle].name);

        if (order == 0)
            return &interface->methods[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const WeftThriftMethod *
weft_thrift_interface_find(const WeftThriftInterface *interface, const char *name, size_t length)
{
    for (; interface != NULL; interface = interface->base) {
        const WeftThriftMethod *method = find_own(interface, name, length);

        if (method != NULL)
            return method;
    }
    return NULL;
}

static const WeftThriftRow *
find_row(const WeftThriftEntry *entry, const char *name, size_t length)
{
    size_t low = 0;
    size_t high = entry->n_rows;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = compare_name(name, length, entry->rows[middle].method->name);

        if (order == 0)
            return &entry->rows[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* ---- what every server answers ---- */

typedef struct {
    bool success;
    struct {
        bool success;
    } has;
} HealthResult;

static gboolean
invoke_health(WeftCall *call, G_GNUC_UNUSED const void *handler,
              G_GNUC_UNUSED const void *arguments, void *result, G_GNUC_UNUSED GError **error)
{
    HealthResult *health = result;

    health->success = weft_thrift_call_is_healthy(call);
    health->has.success = true;
    return TRUE;
}

static const WeftThriftType health_arguments = {
    .name = "health_arguments",
    .kind = WEFT_THRIFT_STRUCT,
    .size = 1,
};

static const WeftThriftField health_result_fields[] = {{
    .name = "success",
    .type = &weft_thrift_bool,
    .requiredness = WEFT_THRIFT_OPTIONAL,
    .offset = offsetof(HealthResult, success),
    .presence_offset = offsetof(HealthResult, has.success),
}};

static const WeftThriftType health_result = {
    .name = "health_result",
    .kind = WEFT_THRIFT_STRUCT,
    .size = sizeof(HealthResult),
    .n_fields = G_N_ELEMENTS(health_result_fields),
    .fields = health_result_fields,
};

static const WeftThriftMethod own_methods[] = {
    {.name = "health",
     .arguments = &health_arguments,
     .result = &health_result,
     .invoke = invoke_health,
     .is_idempotent = true},
};

static const WeftThriftInterface own_interface = {
    .name = "weft",
    .methods = own_methods,
    .n_methods = G_N_ELEMENTS(own_methods),
};

/* The name of the method for clients that do not multiplex. */
#define HEALTH_NAME "weft.health"

/* ---- life ---- */

static void
entry_free(gpointer data)
{
    WeftThriftEntry *entry = data;

    if (entry->data_free != NULL)
        entry->data_free(entry->data);
    g_free(entry->rows);
    g_free(entry);
}

static void
interception_clear(gpointer data)
{
    WeftThriftInterception *interception = data;

    if (interception->data_free != NULL)
        interception->data_free(interception->data);
}

WeftThriftProcessor *
weft_thrift_processor_new(void)
{
    WeftThriftProcessor *processor = g_new0(WeftThriftProcessor, 1);

    processor->entries = g_ptr_array_new_with_free_func(entry_free);
    processor->interceptions = g_array_new(FALSE, FALSE, sizeof(WeftThriftInterception));
    g_array_set_clear_func(processor->interceptions, interception_clear);
    processor->is_healthy = TRUE;
    weft_thrift_processor_add(processor, &own_interface, NULL, NULL, NULL);
    return processor;
}

void
weft_thrift_processor_free(WeftThriftProcessor *processor)
{
    if (processor == NULL)
        return;
    g_ptr_array_unref(processor->entries);
    g_array_unref(processor->interceptions);
    g_free(processor);
}

static int
compare_rows(gconstpointer left, gconstpointer right)
{
    const WeftThriftRow *left_row = left;
    const WeftThriftRow *right_row = right;

    return strcmp(left_row->method->name, right_row->method->name);
}

static void
make_rows(WeftThriftProcessor *processor, WeftThriftEntry *entry)
{
    const WeftThriftInterface *each;

    for (each = entry->interface; each != NULL; each = each->base)
        entry->n_rows += each->n_methods;
    entry->rows = g_new(WeftThriftRow, entry->n_rows);

    size_t n_rows = 0;
    for (each = entry->interface; each != NULL; each = each->base) {
        for (uint32_t i = 0; i < each->n_methods; i++)
            entry->rows[n_rows++] = (WeftThriftRow){&each->methods[i], entry, 0};
    }
    qsort(entry->rows, n_rows, sizeof *entry->rows, compare_rows);
    for (size_t i = 0; i < n_rows; i++)
        entry->rows[i].index = processor->n_rows++;
}

void
weft_thrift_processor_add(WeftThriftProcessor *processor, const WeftThriftInterface *interface,
                          const void *handler, gpointer data, GDestroyNotify data_free)
{
    WeftThriftEntry *entry = g_new0(WeftThriftEntry, 1);

    entry->interface = interface;
    entry->name_length = strlen(interface->name);
    entry->handler = handler;
    entry->data = data;
    entry->data_free = data_free;
    make_rows(processor, entry);
    g_ptr_array_add(processor->entries, entry);
}

void
weft_thrift_processor_add_interceptor(WeftThriftProcessor *processor,
                                      WeftThriftInterceptor interceptor, gpointer data,
                                      GDestroyNotify data_free)
{
    const WeftThriftInterception interception = {interceptor, data, data_free};

    g_array_append_val(processor->interceptions, interception);
}

/* ---- finding ---- */

static const WeftThriftEntry *
find_entry(const WeftThriftProcessor *processor, const char *name, size_t length)
{
    for (size_t i = 0; i < processor->entries->len; i++) {
        const WeftThriftEntry *entry = g_ptr_array_index(processor->entries, i);

        if (entry->name_length == length && memcmp(entry->interface->name, name, length) == 0)
            return entry;
    }
    return NULL;
}

const WeftThriftRow *
weft_thrift_processor_find(const WeftThriftProcessor *processor, WeftString name)
{
    const char *colon = name.length > 0 ? memchr(name.data, SERVICE_SEPARATOR, name.length) : NULL;
    const WeftThriftEntry *own = g_ptr_array_index(processor->entries, 0);

    if (weft_string_equal(name, WEFT_STRING(HEALTH_NAME)))
        return &own->rows[0];
    if (colon != NULL) {
        const size_t n_before = (size_t)(colon - name.data);
        const WeftThriftEntry *entry = find_entry(processor, name.data, n_before);

        return entry != NULL ? find_row(entry, colon + 1, name.length - n_before - 1) : NULL;
    }
    if (processor->entries->len < 2 || name.length == 0)
        return NULL;
    return find_row(g_ptr_array_index(processor->entries, 1), name.data, name.length);
}
