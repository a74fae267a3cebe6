/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ZIP records, little-endian; the numbers in comments are sections of APPNOTE 6.3.10.
 */
#include "webdav/zip_format.h"

#include <string.h>
#include <time.h>

#define HEADER_SIGNATURE 0x04034b50
#define DESCRIPTOR_SIGNATURE 0x08074b50
#define ROW_SIGNATURE 0x02014b50
#define END_SIGNATURE 0x06054b50
#define END64_SIGNATURE 0x06064b50
#define LOCATOR64_SIGNATURE 0x07064b50

#define FLAG_DESCRIPTOR (1 << 3) /* sizes and CRC stand behind the file */
#define FLAG_UTF8 (1 << 11)
#define METHOD_STORED 0
#define METHOD_DEFLATED 8
#define VERSION_DEFLATE 20
#define VERSION_ZIP64 45
#define MADE_ON_UNIX (3 << 8)
#define EXTRA_ZIP64 0x0001
#define EXTRA_TIMES 0x5455
#define EXTRA_TIMES_BYTES 9
#define BLOCK_HEAD_BYTES 5
#define DOS_FOLDER 0x10

static void
append_16(WeftBuffer *out, uint16_t value)
{
    const uint16_t bytes = GUINT16_TO_LE(value);

    weft_buffer_append(out, &bytes, sizeof bytes);
}

static void
append_32(WeftBuffer *out, uint32_t value)
{
    const uint32_t bytes = GUINT32_TO_LE(value);

    weft_buffer_append(out, &bytes, sizeof bytes);
}

static void
append_64(WeftBuffer *out, uint64_t value)
{
    const uint64_t bytes = GUINT64_TO_LE(value);

    weft_buffer_append(out, &bytes, sizeof bytes);
}

/* A field that is all ones where the ZIP64 record has the value (4.4.8). */
static void
append_32_of_64(WeftBuffer *out, uint64_t value)
{
    append_32(out, value < UINT32_MAX ? (uint32_t)value : UINT32_MAX);
}

/* The length of a file as a deflate stream. */
static uint64_t
packed_size(const WeftDavZipMember *member)
{
    const uint64_t size = member->size_bytes;
    const uint64_t n_blocks = size / WEFT_DAV_ZIP_MAX_BLOCK_BYTES +
                              (size == 0 || size % WEFT_DAV_ZIP_MAX_BLOCK_BYTES != 0);

    return member->is_collection ? 0 : size + n_blocks * BLOCK_HEAD_BYTES;
}

static gboolean
has_large_size(const WeftDavZipMember *member)
{
    return packed_size(member) >= UINT32_MAX;
}

/* 4.4.6: years since 1980, and every other second; UTC, for want of better. */
static uint32_t
dos_time(int64_t unix_s)
{
    const time_t seconds = (time_t)unix_s;
    struct tm date;

    if (gmtime_r(&seconds, &date) == NULL || date.tm_year < 80)
        return 1 << 21 | 1 << 16;
    if (date.tm_year > 80 + 127)
        return (uint32_t)127 << 25 | 12 << 21 | 31 << 16;
    return (uint32_t)(date.tm_year - 80) << 25 | (uint32_t)(date.tm_mon + 1) << 21 |
           (uint32_t)date.tm_mday << 16 | (uint32_t)date.tm_hour << 11 |
           (uint32_t)date.tm_min << 5 | (uint32_t)date.tm_sec / 2;
}

/* Info-ZIP's record of times to the second in UTC, as far as 32 bits reach. */
static void
append_times(WeftBuffer *out, int64_t modified_s)
{
    append_16(out, EXTRA_TIMES);
    append_16(out, EXTRA_TIMES_BYTES - 4);
    weft_buffer_append(out, "\1", 1); /* the time of change alone */
    append_32(out, (uint32_t)(int32_t)CLAMP(modified_s, INT32_MIN, INT32_MAX));
}

/* What headers and rows begin alike with: version, flags, method, time. */
static void
append_kind(WeftBuffer *out, const WeftDavZipMember *member, gboolean is_large)
{
    append_16(out, is_large ? VERSION_ZIP64 : VERSION_DEFLATE);
    append_16(out, member->is_collection ? FLAG_UTF8 : FLAG_UTF8 | FLAG_DESCRIPTOR);
    append_16(out, member->is_collection ? METHOD_STORED : METHOD_DEFLATED);
    append_32(out, dos_time(member->modified_s));
}

void
weft_dav_zip_append_header(WeftBuffer *out, const WeftDavZipMember *member)
{
    const gboolean is_large = has_large_size(member);
    const uint32_t size = is_large ? UINT32_MAX : 0;

    append_32(out, HEADER_SIGNATURE);
    append_kind(out, member, is_large);
    append_32(out, 0); /* crc, and the sizes: behind the file */
    append_32(out, size);
    append_32(out, size);
    append_16(out, (uint16_t)member->name_len);
    append_16(out, (uint16_t)(EXTRA_TIMES_BYTES + (is_large ? 20 : 0)));
    weft_buffer_append(out, member->name, member->name_len);
    if (is_large) {
        /* 4.3.9.2: that it is here makes the descriptor's sizes 64 bits long. */
        append_16(out, EXTRA_ZIP64);
        append_16(out, 16);
        append_64(out, 0);
        append_64(out, 0);
    }
    append_times(out, member->modified_s);
}

/* RFC 1951 3.2.4; blocks begin at bytes, for there is nothing else in the stream. */
void
weft_dav_zip_append_block(WeftBuffer *out, size_t block_bytes, gboolean is_last)
{
    weft_buffer_append(out, is_last ? "\1" : "\0", 1);
    append_16(out, (uint16_t)block_bytes);
    append_16(out, (uint16_t)~block_bytes);
}

void
weft_dav_zip_append_descriptor(WeftBuffer *out, const WeftDavZipMember *member)
{
    append_32(out, DESCRIPTOR_SIGNATURE);
    append_32(out, member->crc);
    if (has_large_size(member)) {
        append_64(out, packed_size(member));
        append_64(out, member->size_bytes);
    } else {
        append_32(out, (uint32_t)packed_size(member));
        append_32(out, (uint32_t)member->size_bytes);
    }
}

static uint32_t
unix_mode(const WeftDavZipMember *member)
{
    if (member->is_collection)
        return 0040755;
    return member->is_executable ? 0100755 : 0100644;
}

/* 4.5.3: only those that do not fit their own field, in this order. */
static void
append_large(WeftBuffer *out, const WeftDavZipMember *member)
{
    const uint64_t values[] = {member->size_bytes, packed_size(member), member->offset_bytes};
    size_t n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        n += values[i] >= UINT32_MAX;
    if (n == 0)
        return;
    append_16(out, EXTRA_ZIP64);
    append_16(out, (uint16_t)(n * sizeof values[0]));
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
        if (values[i] >= UINT32_MAX)
            append_64(out, values[i]);
}

void
weft_dav_zip_append_row(WeftBuffer *out, const WeftDavZipMember *member)
{
    WeftBuffer large;
    const gboolean is_large = has_large_size(member) || member->offset_bytes >= UINT32_MAX;

    weft_buffer_init(&large, 32);
    append_large(&large, member);
    append_32(out, ROW_SIGNATURE);
    append_16(out, MADE_ON_UNIX | VERSION_ZIP64);
    append_kind(out, member, is_large);
    append_32(out, member->crc);
    append_32_of_64(out, packed_size(member));
    append_32_of_64(out, member->size_bytes);
    append_16(out, (uint16_t)member->name_len);
    append_16(out, (uint16_t)(EXTRA_TIMES_BYTES + weft_buffer_length(&large)));
    append_16(out, 0); /* comment */
    append_16(out, 0); /* disk */
    append_16(out, 0); /* internal attributes */
    append_32(out, unix_mode(member) << 16 | (member->is_collection ? DOS_FOLDER : 0));
    append_32_of_64(out, member->offset_bytes);
    weft_buffer_append(out, member->name, member->name_len);
    weft_buffer_append(out, weft_buffer_bytes(&large), weft_buffer_length(&large));
    append_times(out, member->modified_s);
    weft_buffer_clear(&large);
}

/* 4.3.14 and 4.3.15 */
static void
append_end_64(WeftBuffer *out, uint64_t n_members, uint64_t offset_bytes, uint64_t size_bytes)
{
    append_32(out, END64_SIGNATURE);
    append_64(out, 44); /* bytes that follow */
    append_16(out, MADE_ON_UNIX | VERSION_ZIP64);
    append_16(out, VERSION_ZIP64);
    append_32(out, 0); /* this disk, and that of the directory */
    append_32(out, 0);
    append_64(out, n_members);
    append_64(out, n_members);
    append_64(out, size_bytes);
    append_64(out, offset_bytes);

    append_32(out, LOCATOR64_SIGNATURE);
    append_32(out, 0);
    append_64(out, offset_bytes + size_bytes);
    append_32(out, 1); /* disks */
}

void
weft_dav_zip_append_end(WeftBuffer *out, uint64_t n_members, uint64_t offset_bytes,
                        uint64_t size_bytes)
{
    const uint16_t n = n_members < UINT16_MAX ? (uint16_t)n_members : UINT16_MAX;

    if (n == UINT16_MAX || offset_bytes >= UINT32_MAX || size_bytes >= UINT32_MAX)
        append_end_64(out, n_members, offset_bytes, size_bytes);
    append_32(out, END_SIGNATURE);
    append_16(out, 0); /* this disk, and that of the directory */
    append_16(out, 0);
    append_16(out, n);
    append_16(out, n);
    append_32_of_64(out, size_bytes);
    append_32_of_64(out, offset_bytes);
    append_16(out, 0); /* comment */
}
