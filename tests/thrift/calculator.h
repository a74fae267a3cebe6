/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A service as weftgen would make it of
 *
 *     exception Overflow { 1: string why }
 *     service Calculator {
 *         i32 add(1: i32 a, 2: i32 b) throws (1: Overflow overflow)
 *         string echo(1: string text)
 *         void nap(1: i32 duration_ms)
 *         oneway void note(1: string text)
 *     }
 *
 * by hand, its messages byte by byte, and a client that says and hears them.
 */

#include "../in_fiber.h"

#include <weft/thrift_service.h>

#include <functional>
#include <string>
#include <vector>

namespace weft_test
{

/* ---- types ---- */

struct Overflow {
    WeftString why;
};

inline const WeftThriftField overflow_fields[] = {
    {"why", &weft_thrift_string, 1, WEFT_THRIFT_DEFAULT, false, offsetof(Overflow, why), 0},
};

inline WeftThriftType
make_struct(const char *name, size_t size, const WeftThriftField *fields, uint16_t n_fields)
{
    WeftThriftType type = {};

    type.name = name;
    type.kind = WEFT_THRIFT_STRUCT;
    type.size = (uint32_t)size;
    type.fields = fields;
    type.n_fields = n_fields;
    return type;
}

inline const WeftThriftType overflow_type =
    make_struct("Overflow", sizeof(Overflow), overflow_fields, 1);

struct AddArguments {
    int32_t a;
    int32_t b;
};
struct AddResult {
    int32_t success;
    const Overflow *overflow;
    struct {
        bool success;
    } has;
};
struct TextArguments {
    WeftString text;
};
struct TextResult {
    WeftString success;
    struct {
        bool success;
    } has;
};
struct NapArguments {
    int32_t duration_ms;
};
struct NapResult {
    uint8_t nothing;
};

inline const WeftThriftField add_arguments_fields[] = {
    {"a", &weft_thrift_i32, 1, WEFT_THRIFT_DEFAULT, false, offsetof(AddArguments, a), 0},
    {"b", &weft_thrift_i32, 2, WEFT_THRIFT_DEFAULT, false, offsetof(AddArguments, b), 0},
};
inline const WeftThriftField add_result_fields[] = {
    {"success", &weft_thrift_i32, 0, WEFT_THRIFT_OPTIONAL, false, offsetof(AddResult, success),
     offsetof(AddResult, has.success)},
    {"overflow", &overflow_type, 1, WEFT_THRIFT_OPTIONAL, true, offsetof(AddResult, overflow), 0},
};
inline const WeftThriftField text_arguments_fields[] = {
    {"text", &weft_thrift_string, 1, WEFT_THRIFT_DEFAULT, false, offsetof(TextArguments, text), 0},
};
inline const WeftThriftField text_result_fields[] = {
    {"success", &weft_thrift_string, 0, WEFT_THRIFT_OPTIONAL, false, offsetof(TextResult, success),
     offsetof(TextResult, has.success)},
};
inline const WeftThriftField nap_arguments_fields[] = {
    {"duration_ms", &weft_thrift_i32, 1, WEFT_THRIFT_DEFAULT, false,
     offsetof(NapArguments, duration_ms), 0},
};

inline const WeftThriftType add_arguments =
    make_struct("add_args", sizeof(AddArguments), add_arguments_fields, 2);
inline const WeftThriftType add_result =
    make_struct("add_result", sizeof(AddResult), add_result_fields, 2);
inline const WeftThriftType text_arguments =
    make_struct("text_args", sizeof(TextArguments), text_arguments_fields, 1);
inline const WeftThriftType text_result =
    make_struct("text_result", sizeof(TextResult), text_result_fields, 1);
inline const WeftThriftType nap_arguments =
    make_struct("nap_args", sizeof(NapArguments), nap_arguments_fields, 1);
inline const WeftThriftType nap_result = make_struct("nap_result", sizeof(NapResult), nullptr, 0);

/* ---- the service ---- */

/* What a test wants of add(), beside adding; TRUE: go on. */
using Add = std::function<gboolean(WeftCall *, GError **)>;

struct Calculator {
    Add before_add;
    std::vector<std::string> notes;
};

inline gboolean
invoke_add(WeftCall *call, const void *, const void *arguments, void *result, GError **error)
{
    auto *calculator = static_cast<Calculator *>(weft_call_data(call));
    const auto *numbers = static_cast<const AddArguments *>(arguments);
    auto *sum = static_cast<AddResult *>(result);

    if (calculator->before_add && !calculator->before_add(call, error))
        return FALSE;
    if (__builtin_add_overflow(numbers->a, numbers->b, &sum->success)) {
        const Overflow overflow = {
            weft_string_printf(weft_call_arena(call), "%d and %d", numbers->a, numbers->b)};

        return weft_thrift_throw(&overflow_type, &overflow, error);
    }
    sum->has.success = true;
    return TRUE;
}

inline gboolean
invoke_echo(WeftCall *, const void *, const void *arguments, void *result, GError **)
{
    auto *answer = static_cast<TextResult *>(result);

    answer->success = static_cast<const TextArguments *>(arguments)->text;
    answer->has.success = true;
    return TRUE;
}

inline gboolean
invoke_nap(WeftCall *, const void *, const void *arguments, void *, GError **error)
{
    return weft_fiber_sleep_ms(static_cast<const NapArguments *>(arguments)->duration_ms, error);
}

inline gboolean
invoke_note(WeftCall *call, const void *, const void *arguments, void *, GError **)
{
    auto *calculator = static_cast<Calculator *>(weft_call_data(call));
    const WeftString text = static_cast<const TextArguments *>(arguments)->text;

    calculator->notes.emplace_back(text.data, text.length);
    return TRUE;
}

inline const WeftThriftMethod calculator_methods[] = {
    {"add", &add_arguments, &add_result, invoke_add, 0, true},
    {"echo", &text_arguments, &text_result, invoke_echo, 0, false},
    {"nap", &nap_arguments, &nap_result, invoke_nap, 0, false},
    {"note", &text_arguments, nullptr, invoke_note, 0, false},
};
inline const WeftThriftInterface calculator_interface = {"Calculator", nullptr, calculator_methods,
                                                         G_N_ELEMENTS(calculator_methods)};

/* ---- messages, in the binary protocol ---- */

inline std::string
i16(int value)
{
    return {(char)(value >> 8), (char)value};
}

inline std::string
i32(int64_t value)
{
    return i16((int)(value >> 16) & 0xffff) + i16((int)value & 0xffff);
}

inline std::string
string(const std::string &text)
{
    return i32((int64_t)text.size()) + text;
}

inline std::string
field(int kind, int id, const std::string &value)
{
    return std::string(1, (char)kind) + i16(id) + value;
}

enum { CALL = 1, REPLY = 2, EXCEPTION = 3, ONEWAY = 4 };

inline std::string
message(int kind, const std::string &name, int sequence_id, const std::string &fields)
{
    return std::string("\x80\x01\0", 3) + std::string(1, (char)kind) + string(name) +
           i32(sequence_id) + fields + std::string(1, '\0');
}

inline std::string
frame(const std::string &content)
{
    return string(content);
}

inline std::string
add_fields(int64_t a, int64_t b)
{
    return field(WEFT_THRIFT_I32, 1, i32(a)) + field(WEFT_THRIFT_I32, 2, i32(b));
}

inline std::string
call_add(int sequence_id, int64_t a, int64_t b, const std::string &name = "add")
{
    return message(CALL, name, sequence_id, add_fields(a, b));
}

inline std::string
sum_of(int sequence_id, int64_t sum)
{
    return message(REPLY, "add", sequence_id, field(WEFT_THRIFT_I32, 0, i32(sum)));
}

inline std::string
call_nap(int sequence_id, int duration_ms)
{
    return message(CALL, "nap", sequence_id, field(WEFT_THRIFT_I32, 1, i32(duration_ms)));
}

inline std::string
napped(int sequence_id)
{
    return message(REPLY, "nap", sequence_id, "");
}

inline std::string
note(const std::string &text)
{
    return message(ONEWAY, "note", 0, field(WEFT_THRIFT_STRING, 1, string(text)));
}

inline std::string
call_echo(int sequence_id, const std::string &text)
{
    return message(CALL, "echo", sequence_id, field(WEFT_THRIFT_STRING, 1, string(text)));
}

inline std::string
echoed(int sequence_id, const std::string &text)
{
    return message(REPLY, "echo", sequence_id, field(WEFT_THRIFT_STRING, 0, string(text)));
}

inline std::string
failed(const std::string &name, int sequence_id, int code, const std::string &text)
{
    return message(EXCEPTION, name, sequence_id,
                   field(WEFT_THRIFT_STRING, 1, string(text)) +
                       field(WEFT_THRIFT_I32, 2, i32(code)));
}

/* ---- a client ---- */

inline WeftThriftProcessor *
make_processor(Calculator *calculator)
{
    WeftThriftProcessor *processor = weft_thrift_processor_new();

    weft_thrift_processor_add(processor, &calculator_interface, nullptr, calculator, nullptr);
    return processor;
}

inline WeftThriftServiceLimits
small_limits()
{
    WeftThriftServiceLimits limits = weft_thrift_service_limits_default();

    limits.message.max_frame_bytes = 2 << 20;
    limits.message_timeout_ms = 10000;
    return limits;
}

/* A client and its connection, which is served in a fiber of its own. */
class Conversation
{
  public:
    using Prepare = std::function<void(WeftThriftProcessor *)>;

    explicit Conversation(const WeftThriftServiceLimits &limits = small_limits(),
                          const Prepare &prepare = nullptr)
        : group(weft_group_new()), begun_us(weft_clock_now_us())
    {
        WeftThriftProcessor *processor = make_processor(&calculator);

        if (prepare)
            prepare(processor);
        service = weft_thrift_service_new(processor);
        weft_thrift_service_set_limits(service, &limits);
        connect();
    }
    ~Conversation()
    {
        weft_stream_free(stream);
        weft_group_free(group);
        weft_service_free(service);
    }
    Conversation(const Conversation &) = delete;

    /* Another connection to the same service; the one before is hung up. */
    void connect()
    {
        WeftStream *theirs;

        weft_stream_free(stream);
        weft_stream_pair(CAPACITY, &stream, &theirs);
        spawn(group, [this, theirs] {
            gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service, theirs, nullptr);
        });
        settle();
    }

    void say(const std::string &bytes)
    {
        EXPECT_TRUE(weft_stream_write_all(stream, bytes.data(), bytes.size(), nullptr));
    }

    /* The next @size bytes, or what comes before the other side closes. */
    std::string hear(size_t size = SIZE_MAX)
    {
        std::string heard;
        char bytes[512];
        ssize_t n_read = 1;

        while (heard.size() < size && n_read > 0) {
            n_read =
                weft_stream_read(stream, bytes, MIN(sizeof bytes, size - heard.size()), nullptr);
            if (n_read > 0)
                heard.append(bytes, (size_t)n_read);
        }
        return heard;
    }

    /* The next bytes must be these. */
    void expect(const std::string &bytes)
    {
        const std::string heard = hear(bytes.size());

        EXPECT_TRUE(heard == bytes) << testing::PrintToString(heard.substr(0, 200)) << " for "
                                    << testing::PrintToString(bytes.substr(0, 200));
    }

    /* Nothing is left, and the other side closes. */
    void expect_close()
    {
        EXPECT_EQ(hear(), "");
    }

    int64_t seconds() const
    {
        return (weft_clock_now_us() - begun_us) / G_USEC_PER_SEC;
    }

    static const size_t CAPACITY = 4 << 20;

    Calculator calculator;
    WeftStream *stream = nullptr;
    WeftService *service;
    WeftGroup *group;
    int64_t begun_us;
};

} // namespace weft_test
