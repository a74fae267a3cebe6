/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that hears nonsense: mutations of a valid message in each form it can have, its
 * truncations, sizes that cannot be, and nesting without end.  After each it answers a valid call
 * on another connection.
 */

#include "../in_fiber.h"

#include <sys/resource.h>
#include <weft/group.h>
#include <weft/log.h>
#include <weft/stream.h>

#include <random>
#include <string>
#include <vector>

#include "interop.weft.h"

extern "C" {
#include "thrift/header.h"
#include "thrift/message.h"
}

using namespace weft_test;

namespace
{

constexpr size_t PIPE_BYTES = 256 * 1024;
constexpr unsigned N_NESTED = 100000;
constexpr int32_t PROBE = 4711;

/* In which form a message goes. */
enum class Form { UNFRAMED, FRAMED, HEADER, COMPRESSED };

struct Way {
    const char *name;
    WeftThriftProtocol protocol;
    Form form;
    unsigned share; /* of the mutations in its protocol: one in so many */
};

const Way ways[] = {
    {"binary_framed", WEFT_THRIFT_PROTOCOL_BINARY, Form::FRAMED, 3},
    {"binary_unframed", WEFT_THRIFT_PROTOCOL_BINARY, Form::UNFRAMED, 3},
    {"compact_framed", WEFT_THRIFT_PROTOCOL_COMPACT, Form::FRAMED, 3},
    {"compact_unframed", WEFT_THRIFT_PROTOCOL_COMPACT, Form::UNFRAMED, 3},
    {"json_framed", WEFT_THRIFT_PROTOCOL_JSON, Form::FRAMED, 2},
    {"json_unframed", WEFT_THRIFT_PROTOCOL_JSON, Form::UNFRAMED, 2},
    {"binary_header", WEFT_THRIFT_PROTOCOL_BINARY, Form::HEADER, 3},
    {"compact_header_zlib", WEFT_THRIFT_PROTOCOL_COMPACT, Form::COMPRESSED, 3},
};

/* ---- the server ---- */

gboolean
same_i32(WeftCall *, int32_t value, int32_t *result, GError **)
{
    *result = value;
    return TRUE;
}

gboolean
same(WeftCall *, const Everything *value, Everything *result, GError **)
{
    *result = *value;
    return TRUE;
}

InteropHandler
handler()
{
    InteropHandler made = {};

    made.same_i32 = same_i32;
    made.same = same;
    return made;
}

/* ---- messages ---- */

std::string
big_endian(uint32_t value)
{
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
            static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string
framed(const std::string &message)
{
    return big_endian(static_cast<uint32_t>(message.size())) + message;
}

std::string
gather(const struct iovec *pieces, uint32_t n_pieces)
{
    std::string whole;

    for (uint32_t i = 0; i < n_pieces; i++)
        whole.append(static_cast<const char *>(pieces[i].iov_base), pieces[i].iov_len);
    return whole;
}

/* A call of @method, whose only argument is @value. */
std::string
call_of(const char *name, WeftThriftProtocol protocol, const void *value)
{
    const WeftThriftMethod *method =
        weft_thrift_interface_find(&interop_interface, name, strlen(name));
    const WeftThriftField *argument = &method->arguments->fields[0];
    WeftThriftMessage head = {};
    WeftThriftWriter writer;
    std::vector<uint64_t> arguments(method->arguments->size / 8 + 1);
    uint32_t n_pieces;
    size_t size;

    head.name = weft_string(name);
    head.sequence_id = 7;
    head.kind = WEFT_THRIFT_MESSAGE_CALL;
    weft_thrift_init(method->arguments, arguments.data());
    char *member = reinterpret_cast<char *>(arguments.data()) + argument->offset;
    if (argument->is_pointer)
        memcpy(member, &value, sizeof value);
    else
        memcpy(member, value, argument->type->size);
    weft_thrift_writer_init(&writer, nullptr, SIZE_MAX, false);
    uint8_t *at = weft_thrift_write_message(protocol, &head, writer.begin, &writer);
    at = weft_thrift_write(method->arguments, protocol, arguments.data(), at, &writer);
    at = weft_thrift_write_message_end(protocol, at, &writer);
    const struct iovec *pieces = weft_thrift_writer_pieces(&writer, at, &n_pieces, &size);
    std::string whole = gather(pieces, n_pieces);
    weft_thrift_writer_clear(&writer);
    return whole;
}

std::string
with_header(const std::string &message, const Way &way)
{
    g_autoptr(WeftArena) arena = weft_arena_new();
    WeftThriftHeader header = {};
    struct iovec payload = {const_cast<char *>(message.data()), message.size()};
    uint32_t n_pieces;

    header.protocol = way.protocol;
    header.is_compressed = way.form == Form::COMPRESSED;
    const struct iovec *pieces =
        weft_thrift_header_write(&header, &payload, 1, arena, &n_pieces, nullptr);
    return gather(pieces, n_pieces);
}

std::string
in_form(const std::string &message, const Way &way)
{
    switch (way.form) {
    case Form::UNFRAMED:
        return message;
    case Form::FRAMED:
        return framed(message);
    case Form::HEADER:
    case Form::COMPRESSED:
        break;
    }
    return with_header(message, way);
}

std::string
call_with_everything(WeftThriftProtocol protocol)
{
    static const char json[] =
        "{\"words\": \"some words\", \"raw\": \"AAH+\", \"colour\": \"BLUE\","
        " \"place\": {\"x\": 1, \"y\": 2}, \"shape\": {\"corners\": [{\"x\": 0, \"y\": 0}]},"
        " \"tree\": {\"name\": \"root\", \"branches\": [{\"name\": \"leaf\", \"branches\": []}]},"
        " \"flags\": [true, false], \"numbers\": [1, -1], \"lines\": [\"one\"], \"marks\": [7],"
        " \"names\": [\"ann\"], \"titles\": {\"1\": \"plus\"}, \"places\": {\"here\": {\"x\": 1, "
        "\"y\": 1}},"
        " \"table\": {\"e\": {\"1\": 0.5}}, \"matrix\": [[1, 2], []], \"index\": {\"odd\": [1, 3]},"
        " \"records\": [{\"a\": 1}], \"maybe\": 7, \"far\": \"away\"}";
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autoptr(GError) error = nullptr;
    Everything value;

    everything_init(&value);
    EXPECT_TRUE(everything_from_json(&value, json, sizeof json - 1, arena, &error))
        << error->message;
    return call_of("same", protocol, &value);
}

class Hostile : public testing::TestWithParam<Way>
{
  protected:
    void SetUp() override
    {
        const int32_t value = PROBE;

        weft_clock_fake_begin(G_GINT64_CONSTANT(1700000000) * G_USEC_PER_SEC);
        weft_log_set_level(WEFT_LOG_ERROR);
        service = interop_service_new(&answers, nullptr, nullptr);
        probe = framed(call_of("same_i32", WEFT_THRIFT_PROTOCOL_BINARY, &value));
        message = call_with_everything(GetParam().protocol);
    }
    void TearDown() override
    {
        weft_service_free(service);
        weft_clock_fake_end();
    }

    /* All that the server answers to @sent, behind which nothing comes. */
    std::string answer_to(WeftGroup *group, const std::string &sent)
    {
        WeftStream *theirs;
        WeftStream *stream;
        std::string heard;
        char piece[1024];
        ssize_t n_read;

        weft_stream_pair(PIPE_BYTES, &stream, &theirs);
        spawn(group, [this, theirs] {
            gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service, theirs, nullptr);
        });
        /* Who is refused may be cut off before all was said. */
        gboolean said G_GNUC_UNUSED =
            weft_stream_write_all(stream, sent.data(), sent.size(), nullptr) &&
            weft_stream_finish(stream, nullptr);
        while ((n_read = weft_stream_read(stream, piece, sizeof piece, nullptr)) > 0)
            heard.append(piece, static_cast<size_t>(n_read));
        weft_stream_free(stream);
        return heard;
    }

    /* A connection that stays, for valid calls. */
    void open_other(WeftGroup *group)
    {
        WeftStream *theirs;

        weft_stream_pair(PIPE_BYTES, &other, &theirs);
        spawn(group, [this, theirs] {
            gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service, theirs, nullptr);
        });
    }

    void survive(WeftGroup *group, const std::string &bytes, const std::string &what)
    {
        std::string answer(probe_answer.size(), '\0');

        (void)answer_to(group, bytes);
        ASSERT_TRUE(weft_stream_write_all(other, probe.data(), probe.size(), nullptr)) << what;
        ASSERT_TRUE(weft_stream_read_exact(other, &answer[0], answer.size(), nullptr)) << what;
        ASSERT_EQ(answer, probe_answer) << "after " << what;
    }

    /* In a fiber, with a group for the server's. */
    void run(const std::function<void(WeftGroup *)> &body)
    {
        in_fiber([&] {
            g_autoptr(WeftGroup) group = weft_group_new();

            open_other(group);
            body(group);
            g_clear_pointer(&other, weft_stream_free);
            join(group);
        });
    }

    /* Version and kind, name, number, field 0 of kind i32, its value, stop. */
    const std::string probe_answer =
        framed(std::string("\x80\x01\x00\x02", 4) + big_endian(8) + "same_i32" + big_endian(7) +
               std::string("\x08\x00\x00", 3) + big_endian(PROBE) + std::string(1, '\0'));
    const InteropHandler answers = handler();
    WeftService *service = nullptr;
    WeftStream *other = nullptr;
    std::string probe;
    std::string message;
};

void
mutate(std::string *bytes, std::mt19937 *random)
{
    static const unsigned char telling[] = {0,    1,    0x0f, 0x7f, 0x80, 0x82,
                                            0xfe, 0xff, '"',  '[',  '{'};
    const size_t place = (*random)() % bytes->size();
    const size_t size = 1 + (*random)() % 8;

    switch ((*random)() % 5) {
    case 0:
        (*bytes)[place] = static_cast<char>((*bytes)[place] ^ 1 << (*random)() % 8);
        break;
    case 1:
        (*bytes)[place] = static_cast<char>(telling[(*random)() % sizeof telling]);
        break;
    case 2:
        bytes->erase(place, size);
        break;
    case 3:
        bytes->insert(place, bytes->substr((*random)() % bytes->size(), size));
        break;
    default:
        bytes->insert(place, std::string(size, static_cast<char>((*random)())));
        break;
    }
    if (bytes->empty())
        *bytes = "\x80";
}

TEST_P(Hostile, AnswersAfterEachMutation)
{
    run([&](WeftGroup *group) {
        std::mt19937 random(4711);
        struct rusage before;
        struct rusage after;

        getrusage(RUSAGE_SELF, &before);
        for (unsigned i = 0; i <= N_MUTATIONS / GetParam().share && !HasFatalFailure(); i++) {
            /* Before or behind its frame is made: else frames with a wrong length were all there
             * is. */
            std::string inner = message;
            const bool is_inner = i % 2 == 0;
            std::string bytes = is_inner ? "" : in_form(message, GetParam());
            for (unsigned n = 1 + random() % 4; n > 0; n--)
                mutate(is_inner ? &inner : &bytes, &random);
            if (is_inner)
                bytes = in_form(inner, GetParam());
            survive(group, bytes, "mutation " + std::to_string(i));
        }
        getrusage(RUSAGE_SELF, &after);
        if (MAX_GROWTH_KIB > 0) {
            EXPECT_LT(after.ru_maxrss - before.ru_maxrss, MAX_GROWTH_KIB);
        }
    });
}

TEST_P(Hostile, AnswersAfterEachTruncation)
{
    run([&](WeftGroup *group) {
        const std::string whole = in_form(message, GetParam());

        for (size_t size = 0; size < whole.size() && !HasFatalFailure(); size++)
            survive(group, whole.substr(0, size), "the first " + std::to_string(size) + " bytes");
        for (size_t size = 0; size < message.size() && !HasFatalFailure(); size++)
            survive(group, in_form(message.substr(0, size), GetParam()),
                    "a frame of " + std::to_string(size) + " bytes");
    });
}

/* What 2^31-1 and negative sizes are in each protocol. */
std::vector<std::string>
impossible_sizes(WeftThriftProtocol protocol)
{
    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        return {big_endian(0x7fffffff), big_endian(0x80000000), big_endian(0xffffffff)};
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        return {"\xff\xff\xff\xff\x07", "\xff\xff\xff\xff\x0f", "\x80\x80\x80\x80\x08",
                "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
    case WEFT_THRIFT_PROTOCOL_JSON:
        break;
    }
    return {"2147483647", "-1", "-2147483648", "1e999"};
}

TEST_P(Hostile, AnswersAfterSizesThatCannotBeWhereverTheyStand)
{
    run([&](WeftGroup *group) {
        const bool is_binary = GetParam().protocol == WEFT_THRIFT_PROTOCOL_BINARY;

        for (const std::string &size : impossible_sizes(GetParam().protocol)) {
            for (size_t i = 0; i + size.size() <= message.size() && !HasFatalFailure(); i++) {
                std::string inner = message;
                inner.replace(i, is_binary ? size.size() : 1, size);
                survive(group, in_form(inner, GetParam()), "a size at " + std::to_string(i));
            }
        }
    });
}

std::string
repeat(const std::string &piece, unsigned count)
{
    std::string whole;

    whole.reserve(piece.size() * count);
    for (unsigned i = 0; i < count; i++)
        whole += piece;
    return whole;
}

/* What opens one level more of an unknown field. */
std::vector<std::string>
levels(WeftThriftProtocol protocol)
{
    switch (protocol) {
    case WEFT_THRIFT_PROTOCOL_BINARY:
        return {std::string("\x0c\x00\x09", 3), std::string("\x0f\x00\x00\x00\x01", 5),
                std::string("\x0d\x0d\x00\x00\x00\x01", 6)};
    case WEFT_THRIFT_PROTOCOL_COMPACT:
        return {"\x9c", "\x19", "\x01\xbb"};
    case WEFT_THRIFT_PROTOCOL_JSON:
        break;
    }
    return {"{\"9\":{\"rec\":", "[\"lst\",1,", "[", "{\"9\":{\"lst\":[\"lst\",1,"};
}

TEST_P(Hostile, AnswersAfterNestingWithoutEnd)
{
    run([&](WeftGroup *group) {
        const int32_t value = PROBE;
        const WeftThriftProtocol protocol = GetParam().protocol;
        const std::string call = call_of("same_i32", protocol, &value);
        /* Where the arguments begin: behind the number 7, which ends the head. */
        const std::string begin =
            protocol == WEFT_THRIFT_PROTOCOL_JSON
                ? call.substr(0, call.find('{'))
                : call.substr(0,
                              protocol == WEFT_THRIFT_PROTOCOL_BINARY ? 4 + 4 + 8 + 4 : 3 + 1 + 8);

        for (const std::string &level : levels(protocol)) {
            std::string field;
            if (protocol == WEFT_THRIFT_PROTOCOL_BINARY && level.size() > 3)
                field = std::string(1, level[0]) + std::string("\x00\x09", 2);
            if (protocol == WEFT_THRIFT_PROTOCOL_COMPACT && level != "\x9c")
                field = level == "\x19" ? "\x99" : "\x9b";
            survive(group, in_form(begin + field + repeat(level, N_NESTED), GetParam()),
                    "levels of " + std::to_string(level.size()) + " bytes");
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Ways, Hostile, testing::ValuesIn(ways),
                         [](const testing::TestParamInfo<Way> &way) { return way.param.name; });

} // namespace
