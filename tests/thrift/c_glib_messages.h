/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Messages of the binary protocol, put together piece by piece.
 */

#include <cstdint>
#include <string>

namespace weft_test
{

enum Kind : uint8_t { I32 = 8, I64 = 10, STRING = 11, STRUCT = 12, MAP = 13, LIST = 15 };
enum Message : uint8_t { CALL = 1, REPLY = 2, EXCEPTION = 3, ONEWAY = 4 };

inline std::string
number(uint64_t value, unsigned size)
{
    std::string bytes;

    for (unsigned i = size; i-- > 0;)
        bytes += static_cast<char>(value >> (8 * i));
    return bytes;
}

inline std::string
text(const std::string &bytes)
{
    return number(bytes.size(), 4) + bytes;
}

inline std::string
field(Kind kind, unsigned id)
{
    return number(kind, 1) + number(id, 2);
}

inline std::string
head(const std::string &name, Message type, uint32_t sequence_id)
{
    return number(0x80010000U | type, 4) + text(name) + number(sequence_id, 4);
}

inline std::string
framed(const std::string &message)
{
    return number(message.size(), 4) + message;
}

inline std::string
add_call(int32_t left, int32_t right, uint32_t sequence_id)
{
    return head("add", CALL, sequence_id) + field(I32, 1) + number(static_cast<uint32_t>(left), 4) +
           field(I32, 2) + number(static_cast<uint32_t>(right), 4) + std::string(1, '\0');
}

inline std::string
add_reply(int32_t sum, uint32_t sequence_id)
{
    return head("add", REPLY, sequence_id) + field(I32, 0) + number(static_cast<uint32_t>(sum), 4) +
           std::string(1, '\0');
}

/* An unknown field of lists in lists, @depth of them. */
inline std::string
deep_call(unsigned depth)
{
    std::string message = head("add", CALL, 7) + field(LIST, 9);

    for (unsigned i = 1; i < depth; i++)
        message += number(LIST, 1) + number(1, 4);
    return message + number(I32, 1) + number(0, 4) + std::string(1, '\0');
}

} // namespace weft_test
