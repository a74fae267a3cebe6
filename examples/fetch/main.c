/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetch many URLs at once, on one thread: fetch [OPTIONS] [FILE], one URL a line, or from stdin.
 *
 *     -c N      so many at a time, at most (default: 500)
 *     -t MS     for each of them (default: 30000)
 *
 * Each URL has a fiber, which calls libcurl's simplest function as its manual shows it.  libcurl
 * knows nothing of that: it believes that it waits in poll(), but weft::cooperative, linked into
 * this program, parks the fiber there, and the others run.  Elsewhere this takes libcurl's multi
 * interface, an event loop, and a state for each transfer.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <weft/clock.h>
#include <weft/cooperative.h>
#include <weft/deadline.h>
#include <weft/fiber_pool.h>
#include <weft/scheduler.h>

typedef struct {
    char **urls;
    size_t max_fibers;
    int64_t timeout_ms;
    /* What came of it.  All fibers write here, without a lock: they are on one thread, and none of
     * them parks in between. */
    unsigned n_fetched;
    unsigned n_failed;
    uint64_t n_bytes;
} Job;

typedef struct {
    Job *job;
    const char *url;
} Fetch;

static size_t
count_bytes(char *bytes G_GNUC_UNUSED, size_t size, size_t n_items, void *n_bytes)
{
    *(uint64_t *)n_bytes += size * n_items;
    return size * n_items;
}

static void
tell(Job *job, const char *url, long status, uint64_t n_bytes, int64_t begin_us)
{
    job->n_fetched++;
    job->n_bytes += n_bytes;
    printf("%ld %" G_GUINT64_FORMAT " bytes %.3f s %s\n", status, n_bytes,
           (double)(weft_clock_now_us() - begin_us) / 1e6, url);
}

/* A URL that cannot be fetched is no reason to end the others: it is told and counted. */
static gboolean
fetch(gpointer data, GError **error G_GNUC_UNUSED)
{
    const Fetch *fetch = data;
    const int64_t begin_us = weft_clock_now_us();
    /* The deadline reaches into the library: its next wait fails. */
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(fetch->job->timeout_ms);
    CURL *curl = curl_easy_init();
    uint64_t n_bytes = 0;
    long status = 0;

    curl_easy_setopt(curl, CURLOPT_URL, fetch->url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &n_bytes);
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        tell(fetch->job, fetch->url, status, n_bytes, begin_us);
    } else {
        fetch->job->n_failed++;
        printf("failed: %s: %s\n", fetch->url,
               weft_deadline_passed() ? "timed out" : curl_easy_strerror(code));
    }
    curl_easy_cleanup(curl);
    return TRUE;
}

static gboolean
fetch_all(gpointer data, GError **error)
{
    Job *job = data;
    g_autoptr(WeftFiberPool) fibers = weft_fiber_pool_new("fetch", job->max_fibers);

    for (char **url = job->urls; *url != NULL; url++) {
        if (*g_strstrip(*url) == '\0')
            continue;
        Fetch *one = g_new(Fetch, 1);
        *one = (Fetch){job, *url};
        /* Parks while as many as allowed are under way. */
        if (!weft_fiber_pool_spawn(fibers, fetch, one, g_free, error))
            return FALSE;
    }
    return weft_fiber_pool_join(fibers, error);
}

/* Returns: (transfer full): lines; NULL: @path cannot be read */
static char **
read_urls(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    if (g_file_get_contents(path, &text, NULL, &error))
        return g_strsplit(text, "\n", -1);
    g_printerr("fetch: %s\n", error->message);
    return NULL;
}

static int
run(Job *job)
{
    const int64_t begin_us = weft_clock_now_us();
    g_autoptr(GError) error = NULL;

    /* Says whether libcurl's waits really come to weft: a program that is linked wrongly would be
     * right, and slow. */
    if (!weft_cooperative_self_test(&error) || !weft_run("fetch all", fetch_all, job, &error)) {
        g_printerr("fetch: %s\n", error->message);
        return EXIT_FAILURE;
    }
    printf("%u fetched, %u failed, %" G_GUINT64_FORMAT " bytes, %.3f s\n", job->n_fetched,
           job->n_failed, job->n_bytes, (double)(weft_clock_now_us() - begin_us) / 1e6);
    return job->n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    Job job = {.max_fibers = 500, .timeout_ms = 30000};
    int option;

    while ((option = getopt(argc, argv, "c:t:")) != -1) {
        if (option == 'c' && atoi(optarg) > 0) {
            job.max_fibers = (size_t)atoi(optarg);
        } else if (option == 't') {
            job.timeout_ms = atoll(optarg);
        } else {
            g_printerr("usage: fetch [-c N] [-t MS] [FILE]\n");
            return 2;
        }
    }
    job.urls = read_urls(optind < argc ? argv[optind] : "/dev/stdin");
    if (job.urls == NULL)
        return EXIT_FAILURE;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const int status = run(&job);
    curl_global_cleanup();
    g_strfreev(job.urls);
    return status;
}
