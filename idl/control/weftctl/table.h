/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Text in columns, for people.
 */

#include <weft/base.h>

typedef struct WeftCtlTable WeftCtlTable;

/* @titles: literals, NULL behind the last; a title that begins with '>' stands right */
WeftCtlTable *weft_ctl_table_new(const char *const *titles);
void weft_ctl_table_free(WeftCtlTable *table);

/* The next cell, row by row; copied, control bytes as '?'. */
void weft_ctl_table_add(WeftCtlTable *table, const char *text);
void weft_ctl_table_add_number(WeftCtlTable *table, int64_t number);

/* "250ms", "12s", "3m12s", "5h03m", "12d4h" */
void weft_ctl_table_add_duration(WeftCtlTable *table, int64_t duration_ms);

/* On stdout. */
void weft_ctl_table_print(const WeftCtlTable *table);

/* Returns: (transfer full): as add_duration writes it */
char *weft_ctl_duration(int64_t duration_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftCtlTable, weft_ctl_table_free)
