/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/buffer.h>

G_BEGIN_DECLS

/**
 * The records of a ZIP archive that is written from front to back (PKWARE's APPNOTE 6.3): UTF-8
 * names, times to the second, ZIP64 where a size, an offset or a count needs it.  Nothing is
 * compressed: a file is a deflate stream of stored blocks, which readers can follow without knowing
 * its length; what is merely stored and has its length behind it they cannot.
 */

/** One member. */
typedef struct {
    const char *name; /* '/'-separated; of a collection with a '/' at the end */
    size_t name_len;  /* 65535 at most */
    gboolean is_collection;
    gboolean is_executable;
    int64_t modified_s;
    uint64_t size_bytes;
    uint32_t crc;          /* of all bytes; known behind the file only */
    uint64_t offset_bytes; /* of its header, from the beginning of the archive */
} WeftDavZipMember;

#define WEFT_DAV_ZIP_MAX_NAME_BYTES 65535

/** What one block of a file holds at most. */
#define WEFT_DAV_ZIP_MAX_BLOCK_BYTES 65535

/** In front of a member; crc is not looked at. */
void weft_dav_zip_append_header(WeftBuffer *out, const WeftDavZipMember *member);

/** In front of each block of a file; an empty file has one, too. */
void weft_dav_zip_append_block(WeftBuffer *out, size_t block_bytes, gboolean is_last);

/** Behind a file; collections have none. */
void weft_dav_zip_append_descriptor(WeftBuffer *out, const WeftDavZipMember *member);

/** A member's row in the directory, which stands behind all members. */
void weft_dav_zip_append_row(WeftBuffer *out, const WeftDavZipMember *member);

/** Behind the directory, which begins at @offset_bytes. */
void weft_dav_zip_append_end(WeftBuffer *out, uint64_t n_members, uint64_t offset_bytes,
                             uint64_t size_bytes);

G_END_DECLS
