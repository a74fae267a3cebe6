/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>
#include <weft/offload.h>

G_BEGIN_DECLS

/**
 * An open file, or bytes in memory that are read like one.  Reads of what the page cache holds stay
 * on the thread; the others, and what else may block on a disk, run on the offload pool while the
 * fiber is parked.
 */
typedef struct WeftFile WeftFile;

/** Who answers for a file's speed: whether a system call on it may wait for a device or a network.
 */
typedef enum {
    WEFT_FILE_LOCAL,  /* a disk behind the page cache: cached reads stay on the thread */
    WEFT_FILE_MEMORY, /* tmpfs and the like: nothing ever blocks */
    WEFT_FILE_REMOTE, /* network, FUSE: each call may block, all are offloaded */
} WeftFileKind;

/** What kind of file system the open file @fd lies on (fstatfs). */
WeftFileKind weft_file_kind_of(int fd);

/** Where calls on files of @kind are offloaded to. */
WeftOffloadLane weft_file_lane(WeftFileKind kind);

/** @fd: (transfer full): closed with the file */
WeftFile *weft_file_new(int fd, WeftFileKind kind);

/** A file whose content is @bytes. */
WeftFile *weft_file_new_for_bytes(GBytes *bytes);

void weft_file_free(WeftFile *file);

/** The descriptor, -1 for bytes in memory. */
int weft_file_fd(const WeftFile *file);

/** Returns: bytes read (1..@size), 0 at end of file, -1 with @error set */
WEFT_PARKS ssize_t weft_file_read_at(WeftFile *file, void *buffer, size_t size,
                                     int64_t offset_bytes, GError **error);

/** As read_at where that would not park; -2 where it would. */
ssize_t weft_file_try_read_at(WeftFile *file, void *buffer, size_t size, int64_t offset_bytes,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftFile, weft_file_free)

G_END_DECLS
