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

typedef struct {
    uint8_t *bytes;
    size_t size;
} Document;

static Document documents[2]; /* binary, compact */
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
encode_times(Entry *entry, unsigned n_times)
{
    const uint8_t *bytes;

    for (unsigned i = 0; i < n_times; i++)
        entry->size = entry->codec.encode(&bytes);
}

static void
decode_times(Entry *entry, unsigned n_times)
{
    const Document *document = &documents[entry->codec.is_compact ? 1 : 0];

    for (unsigned i = 0; i < n_times; i++) {
        if (entry->codec.decode(document->bytes, document->size) != N_ITEMS) {
            fprintf(stderr, "%s: cannot read the document\n", entry->codec.name);
            exit(1);
        }
    }
}

/* One round.  The clock is read twice only: where it is slow, the fast ones would suffer most. */
static void
measure(Entry *entry, void (*repeat)(Entry *entry, unsigned n_times), double *best_us)
{
    const unsigned n_times = *best_us < ROUND_US ? (unsigned)(ROUND_US / *best_us) + 1 : 1;
    const double begin_us = now_us();

    repeat(entry, n_times);
    const double took_us = (now_us() - begin_us) / n_times;
    if (took_us < *best_us)
        *best_us = took_us;
}

/* weft's bytes are what all decode. */
static void
copy_document(bool is_compact)
{
    const Codec *codec = weft_codecs;
    Document *document = &documents[is_compact ? 1 : 0];
    const uint8_t *bytes;

    while (codec->is_compact != is_compact)
        codec++;
    document->size = codec->encode(&bytes);
    document->bytes = malloc(document->size);
    if (document->bytes == NULL)
        abort();
    memcpy(document->bytes, bytes, document->size);
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

    add_codecs(weft_codecs);
#ifdef HAVE_CPP
    add_codecs(cpp_codecs);
#endif
#ifdef HAVE_C_GLIB
    add_codecs(c_glib_codecs);
#endif
    for (int i = 0; i < n_entries; i++)
        entries[i].codec.prepare();
    copy_document(false);
    copy_document(true);
    for (int round = 0; round < n_rounds; round++) {
        for (int i = 0; i < n_entries; i++) {
            measure(&entries[i], encode_times, &entries[i].encode_us);
            measure(&entries[i], decode_times, &entries[i].decode_us);
        }
    }
    printf("a document of %d items, each with a map of %d; best of %d rounds\n", N_ITEMS,
           N_COUNTERS, n_rounds);
    print_table(false);
    print_table(true);
    free(documents[0].bytes);
    free(documents[1].bytes);
    return 0;
}
