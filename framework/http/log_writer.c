/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring is a circle of bytes; positions only grow, and are taken modulo its size.  The writing
 * thread works on what lies between them without the lock: nobody else touches it until the
 * position behind is moved.  pthread's own locks, so that ThreadSanitizer sees them.
 */

#include "http/log_writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <weft/log.h>

#define RING_BYTES ((size_t)256 * 1024)

/* How long the end, and a flush, wait for a descriptor that takes nothing. */
#define LAST_WAIT_MS 1000
/* A flush waits so long while something is written, or for a thread that gets no turn. */
#define MAX_FLUSH_S 60

/* A pipe that can be written to takes so much at once, whatever is in it (POSIX, write). */
#define PIPE_PIECE_BYTES ((size_t)PIPE_BUF)

struct WeftHttpLogWriter {
    int fd;
    pthread_mutex_t mutex;
    pthread_cond_t has_lines; /* or the end has come */
    pthread_cond_t has_written;
    pthread_t thread;
    gboolean has_thread;
    gboolean is_ending;
    gboolean is_stuck; /* the descriptor has taken nothing for LAST_WAIT_MS */
    size_t written_to; /* the thread is through with what is before */
    size_t filled_to;
    uint64_t n_dropped;
    uint64_t n_reported; /* of those, in the program's log */
    char ring[RING_BYTES];
};

/* ---- the thread ---- */

static uint64_t
count_lines(const char *text, size_t length)
{
    uint64_t n_lines = 0;

    for (size_t i = 0; i < length; i++)
        n_lines += text[i] == '\n';
    return n_lines;
}

/* FALSE: it takes nothing, and we are not to wait for ever.  Files always take something. */
static gboolean
wait_for_room(WeftHttpLogWriter *writer)
{
    struct pollfd poll_fd = {.fd = writer->fd, .events = POLLOUT};
    int n_ready;
    gboolean is_ending;

    do {
        n_ready = poll(&poll_fd, 1, LAST_WAIT_MS);
        pthread_mutex_lock(&writer->mutex);
        writer->is_stuck = n_ready == 0;
        if (writer->is_stuck)
            pthread_cond_broadcast(&writer->has_written);
        is_ending = writer->is_ending;
        pthread_mutex_unlock(&writer->mutex);
    } while (n_ready == 0 && !is_ending);
    return n_ready != 0;
}

/* As much as may be written at once, whole lines if possible. */
static size_t
choose_piece(const WeftHttpLogWriter *writer, const char *text, size_t length)
{
    struct stat info;
    const char *end;

    if (fstat(writer->fd, &info) == 0 && S_ISREG(info.st_mode))
        return length;
    if (length <= PIPE_PIECE_BYTES)
        return length;
    end = memrchr(text, '\n', PIPE_PIECE_BYTES);
    return end != NULL ? (size_t)(end - text) + 1 : PIPE_PIECE_BYTES;
}

/* FALSE: what is left is lost. */
static gboolean
write_all(WeftHttpLogWriter *writer, const char *text, size_t length, uint64_t *ret_n_lost)
{
    while (length > 0) {
        ssize_t n_written = -1;

        errno = EAGAIN;
        if (wait_for_room(writer))
            n_written = write(writer->fd, text, choose_piece(writer, text, length));
        if (n_written < 0 && errno == EINTR)
            continue;
        if (n_written <= 0) {
            *ret_n_lost = count_lines(text, length);
            return FALSE;
        }
        text += n_written;
        length -= (size_t)n_written;
    }
    return TRUE;
}

/* Once the trouble is over: the log that has the trouble cannot tell of it. */
static void
report_unlocks(WeftHttpLogWriter *writer)
{
    const uint64_t n_new = writer->n_dropped - writer->n_reported;

    writer->n_reported = writer->n_dropped;
    pthread_mutex_unlock(&writer->mutex);
    if (n_new > 0)
        weft_log(WEFT_LOG_WARNING, "access log: %" G_GUINT64_FORMAT " lines were dropped", n_new);
}

static void *
work(void *data)
{
    WeftHttpLogWriter *writer = data;

    pthread_mutex_lock(&writer->mutex);
    for (;;) {
        while (writer->filled_to == writer->written_to && !writer->is_ending)
            pthread_cond_wait(&writer->has_lines, &writer->mutex);
        if (writer->filled_to == writer->written_to)
            break;

        const size_t at = writer->written_to % RING_BYTES;
        const size_t length = MIN(writer->filled_to - writer->written_to, RING_BYTES - at);
        uint64_t n_lost = 0;

        pthread_mutex_unlock(&writer->mutex);
        const gboolean succeeded = write_all(writer, writer->ring + at, length, &n_lost);
        pthread_mutex_lock(&writer->mutex);
        writer->written_to += length;
        writer->n_dropped += n_lost;
        pthread_cond_broadcast(&writer->has_written);
        if (succeeded && writer->n_dropped > writer->n_reported) {
            report_unlocks(writer);
            pthread_mutex_lock(&writer->mutex);
        }
    }
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

/* Signals are for the threads that run schedulers.  Without a thread the ring fills, and lines are
 * dropped. */
static void
start_thread_locked(WeftHttpLogWriter *writer)
{
    sigset_t all;
    sigset_t before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    writer->has_thread = pthread_create(&writer->thread, NULL, work, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- the others ---- */

WeftHttpLogWriter *
weft_http_log_writer_new(int fd)
{
    WeftHttpLogWriter *writer = g_new(WeftHttpLogWriter, 1);
    pthread_condattr_t attributes;

    /* The ring's pages are touched as they are used. */
    memset(writer, 0, offsetof(WeftHttpLogWriter, ring));
    writer->fd = fd;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->has_lines, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->has_written, &attributes);
    pthread_condattr_destroy(&attributes);
    return writer;
}

void
weft_http_log_writer_free(WeftHttpLogWriter *writer)
{
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->is_ending = TRUE;
    pthread_cond_signal(&writer->has_lines);
    pthread_mutex_unlock(&writer->mutex);
    if (writer->has_thread)
        pthread_join(writer->thread, NULL);
    pthread_cond_destroy(&writer->has_written);
    pthread_cond_destroy(&writer->has_lines);
    pthread_mutex_destroy(&writer->mutex);
    g_free(writer);
}

void
weft_http_log_writer_put(WeftHttpLogWriter *writer, const char *line, size_t length)
{
    pthread_mutex_lock(&writer->mutex);
    if (!writer->has_thread)
        start_thread_locked(writer);

    const gboolean was_empty = writer->filled_to == writer->written_to;
    if (length > RING_BYTES - (writer->filled_to - writer->written_to)) {
        writer->n_dropped++;
    } else {
        const size_t at = writer->filled_to % RING_BYTES;
        const size_t n_first = MIN(length, RING_BYTES - at);

        memcpy(writer->ring + at, line, n_first);
        memcpy(writer->ring, line + n_first, length - n_first);
        writer->filled_to += length;
    }
    /* It looks again by itself before it sleeps. */
    if (was_empty)
        pthread_cond_signal(&writer->has_lines);
    pthread_mutex_unlock(&writer->mutex);
}

gboolean
weft_http_log_writer_flush(WeftHttpLogWriter *writer)
{
    struct timespec until;
    int failure = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += MAX_FLUSH_S;
    pthread_mutex_lock(&writer->mutex);
    /* What others add meanwhile is not waited for. */
    const size_t target = writer->filled_to;
    writer->is_stuck = FALSE;
    while (writer->written_to < target && !writer->is_stuck && failure == 0)
        failure = pthread_cond_timedwait(&writer->has_written, &writer->mutex, &until);
    const gboolean is_written = writer->written_to >= target;
    pthread_mutex_unlock(&writer->mutex);
    return is_written;
}

uint64_t
weft_http_log_writer_n_dropped(WeftHttpLogWriter *writer)
{
    pthread_mutex_lock(&writer->mutex);
    const uint64_t n_dropped = writer->n_dropped;
    pthread_mutex_unlock(&writer->mutex);
    return n_dropped;
}
