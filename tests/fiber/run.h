/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Run a lambda as the first fiber of a scheduler; for tests.
 */

#include <functional>
#include <weft/clock.h>
#include <weft/scheduler.h>

namespace weft_test
{

/* What a lambda is called through, where C asks for a function and its data. */
inline gboolean
call(gpointer data, GError **error)
{
    return (*static_cast<std::function<bool(GError **)> *>(data))(error);
}

inline void
free_call(gpointer data)
{
    delete static_cast<std::function<bool(GError **)> *>(data);
}

inline WeftFiber *
spawn(WeftGroup *group, const char *name, std::function<bool(GError **)> body)
{
    return weft_group_spawn(group, name, call, new std::function<bool(GError **)>(std::move(body)),
                            free_call);
}

/* Without a clock of its own; returns what weft_run() does. */
inline gboolean
run(std::function<void()> body, GError **error = nullptr)
{
    std::function<bool(GError **)> main = [&](GError **) -> bool {
        body();
        return TRUE;
    };
    return weft_run("test", call, &main, error);
}

/* Under a fake clock: timeouts take no time. */
inline gboolean
run_fake(std::function<void()> body)
{
    weft_clock_fake_begin(INT64_C(1700000000) * G_USEC_PER_SEC);
    const gboolean succeeded = run(std::move(body));
    weft_clock_fake_end();
    return succeeded;
}

} // namespace weft_test
