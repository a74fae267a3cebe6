/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that knows nothing of the hook: preload_subject cooperates|blocks.  Exits with 0 if its
 * fibers do that.  The clock is a fake: time passes for fibers that park only.
 */

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/clock.h>
#include <weft/group.h>
#include <weft/scheduler.h>

static gboolean
nap(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    const gboolean slept = usleep(1000) == 0;

    g_assert(slept);
    return TRUE;
}

static gboolean
look_up(G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED GError **error)
{
    struct addrinfo *found = NULL;
    const int status = getaddrinfo("localhost", NULL, NULL, &found);

    g_assert(status == 0);
    freeaddrinfo(found);
    return TRUE;
}

static gboolean
run(gpointer data, GError **error)
{
    const int64_t began_us = weft_clock_now_us();
    gboolean *cooperates = data;
    int fds[2];
    char byte;

    g_autoptr(WeftGroup) group = weft_group_new();
    for (int i = 0; i < 10; i++)
        weft_group_spawn(group, "nap", nap, NULL, NULL);
    for (int i = 0; i < 10; i++)
        weft_group_spawn(group, "look up", look_up, NULL, NULL);
    if (!weft_group_wait(group, error))
        return FALSE;
    *cooperates = weft_clock_now_us() - began_us == 1000;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        g_assert_not_reached();
    g_assert(write(fds[1], "x", 1) == 1 && read(fds[0], &byte, 1) == 1);
    close(fds[0]);
    close(fds[1]);
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    gboolean cooperates = FALSE;

    weft_clock_fake_begin(INT64_C(1700000000) * G_USEC_PER_SEC);
    if (argc != 2 || !weft_run("main", run, &cooperates, &error))
        return 2;
    return cooperates == (strcmp(argv[1], "cooperates") == 0) ? 0 : 1;
}
