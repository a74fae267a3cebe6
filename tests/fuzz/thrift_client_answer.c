/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: what a server answers a client's call.  The first byte of the input says in which
 * transport and protocol, and in pieces of which size.  A call ends well or with an error, and what
 * it returns can be read.
 */

#include "thrift/client.h"

#include <string.h>
#include <weft/clock.h>
#include <weft/scheduler.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_ANSWER_BYTES 65536

typedef struct {
    const uint8_t *data;
    size_t size;
    size_t step;
    const char *url;
    WeftGroup *group;
    WeftStream *theirs;
} Session;

/* struct { 0: list<string> names (optional) } */
typedef struct {
    WeftStringList names;
    bool has_names;
} Result;

static const WeftThriftType names_type = {
    .name = "list<string>",
    .kind = WEFT_THRIFT_LIST,
    .size = sizeof(WeftStringList),
    .item_size = sizeof(WeftString),
    .element = &weft_thrift_string,
};
static const WeftThriftField result_fields[] = {
    {.name = "success",
     .type = &names_type,
     .id = 0,
     .requiredness = WEFT_THRIFT_OPTIONAL,
     .presence_offset = offsetof(Result, has_names)},
};
static const WeftThriftType result_type = {
    .name = "names_result",
    .kind = WEFT_THRIFT_STRUCT,
    .n_fields = 1,
    .size = sizeof(Result),
    .fields = result_fields,
};
static const WeftThriftType arguments_type = {
    .name = "names_args",
    .kind = WEFT_THRIFT_STRUCT,
    .size = 1,
};
static const WeftThriftMethod method = {"names", &arguments_type, &result_type, NULL, 0, false};

/* Answer at once, and leave. */
static gboolean
answer(gpointer data, GError **error)
{
    Session *session = data;
    g_autoptr(WeftStream) stream = g_steal_pointer(&session->theirs);

    for (size_t at = 0; at < session->size; at += session->step) {
        const size_t n = MIN(session->step, session->size - at);

        if (!weft_stream_write_all(stream, session->data + at, n, NULL))
            break;
        if (!weft_fiber_yield(error))
            return FALSE;
    }
    return TRUE;
}

static WeftStream *
connect_to_session(G_GNUC_UNUSED const WeftThriftUrlHost *host, gpointer data,
                   G_GNUC_UNUSED GError **error)
{
    Session *session = data;
    WeftStream *ours;

    weft_stream_pair(2 * MAX_ANSWER_BYTES, &ours, &session->theirs);
    weft_group_spawn(session->group, "answer", answer, session, NULL);
    return ours;
}

static void
check(const Result *result)
{
    g_assert(result->has_names);
    for (uint32_t i = 0; i < result->names.n_items; i++) {
        const WeftString name = result->names.items[i];

        g_assert(name.length == 0 || name.data[name.length] == '\0');
    }
}

static gboolean
call(gpointer data, G_GNUC_UNUSED GError **error)
{
    Session *session = data;
    g_autoptr(GError) failure = NULL;
    g_auto(WeftArena) arena;
    const char nothing = 0;
    Result result = {0};

    weft_arena_init(&arena, SIZE_MAX);
    session->group = weft_group_new();
    WeftThriftClient *client =
        weft_thrift_client_new_with(session->url, connect_to_session, session, &failure);
    g_assert(client != NULL);
    if (weft_thrift_client_call(client, &method, &nothing, &arena, &result, &failure))
        check(&result);
    else
        g_assert(failure != NULL && failure->message[0] != '\0');
    weft_thrift_client_free(client);
    weft_group_free(session->group);
    return TRUE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const urls[] = {
        "thrift://a:1?retries=0",
        "thrift://a:1?retries=0&protocol=compact",
        "thrift://a:1?retries=0&protocol=json",
        "thrift://a:1?retries=0&transport=buffered",
        "thrift://a:1?retries=0&transport=buffered&protocol=compact",
        "thrift://a:1?retries=0&transport=buffered&protocol=json",
        "thrift://a:1?retries=0&transport=header",
        "thrift://a:1?retries=0&transport=header&protocol=compact",
        "http://a/?retries=0",
        "http://a/?retries=0&protocol=json",
    };

    if (size == 0 || size > MAX_ANSWER_BYTES)
        return 0;
    Session session = {
        .data = data + 1,
        .size = size - 1,
        .step = (data[0] & 0x80) != 0 ? 1 : 4096,
        .url = urls[(data[0] & 0x7f) % G_N_ELEMENTS(urls)],
    };

    weft_clock_fake_begin(INT64_C(1700000000) * G_USEC_PER_SEC);
    gboolean ran = weft_run("fuzz", call, &session, NULL);
    g_assert(ran);
    g_assert(session.theirs == NULL);
    weft_clock_fake_end();
    return 0;
}
