/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks: what a fiber came to, kept for those who ask.  The handle is done when the fiber's data
 * ends: after its body and what it deferred, before its group hears of it.
 */

#include "fiber/task.h"
#include "fiber/fiber.h"
#include <weft/clock.h>
#include <weft/scheduler.h>

struct WeftTask {
    unsigned n_refs;  /* one is the fiber's */
    WeftFiber *fiber; /* NULL: done */
    const char *name;
    gboolean has_run; /* its body was entered */
    WeftTaskFunc func;
    gpointer data;
    GDestroyNotify data_free;
    gpointer result;
    GDestroyNotify result_free;
    GError *error;
    WeftWaitQueue joiners;
};

static gboolean
run_task(gpointer data, GError **error)
{
    WeftTask *task = data;

    task->has_run = TRUE;
    task->result = task->func(task->data, &task->error);
    if (G_LIKELY(task->error == NULL))
        return TRUE;
    g_assert(task->result == NULL);
    *error = g_error_copy(task->error);
    return FALSE;
}

static void
end_task(gpointer data)
{
    WeftTask *task = data;

    /* Cancelled or late before it first ran: it still is, and that is its error. */
    if (!task->has_run &&
        weft_fiber_check_self(weft_scheduler_here, task->fiber, "its first turn", &task->error))
        g_assert_not_reached();
    if (task->data_free != NULL)
        task->data_free(task->data);
    task->fiber = NULL;
    weft_wait_queue_wake_all(&task->joiners);
    weft_task_unref(task);
}

WeftTask *
weft_task_new(WeftGroup *group, const char *name, WeftTaskFunc func, gpointer data,
              GDestroyNotify data_free, void *spawned_at)
{
    WeftTask *task = g_new(WeftTask, 1);

    *task =
        (WeftTask){.n_refs = 2, .name = name, .func = func, .data = data, .data_free = data_free};
    task->fiber = weft_group_spawn(group, name, run_task, task, end_task);
    task->fiber->spawned_at = spawned_at;
    return task;
}

WeftTask *
weft_spawn(const char *name, WeftTaskFunc func, gpointer data, GDestroyNotify data_free)
{
    return weft_task_new(weft_root_group(), name, func, data, data_free,
                         __builtin_return_address(0));
}

WeftTask *
weft_group_spawn_task(WeftGroup *group, const char *name, WeftTaskFunc func, gpointer data,
                      GDestroyNotify data_free)
{
    return weft_task_new(group, name, func, data, data_free, __builtin_return_address(0));
}

WeftTask *
weft_task_ref(WeftTask *task)
{
    task->n_refs++;
    return task;
}

void
weft_task_unref(WeftTask *task)
{
    if (task == NULL || --task->n_refs > 0)
        return;
    g_assert(task->fiber == NULL);
    g_assert(weft_wait_queue_is_empty(&task->joiners));
    if (task->result != NULL && task->result_free != NULL)
        task->result_free(task->result);
    g_clear_error(&task->error);
    g_free(task);
}

void
weft_task_set_result_free(WeftTask *task, GDestroyNotify result_free)
{
    task->result_free = result_free;
}

static gboolean
is_self(const WeftTask *task)
{
    return task->fiber != NULL && task->fiber == weft_scheduler_here->current;
}

/* FALSE with the waiter's own @error. */
static gboolean
wait_for_end(WeftTask *task, const char *what, GError **error)
{
    g_autoptr(WeftTask) held = weft_task_ref(task);

    if (is_self(task)) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "task \"%s\" waits for itself",
                    task->name);
        return FALSE;
    }
    while (held->fiber != NULL)
        if (!weft_wait(&held->joiners, what, error))
            return FALSE;
    return TRUE;
}

gpointer
weft_task_join(WeftTask *task, GError **error)
{
    if (!weft_fiber_check(error) || !wait_for_end(task, "join of a task", error))
        return NULL;
    if (task->error == NULL)
        return task->result;
    if (error != NULL) {
        *error = g_error_copy(task->error);
        g_prefix_error(error, "task \"%s\": ", task->name);
    }
    return NULL;
}

/* Say in @error who has not ended. */
static void
name_the_missing(WeftTask *const *tasks, size_t n_tasks, GError **error)
{
    const WeftTask *missing = NULL;
    size_t n_missing = 0;

    for (size_t i = 0; i < n_tasks; i++)
        if (tasks[i] != NULL && tasks[i]->fiber != NULL) {
            missing = tasks[i];
            n_missing++;
        }
    if (missing != NULL)
        g_prefix_error(error, "%zu of %zu tasks have not ended, one is \"%s\": ", n_missing,
                       n_tasks, missing->name);
}

gboolean
weft_task_join_all(WeftTask *const *tasks, size_t n_tasks, GError **error)
{
    if (!weft_fiber_check(error))
        return FALSE;
    for (size_t i = 0; i < n_tasks; i++) {
        if (tasks[i] == NULL || wait_for_end(tasks[i], "join of tasks", error))
            continue;
        name_the_missing(tasks, n_tasks, error);
        return FALSE;
    }
    return TRUE;
}

gboolean
weft_task_is_done(const WeftTask *task)
{
    return task->fiber == NULL;
}

gpointer
weft_task_result(const WeftTask *task)
{
    return task->fiber == NULL ? task->result : NULL;
}

const GError *
weft_task_error(const WeftTask *task)
{
    return task->fiber == NULL ? task->error : NULL;
}

const char *
weft_task_name(const WeftTask *task)
{
    return task->name;
}

WeftFiber *
weft_task_fiber(const WeftTask *task)
{
    return task->fiber;
}

void
weft_task_cancel(WeftTask *task, const char *reason)
{
    if (task->fiber != NULL)
        weft_fiber_cancel(task->fiber, reason);
}

/* It is parked in a shield, or sees no reason to return. */
static void
set_stubborn(const WeftTask *task, GError **error)
{
    const WeftFiber *fiber = task->fiber;

    if (fiber->is_parked)
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT,
                    "task \"%s\" does not end (cancelled: %s): it waits in %s for %.3f s",
                    task->name, fiber->cancel_reason, fiber->waits_for,
                    (double)(weft_clock_now_us() - fiber->waiting_since_us) / G_USEC_PER_SEC);
    else
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_TIMED_OUT,
                    "task \"%s\" does not end (cancelled: %s): it is ready to run", task->name,
                    fiber->cancel_reason);
}

gboolean
weft_task_kill(WeftTask *task, const char *reason, GError **error)
{
    g_autoptr(GError) failure = NULL;

    weft_task_cancel(task, reason);
    if (is_self(task))
        return weft_fiber_check(error);
    /* It may have ended since the wait ended. */
    if (wait_for_end(task, "end of a cancelled task", &failure) || task->fiber == NULL)
        return TRUE;
    if (g_error_matches(failure, WEFT_ERROR, WEFT_ERROR_TIMED_OUT))
        set_stubborn(task, error);
    else
        g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}
