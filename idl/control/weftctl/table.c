/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns as wide as their widest cell.
 */

#include "table.h"

#include <string.h>

#define MS_PER_S 1000
#define S_PER_MINUTE 60
#define S_PER_HOUR 3600
#define S_PER_DAY 86400

struct WeftCtlTable {
    size_t n_columns;
    gboolean *is_right;
    size_t *widths;
    GPtrArray *cells; /* char *, titles first */
};

WeftCtlTable *
weft_ctl_table_new(const char *const *titles)
{
    WeftCtlTable *table = g_new0(WeftCtlTable, 1);

    table->n_columns = g_strv_length((char **)titles);
    table->is_right = g_new0(gboolean, table->n_columns);
    table->widths = g_new0(size_t, table->n_columns);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < table->n_columns; i++) {
        table->is_right[i] = titles[i][0] == '>';
        weft_ctl_table_add(table, titles[i] + (table->is_right[i] ? 1 : 0));
    }
    return table;
}

void
weft_ctl_table_free(WeftCtlTable *table)
{
    if (table == NULL)
        return;
    g_ptr_array_unref(table->cells);
    g_free(table->widths);
    g_free(table->is_right);
    g_free(table);
}

void
weft_ctl_table_add(WeftCtlTable *table, const char *text)
{
    size_t *width = &table->widths[table->cells->len % table->n_columns];
    char *copy = g_strdup(text);

    for (char *at = copy; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at))
            *at = '?';
    }
    *width = MAX(*width, strlen(copy));
    g_ptr_array_add(table->cells, copy);
}

void
weft_ctl_table_add_number(WeftCtlTable *table, int64_t number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);

    weft_ctl_table_add(table, text);
}

char *
weft_ctl_duration(int64_t duration_ms)
{
    const int64_t s = duration_ms / MS_PER_S;

    if (duration_ms < MS_PER_S)
        return g_strdup_printf("%dms", (int)duration_ms);
    if (s < S_PER_MINUTE)
        return g_strdup_printf("%ds", (int)s);
    if (s < S_PER_HOUR)
        return g_strdup_printf("%dm%02ds", (int)(s / S_PER_MINUTE), (int)(s % S_PER_MINUTE));
    if (s < S_PER_DAY)
        return g_strdup_printf("%dh%02dm", (int)(s / S_PER_HOUR),
                               (int)(s % S_PER_HOUR / S_PER_MINUTE));
    return g_strdup_printf("%" G_GINT64_FORMAT "d%dh", s / S_PER_DAY,
                           (int)(s % S_PER_DAY / S_PER_HOUR));
}

void
weft_ctl_table_add_duration(WeftCtlTable *table, int64_t duration_ms)
{
    g_autofree char *text = weft_ctl_duration(duration_ms);

    weft_ctl_table_add(table, text);
}

static void
print_cell(const WeftCtlTable *table, size_t column, const char *text)
{
    const int width = (int)table->widths[column];

    if (table->is_right[column])
        g_print("%*s", width, text);
    else if (column + 1 < table->n_columns)
        g_print("%-*s", width, text);
    else
        g_print("%s", text);
    g_print("%s", column + 1 < table->n_columns ? "  " : "\n");
}

void
weft_ctl_table_print(const WeftCtlTable *table)
{
    for (size_t i = 0; i < table->cells->len; i++)
        print_cell(table, i % table->n_columns, g_ptr_array_index(table->cells, i));
}
