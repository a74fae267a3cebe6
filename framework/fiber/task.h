/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/task.h>

/* weft_group_spawn_task() for those who know who asked for it: a code address. */
WeftTask *weft_task_new(WeftGroup *group, const char *name, WeftTaskFunc func, gpointer data,
                        GDestroyNotify data_free, void *spawned_at);
