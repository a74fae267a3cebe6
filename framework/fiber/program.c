/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole program: its first fiber, the signals that end it, and what main() returns.
 */

#include <weft/dispatch.h>

#include "fiber/descriptor.h"
#include "fiber/signals.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define EXIT_BY_SIGNAL 128

typedef struct {
    WeftFiberFunc main;
    gpointer data;
    int signals_fd; /* -1: somebody else catches them */
    int signal;     /* that ended it; 0: none */
    gboolean has_quit;
    int quit_code;
} Program;

static __thread Program *program_here;

/* Returns: FALSE: it ends the program */
static gboolean
obey(Program *program, int number)
{
    if (number == SIGUSR1) {
        weft_dump_fibers(STDERR_FILENO);
        return TRUE;
    }
    program->signal = number;
    weft_signals_let_go();
    weft_group_cancel(weft_root_group(), number == SIGINT ? "SIGINT" : "SIGTERM");
    return FALSE;
}

static void
free_descriptor(gpointer data)
{
    weft_descriptor_free(data);
}

static gboolean
watch_signals(gpointer data, GError **error)
{
    WeftDescriptor *descriptor = data;
    uint8_t number;

    for (;;) {
        const ssize_t n_read = read(descriptor->fd, &number, 1);

        if (n_read == 1 && !obey(program_here, number))
            return TRUE;
        if (n_read == 1)
            continue;
        descriptor->is_readable = FALSE;
        if (!weft_descriptor_wait_readable(descriptor, "signals", error))
            return FALSE;
    }
}

static gboolean
run_program(gpointer data, GError **error)
{
    Program *program = data;

    if (program->signals_fd >= 0) {
        WeftDescriptor *descriptor = weft_descriptor_new(g_steal_fd(&program->signals_fd), error);

        if (descriptor == NULL)
            return FALSE;
        weft_group_spawn(weft_root_group(), "signals", watch_signals, descriptor, free_descriptor);
    }
    return program->main(program->data, error);
}

static int
exit_code(const Program *program, gboolean succeeded, const GError *error)
{
    if (program->has_quit)
        return program->quit_code;
    if (succeeded)
        return 0;
    if (program->signal != 0 && g_error_matches(error, WEFT_ERROR, WEFT_ERROR_CANCELLED))
        return EXIT_BY_SIGNAL + program->signal;
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, error->message);
    return 1;
}

int
weft_dispatch(WeftFiberFunc main, gpointer data)
{
    g_autoptr(GError) error = NULL;
    Program program = {.main = main, .data = data};
    gboolean succeeded = FALSE;

    g_return_val_if_fail(program_here == NULL, 1);
    program.signals_fd = weft_signals_begin(FALSE, &error);
    const gboolean has_signals = program.signals_fd >= 0;
    if (error == NULL) {
        program_here = &program;
        succeeded = weft_run("main", run_program, &program, &error);
        program_here = NULL;
    }
    if (program.signals_fd >= 0)
        close(program.signals_fd);
    if (has_signals)
        weft_signals_end();
    return exit_code(&program, succeeded, error);
}

void
weft_quit(int code)
{
    Program *program = program_here;

    g_return_if_fail(program != NULL);
    if (program->has_quit)
        return;
    program->has_quit = TRUE;
    program->quit_code = code;
    weft_group_cancel(weft_root_group(), "the program quits");
}
