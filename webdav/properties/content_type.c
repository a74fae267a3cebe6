/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media types by extension, from a table of our own: neither a file is opened nor a database asked,
 * which is what makes listings slow elsewhere.  An extension is eight bytes at most, so it is
 * looked up as one number.
 */
#include "webdav/properties/content_type.h"

#include <stdlib.h>
#include <string.h>
#include <weft/scan.h>

#define MAX_EXTENSION_BYTES 8

typedef struct {
    uint64_t key; /* the extension in lower case, its last byte lowest */
    const char *type;
    size_t length;
} Row;

static const struct {
    const char *extension;
    const char *type;
} types[] = {
    {"3gp", "video/3gpp"},
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"apk", "application/vnd.android.package-archive"},
    {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"c", "text/x-c"},
    {"cc", "text/x-c++"},
    {"cpp", "text/x-c++"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"deb", "application/vnd.debian.binary-package"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eml", "message/rfc822"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"h", "text/x-c"},
    {"heic", "image/heic"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/vnd.microsoft.icon"},
    {"ics", "text/calendar"},
    {"iso", "application/x-iso9660-image"},
    {"jar", "application/java-archive"},
    {"java", "text/x-java"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"m4a", "audio/mp4"},
    {"m4v", "video/mp4"},
    {"md", "text/markdown"},
    {"mid", "audio/midi"},
    {"mjs", "text/javascript"},
    {"mkv", "video/x-matroska"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpeg", "video/mpeg"},
    {"mpg", "video/mpeg"},
    {"odg", "application/vnd.oasis.opendocument.graphics"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"patch", "text/x-diff"},
    {"diff", "text/x-diff"},
    {"pdf", "application/pdf"},
    {"pl", "text/x-perl"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps", "application/postscript"},
    {"py", "text/x-python"},
    {"rar", "application/vnd.rar"},
    {"rtf", "application/rtf"},
    {"sh", "application/x-sh"},
    {"sql", "application/sql"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tgz", "application/gzip"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"toml", "application/toml"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"log", "text/plain"},
    {"vcf", "text/vcard"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"},
    {"xz", "application/x-xz"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
};

static Row rows[G_N_ELEMENTS(types)];

static uint64_t
key_of(const char *extension, size_t length)
{
    uint64_t key = 0;

    for (size_t i = 0; i < length; i++)
        key = key << 8 | (uint8_t)weft_byte_lower(extension[i]);
    return key;
}

static int
compare_rows(const void *left, const void *right)
{
    uint64_t left_key = ((const Row *)left)->key;
    uint64_t right_key = ((const Row *)right)->key;

    return (left_key > right_key) - (left_key < right_key);
}

static gpointer
sort_rows(gpointer data G_GNUC_UNUSED)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_assert(strlen(types[i].type) <= WEFT_DAV_CONTENT_TYPE_MAX_BYTES);
        rows[i].key = key_of(types[i].extension, strlen(types[i].extension));
        rows[i].type = types[i].type;
        rows[i].length = strlen(types[i].type);
    }
    qsort(rows, G_N_ELEMENTS(rows), sizeof rows[0], compare_rows);
    return NULL;
}

static const Row *
find_row(uint64_t key)
{
    size_t begin = 0;
    size_t end = G_N_ELEMENTS(rows);

    while (begin < end) {
        size_t middle = (begin + end) / 2;

        if (rows[middle].key == key)
            return &rows[middle];
        if (rows[middle].key < key)
            begin = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

const char *
weft_dav_content_type(const char *name, size_t name_length, size_t *ret_length)
{
    static const char unknown[] = "application/octet-stream";
    static GOnce once = G_ONCE_INIT;
    const Row *row = NULL;
    size_t extension = 0;

    g_once(&once, sort_rows, NULL);
    while (extension < name_length && extension <= MAX_EXTENSION_BYTES &&
           name[name_length - extension - 1] != '.')
        extension++;
    /* ".profile" is a name, not an extension. */
    if (extension > 0 && extension <= MAX_EXTENSION_BYTES && extension + 1 < name_length)
        row = find_row(key_of(name + name_length - extension, extension));

    *ret_length = row != NULL ? row->length : sizeof unknown - 1;
    return row != NULL ? row->type : unknown;
}
