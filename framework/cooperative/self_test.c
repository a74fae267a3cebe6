/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does what libraries call poll() come here?  Asked of the dynamic linker by name, and then by
 * having a library call it.
 */

#include "cooperative/hook.h"
#include <dlfcn.h>
#include <string.h>
#include <weft/cooperative.h>

static const char *const names[] = {
    "poll",
    "ppoll",
    "select",
    "pselect",
    "epoll_wait",
    "epoll_pwait",
    "connect",
    "accept",
    "accept4",
    "recv",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "send",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "read",
    "write",
    "readv",
    "writev",
    "close",
    "dup2",
    "dup3",
    "sleep",
    "usleep",
    "nanosleep",
    "clock_nanosleep",
    "__poll_chk",
    "__ppoll_chk",
    "__read_chk",
    "__recv_chk",
    "__recvfrom_chk",
    "getaddrinfo",
    "getnameinfo",
    "gethostbyname",
    "gethostbyname_r",
    "gethostbyname2_r",
    "gethostbyaddr_r",
    "res_query",
};

/* The object, program or library, that an address lies in. */
static const char *
object_of(const void *address, const void **ret_base)
{
    Dl_info info;

    if (dladdr(address, &info) == 0)
        return NULL;
    *ret_base = info.dli_fbase;
    return info.dli_fname;
}

/* What the dynamic linker gives to libraries for @name must lie in the object that we are in. */
static gboolean
check_name(const char *name, const void *our_base, GError **error)
{
    const void *base = NULL;
    const void *found = dlsym(RTLD_DEFAULT, name);
    const char *object = found == NULL ? NULL : object_of(found, &base);

    if (base == our_base)
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                "%s() is that of \"%s\", not the cooperative one: link weft::cooperative, as a "
                "whole archive, into the program itself, not into a library, or preload "
                "libweft-cooperative-preload.so",
                name, object != NULL ? object : "nothing");
    return FALSE;
}

/* GLib calls poll() as any library does. */
static gboolean
check_call(GError **error)
{
    const unsigned n_entered = weft_hook_n_entered();

    g_poll(NULL, 0, 1);
    if (weft_hook_n_entered() != n_entered)
        return TRUE;
    g_set_error(
        error, WEFT_ERROR, WEFT_ERROR_INVALID,
        "poll() called by GLib does not come to the cooperative one: GLib is linked so that "
        "its calls cannot be replaced (-Bsymbolic, RTLD_DEEPBIND, or statically)");
    return FALSE;
}

gboolean
weft_cooperative_self_test(GError **error)
{
    const void *our_base = NULL;

    if (weft_hook_is_off()) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                    "the environment says WEFT_COOPERATIVE=off");
        return FALSE;
    }
    object_of(names, &our_base);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (!check_name(names[i], our_base, error))
            return FALSE;
    return check_call(error);
}
