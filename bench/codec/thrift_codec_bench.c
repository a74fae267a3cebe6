/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoding and decoding one document, weft beside Apache's libraries: rounds go over all of them in
 * turn, the best round of each counts.
 *
 *   thrift_codec_bench [ROUNDS]
 */

#include "codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    DEFAULT_ROUNDS = 20,
    ROUND_US = 2000, /* of one operation of one codec */
    MAX_CODECS = 16,
};

typedef struct {
    Codec codec;
    double encode_us;
    double decode_us;
    size_t size;
} Entry;

static Entry entries[MAX_CODECS];
static int n_entries;

static double
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static void
add_codecs(const Codec *codecs)
{
    for (; codecs->name != NULL && n_entries < MAX_CODECS; codecs++)
        entries[n_entries++] = (Entry){*codecs, 1e9, 1e9, 0};
}

static void
measure_encode(Entry *entry)
{
    const uint8_t *bytes;
    unsigned n_times = 0;
    const double begin = now_us();
    double took = 0;

    while (took < ROUND_US) {
        for (unsigned i = 0; i < 4; i++)
            entry->size = entry->codec.encode(&bytes);
        n_times += 4;
        took = now_us() - begin;
    }
    if (took / n_times < entry->encode_us)
        entry->encode_us = took / n_times;
}

static void
measure_decode(Entry *entry, const uint8_t *bytes, size_t size)
{
    unsigned n_times = 0;
    const double begin = now_us();
    double took = 0;

    while (took < ROUND_US) {
        for (unsigned i = 0; i < 4; i++) {
            if (entry->codec.decode(bytes, size) != N_ITEMS) {
                fprintf(stderr, "%s: cannot read the document\n", entry->codec.name);
                exit(1);
            }
        }
        n_times += 4;
        took = now_us() - begin;
    }
    if (took / n_times < entry->decode_us)
        entry->decode_us = took / n_times;
}

/* weft's bytes are what all decode. */
static uint8_t *
copy_document(bool is_compact, size_t *ret_size)
{
    const Codec *codec = weft_codecs;
    const uint8_t *bytes;

    while (codec->is_compact != is_compact)
        codec++;
    *ret_size = codec->encode(&bytes);
    uint8_t *copy = malloc(*ret_size);
    if (copy == NULL)
        abort();
    return memcpy(copy, bytes, *ret_size);
}

static double
best_of(const char *prefix, bool is_compact, bool of_encode)
{
    double best = 1e9;

    for (int i = 0; i < n_entries; i++) {
        const Entry *entry = &entries[i];
        const double took = of_encode ? entry->encode_us : entry->decode_us;
        if (strncmp(entry->codec.name, prefix, strlen(prefix)) == 0 &&
            entry->codec.is_compact == is_compact && took < best)
            best = took;
    }
    return best;
}

static void
print_table(bool is_compact)
{
    const double encode_us = best_of("weft", is_compact, true);
    const double decode_us = best_of("weft", is_compact, false);

    printf("\n%-32s %8s %12s %8s %12s %8s\n", is_compact ? "compact" : "binary", "bytes",
           "encode us", "x weft", "decode us", "x weft");
    for (int i = 0; i < n_entries; i++) {
        const Entry *entry = &entries[i];
        if (entry->codec.is_compact == is_compact)
            printf("%-32s %8zu %12.2f %8.1f %12.2f %8.1f\n", entry->codec.name, entry->size,
                   entry->encode_us, entry->encode_us / encode_us, entry->decode_us,
                   entry->decode_us / decode_us);
    }
}

int
main(int argc, char **argv)
{
    const int n_rounds = argc > 1 ? atoi(argv[1]) : DEFAULT_ROUNDS;
    uint8_t *documents[2];
    size_t sizes[2];

    add_codecs(weft_codecs);
#ifdef HAVE_CPP
    add_codecs(cpp_codecs);
#endif
#ifdef HAVE_C_GLIB
    add_codecs(c_glib_codecs);
#endif
    for (int i = 0; i < n_entries; i++)
        entries[i].codec.prepare();
    for (int i = 0; i < 2; i++)
        documents[i] = copy_document(i == 1, &sizes[i]);
    for (int round = 0; round < n_rounds; round++) {
        for (int i = 0; i < n_entries; i++) {
            const int which = entries[i].codec.is_compact ? 1 : 0;
            measure_encode(&entries[i]);
            measure_decode(&entries[i], documents[which], sizes[which]);
        }
    }
    printf("a document of %d items, each with a map of %d; best of %d rounds\n", N_ITEMS,
           N_COUNTERS, n_rounds);
    print_table(false);
    print_table(true);
    free(documents[0]);
    free(documents[1]);
    return 0;
}
