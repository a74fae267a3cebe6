/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as bytes in a pipe.  Handlers, not signalfd(2): that one needs the signals blocked in all
 * threads, those of libraries too.
 */

#include "fiber/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* The last one only where wanted. */
static const int caught[] = {SIGTERM, SIGINT, SIGUSR1, SIGHUP};

static struct sigaction saved[G_N_ELEMENTS(caught)];
static size_t n_caught;
static atomic_flag is_taken = ATOMIC_FLAG_INIT;
static atomic_int write_fd = -1;

static void
write_number(int number)
{
    const int saved_errno = errno;
    const uint8_t byte = (uint8_t)number;
    /* A full pipe has told enough. */
    G_GNUC_UNUSED ssize_t n = write(atomic_load(&write_fd), &byte, 1);

    errno = saved_errno;
}

int
weft_signals_begin(gboolean with_hangup, GError **error)
{
    /* SA_ONSTACK: a fiber's stack has no room for a signal frame. */
    struct sigaction action = {.sa_handler = write_number, .sa_flags = SA_ONSTACK | SA_RESTART};
    int ends[2];

    if (atomic_flag_test_and_set(&is_taken))
        return -1;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        weft_error_set_errno(error, errno, "open a pipe for signals");
        atomic_flag_clear(&is_taken);
        return -1;
    }
    atomic_store(&write_fd, ends[1]);
    n_caught = G_N_ELEMENTS(caught) - (with_hangup ? 0 : 1);
    for (size_t i = 0; i < n_caught; i++)
        sigaction(caught[i], &action, &saved[i]);
    return ends[0];
}

void
weft_signals_let_go(void)
{
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
}

void
weft_signals_end(void)
{
    for (size_t i = 0; i < n_caught; i++)
        sigaction(caught[i], &saved[i], NULL);
    close(atomic_exchange(&write_fd, -1));
    atomic_flag_clear(&is_taken);
}
