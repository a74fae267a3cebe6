/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call: message read, handler run under its deadline and inside the interceptors, answer written.
 */

#include "thrift/call.h"

#include "thrift/exception.h"

#include <weft/clock.h>
#include <weft/deadline.h>
#include <weft/log.h>
#include <weft/scan.h>

#include <string.h>

/* ---- life ---- */

void
weft_thrift_call_init(WeftCall *call, const WeftThriftProcessor *processor,
                      const WeftThriftServiceLimits *limits)
{
    *call = (WeftCall){.processor = processor, .limits = limits};
    weft_arena_init(&call->arena, SIZE_MAX);
}

void
weft_thrift_call_clear(WeftCall *call)
{
    g_clear_error(&call->failure);
    weft_arena_clear(&call->arena);
}

void
weft_thrift_call_reset(WeftCall *call)
{
    g_clear_error(&call->failure);
    weft_arena_reset(&call->arena);
    call->row = NULL;
    call->result = NULL;
    call->is_exception = FALSE;
    call->n_interceptors = 0;
    call->pairs = NULL;
    call->n_pairs = 0;
}

/* ---- reading ---- */

static void
fail(WeftCall *call, WeftThriftError code, const char *message)
{
    g_set_error_literal(&call->failure, WEFT_THRIFT_ERROR, (int)code, message);
}

/* What a client did wrong is told to it, the limits too. */
static void
fail_reading(WeftCall *call, const WeftThriftReader *reader)
{
    g_autoptr(GError) failure = NULL;

    weft_thrift_reader_set_error(reader, &failure);
    fail(call, WEFT_THRIFT_ERROR_PROTOCOL, failure->message);
}

static void
fail_unknown(WeftCall *call)
{
    g_set_error(&call->failure, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_UNKNOWN_METHOD,
                "unknown method \"%.*s\"", (int)call->head.name.length, call->head.name.data);
}

static gboolean
is_call(const WeftThriftMessage *head)
{
    return head->kind == WEFT_THRIFT_MESSAGE_CALL || head->kind == WEFT_THRIFT_MESSAGE_ONEWAY;
}

static void
read_arguments(WeftCall *call, const uint8_t *at, WeftThriftReader *reader)
{
    const WeftThriftType *type = call->row->method->arguments;

    call->arguments = weft_arena_try_alloc(&call->arena, type->size);
    if (call->arguments == NULL) {
        at = weft_thrift_reader_fail(reader, at, WEFT_THRIFT_NO_MEMORY, NULL);
    } else {
        weft_thrift_init(type, call->arguments);
        at = weft_thrift_read(type, call->protocol, call->arguments, at, reader);
    }
    if (at != NULL)
        at = weft_thrift_read_message_end(call->protocol, at, reader);
    if (at == NULL)
        fail_reading(call, reader);
    else if (at != reader->end)
        fail(call, WEFT_THRIFT_ERROR_PROTOCOL, "there are bytes behind the arguments");
}

gboolean
weft_thrift_call_read(WeftCall *call, WeftThriftProtocol protocol, uint8_t *message, size_t size,
                      GError **error)
{
    WeftThriftReader reader;

    weft_thrift_reader_init(&reader, message, size, &call->arena, &call->limits->message, true);
    const uint8_t *at = weft_thrift_read_message(protocol, message, &reader, &call->head);
    if (at == NULL) {
        weft_thrift_reader_set_error(&reader, error);
        weft_thrift_reader_finish(&reader);
        return FALSE;
    }

    call->protocol = protocol;
    call->row = weft_thrift_processor_find(call->processor, call->head.name);
    if (!is_call(&call->head))
        fail(call, WEFT_THRIFT_ERROR_INVALID_MESSAGE_TYPE, "this message is no call");
    else if (call->row == NULL)
        fail_unknown(call);
    else
        read_arguments(call, at, &reader);
    weft_thrift_reader_finish(&reader);
    return TRUE;
}

/* ---- running ---- */

/* When the client stops waiting, if it said so. */
static int64_t
callers_deadline_us(WeftCall *call)
{
    const char *text = weft_call_metadata(call, WEFT_THRIFT_METADATA_TIMEOUT);
    const size_t length = text != NULL ? strlen(text) : 0;
    uint64_t timeout_ms;

    if (length == 0 || weft_scan_decimal(text, length, &timeout_ms) != length ||
        timeout_ms > (uint64_t)G_MAXINT32)
        return WEFT_DEADLINE_NEVER;
    return weft_clock_now_us() + (int64_t)timeout_ms * 1000;
}

static int64_t
choose_deadline_us(WeftCall *call)
{
    const int64_t methods_ms = call->row->method->timeout_ms;
    const int64_t services_ms = call->limits->call_timeout_ms;
    int64_t deadline_us = callers_deadline_us(call);

    /* The method's own replaces the service's: it may be the longer one. */
    const int64_t ours_ms = methods_ms > 0 ? methods_ms : services_ms;
    if (ours_ms > 0)
        deadline_us = MIN(deadline_us, weft_clock_now_us() + ours_ms * 1000);
    return deadline_us;
}

static gboolean
invoke(WeftCall *call, GError **error)
{
    const WeftThriftMethod *method = call->row->method;

    if (method->result != NULL)
        weft_thrift_init(method->result, call->result);
    return method->invoke(call, call->row->entry->handler, call->arguments, call->result, error);
}

gboolean
weft_call_proceed(WeftCall *call, GError **error)
{
    const GArray *interceptions = call->processor->interceptions;
    const size_t index = call->n_interceptors;

    if (index == interceptions->len)
        return invoke(call, error);

    const WeftThriftInterception *next =
        &g_array_index(interceptions, WeftThriftInterception, index);
    call->n_interceptors++;
    const gboolean succeeded = next->intercept(call, next->data, error);
    call->n_interceptors = index;
    return succeeded;
}

/* If the IDL declares it for the method, the result carries it. */
static gboolean
take_exception(WeftCall *call, const GError *failure)
{
    const WeftThriftType *result = call->row->method->result;
    const WeftThriftType *caught =
        failure->domain == WEFT_THRIFT_EXCEPTION ? weft_thrift_caught_type(failure) : NULL;

    if (caught == NULL || result == NULL)
        return FALSE;
    for (uint16_t i = 0; i < result->n_fields; i++) {
        const WeftThriftField *field = &result->fields[i];

        if (field->type != caught || field->id == 0 || !field->is_pointer)
            continue;
        const void *exception = weft_thrift_caught(caught, failure);
        weft_thrift_init(result, call->result);
        memcpy((uint8_t *)call->result + field->offset, &exception, sizeof exception);
        return TRUE;
    }
    return FALSE;
}

static void
log_failure(WeftCall *call)
{
    if (!weft_thrift_exception_is_our_fault(call->failure))
        return;

    /* Who cancelled it has said so, or has left. */
    const gboolean is_cancelled = g_error_matches(call->failure, WEFT_ERROR, WEFT_ERROR_CANCELLED);
    weft_log(is_cancelled ? WEFT_LOG_DEBUG : WEFT_LOG_WARNING, "thrift: %s.%s of %s: %s",
             weft_call_service_name(call), weft_call_method_name(call), weft_call_peer(call),
             call->failure->message);
}

void
weft_thrift_call_run(WeftCall *call)
{
    GError *failure = NULL;

    if (call->failure != NULL)
        return;
    if (call->row->method->result != NULL)
        call->result = weft_arena_alloc(&call->arena, call->row->method->result->size);

    g_auto(WeftDeadlineScope) time = weft_deadline_scope_at_us(choose_deadline_us(call));
    if (weft_call_proceed(call, &failure))
        return;
    if (failure == NULL)
        g_set_error_literal(&failure, WEFT_THRIFT_ERROR, WEFT_THRIFT_ERROR_INTERNAL,
                            "the handler failed without an error");
    /* What is thrown lives in the error, and is still to be written. */
    call->failure = failure;
    call->is_exception = take_exception(call, failure);
    if (!call->is_exception)
        log_failure(call);
}

/* ---- writing ---- */

gboolean
weft_thrift_call_is_answered(const WeftCall *call)
{
    if (call->head.kind == WEFT_THRIFT_MESSAGE_ONEWAY)
        return FALSE;
    return call->row == NULL || call->row->method->result != NULL || !is_call(&call->head);
}

/* Apache's multiplexed clients expect the name without that of the service. */
static WeftString
name_in_answer(const WeftCall *call)
{
    if (call->row != NULL && memchr(call->head.name.data, ':', call->head.name.length) != NULL)
        return weft_string(call->row->method->name);
    return call->head.name;
}

uint8_t *
weft_thrift_call_write(WeftCall *call, uint8_t *at, WeftThriftWriter *writer)
{
    const gboolean is_reply = call->failure == NULL || call->is_exception;
    WeftThriftMessage head = {
        .name = name_in_answer(call),
        .sequence_id = call->head.sequence_id,
        .kind = is_reply ? WEFT_THRIFT_MESSAGE_REPLY : WEFT_THRIFT_MESSAGE_EXCEPTION,
        .is_old = call->head.is_old,
    };

    at = weft_thrift_write_message(call->protocol, &head, at, writer);
    if (at != NULL && is_reply) {
        at = weft_thrift_write(call->row->method->result, call->protocol, call->result, at, writer);
    } else if (at != NULL) {
        const WeftThriftApplicationException told = weft_thrift_exception_of(call->failure);

        at = weft_thrift_write(&weft_thrift_application_exception_type, call->protocol, &told, at,
                               writer);
    }
    if (at != NULL)
        at = weft_thrift_write_message_end(call->protocol, at, writer);
    if (at != NULL)
        return at;

    g_clear_error(&call->failure);
    call->is_exception = FALSE;
    weft_thrift_writer_set_error(writer, &call->failure);
    g_prefix_error(&call->failure, "the result cannot be written: ");
    log_failure(call);
    g_clear_error(&call->failure);
    fail(call, WEFT_THRIFT_ERROR_INTERNAL, "the result cannot be written");
    return NULL;
}

/* ---- what handlers ask ---- */

WeftArena *
weft_call_arena(WeftCall *call)
{
    return &call->arena;
}

gpointer
weft_call_data(const WeftCall *call)
{
    return call->row->entry->data;
}

const char *
weft_call_service_name(const WeftCall *call)
{
    return call->row != NULL ? call->row->entry->interface->name : "";
}

const char *
weft_call_method_name(const WeftCall *call)
{
    return call->row != NULL ? call->row->method->name : "";
}

const char *
weft_call_peer(const WeftCall *call)
{
    return call->caller != NULL ? call->caller->peer(call->transport) : "local";
}

gboolean
weft_call_peer_user(const WeftCall *call, uid_t *ret_user)
{
    return call->caller != NULL && call->caller->stream != NULL &&
           weft_stream_peer_user(call->caller->stream(call->transport), ret_user);
}

const char *
weft_call_metadata(const WeftCall *call, const char *name)
{
    if (call->caller == NULL || call->caller->metadata == NULL)
        return NULL;
    return call->caller->metadata(call->transport, name);
}

void
weft_call_set_metadata(WeftCall *call, const char *name, const char *value)
{
    g_return_if_fail(name != NULL && value != NULL);
    g_return_if_fail(call->n_pairs < WEFT_THRIFT_MAX_ANSWER_PAIRS);

    if (call->pairs == NULL)
        call->pairs =
            weft_arena_alloc(&call->arena, WEFT_THRIFT_MAX_ANSWER_PAIRS * sizeof *call->pairs);
    const size_t name_length = strlen(name);
    const size_t value_length = strlen(value);
    call->pairs[call->n_pairs++] = (WeftThriftHeaderPair){
        .name = {weft_arena_strndup(&call->arena, name, name_length), (uint32_t)name_length},
        .value = {weft_arena_strndup(&call->arena, value, value_length), (uint32_t)value_length},
    };
}

gboolean
weft_thrift_call_is_healthy(const WeftCall *call)
{
    const gboolean is_draining = call->caller != NULL && call->caller->is_draining != NULL &&
                                 call->caller->is_draining(call->transport);

    return !is_draining && __atomic_load_n(&call->processor->is_healthy, __ATOMIC_RELAXED);
}
