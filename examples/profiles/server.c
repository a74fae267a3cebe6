/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Thrift server: profiles_server [ADDRESS].  It answers as profiles.thrift says, framed or not,
 * in each protocol.
 */
#include <weft/server.h>

#include "profiles.weft.h"

static gboolean
get(WeftCall *call, int64_t id, Profile *result, GError **error)
{
    if (id <= 0)
        return not_found_throw(&(NotFound){.id = id}, error);
    result->id = id;
    result->name = weft_string_printf(weft_call_arena(call), "Number %" G_GINT64_FORMAT, id);
    return TRUE;
}

int
main(int argc, char **argv)
{
    static const ProfilesHandler handler = {.get = get};

    return weft_serve(argc > 1 ? argv[1] : "127.0.0.1:9090",
                      profiles_service_new(&handler, NULL, NULL));
}
