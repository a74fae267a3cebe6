/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: all that a client says on one connection to a Thrift service, from the first byte
 * on.  What it is answered must not depend on the pieces in which it was said.  The first byte of
 * the input is their size.
 */

#include <weft/clock.h>
#include <weft/log.h>
#include <weft/scheduler.h>
#include <weft/thrift_service.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_INPUT_BYTES 65536

/* A refusal is longer than the shortest message, but not more often than that. */
#define MAX_ANSWER_BYTES ((size_t)2048)
#define ANSWER_RATIO 16

/* ---- a service: struct Node { 1: string text, 2: list<i64> numbers, 3: Node next }, echoed ----
 */

typedef struct Node Node;
struct Node {
    WeftString text;
    WeftI64List numbers;
    Node *next;
};

typedef struct {
    Node success;
    struct {
        bool success;
    } has;
} EchoResult;

extern const WeftThriftType node_type;

static const WeftThriftType numbers_type = {
    .name = "list<i64>",
    .kind = WEFT_THRIFT_LIST,
    .size = sizeof(WeftI64List),
    .item_size = sizeof(int64_t),
    .element = &weft_thrift_i64,
};

static const WeftThriftField node_fields[] = {
    {.name = "text", .type = &weft_thrift_string, .id = 1, .offset = offsetof(Node, text)},
    {.name = "numbers", .type = &numbers_type, .id = 2, .offset = offsetof(Node, numbers)},
    {.name = "next",
     .type = &node_type,
     .id = 3,
     .requiredness = WEFT_THRIFT_OPTIONAL,
     .is_pointer = true,
     .offset = offsetof(Node, next)},
};

const WeftThriftType node_type = {
    .name = "Node",
    .kind = WEFT_THRIFT_STRUCT,
    .size = sizeof(Node),
    .n_fields = G_N_ELEMENTS(node_fields),
    .fields = node_fields,
};

static const WeftThriftField result_fields[] = {{
    .name = "success",
    .type = &node_type,
    .requiredness = WEFT_THRIFT_OPTIONAL,
    .offset = offsetof(EchoResult, success),
    .presence_offset = offsetof(EchoResult, has.success),
}};

static const WeftThriftType result_type = {
    .name = "echo_result",
    .kind = WEFT_THRIFT_STRUCT,
    .size = sizeof(EchoResult),
    .n_fields = G_N_ELEMENTS(result_fields),
    .fields = result_fields,
};

static gboolean
echo(WeftCall *call G_GNUC_UNUSED, const void *handler G_GNUC_UNUSED, const void *arguments,
     void *result, GError **error G_GNUC_UNUSED)
{
    EchoResult *answer = result;

    answer->success = *(const Node *)arguments;
    answer->has.success = true;
    for (const Node *node = &answer->success; node != NULL; node = node->next)
        g_assert(node->text.data == NULL || node->text.data[node->text.length] == '\0');
    return TRUE;
}

static gboolean
ignore(WeftCall *call G_GNUC_UNUSED, const void *handler G_GNUC_UNUSED,
       const void *arguments G_GNUC_UNUSED, void *result G_GNUC_UNUSED,
       GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static const WeftThriftMethod methods[] = {
    {.name = "echo", .arguments = &node_type, .result = &result_type, .invoke = echo},
    {.name = "note", .arguments = &node_type, .invoke = ignore},
};

static const WeftThriftInterface interface = {
    .name = "Fuzz",
    .methods = methods,
    .n_methods = G_N_ELEMENTS(methods),
};

static WeftService *
make_service(void)
{
    WeftThriftProcessor *processor = weft_thrift_processor_new();

    weft_thrift_processor_add(processor, &interface, NULL, NULL, NULL);
    return weft_thrift_service_new(processor);
}

/* ---- a client ---- */

typedef struct {
    const uint8_t *data;
    size_t size;
    size_t step;
    GString *answers;
    WeftService *service;
    WeftStream *theirs;
} Session;

static gboolean
serve(gpointer data, GError **error G_GNUC_UNUSED)
{
    Session *session = data;

    gboolean served G_GNUC_UNUSED =
        weft_service_serve_stream(session->service, g_steal_pointer(&session->theirs), NULL);
    return TRUE;
}

static gboolean
listen_to_answers(WeftStream *stream, GString *answers)
{
    char bytes[1024];
    ssize_t n_read;

    while ((n_read = weft_stream_read(stream, bytes, sizeof bytes, NULL)) > 0)
        g_string_append_len(answers, bytes, n_read);
    return n_read == 0;
}

static gboolean
talk(gpointer data, GError **error)
{
    Session *session = data;
    g_autoptr(WeftStream) ours = NULL;
    g_autoptr(WeftGroup) group = weft_group_new();

    /* Nobody listens before all is said: there is room for all answers. */
    weft_stream_pair(MAX_ANSWER_BYTES + session->size * ANSWER_RATIO, &ours, &session->theirs);
    weft_group_spawn(group, "served", serve, session, NULL);
    for (size_t at = 0; at < session->size; at += session->step) {
        size_t n = MIN(session->step, session->size - at);

        /* The other side may have refused and closed. */
        if (!weft_stream_write_all(ours, session->data + at, n, NULL))
            break;
        if (!weft_fiber_yield(error))
            return FALSE;
    }
    gboolean finished G_GNUC_UNUSED = weft_stream_finish(ours, NULL);
    gboolean heard G_GNUC_UNUSED = listen_to_answers(ours, session->answers);
    return weft_group_wait(group, error);
}

static GString *
answers_to(const uint8_t *data, size_t size, size_t step)
{
    Session session = {data, size, step, g_string_new(NULL), make_service(), NULL};
    gboolean ran = weft_run("fuzz", talk, &session, NULL);

    g_assert(ran);
    weft_service_free(session.service);
    return session.answers;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > MAX_INPUT_BYTES)
        return 0;

    weft_log_set_level(WEFT_LOG_ERROR);
    weft_clock_fake_begin(INT64_C(1700000000) * G_USEC_PER_SEC);
    GString *whole = answers_to(data + 1, size - 1, size);
    GString *pieces = answers_to(data + 1, size - 1, data[0] % 32 + 1);
    g_assert(g_string_equal(whole, pieces));
    g_string_free(whole, TRUE);
    g_string_free(pieces, TRUE);
    weft_clock_fake_end();
    return 0;
}
