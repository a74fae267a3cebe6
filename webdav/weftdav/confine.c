/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock (landlock(7)) for files, PR_SET_NO_NEW_PRIVS, and the change of user.  Landlock's second
 * version is the first that lets files be renamed from folder to folder; with the first one MOVE
 * would fail.
 */
#include "webdav/weftdav/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MIN_ABI 2

/* Newer than the headers of some systems: landlock(7). */
#define ABI_OF_TRUNCATE 3
#define ACCESS_TRUNCATE ((uint64_t)1 << 14)

#define READ_FILE ((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE)
#define READ_ALL (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE (READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define WRITE_ALL                                                                                  \
    (READ_ALL | WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |      \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |     \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER)

/* What is denied where it was not allowed: all that Landlock's second version knows, and cutting
 * files short. */
#define HANDLED                                                                                    \
    (WRITE_ALL | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                       \
     LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK)

/* What libraries read while a server runs.  Of /etc only what holds no secrets. */
static const char *const of_the_system[] = {
    "/usr",
    "/lib",
    "/lib64",
    "/proc",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/resolv.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/mime.types",
    "/etc/ssl",
    "/dev/urandom",
    "/dev/random",
};

typedef struct {
    int fd; /* O_PATH */
    WeftDavConfineAccess access;
} Place;

struct WeftDavConfinement {
    GArray *places; /* Place */
};

/* ---- what stays reachable ---- */

static void
place_clear(gpointer place)
{
    close(((Place *)place)->fd);
}

WeftDavConfinement *
weft_dav_confinement_new(void)
{
    WeftDavConfinement *confinement = g_new(WeftDavConfinement, 1);

    confinement->places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_array_set_clear_func(confinement->places, place_clear);
    for (size_t i = 0; i < G_N_ELEMENTS(of_the_system); i++)
        weft_dav_confinement_add(confinement, of_the_system[i], WEFT_DAV_CONFINE_READ);
    weft_dav_confinement_add(confinement, "/dev/null", WEFT_DAV_CONFINE_WRITE);
    return confinement;
}

void
weft_dav_confinement_free(WeftDavConfinement *confinement)
{
    if (confinement == NULL)
        return;
    g_array_unref(confinement->places);
    g_free(confinement);
}

void
weft_dav_confinement_add(WeftDavConfinement *confinement, const char *path,
                         WeftDavConfineAccess access)
{
    Place place = {.fd = -1, .access = access};

    if (path != NULL && strcmp(path, "-") != 0)
        place.fd = open(path, O_PATH | O_CLOEXEC);
    if (place.fd >= 0)
        g_array_append_val(confinement->places, place);
}

void
weft_dav_confinement_add_folder_of(WeftDavConfinement *confinement, const char *path,
                                   WeftDavConfineAccess access)
{
    if (path == NULL || strcmp(path, "-") == 0)
        return;

    g_autofree char *folder = g_path_get_dirname(path);
    char *target = realpath(path, NULL);
    weft_dav_confinement_add(confinement, folder, access);
    if (target != NULL) {
        g_autofree char *target_folder = g_path_get_dirname(target);
        weft_dav_confinement_add(confinement, target_folder, access);
    }
    free(target);
}

/* ---- Landlock ---- */

static uint64_t
access_of(const Place *place, uint64_t handled)
{
    struct stat status;
    const gboolean is_folder = fstat(place->fd, &status) == 0 && S_ISDIR(status.st_mode);

    switch (place->access) {
    case WEFT_DAV_CONFINE_READ:
        return (is_folder ? READ_ALL : READ_FILE) & handled;
    case WEFT_DAV_CONFINE_WRITE:
        return (is_folder ? WRITE_ALL : WRITE_FILE) & handled;
    }
    g_assert_not_reached();
}

static gboolean
allow_places(int ruleset, const WeftDavConfinement *confinement, uint64_t handled)
{
    for (size_t i = 0; i < confinement->places->len; i++) {
        const Place *place = &g_array_index(confinement->places, Place, i);
        const struct landlock_path_beneath_attr rule = {
            .allowed_access = access_of(place, handled),
            .parent_fd = place->fd,
        };

        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean
restrict_files(const WeftDavConfinement *confinement, uint64_t handled)
{
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = handled};
    const int ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);

    if (ruleset < 0)
        return FALSE;
    gboolean succeeded = allow_places(ruleset, confinement, handled) &&
                         syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return succeeded;
}

const char *
weft_dav_confine(const WeftDavConfinement *confinement)
{
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    const uint64_t handled = abi >= ABI_OF_TRUNCATE ? HANDLED : HANDLED & ~ACCESS_TRUNCATE;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return "not confined: the kernel refuses even PR_SET_NO_NEW_PRIVS";
    if (confinement == NULL)
        return "confined by file rights alone, as asked";
    if (abi < MIN_ABI)
        return "confined by file rights alone: the kernel has no Landlock that could be used";
    if (!restrict_files(confinement, handled))
        return "confined by file rights alone: Landlock failed";
    return "confined by Landlock to its own files";
}

/* ---- the user ---- */

/* Of the process: the user to become, while root's rights can come back. */
static uid_t user_id;
static gid_t group_id;
static gboolean is_begun;

static void
must(gboolean succeeded, const char *what)
{
    if (!succeeded)
        g_error("%s: %s", what, g_strerror(errno));
}

gboolean
weft_dav_user_begin(const char *name, GError **error)
{
    errno = 0;
    const struct passwd *entry = getpwnam(name);

    if (entry == NULL) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "there is no user \"%s\"", name);
        return FALSE;
    }
    if (geteuid() == entry->pw_uid && getuid() == entry->pw_uid)
        return TRUE;
    if (geteuid() != 0) {
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "only root can become \"%s\"", name);
        return FALSE;
    }
    user_id = entry->pw_uid;
    group_id = entry->pw_gid;
    if (initgroups(name, group_id) != 0 || setegid(group_id) != 0 || seteuid(user_id) != 0)
        return weft_error_set_errno(error, errno, "become \"%s\"", name);
    is_begun = TRUE;
    return TRUE;
}

void
weft_dav_user_pause(void)
{
    if (!is_begun)
        return;
    must(seteuid(0) == 0, "become root again");
    must(setegid(0) == 0, "have root's group again");
}

/* What is not given up now is never given up: better no server. */
void
weft_dav_user_commit(void)
{
    if (!is_begun)
        return;
    must(setresgid(group_id, group_id, group_id) == 0, "give up root's group");
    must(setresuid(user_id, user_id, user_id) == 0, "give up root");
    must(user_id == 0 || seteuid(0) != 0, "root comes back");
    /* /proc/self would stay root's, and files are linked into place by their names there. */
    must(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "own /proc/self");
    is_begun = FALSE;
}
