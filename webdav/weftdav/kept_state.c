/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From options to the places of locks and dead properties.
 */
#include "webdav/weftdav/kept_state.h"

#include "webdav/store/dir_store.h"

WeftDavLockStore *
weft_dav_kept_locks_new(const WeftDavProgramOptions *options, GError **error)
{
    if (options->state == NULL)
        return weft_dav_memory_locks_new();
    return weft_dav_stored_locks_new(options->state, options->durability, error);
}

gboolean
weft_dav_kept_properties_begin(const WeftDavProgramOptions *options, WeftDavStore *store,
                               const char *directory, WeftDavPropertyDatabase **database,
                               GError **error)
{
    const WeftDavPropertyChoice choice = {
        .place = options->property_place,
        .state_path = options->state,
        .durability = options->durability,
    };
    g_autoptr(GError) problem = NULL;
    WeftDavPropertyBackend *properties =
        weft_dav_property_choose(directory, &choice, database, &problem);

    if (properties != NULL) {
        weft_dav_dir_store_set_properties(store, properties);
        return TRUE;
    }
    if (choice.place == WEFT_DAV_PROPERTIES_AUTO &&
        g_error_matches(problem, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_SPACE)) {
        weft_log(WEFT_LOG_WARNING, "%s; clients that set them are told so", problem->message);
        return TRUE;
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}
