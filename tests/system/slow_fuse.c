/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file system for tests: file0 to file63 of 4 KiB each, whose every read takes 100 ms, as on a
 * disk that has to wake up or a network that is far away.  slow_fuse -f MOUNT_POINT
 */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { N_FILES = 64, FILE_BYTES = 4096, READ_MS = 100 };

static int
slow_getattr(const char *path, struct stat *ret_stat, struct fuse_file_info *info)
{
    unsigned number;

    (void)info;
    memset(ret_stat, 0, sizeof *ret_stat);
    if (strcmp(path, "/") == 0) {
        ret_stat->st_mode = S_IFDIR | 0755;
        ret_stat->st_nlink = 2;
        return 0;
    }
    if (sscanf(path, "/file%u", &number) != 1 || number >= N_FILES)
        return -ENOENT;
    ret_stat->st_mode = S_IFREG | 0644;
    ret_stat->st_nlink = 1;
    ret_stat->st_size = FILE_BYTES;
    return 0;
}

static int
slow_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
             struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    char name[16];

    (void)offset, (void)info, (void)flags;
    if (strcmp(path, "/") != 0)
        return -ENOTDIR;
    for (unsigned i = 0; i < N_FILES; i++) {
        snprintf(name, sizeof name, "file%u", i);
        fill(buffer, name, NULL, 0, 0);
    }
    return 0;
}

/* No page cache: every read comes here. */
static int
slow_open(const char *path, struct fuse_file_info *info)
{
    (void)path;
    info->direct_io = 1;
    return 0;
}

static int
slow_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *info)
{
    const struct timespec wait = {0, READ_MS * 1000000L};

    (void)path, (void)info;
    nanosleep(&wait, NULL);
    if (offset >= FILE_BYTES)
        return 0;
    if (size > (size_t)(FILE_BYTES - offset))
        size = FILE_BYTES - offset;
    memset(buffer, 's', size);
    return size;
}

static const struct fuse_operations operations = {
    .getattr = slow_getattr,
    .readdir = slow_readdir,
    .open = slow_open,
    .read = slow_read,
};

int
main(int argc, char **argv)
{
    return fuse_main(argc, argv, &operations, NULL);
}
