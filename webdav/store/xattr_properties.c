/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dead properties in one extended attribute: they move, and die, with the file, and fsetxattr()
 * replaces all of them or none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "webdav/store/property_backend.h"
#include "webdav/store/system_error.h"

#define ATTRIBUTE "user.weft.properties"
#define MAX_ATTRIBUTE_BYTES ((size_t)64 << 10) /* XATTR_SIZE_MAX */
#define FIRST_TRY_BYTES ((size_t)1 << 10)

/* Linux 6.13; glibc knows neither the number nor the struct yet. */
#ifndef SYS_getxattrat
#define SYS_getxattrat 464
#endif

typedef struct {
    _Alignas(8) uint64_t value;
    uint32_t size;
    uint32_t flags;
} XattrArgs;

/* One way to read the attribute: into @buffer; its size, or -1 with errno. */
typedef struct {
    int fd;
    const char *member; /* NULL: of fd itself */
} Reading;

static ssize_t
read_attribute(const Reading *reading, void *buffer, size_t size)
{
    if (reading->member == NULL)
        return fgetxattr(reading->fd, ATTRIBUTE, buffer, size);

    const XattrArgs args = {.value = (uint64_t)(uintptr_t)buffer, .size = (uint32_t)size};

    return syscall(SYS_getxattrat, reading->fd, reading->member, AT_SYMLINK_NOFOLLOW, ATTRIBUTE,
                   &args, sizeof args);
}

/* It may grow between two looks at it; the limit is the kernel's own. */
static gboolean
read_large(const Reading *reading, GBytes **ret_bytes, GError **error)
{
    g_autofree uint8_t *buffer = g_malloc(MAX_ATTRIBUTE_BYTES);
    const ssize_t n = read_attribute(reading, buffer, MAX_ATTRIBUTE_BYTES);

    if (n < 0)
        return weft_dav_set_system_error(error, errno, "read attribute", ATTRIBUTE);
    *ret_bytes = g_bytes_new(buffer, (size_t)n);
    return TRUE;
}

static gboolean
is_no_attribute(int error_number)
{
    return error_number == ENODATA || error_number == EOPNOTSUPP;
}

static gboolean
read_whole(const Reading *reading, GBytes **ret_bytes, GError **error)
{
    uint8_t buffer[FIRST_TRY_BYTES];
    const ssize_t n = read_attribute(reading, buffer, sizeof buffer);

    if (n >= 0) {
        *ret_bytes = n == 0 ? NULL : g_bytes_new(buffer, (size_t)n);
        return TRUE;
    }
    if (errno == ERANGE)
        return read_large(reading, ret_bytes, error);
    if (!is_no_attribute(errno))
        return weft_dav_set_system_error(error, errno, "read attribute", ATTRIBUTE);
    *ret_bytes = NULL;
    return TRUE;
}

static gboolean
xattr_load(G_GNUC_UNUSED WeftDavPropertyBackend *backend, int fd, GBytes **ret_bytes,
           GError **error)
{
    return read_whole(&(Reading){.fd = fd}, ret_bytes, error);
}

static gboolean
load_opened_member(int dir_fd, const char *name, GBytes **ret_bytes, GError **error)
{
    const int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 && errno == ELOOP) {
        *ret_bytes = NULL;
        return TRUE;
    }
    if (fd < 0)
        return weft_dav_set_system_error(error, errno, "open", name);

    const gboolean is_loaded = read_whole(&(Reading){.fd = fd}, ret_bytes, error);

    close(fd);
    return is_loaded;
}

static gboolean
has_getxattrat(void)
{
    static atomic_int known; /* 0: not yet asked, 1: yes, -1: no */
    int answer = known;

    if (answer == 0) {
        char byte;
        const Reading reading = {.fd = AT_FDCWD, .member = "/"};

        /* ENOSYS from the kernel, EPERM from a seccomp filter that does not know the call. */
        answer = read_attribute(&reading, &byte, sizeof byte) >= 0 || errno == ENODATA ||
                         errno == EOPNOTSUPP || errno == ERANGE || errno == EACCES
                     ? 1
                     : -1;
        known = answer;
    }
    return answer > 0;
}

static gboolean
xattr_load_member(G_GNUC_UNUSED WeftDavPropertyBackend *backend, int dir_fd, const char *name,
                  GBytes **ret_bytes, GError **error)
{
    if (!has_getxattrat())
        return load_opened_member(dir_fd, name, ret_bytes, error);
    return read_whole(&(Reading){.fd = dir_fd, .member = name}, ret_bytes, error);
}

static gboolean
set_no_room(GError **error, const char *reason)
{
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_SPACE, "no room for properties: %s",
                reason);
    return FALSE;
}

static gboolean
xattr_save(G_GNUC_UNUSED WeftDavPropertyBackend *backend, int fd, GBytes *bytes, GError **error)
{
    size_t size;
    const void *data;

    if (bytes == NULL) {
        if (fremovexattr(fd, ATTRIBUTE) == 0 || is_no_attribute(errno))
            return TRUE;
        return weft_dav_set_system_error(error, errno, "remove attribute", ATTRIBUTE);
    }
    data = g_bytes_get_data(bytes, &size);
    if (fsetxattr(fd, ATTRIBUTE, data, size, 0) == 0)
        return TRUE;
    switch (errno) {
    case EOPNOTSUPP:
        return set_no_room(error, "the file system has no user extended attributes");
    case E2BIG:
    case ERANGE:
    case ENOSPC:
    case EDQUOT:
        return set_no_room(error, "they do not fit into an extended attribute of the file");
    default:
        return weft_dav_set_system_error(error, errno, "write attribute", ATTRIBUTE);
    }
}

static void
xattr_free(WeftDavPropertyBackend *backend)
{
    g_free(backend);
}

gboolean
weft_dav_xattr_properties_work(int fd)
{
    return fgetxattr(fd, ATTRIBUTE, NULL, 0) >= 0 || errno != EOPNOTSUPP;
}

WeftDavPropertyBackend *
weft_dav_xattr_properties_new(void)
{
    WeftDavPropertyBackend *backend = g_new0(WeftDavPropertyBackend, 1);

    backend->load = xattr_load;
    backend->load_member = xattr_load_member;
    backend->save = xattr_save;
    backend->free = xattr_free;
    return backend;
}
