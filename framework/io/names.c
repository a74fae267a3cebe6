/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of answers, bounded in number and age, and a table of questions that are under way.  The
 * first who asks sends the job; who asks the same meanwhile waits for a completion.  If the first
 * one leaves before the job has begun, the job is dropped, and one of the waiters asks anew.
 * pthread's own lock, so that ThreadSanitizer sees it.
 */

#include "io/names.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <weft/clock.h>
#include <weft/completion.h>
#include <weft/fiber.h>
#include <weft/offload.h>

/* The system does not tell how long an answer is good for (what DNS calls its time to live). */
#define GOOD_FOR_S 10
#define NO_SUCH_NAME_FOR_S 1
#define MAX_ANSWERS 512

struct WeftNameAnswer {
    atomic_int n_refs;
    int status;
    int error_number;
    struct addrinfo *addresses; /* (nullable): libc's */
    char *host;
    char *service;
};

typedef struct {
    GBytes *key; /* owned */
    WeftNameAnswer *answer;
    int64_t until_us;
} Remembered;

/* A fiber that waits for somebody else's question; on its stack. */
typedef struct Waiter Waiter;
struct Waiter {
    Waiter *next;
    WeftCompletion *completion; /* a reference of the list's own: it outlives who wakes by it */
    WeftNameAnswer *answer;     /* NULL: the question was dropped */
};

/* A question under way. */
typedef struct {
    GBytes *key; /* owned */
    Waiter *waiters;
    gboolean was_asked;
    WeftNameAnswer *answer;
    WeftNameQuestion question; /* its pointers go to what is below */
    struct sockaddr_storage address;
    char *host;
    char *service;
} Flight;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *answers;          /* key -> link in @by_age */
static GQueue by_age = G_QUEUE_INIT; /* of Remembered, the oldest first */
static GHashTable *flights;          /* key -> Flight */
static __thread gboolean is_asking;

/* ---- answers ---- */

static WeftNameAnswer *
answer_ref(WeftNameAnswer *answer)
{
    atomic_fetch_add(&answer->n_refs, 1);
    return answer;
}

void
weft_name_answer_unref(WeftNameAnswer *answer)
{
    if (answer == NULL || atomic_fetch_sub(&answer->n_refs, 1) > 1)
        return;
    if (answer->addresses != NULL)
        freeaddrinfo(answer->addresses);
    g_free(answer->host);
    g_free(answer->service);
    g_free(answer);
}

int
weft_name_answer_status(const WeftNameAnswer *answer, int *ret_errno)
{
    *ret_errno = answer->error_number;
    return answer->status;
}

const struct addrinfo *
weft_name_answer_addresses(const WeftNameAnswer *answer)
{
    return answer->addresses;
}

const char *
weft_name_answer_host(const WeftNameAnswer *answer)
{
    return answer->host != NULL ? answer->host : "";
}

const char *
weft_name_answer_service(const WeftNameAnswer *answer)
{
    return answer->service != NULL ? answer->service : "";
}

/* ---- asking the system; on a thread of the pool ---- */

static void
ask_for_addresses(const WeftNameQuestion *question, WeftNameAnswer *answer)
{
    const struct addrinfo hints = {.ai_flags = question->flags,
                                   .ai_family = question->family,
                                   .ai_socktype = question->socket_type,
                                   .ai_protocol = question->protocol};

    answer->status = getaddrinfo(question->host, question->service, &hints, &answer->addresses);
    if (answer->status != 0)
        answer->addresses = NULL;
}

static void
ask_for_name(const WeftNameQuestion *question, WeftNameAnswer *answer)
{
    answer->host = g_malloc0(NI_MAXHOST);
    answer->service = g_malloc0(NI_MAXSERV);
    answer->status = getnameinfo(question->address, question->address_size, answer->host,
                                 NI_MAXHOST, answer->service, NI_MAXSERV, question->flags);
}

static WeftNameAnswer *
ask_system(const WeftNameQuestion *question)
{
    WeftNameAnswer *answer = g_new0(WeftNameAnswer, 1);

    atomic_init(&answer->n_refs, 1);
    is_asking = TRUE;
    errno = 0;
    if (question->address != NULL)
        ask_for_name(question, answer);
    else
        ask_for_addresses(question, answer);
    answer->error_number = errno;
    is_asking = FALSE;
    return answer;
}

gboolean
weft_names_is_asking(void)
{
    return is_asking;
}

/* ---- remembering ---- */

static void
append_text(GByteArray *key, const char *text)
{
    const uint8_t has_text = text != NULL;

    g_byte_array_append(key, &has_text, 1);
    if (text != NULL)
        g_byte_array_append(key, (const uint8_t *)text, (guint)strlen(text) + 1);
}

static GBytes *
key_of(const WeftNameQuestion *question)
{
    const int numbers[] = {question->family, question->socket_type, question->protocol,
                           question->flags, question->address != NULL};
    GByteArray *key = g_byte_array_new();

    g_byte_array_append(key, (const uint8_t *)numbers, sizeof numbers);
    append_text(key, question->host);
    append_text(key, question->service);
    if (question->address != NULL)
        g_byte_array_append(key, (const uint8_t *)question->address, question->address_size);
    return g_byte_array_free_to_bytes(key);
}

static void
make_tables_locked(void)
{
    if (answers != NULL)
        return;
    answers = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    flights = g_hash_table_new(g_bytes_hash, g_bytes_equal);
}

static void
forget_locked(GList *link)
{
    Remembered *remembered = link->data;

    g_hash_table_remove(answers, remembered->key);
    g_queue_delete_link(&by_age, link);
    weft_name_answer_unref(remembered->answer);
    g_bytes_unref(remembered->key);
    g_free(remembered);
}

/* Returns: (nullable) (transfer full) */
static WeftNameAnswer *
recall_locked(GBytes *key)
{
    GList *link = g_hash_table_lookup(answers, key);

    if (link == NULL)
        return NULL;
    Remembered *remembered = link->data;
    if (remembered->until_us > weft_clock_now_us())
        return answer_ref(remembered->answer);
    forget_locked(link);
    return NULL;
}

/* What may be different at the next moment is not remembered. */
static int64_t
good_for_s(const WeftNameAnswer *answer)
{
    switch (answer->status) {
    case 0:
        return GOOD_FOR_S;
    case EAI_NONAME:
    case EAI_NODATA:
        return NO_SUCH_NAME_FOR_S;
    default:
        return 0;
    }
}

static void
remember_locked(GBytes *key, WeftNameAnswer *answer)
{
    const int64_t lifetime_s = good_for_s(answer);
    GList *known = g_hash_table_lookup(answers, key);

    if (known != NULL)
        forget_locked(known);
    if (lifetime_s == 0)
        return;
    if (by_age.length >= MAX_ANSWERS)
        forget_locked(by_age.head);
    Remembered *remembered = g_new(Remembered, 1);
    *remembered = (Remembered){.key = g_bytes_ref(key),
                               .answer = answer_ref(answer),
                               .until_us = weft_clock_now_us() + lifetime_s * G_USEC_PER_SEC};
    g_queue_push_tail(&by_age, remembered);
    g_hash_table_insert(answers, remembered->key, by_age.tail);
}

void
weft_names_forget(void)
{
    pthread_mutex_lock(&mutex);
    while (by_age.head != NULL)
        forget_locked(by_age.head);
    pthread_mutex_unlock(&mutex);
}

/* ---- questions under way ---- */

static Flight *
flight_new(const WeftNameQuestion *question, GBytes *key)
{
    Flight *flight = g_new0(Flight, 1);

    flight->key = g_bytes_ref(key);
    flight->question = *question;
    flight->question.host = flight->host = g_strdup(question->host);
    flight->question.service = flight->service = g_strdup(question->service);
    if (question->address != NULL) {
        memcpy(&flight->address, question->address, question->address_size);
        flight->question.address = (const struct sockaddr *)&flight->address;
    }
    return flight;
}

static void
flight_free(Flight *flight)
{
    weft_name_answer_unref(flight->answer);
    g_bytes_unref(flight->key);
    g_free(flight->host);
    g_free(flight->service);
    g_free(flight);
}

/* Nobody finds the question any more; who waits for it hears, of nothing if there is no answer. */
static void
flight_land_locked(Flight *flight)
{
    g_hash_table_remove(flights, flight->key);
    while (flight->waiters != NULL) {
        Waiter *waiter = flight->waiters;
        WeftCompletion *completion = waiter->completion;

        flight->waiters = waiter->next;
        if (flight->answer != NULL)
            waiter->answer = answer_ref(flight->answer);
        weft_completion_post(completion); /* from here on the waiter may be gone */
        weft_completion_unref(completion);
    }
}

static void
flight_run(gpointer data)
{
    Flight *flight = data;
    WeftNameAnswer *answer = ask_system(&flight->question);

    pthread_mutex_lock(&mutex);
    flight->was_asked = TRUE;
    flight->answer = answer;
    remember_locked(flight->key, answer);
    flight_land_locked(flight);
    pthread_mutex_unlock(&mutex);
}

/* The fiber that asked has left; the job was done, or will not be begun. */
static void
flight_abandon(gpointer data)
{
    Flight *flight = data;

    if (!flight->was_asked) {
        pthread_mutex_lock(&mutex);
        flight_land_locked(flight);
        pthread_mutex_unlock(&mutex);
    }
    flight_free(flight);
}

static WeftNameAnswer *
fly(Flight *flight, GError **error)
{
    if (!weft_offload(WEFT_OFFLOAD_NETWORK, flight_run, flight, flight_abandon, error))
        return NULL; /* the flight is the pool's now */
    WeftNameAnswer *answer = g_steal_pointer(&flight->answer);
    flight_free(flight);
    return answer;
}

static void
waiter_leave_locked(GBytes *key, const Waiter *waiter)
{
    Flight *flight = g_hash_table_lookup(flights, key);
    Waiter **link = flight != NULL ? &flight->waiters : NULL;

    while (link != NULL && *link != NULL && *link != waiter)
        link = &(*link)->next;
    if (link == NULL || *link == NULL)
        return; /* it has been answered */
    *link = waiter->next;
    weft_completion_unref(waiter->completion);
}

/* Returns: FALSE with @error if the fiber is cancelled or late */
static gboolean
wait_for_other(GBytes *key, Waiter *waiter, WeftCompletion *completion, GError **error)
{
    if (weft_completion_wait(completion, "name lookup", error))
        return TRUE;
    pthread_mutex_lock(&mutex);
    waiter_leave_locked(key, waiter);
    pthread_mutex_unlock(&mutex);
    g_clear_pointer(&waiter->answer, weft_name_answer_unref);
    return FALSE;
}

/* ---- asking ---- */

/* What there is to be done for who asks. */
typedef enum { IS_KNOWN, ASKS, WAITS } Part;

static Part
join_question(const WeftNameQuestion *question, GBytes *key, Waiter *waiter, Flight **ret_flight)
{
    Part part = WAITS;

    pthread_mutex_lock(&mutex);
    make_tables_locked();
    waiter->answer = recall_locked(key);
    Flight *flight = waiter->answer == NULL ? g_hash_table_lookup(flights, key) : NULL;
    if (waiter->answer != NULL) {
        part = IS_KNOWN;
    } else if (flight == NULL) {
        part = ASKS;
        *ret_flight = flight_new(question, key);
        g_hash_table_insert(flights, (*ret_flight)->key, *ret_flight);
    } else {
        weft_completion_ref(waiter->completion);
        waiter->next = flight->waiters;
        flight->waiters = waiter;
    }
    pthread_mutex_unlock(&mutex);
    return part;
}

static WeftNameAnswer *
ask_in_fiber(const WeftNameQuestion *question, GBytes *key, GError **error)
{
    for (;;) {
        g_autoptr(WeftCompletion) completion = weft_completion_new();
        Waiter waiter = {.completion = completion};
        Flight *flight;

        switch (join_question(question, key, &waiter, &flight)) {
        case IS_KNOWN:
            return waiter.answer;
        case ASKS:
            return fly(flight, error);
        case WAITS:
            if (!wait_for_other(key, &waiter, completion, error))
                return NULL;
            if (waiter.answer != NULL)
                return waiter.answer;
        }
    }
}

WeftNameAnswer *
weft_names_ask(const WeftNameQuestion *question, GError **error)
{
    g_assert(question->address_size <= sizeof(struct sockaddr_storage));
    g_autoptr(GBytes) key = key_of(question);

    return ask_in_fiber(question, key, error);
}

WeftNameAnswer *
weft_names_ask_blocking(const WeftNameQuestion *question)
{
    g_autoptr(GBytes) key = key_of(question);

    pthread_mutex_lock(&mutex);
    make_tables_locked();
    WeftNameAnswer *answer = recall_locked(key);
    pthread_mutex_unlock(&mutex);
    if (answer != NULL)
        return answer;

    answer = ask_system(question);
    pthread_mutex_lock(&mutex);
    remember_locked(key, answer);
    pthread_mutex_unlock(&mutex);
    return answer;
}
