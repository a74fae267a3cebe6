/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Thrift client: profiles_client [URL [ID]] prints the profile with that id.
 */
#include <stdlib.h>
#include <weft/scheduler.h>

#include "profiles.weft.h"

static gboolean
ask(gpointer data, GError **error)
{
    char **words = data;
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autoptr(ProfilesClient) client = profiles_client_new(words[0], error);
    Profile profile;

    if (client == NULL || !profiles_get(client, arena, atoll(words[1]), &profile, error))
        return FALSE;
    g_autofree char *text = profile_to_json(&profile, 0);
    g_print("%s\n", text);
    return TRUE;
}

int
main(int argc, char **argv)
{
    const char *words[] = {argc > 1 ? argv[1] : "thrift://127.0.0.1:9090",
                           argc > 2 ? argv[2] : "1"};
    g_autoptr(GError) error = NULL;

    if (weft_run("ask", ask, words, &error))
        return 0;
    const NotFound *not_found = not_found_caught(error);
    if (not_found != NULL)
        g_printerr("nobody is number %" G_GINT64_FORMAT "\n", not_found->id);
    else
        g_printerr("profiles_client: %s\n", error->message);
    return 1;
}
