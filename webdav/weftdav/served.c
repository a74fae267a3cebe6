/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From options to folders to stores.
 */
#include "webdav/weftdav/served.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "webdav/path.h"
#include "webdav/weftdav/kept_state.h"
#include "webdav/weftdav/layers.h"
#include "webdav/weftdav/shares.h"

#define OWN_SEGMENT "/{user}"

static gboolean
refuse(GError **error, const char *format, const char *value)
{
    g_autofree char *message = g_strdup_printf(format, value);

    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, message);
    return FALSE;
}

/* ---- which folders ---- */

static void
folder_free(gpointer data)
{
    WeftDavServedFolder *folder = data;

    g_free(folder->name);
    g_free(folder->directory);
    g_free(folder);
}

/* @directory: (transfer full) */
static void
add_folder(GPtrArray *folders, const char *name, size_t length, char *directory)
{
    WeftDavServedFolder *folder = g_new0(WeftDavServedFolder, 1);

    folder->name = g_strndup(name, length);
    folder->directory = directory;
    g_ptr_array_add(folders, folder);
}

static gboolean
add_share(GPtrArray *folders, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text || equals[1] == '\0')
        return refuse(error, "a share is written as NAME=DIR, not as \"%s\"", text);
    add_folder(folders, text, (size_t)(equals - text), g_canonicalize_filename(equals + 1, NULL));
    return TRUE;
}

static gboolean
add_home(GPtrArray *folders, const char *home, GError **error)
{
    const size_t length = strlen(home) - MIN(strlen(home), strlen(OWN_SEGMENT));

    if (length == 0 || strcmp(home + length, OWN_SEGMENT) != 0)
        return refuse(error, "home is a folder with \"" OWN_SEGMENT "\" behind it, not \"%s\"",
                      home);
    add_folder(folders, WEFT_DAV_HOME_SHARE, strlen(WEFT_DAV_HOME_SHARE), g_strndup(home, length));
    return TRUE;
}

/* By what the names stand for, where they are there. */
static char *
true_path(const char *path)
{
    char *resolved = realpath(path, NULL);
    char *owned = g_strdup(resolved != NULL ? resolved : path);

    free(resolved); /* by realpath's malloc */
    return owned;
}

static gboolean
check_apart(const GPtrArray *folders, GError **error)
{
    for (guint i = 0; i < folders->len; i++) {
        const WeftDavServedFolder *outer = g_ptr_array_index(folders, i);
        g_autofree char *outer_path = true_path(outer->directory);

        for (guint k = 0; k < folders->len; k++) {
            const WeftDavServedFolder *folder = g_ptr_array_index(folders, k);
            g_autofree char *path = true_path(folder->directory);

            if (k == i)
                continue;
            if (strcmp(folder->name, outer->name) == 0)
                return refuse(error, "there are two shares \"%s\"", folder->name);
            if (weft_dav_path_is_at_or_below(path, outer_path))
                return refuse(error, "%s is served by two shares", folder->directory);
        }
    }
    return TRUE;
}

GPtrArray *
weft_dav_served_folders(const WeftDavProgramOptions *options, GError **error)
{
    g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(folder_free);

    for (size_t i = 0; options->shares[i] != NULL; i++)
        if (!add_share(folders, options->shares[i], error))
            return NULL;
    if (options->home != NULL && !add_home(folders, options->home, error))
        return NULL;
    if (folders->len == 0)
        add_folder(folders, "", 0, g_strdup(options->directory));
    return check_apart(folders, error) ? g_steal_pointer(&folders) : NULL;
}

gboolean
weft_dav_served_check(gconstpointer options, GError **error)
{
    g_autoptr(GPtrArray) folders = weft_dav_served_folders(options, error);

    return folders != NULL;
}

gboolean
weft_dav_served_holds(const WeftDavProgramOptions *options, const char *path)
{
    g_autoptr(GPtrArray) folders = weft_dav_served_folders(options, NULL);
    gboolean is_held = FALSE;

    for (guint i = 0; folders != NULL && i < folders->len; i++) {
        const WeftDavServedFolder *folder = g_ptr_array_index(folders, i);

        is_held = is_held || weft_dav_path_is_at_or_below(path, folder->directory);
    }
    return is_held;
}

char *
weft_dav_served_first(const WeftDavProgramOptions *options)
{
    g_autoptr(GPtrArray) folders = weft_dav_served_folders(options, NULL);
    const WeftDavServedFolder *first = folders != NULL ? g_ptr_array_index(folders, 0) : NULL;

    return g_strdup(first != NULL ? first->directory : options->directory);
}

char *
weft_dav_served_title(const WeftDavProgramOptions *options)
{
    g_autoptr(GPtrArray) folders = weft_dav_served_folders(options, NULL);
    const WeftDavServedFolder *first = folders != NULL ? g_ptr_array_index(folders, 0) : NULL;

    if (first == NULL || *first->name == '\0')
        return g_strdup(options->directory);
    return g_strdup_printf(folders->len == 1 ? "%u share" : "%u shares", folders->len);
}

/* ---- are they there ---- */

static gboolean
refuse_folder(const char *directory, const char *reason, GError **error)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "cannot serve %s: %s", directory, reason);
    return FALSE;
}

static gboolean
check_folder(const char *directory, gboolean read_only, GError **error)
{
    struct stat info;

    if (stat(directory, &info) != 0)
        return refuse_folder(directory, errno == ENOENT ? "no such folder" : g_strerror(errno),
                             error);
    if (!S_ISDIR(info.st_mode))
        return refuse_folder(directory, "not a folder", error);
    if (faccessat(AT_FDCWD, directory, R_OK | X_OK, AT_EACCESS) != 0)
        return refuse_folder(directory, "not readable", error);
    if (!read_only && faccessat(AT_FDCWD, directory, W_OK, AT_EACCESS) != 0)
        return refuse_folder(directory, "not writable; --read-only serves it as it is", error);
    return TRUE;
}

gboolean
weft_dav_served_check_folders(const WeftDavProgramOptions *options, GError **error)
{
    g_autoptr(GPtrArray) folders = weft_dav_served_folders(options, error);

    for (guint i = 0; folders != NULL && i < folders->len; i++) {
        const WeftDavServedFolder *folder = g_ptr_array_index(folders, i);

        if (!check_folder(folder->directory, options->read_only, error))
            return FALSE;
    }
    return folders != NULL;
}

/* ---- stores ---- */

static WeftDavStore *
open_folder(const WeftDavProgramOptions *options, const char *directory,
            WeftDavPropertyDatabase **properties, GError **error)
{
    g_autoptr(WeftDavStore) store = weft_dav_dir_store_new(directory, error);

    if (store == NULL)
        return NULL;
    weft_dav_dir_store_set_durability(store, options->durability);
    if (!weft_dav_kept_properties_begin(options, store, directory, properties, error))
        return NULL;
    return weft_dav_layers_of_share(options, g_steal_pointer(&store));
}

WeftDavStore *
weft_dav_served_open(const WeftDavProgramOptions *options, GError **error)
{
    g_autoptr(GPtrArray) folders = NULL;
    g_autoptr(WeftDavPropertyDatabase) properties = NULL;
    g_autoptr(WeftDavStore) shares = NULL;

    if (!weft_dav_served_check_folders(options, error))
        return NULL;
    folders = weft_dav_served_folders(options, error);
    if (folders == NULL)
        return NULL;
    const WeftDavServedFolder *first = g_ptr_array_index(folders, 0);
    if (*first->name == '\0')
        return open_folder(options, first->directory, &properties, error);

    shares = weft_dav_shares_new();
    for (guint i = 0; i < folders->len; i++) {
        const WeftDavServedFolder *folder = g_ptr_array_index(folders, i);
        WeftDavStore *store = open_folder(options, folder->directory, &properties, error);

        if (store == NULL || !weft_dav_shares_add(shares, folder->name, store, error))
            return NULL;
    }
    return g_steal_pointer(&shares);
}
