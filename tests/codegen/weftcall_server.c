/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom weftcall calls in tests: some functions of the service Calls in idl/everything.thrift, at
 * the address that is given.
 */

#include <weft/fiber.h>
#include <weft/server.h>

#include "everything.weft.h"

static gboolean
nothing(WeftCall *call G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
add(WeftCall *call G_GNUC_UNUSED, int32_t left, int32_t right, int32_t *result,
    GError **error G_GNUC_UNUSED)
{
    *result = left + right;
    return TRUE;
}

/* The text, and the metadata "x-mark" of the call. */
static gboolean
echo_text(WeftCall *call, WeftString text, WeftString *result, GError **error G_GNUC_UNUSED)
{
    const char *mark = weft_call_metadata(call, "x-mark");

    *result = weft_string_printf(weft_call_arena(call), "%s%s", text.data, mark ? mark : "");
    return TRUE;
}

static gboolean
echo(WeftCall *call G_GNUC_UNUSED, const Everything *everything, Everything *result,
     GError **error G_GNUC_UNUSED)
{
    *result = *everything;
    return TRUE;
}

static gboolean
mix(WeftCall *call G_GNUC_UNUSED, Color first, Color second, Color *result, GError **error)
{
    const Refused refused = {WEFT_STRING("they are \"the same\"")};

    if (first == second)
        return refused_throw(&refused, error);
    *result = COLOR_GREEN;
    return TRUE;
}

/* Takes @id milliseconds. */
static gboolean
check(WeftCall *call G_GNUC_UNUSED, int64_t id, GError **error)
{
    return weft_fiber_sleep_ms(id, error);
}

static gboolean
note(WeftCall *call G_GNUC_UNUSED, WeftString text G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static gboolean
origin(WeftCall *call G_GNUC_UNUSED, SharedTicket ticket, SharedOrigin *result,
       GError **error G_GNUC_UNUSED)
{
    *result = (SharedOrigin){.place = WEFT_STRING("here"), .ticket = ticket};
    return TRUE;
}

int
main(int argc, char **argv)
{
    static const CallsHandler handler = {
        .base = {.origin = origin},
        .nothing = nothing,
        .add = add,
        .echo_text = echo_text,
        .echo = echo,
        .mix = mix,
        .check = check,
        .note = note,
    };

    if (argc != 2) {
        g_printerr("usage: weftcall_server ADDRESS\n");
        return 2;
    }
    return weft_serve(argv[1], calls_service_new(&handler, NULL, NULL));
}
