/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: what the page cache holds is read on the thread (preadv2 with RWF_NOWAIT), the rest on the
 * offload pool.
 */

#include <weft/file.h>

#include "fiber/wait.h"
#include "io/block.h"
#include "io/file.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <weft/offload.h>

/* cachestat(2), Linux 6.5; too new for the C library's headers. */
#define CACHESTAT_NUMBER 451
struct cachestat_range {
    uint64_t offset_bytes;
    uint64_t size_bytes;
};
struct cachestat {
    uint64_t n_cached;
    uint64_t n_dirty;
    uint64_t n_writeback;
    uint64_t n_evicted;
    uint64_t n_recently_evicted;
};

/* Reads from memory in a row before a fiber lets others run. */
#define READ_BUDGET 32

#define WOULD_PARK (-2)

struct WeftFile {
    int n_refs; /* atomic: an abandoned job may outlive the owner's reference */
    int fd;     /* -1 for bytes in memory */
    WeftFileKind kind;
    unsigned n_spent; /* see READ_BUDGET */
    GBytes *bytes;    /* NULL for a file with a descriptor */
};

static const struct {
    uint32_t magic;
    WeftFileKind kind;
} file_systems[] = {
    {TMPFS_MAGIC, WEFT_FILE_MEMORY},
    {RAMFS_MAGIC, WEFT_FILE_MEMORY},
    {HUGETLBFS_MAGIC, WEFT_FILE_MEMORY},
    {NFS_SUPER_MAGIC, WEFT_FILE_REMOTE},
    {SMB_SUPER_MAGIC, WEFT_FILE_REMOTE},
    {0xff534d42 /* cifs */, WEFT_FILE_REMOTE},
    {0xfe534d42 /* smb2 */, WEFT_FILE_REMOTE},
    {0x65735546 /* fuse */, WEFT_FILE_REMOTE},
    {AFS_SUPER_MAGIC, WEFT_FILE_REMOTE},
    {AFS_FS_MAGIC, WEFT_FILE_REMOTE},
    {CODA_SUPER_MAGIC, WEFT_FILE_REMOTE},
    {0x00c36400 /* ceph */, WEFT_FILE_REMOTE},
    {V9FS_MAGIC, WEFT_FILE_REMOTE},
    {0x0bd00bd0 /* lustre */, WEFT_FILE_REMOTE},
    {AUTOFS_SUPER_MAGIC, WEFT_FILE_REMOTE},
};

WeftFileKind
weft_file_kind_of(int fd)
{
    struct statfs status;

    if (fstatfs(fd, &status) != 0)
        return WEFT_FILE_REMOTE;
    for (size_t i = 0; i < G_N_ELEMENTS(file_systems); i++)
        if (file_systems[i].magic == (uint32_t)status.f_type)
            return file_systems[i].kind;
    return WEFT_FILE_LOCAL;
}

WeftOffloadLane
weft_file_lane(WeftFileKind kind)
{
    return kind == WEFT_FILE_REMOTE ? WEFT_OFFLOAD_NETWORK : WEFT_OFFLOAD_DISK;
}

WeftFile *
weft_file_new(int fd, WeftFileKind kind)
{
    WeftFile *file = g_new(WeftFile, 1);

    *file = (WeftFile){.n_refs = 1, .fd = fd, .kind = kind};
    return file;
}

WeftFile *
weft_file_new_for_bytes(GBytes *bytes)
{
    WeftFile *file = weft_file_new(-1, WEFT_FILE_MEMORY);

    file->bytes = g_bytes_ref(bytes);
    return file;
}

static void
file_unref(WeftFile *file)
{
    if (!g_atomic_int_dec_and_test(&file->n_refs))
        return;
    if (file->fd >= 0)
        close(file->fd);
    g_clear_pointer(&file->bytes, g_bytes_unref);
    g_free(file);
}

void
weft_file_free(WeftFile *file)
{
    if (file != NULL)
        file_unref(file);
}

int
weft_file_fd(const WeftFile *file)
{
    return file->fd;
}

GBytes *
weft_file_bytes(const WeftFile *file)
{
    return file->bytes;
}

/* ---- reading ---- */

static ssize_t
read_bytes(const WeftFile *file, void *buffer, size_t size, int64_t offset_bytes)
{
    size_t length;
    const uint8_t *data = g_bytes_get_data(file->bytes, &length);

    if ((uint64_t)offset_bytes >= length)
        return 0;
    size = MIN(size, length - (size_t)offset_bytes);
    memcpy(buffer, data + offset_bytes, size);
    return (ssize_t)size;
}

static ssize_t
set_read_error(int error_number, GError **error)
{
    weft_error_set_errno(error, error_number, "read file");
    return -1;
}

/* Without waiting for a device; WOULD_PARK where that cannot be. */
static ssize_t
read_resident(WeftFile *file, void *buffer, size_t size, int64_t offset_bytes, GError **error)
{
    struct iovec piece = {buffer, size};

    if (file->kind == WEFT_FILE_REMOTE)
        return WOULD_PARK;

    int flags = file->kind == WEFT_FILE_MEMORY ? 0 : RWF_NOWAIT;
    ssize_t n_read = preadv2(file->fd, &piece, 1, offset_bytes, flags);
    if (n_read >= 0)
        return n_read;
    if (errno == EAGAIN)
        return WOULD_PARK;
    if (errno == EOPNOTSUPP || errno == ENOSYS) {
        /* A file system that cannot say what it holds in memory: ask the pool from now on. */
        file->kind = WEFT_FILE_REMOTE;
        return WOULD_PARK;
    }
    return set_read_error(errno, error);
}

/* A read on the offload pool.  It has memory and file of its own, since the fiber may leave early.
 */
typedef struct {
    WeftFile *file;
    uint8_t *block;
    size_t size;
    int64_t offset_bytes;
    ssize_t n_read;
    int error_number;
} ReadJob;

static void
read_job_run(gpointer data)
{
    ReadJob *job = data;

    do {
        job->n_read = pread(job->file->fd, job->block, job->size, job->offset_bytes);
    } while (job->n_read < 0 && errno == EINTR);
    job->error_number = job->n_read < 0 ? errno : 0;
}

/* On any thread: the block does not return to its pool. */
static void
read_job_free(gpointer data)
{
    ReadJob *job = data;

    file_unref(job->file);
    g_free(job->block);
    g_free(job);
}

static ssize_t
read_offloaded(WeftFile *file, void *buffer, size_t size, int64_t offset_bytes, GError **error)
{
    WeftBlockKind kind = size <= WEFT_BLOCK_SMALL_BYTES ? WEFT_BLOCK_SMALL : WEFT_BLOCK_LARGE;
    ReadJob *job = g_new0(ReadJob, 1);

    g_atomic_int_inc(&file->n_refs);
    job->file = file;
    job->block = weft_block_take(kind);
    job->size = MIN(size, WEFT_BLOCK_LARGE_BYTES);
    job->offset_bytes = offset_bytes;
    if (!weft_offload(weft_file_lane(file->kind), read_job_run, job, read_job_free, error))
        return -1;

    ssize_t n_read = job->n_read;
    if (n_read > 0)
        memcpy(buffer, job->block, (size_t)n_read);
    else if (n_read < 0)
        set_read_error(job->error_number, error);
    weft_block_put(kind, g_steal_pointer(&job->block));
    read_job_free(job);
    return n_read;
}

/* What is in memory is read without parking; others must have their turn all the same. */
static gboolean
spend(WeftFile *file, GError **error)
{
    if (++file->n_spent % READ_BUDGET != 0)
        return weft_fiber_check(error);
    return weft_fiber_yield(error);
}

ssize_t
weft_file_read_at(WeftFile *file, void *buffer, size_t size, int64_t offset_bytes, GError **error)
{
    g_return_val_if_fail(offset_bytes >= 0, -1);
    if (!spend(file, error))
        return -1;

    ssize_t n_read = weft_file_try_read_at(file, buffer, size, offset_bytes, error);
    if (n_read != WOULD_PARK)
        return n_read;
    return read_offloaded(file, buffer, size, offset_bytes, error);
}

ssize_t
weft_file_try_read_at(WeftFile *file, void *buffer, size_t size, int64_t offset_bytes,
                      GError **error)
{
    g_return_val_if_fail(offset_bytes >= 0, -1);
    if (size == 0)
        return 0;
    if (file->bytes != NULL)
        return read_bytes(file, buffer, size, offset_bytes);
    return read_resident(file, buffer, size, offset_bytes, error);
}

/* ---- residency ---- */

/* The page that holds @offset_bytes is in memory, as far as one can tell without cachestat. */
static gboolean
byte_is_resident(const WeftFile *file, int64_t offset_bytes)
{
    char byte;
    struct iovec piece = {&byte, 1};

    return preadv2(file->fd, &piece, 1, offset_bytes, RWF_NOWAIT) == 1;
}

gboolean
weft_file_is_resident(const WeftFile *file, int64_t offset_bytes, size_t size)
{
    static int cachestat_is_missing; /* atomic */
    struct cachestat_range range = {(uint64_t)offset_bytes, size};
    struct cachestat answer;

    if (file->kind != WEFT_FILE_LOCAL)
        return file->kind == WEFT_FILE_MEMORY;
    if (size == 0)
        return TRUE;

    int64_t last_byte = offset_bytes + (int64_t)size - 1;
    if (!g_atomic_int_get(&cachestat_is_missing)) {
        if (syscall(CACHESTAT_NUMBER, file->fd, &range, &answer, 0) == 0) {
            const int64_t page_bytes = sysconf(_SC_PAGESIZE);
            int64_t n_pages = last_byte / page_bytes - offset_bytes / page_bytes + 1;
            return (int64_t)answer.n_cached >= n_pages;
        }
        if (errno == ENOSYS)
            g_atomic_int_set(&cachestat_is_missing, 1);
        /* EPERM: newer kernels answer only who may write the file. */
    }
    return byte_is_resident(file, offset_bytes) && byte_is_resident(file, last_byte);
}
