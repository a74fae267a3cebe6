/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of weftctl: a question, and the answer as a table, or as JSON.
 */

#include "commands.h"

#include "table.h"

#include <string.h>
#include <unistd.h>
#include <weft/fiber.h>

/* ---- JSON ---- */

static void
print_json(const WeftThriftType *type, const void *value)
{
    g_autofree char *json = weft_thrift_to_json(type, value, 2);

    g_print("%s\n", json);
}

/* An array, one element in a line. */
static void
print_json_list(const WeftThriftType *type, const void *items, uint32_t n_items)
{
    const uint8_t *item = items;

    g_print("[");
    for (uint32_t i = 0; i < n_items; i++, item += type->size) {
        g_autofree char *json = weft_thrift_to_json(type, item, 0);

        g_print("%s\n  %s", i > 0 ? "," : "", json);
    }
    g_print("%s]\n", n_items > 0 ? "\n" : "");
}

/* ---- status ---- */

static void
print_status(const WeftControlStatus *status)
{
    g_autofree char *uptime = weft_ctl_duration(status->uptime_ms);

    g_print("%s %s, process %" G_GINT64_FORMAT ", up %s\n", status->program.data,
            status->version.data, status->pid, uptime);
    for (uint32_t i = 0; i < status->listeners.n_items; i++)
        g_print("  listens on %s%s\n", status->listeners.items[i].address.data,
                status->listeners.items[i].is_tls ? " (TLS)" : "");
    g_print("  connections: %" G_GINT64_FORMAT " served, %" G_GINT64_FORMAT
            " idle; %" G_GINT64_FORMAT " since the start, %" G_GINT64_FORMAT " turned away\n",
            status->n_active, status->n_parked, status->n_accepted, status->n_refused);
    g_print("  fibers: %" G_GINT64_FORMAT "\n", status->n_fibers);
    g_print("  log level: %s\n", status->log_level.data);
}

static gboolean
run_status(const WeftCtlRequest *request, GError **error)
{
    WeftControlStatus status;

    if (!weft_control_status(request->client, request->arena, &status, error))
        return FALSE;
    if (request->is_json)
        print_json(&weft_control_status_type, &status);
    else
        print_status(&status);
    return TRUE;
}

/* ---- connections ---- */

static void
print_connections(const WeftControlConnectionList *list)
{
    static const char *const titles[] = {">ID",    "PEER",      "PROTOCOL", "STATE",
                                         ">SINCE", ">RECEIVED", ">SENT",    NULL};
    g_autoptr(WeftCtlTable) table = weft_ctl_table_new(titles);

    for (uint32_t i = 0; i < list->n_items; i++) {
        const WeftControlConnection *each = &list->items[i];
        g_autofree char *protocol =
            g_strconcat(each->protocol.data, each->is_tls ? "+tls" : "", NULL);

        weft_ctl_table_add_number(table, each->id);
        weft_ctl_table_add(table, each->peer.data);
        weft_ctl_table_add(table, protocol);
        weft_ctl_table_add(table, each->is_parked ? "idle" : "served");
        weft_ctl_table_add_duration(table, each->since_ms);
        weft_ctl_table_add_number(table, each->n_received_bytes);
        weft_ctl_table_add_number(table, each->n_sent_bytes);
    }
    weft_ctl_table_print(table);
}

static gboolean
run_connections(const WeftCtlRequest *request, GError **error)
{
    WeftControlConnectionList list;

    if (!weft_control_connections(request->client, request->arena, request->limit, &list, error))
        return FALSE;
    if (request->is_json)
        print_json_list(&weft_control_connection_type, list.items, list.n_items);
    else
        print_connections(&list);
    return TRUE;
}

/* ---- fibers ---- */

static gboolean
run_fibers(const WeftCtlRequest *request, GError **error)
{
    WeftControlFiberList list;

    if (!weft_control_fibers(request->client, request->arena, &list, error))
        return FALSE;
    if (request->is_json) {
        print_json_list(&weft_control_fiber_type, list.items, list.n_items);
        return TRUE;
    }
    for (uint32_t i = 0; i < list.n_items; i++) {
        const WeftControlFiber *fiber = &list.items[i];

        g_print("%" G_GINT64_FORMAT " \"%s\" %s\n", fiber->id, fiber->name.data, fiber->state.data);
        for (uint32_t k = 0; k < fiber->frames.n_items; k++)
            g_print("    %s\n", fiber->frames.items[k].data);
    }
    return TRUE;
}

/* ---- metrics ---- */

static gboolean
run_metrics(const WeftCtlRequest *request, GError **error)
{
    static const char *const titles[] = {"NAME", ">VALUE", NULL};
    WeftControlMetricList list;

    if (!weft_control_metrics(request->client, request->arena, &list, error))
        return FALSE;
    if (request->is_json) {
        print_json_list(&weft_control_metric_type, list.items, list.n_items);
        return TRUE;
    }

    g_autoptr(WeftCtlTable) table = weft_ctl_table_new(titles);
    for (uint32_t i = 0; i < list.n_items; i++) {
        weft_ctl_table_add(table, list.items[i].name.data);
        weft_ctl_table_add_number(table, list.items[i].value);
    }
    weft_ctl_table_print(table);
    return TRUE;
}

/* ---- top ---- */

/* What changes while one looks, with what it has changed by in a second. */
static void
print_changes(const WeftControlMetricList *before, const WeftControlMetricList *now,
              int interval_ms)
{
    static const char *const titles[] = {"NAME", ">NOW", ">PER SECOND", NULL};
    g_autoptr(WeftCtlTable) table = weft_ctl_table_new(titles);

    for (uint32_t i = 0; i < now->n_items && i < before->n_items; i++) {
        const WeftControlMetric *metric = &now->items[i];

        if (metric->value == 0 || !weft_string_equal(metric->name, before->items[i].name))
            continue;
        weft_ctl_table_add(table, metric->name.data);
        weft_ctl_table_add_number(table, metric->value);
        weft_ctl_table_add_number(table, (metric->value - before->items[i].value) * 1000 /
                                             MAX(interval_ms, 1));
    }
    weft_ctl_table_print(table);
}

static gboolean
run_top(const WeftCtlRequest *request, GError **error)
{
    WeftArena *arenas[2] = {weft_arena_new(), weft_arena_new()};
    WeftControlMetricList lists[2];
    gboolean succeeded = weft_control_metrics(request->client, arenas[0], &lists[0], error);

    for (int round = 1; succeeded && (request->n_rounds == 0 || round <= request->n_rounds);
         round++) {
        const int now = round % 2;
        WeftControlStatus status;

        weft_arena_reset(arenas[now]);
        succeeded = weft_fiber_sleep_ms(request->interval_ms, error) &&
                    weft_control_metrics(request->client, arenas[now], &lists[now], error) &&
                    weft_control_status(request->client, arenas[now], &status, error);
        if (!succeeded)
            break;
        if (isatty(STDOUT_FILENO))
            g_print("\033[H\033[J");
        print_status(&status);
        print_changes(&lists[1 - now], &lists[now], request->interval_ms);
    }
    weft_arena_free(arenas[0]);
    weft_arena_free(arenas[1]);
    return succeeded;
}

/* ---- changes ---- */

static gboolean
show_log_level(const WeftCtlRequest *request, GError **error)
{
    WeftControlStatus status;

    if (!weft_control_status(request->client, request->arena, &status, error))
        return FALSE;
    g_print(request->is_json ? "\"%s\"\n" : "%s\n", status.log_level.data);
    return TRUE;
}

static gboolean
run_log_level(const WeftCtlRequest *request, GError **error)
{
    g_autoptr(GError) failure = NULL;
    WeftString before;

    if (request->parameter == NULL)
        return show_log_level(request, error);
    if (weft_control_set_log_level(request->client, request->arena, weft_string(request->parameter),
                                   &before, &failure))
        return TRUE;

    const WeftControlRefusal *refusal = weft_control_refusal_caught(failure);
    if (refusal != NULL)
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, refusal->why.data);
    else
        g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static gboolean
run_drain(const WeftCtlRequest *request, GError **error)
{
    return weft_control_drain(request->client, error);
}

const WeftCtlCommand weft_ctl_commands[] = {
    {"status", NULL, "What runs, for how long, and how busy it is", run_status},
    {"connections", NULL, "Who is connected, those served now first", run_connections},
    {"fibers", NULL, "All fibers: what each waits for, with its stack", run_fibers},
    {"metrics", NULL, "All that is counted", run_metrics},
    {"top", NULL, "Status, and what changes, each second anew", run_top},
    {"log-level", "[LEVEL]", "Show it, or set it: error, warning, info, debug", run_log_level},
    {"drain", NULL, "Let the server finish what is under way, and end", run_drain},
    {NULL, NULL, NULL, NULL},
};
