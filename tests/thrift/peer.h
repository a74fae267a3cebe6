/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A service made by hand, as weftgen would describe it; and a server for tests of clients, which
 * says what the test wants, over streams in memory.
 */

#include "../in_fiber.h"

#include <weft/stream.h>
#include <weft/thrift_client.h>

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

extern "C" {
#include "thrift/client.h"
#include "thrift/message.h"
}

namespace weft_test
{

/* ---- service Profiles { i32 add(1: i32 a, 2: i32 b) (weft.idempotent); string get(1: i64 id)
 * throws (1: NotFound missing); void ping(); oneway void note(1: string text) } ---- */

struct NotFound {
    WeftString why;
};

struct AddArguments {
    int32_t a;
    int32_t b;
};

struct AddResult {
    int32_t success;
    struct {
        bool success;
    } has;
};

struct GetArguments {
    int64_t id;
};

struct GetResult {
    WeftString success;
    NotFound *missing;
    struct {
        bool success;
    } has;
};

struct NoteArguments {
    WeftString text;
};

inline WeftThriftField
field(const char *name, const WeftThriftType *type, int16_t id, size_t offset,
      size_t presence_offset = 0)
{
    return {name,
            type,
            id,
            static_cast<uint8_t>(presence_offset > 0 ? WEFT_THRIFT_OPTIONAL : WEFT_THRIFT_DEFAULT),
            false,
            static_cast<uint32_t>(offset),
            static_cast<uint32_t>(presence_offset)};
}

inline WeftThriftType
struct_type(const char *name, size_t size, const std::vector<WeftThriftField> &fields,
            WeftThriftFlavour flavour = WEFT_THRIFT_PLAIN)
{
    WeftThriftType type = {};

    type.name = name;
    type.kind = WEFT_THRIFT_STRUCT;
    type.flavour = static_cast<uint8_t>(flavour);
    type.n_fields = static_cast<uint16_t>(fields.size());
    type.size = static_cast<uint32_t>(size);
    type.fields = fields.data();
    return type;
}

inline WeftThriftField
thrown(const char *name, const WeftThriftType *type, int16_t id, size_t offset)
{
    WeftThriftField made = field(name, type, id, offset);

    made.is_pointer = true;
    made.requiredness = WEFT_THRIFT_OPTIONAL;
    return made;
}

inline const std::vector<WeftThriftField> no_fields;
inline const std::vector<WeftThriftField> not_found_fields = {
    field("why", &weft_thrift_string, 1, offsetof(NotFound, why))};
inline const WeftThriftType not_found_type =
    struct_type("NotFound", sizeof(NotFound), not_found_fields, WEFT_THRIFT_THROWN);

inline const std::vector<WeftThriftField> add_argument_fields = {
    field("a", &weft_thrift_i32, 1, offsetof(AddArguments, a)),
    field("b", &weft_thrift_i32, 2, offsetof(AddArguments, b))};
inline const std::vector<WeftThriftField> add_result_fields = {
    field("success", &weft_thrift_i32, 0, offsetof(AddResult, success),
          offsetof(AddResult, has.success))};
inline const WeftThriftType add_arguments =
    struct_type("add_args", sizeof(AddArguments), add_argument_fields);
inline const WeftThriftType add_result =
    struct_type("add_result", sizeof(AddResult), add_result_fields);

inline const std::vector<WeftThriftField> get_argument_fields = {
    field("id", &weft_thrift_i64, 1, offsetof(GetArguments, id))};
inline const std::vector<WeftThriftField> get_result_fields = {
    field("success", &weft_thrift_string, 0, offsetof(GetResult, success),
          offsetof(GetResult, has.success)),
    thrown("missing", &not_found_type, 1, offsetof(GetResult, missing))};
inline const WeftThriftType get_arguments =
    struct_type("get_args", sizeof(GetArguments), get_argument_fields);
inline const WeftThriftType get_result =
    struct_type("get_result", sizeof(GetResult), get_result_fields);

inline const std::vector<WeftThriftField> note_argument_fields = {
    field("text", &weft_thrift_string, 1, offsetof(NoteArguments, text))};
inline const WeftThriftType note_arguments =
    struct_type("note_args", sizeof(NoteArguments), note_argument_fields);
inline const WeftThriftType nothing = struct_type("nothing", 1, no_fields);

inline const WeftThriftMethod add_method = {"add", &add_arguments, &add_result, nullptr, 0, true};
inline const WeftThriftMethod get_method = {"get", &get_arguments, &get_result, nullptr, 0, false};
inline const WeftThriftMethod ping_method = {"ping", &nothing, &nothing, nullptr, 0, false};
inline const WeftThriftMethod note_method = {"note", &note_arguments, nullptr, nullptr, 0, false};

/* ---- what generated functions of the client do ---- */

inline bool
add(WeftThriftClient *client, int32_t a, int32_t b, int32_t *ret_sum, GError **error)
{
    AddArguments arguments = {a, b};
    AddResult result = {};

    if (!weft_thrift_client_call(client, &add_method, &arguments, nullptr, &result, error))
        return false;
    *ret_sum = result.success;
    return true;
}

inline bool
get(WeftThriftClient *client, WeftArena *arena, int64_t id, WeftString *ret_name, GError **error)
{
    GetArguments arguments = {id};
    GetResult result = {};

    if (!weft_thrift_client_call(client, &get_method, &arguments, arena, &result, error))
        return false;
    *ret_name = result.success;
    return true;
}

inline bool
ping(WeftThriftClient *client, GError **error)
{
    char nothing_sent = 0;
    char nothing_back = 0;

    return weft_thrift_client_call(client, &ping_method, &nothing_sent, nullptr, &nothing_back,
                                   error);
}

inline bool
note(WeftThriftClient *client, const std::string &text, GError **error)
{
    NoteArguments arguments = {{text.data(), static_cast<uint32_t>(text.size())}};

    return weft_thrift_client_call(client, &note_method, &arguments, nullptr, nullptr, error);
}

/* ---- messages, as a server reads and writes them ---- */

struct Heard {
    std::string name;
    int32_t sequence_id = 0;
    int kind = 0;
    std::string body; /* the arguments, encoded */
};

inline Heard
hear_message(std::string bytes, WeftThriftProtocol protocol = WEFT_THRIFT_PROTOCOL_BINARY)
{
    g_auto(WeftArena) arena;
    WeftThriftReader reader;
    WeftThriftMessage head;
    Heard heard;

    weft_arena_init(&arena, SIZE_MAX);
    weft_thrift_reader_init(&reader, bytes.data(), bytes.size(), &arena, nullptr, false);
    const uint8_t *at = weft_thrift_read_message(protocol, reader.begin, &reader, &head);
    EXPECT_NE(at, nullptr);
    if (at == nullptr)
        return heard;
    heard.name.assign(head.name.data, head.name.length);
    heard.sequence_id = head.sequence_id;
    heard.kind = head.kind;
    heard.body.assign(reinterpret_cast<const char *>(at), static_cast<size_t>(reader.end - at));
    return heard;
}

inline std::string
message(int kind, const std::string &name, int32_t sequence_id, const WeftThriftType *type,
        const void *value, WeftThriftProtocol protocol = WEFT_THRIFT_PROTOCOL_BINARY)
{
    WeftThriftWriter writer;
    const WeftThriftMessage head = {{name.data(), static_cast<uint32_t>(name.size())},
                                    sequence_id,
                                    static_cast<uint8_t>(kind),
                                    false};
    uint32_t n_pieces;
    size_t size;
    std::string bytes;

    weft_thrift_writer_init(&writer, nullptr, SIZE_MAX, false);
    uint8_t *at = weft_thrift_writer_reserve(&writer, writer.begin, 16);
    at = weft_thrift_write_message(protocol, &head, at, &writer);
    at = weft_thrift_write(type, protocol, value, at, &writer);
    at = weft_thrift_write_message_end(protocol, at, &writer);
    const struct iovec *pieces = weft_thrift_writer_pieces(&writer, at, &n_pieces, &size);
    for (uint32_t i = 0; i < n_pieces; i++)
        bytes.append(static_cast<const char *>(pieces[i].iov_base), pieces[i].iov_len);
    weft_thrift_writer_clear(&writer);
    return bytes;
}

inline std::string
framed(const std::string &bytes)
{
    const uint32_t length = GUINT32_TO_BE(static_cast<uint32_t>(bytes.size()));

    return std::string(reinterpret_cast<const char *>(&length), 4) + bytes;
}

inline std::string
sum_answer(const Heard &call, int32_t sum)
{
    AddResult result = {sum, {true}};

    return message(WEFT_THRIFT_MESSAGE_REPLY, "add", call.sequence_id, &add_result, &result);
}

/* ---- the other side ---- */

/* One connection, as the server sees it. */
struct Peer {
    WeftStream *stream;
    unsigned number; /* of the connection, from 0 */

    /* A frame, without its length; "" at the end. */
    std::string hear_frame()
    {
        uint32_t wire;

        if (!weft_stream_read_exact(stream, &wire, 4, nullptr))
            return "";
        std::string bytes(GUINT32_FROM_BE(wire), '\0');
        EXPECT_TRUE(weft_stream_read_exact(stream, bytes.data(), bytes.size(), nullptr));
        return bytes;
    }

    /* Answers calls of add until the client leaves. */
    void serve_add()
    {
        for (;;) {
            const std::string frame = hear_frame();
            if (frame.empty())
                return;
            say(framed(sum_answer(hear_message(frame), static_cast<int32_t>(number))));
        }
    }

    /* All that comes, up to the client's end. */
    std::string hear_all()
    {
        char bytes[512];
        std::string heard;
        ssize_t n_read;

        while ((n_read = weft_stream_read(stream, bytes, sizeof bytes, nullptr)) > 0)
            heard.append(bytes, static_cast<size_t>(n_read));
        return heard;
    }

    /* What comes, up to and with @end. */
    std::string hear_until(const std::string &end)
    {
        std::string heard;
        char byte;

        while (heard.size() < end.size() ||
               heard.compare(heard.size() - end.size(), end.size(), end) != 0) {
            if (weft_stream_read(stream, &byte, 1, nullptr) <= 0)
                break;
            heard.push_back(byte);
        }
        return heard;
    }

    /* Let the client take what was said, if it still wants it. */
    static void pause(int64_t duration_ms = 1)
    {
        gboolean slept G_GNUC_UNUSED = weft_fiber_sleep_ms(duration_ms, nullptr);
    }

    void say(const std::string &bytes)
    {
        gboolean said G_GNUC_UNUSED =
            weft_stream_write_all(stream, bytes.data(), bytes.size(), nullptr);
    }
};

using Script = std::function<void(Peer &)>;

/* Hosts, and what each does with its connections; a host without a script refuses them. */
class World
{
  public:
    explicit World(Script script = nullptr) : everybody(std::move(script)), group(weft_group_new())
    {
    }
    ~World()
    {
        weft_thrift_client_free(client);
        weft_group_free(group);
    }
    World(const World &) = delete;

    /* The client; made anew where it is called again. */
    WeftThriftClient *open(const std::string &url)
    {
        GError *error = nullptr;

        weft_thrift_client_free(client);
        client = weft_thrift_client_new_with(url.c_str(), connect, this, &error);
        EXPECT_NE(client, nullptr) << (error != nullptr ? error->message : "");
        g_clear_error(&error);
        return client;
    }

    WeftThriftClientMetrics metrics() const
    {
        WeftThriftClientMetrics metrics;

        weft_thrift_client_get_metrics(client, &metrics);
        return metrics;
    }

    Script everybody;
    std::map<std::string, Script> hosts; /* by address */
    std::vector<std::string> asked;      /* addresses, in turn */
    std::string silent_host;             /* cannot be connected to, and does not say so */
    WeftThriftClient *client = nullptr;
    WeftGroup *group;
    size_t capacity = 65536;

  private:
    static WeftStream *connect(const WeftThriftUrlHost *host, gpointer data, GError **error)
    {
        return static_cast<World *>(data)->connect_to(host->address, error);
    }

    WeftStream *connect_to(const std::string &address, GError **error)
    {
        const auto found = hosts.find(address);
        const Script script = found != hosts.end() ? found->second : everybody;
        const auto number = static_cast<unsigned>(asked.size());
        WeftStream *ours;
        WeftStream *theirs;

        asked.push_back(address);
        if (address == silent_host) {
            EXPECT_FALSE(weft_fiber_sleep_ms(1000000, error));
            return nullptr;
        }
        if (script == nullptr) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "connect to %s: Connection refused",
                        address.c_str());
            return nullptr;
        }
        weft_stream_pair(capacity, &ours, &theirs);
        const std::shared_ptr<WeftStream> owned(theirs, weft_stream_free);
        spawn(group, [script, owned, number] {
            WeftDeadlineScope callers = {WEFT_DEADLINE_NEVER};
            Peer peer = {owned.get(), number};

            weft_deadline_scope_end(&callers);
            script(peer);
        });
        return ours;
    }
};

} // namespace weft_test
