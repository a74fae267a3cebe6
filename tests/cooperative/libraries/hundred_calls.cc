/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hundred clients of one library, each in a fiber, in one thread: all ask at once.  Then again,
 * and one of them has 20 ms; then again, and one is cancelled after 20 ms.
 *
 * Usage: PROGRAM HOST PORT [once]        "once": only the first of the three
 *
 * Prints NAME VALUE, a line each; libraries_test.py judges them.
 */
#include "client.h"

#include <glib.h>
#include <unistd.h>
#include <vector>
#include <weft/deadline.h>
#include <weft/group.h>
#include <weft/scheduler.h>

namespace
{

const int N_CLIENTS = 100;
const int VICTIM = 42;
const int64_t PATIENCE_MS = 20;

enum class Task { CONNECT, CALL, CALL_WITH_DEADLINE, CLOSE };

struct Caller {
    std::unique_ptr<Client> client;
    Task task;
    bool succeeded;
    int64_t ended_us;
};

struct Run {
    Place place;
    bool only_once;
    std::vector<Caller> callers;
    int n_failures; /* that nobody asked for */
};

bool
shall_give_up()
{
    return weft_deadline_passed() || weft_fiber_is_cancelled();
}

std::unique_ptr<Client>
new_client(const Place &place, int number)
{
    return make_client({place.host, place.port, number}, shall_give_up);
}

bool
call(Caller *caller)
{
    if (caller->task == Task::CALL)
        return caller->client->call();
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(PATIENCE_MS);
    return caller->client->call();
}

gboolean
do_task(gpointer data, GError **)
{
    auto *caller = static_cast<Caller *>(data);

    if (caller->task == Task::CONNECT)
        caller->succeeded = caller->client->connect();
    else if (caller->task == Task::CLOSE)
        caller->client.reset();
    else
        caller->succeeded = call(caller);
    caller->ended_us = g_get_monotonic_time();
    return TRUE;
}

double
ms_between(int64_t start_us, int64_t end_us)
{
    return static_cast<double>(end_us - start_us) / 1000;
}

/* All at once; the victim's own failure is not counted.  Returns when it began. */
int64_t
do_all(Run *run, Task task, Task victims_task, bool cancel_victim)
{
    g_autoptr(WeftGroup) group = weft_group_new();
    WeftFiber *victim = nullptr;
    const int64_t start_us = g_get_monotonic_time();

    for (int number = 0; number < N_CLIENTS; number++) {
        Caller *caller = &run->callers[static_cast<size_t>(number)];

        caller->task = number == VICTIM ? victims_task : task;
        WeftFiber *fiber = weft_group_spawn(group, "caller", do_task, caller, nullptr);
        if (number == VICTIM)
            victim = fiber;
    }
    if (cancel_victim && weft_fiber_sleep_ms(PATIENCE_MS, nullptr))
        weft_fiber_cancel(victim, "nobody waits for it");
    const gboolean waited = weft_group_wait(group, nullptr);
    g_assert(waited);
    return start_us;
}

void
report(Run *run, const char *name, int64_t start_us, bool with_victim)
{
    int64_t end_us = start_us;
    int n_succeeded = 0;

    for (int number = 0; number < N_CLIENTS; number++) {
        const Caller &caller = run->callers[static_cast<size_t>(number)];

        end_us = MAX(end_us, caller.ended_us);
        if (caller.succeeded) {
            n_succeeded++;
        } else if (!with_victim || number != VICTIM) {
            run->n_failures++;
            g_printerr("%s, client %d: %s\n", name, number, caller.client->why().c_str());
        }
    }
    g_print("%s_ms %.1f\n%s_succeeded %d\n", name, ms_between(start_us, end_us), name, n_succeeded);
    if (with_victim) {
        const Caller &victim = run->callers[VICTIM];
        g_print("%s_victim_ms %.1f\n%s_victim_says %s\n", name,
                ms_between(start_us, victim.ended_us), name, victim.client->why().c_str());
    }
}

gboolean
test_all(gpointer data, GError **)
{
    auto *run = static_cast<Run *>(data);

    report(run, "connect", do_all(run, Task::CONNECT, Task::CONNECT, false), false);
    if (run->n_failures > 0)
        return TRUE;
    report(run, "calls", do_all(run, Task::CALL, Task::CALL, false), false);
    if (!run->only_once) {
        report(run, "deadline", do_all(run, Task::CALL, Task::CALL_WITH_DEADLINE, false), true);
        run->callers[VICTIM].client = new_client(run->place, VICTIM);
        report(run, "reconnect", do_all(run, Task::CALL, Task::CONNECT, false), false);
        report(run, "cancelled", do_all(run, Task::CALL, Task::CALL, true), true);
    }
    do_all(run, Task::CLOSE, Task::CLOSE, false);
    return TRUE;
}

} // namespace

int
main(int argc, char **argv)
{
    if (argc < 3)
        return 2;

    prepare_library();
    Run run = {{argv[1], atoi(argv[2]), 0}, argc > 3, {}, 0};
    for (int number = 0; number < N_CLIENTS; number++)
        run.callers.push_back({new_client(run.place, number), Task::CONNECT, false, 0});

    g_autoptr(GError) error = nullptr;
    if (!weft_run("libraries", test_all, &run, &error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    return run.n_failures == 0 ? 0 : 1;
}
