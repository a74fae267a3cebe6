/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string>
#include <vector>
#include <weft/thrift_wire.h>

/**
 * What tests of codecs read from.
 */

using Bytes = std::vector<uint8_t>;

/* A reader over a copy of exactly its size: sanitizers see each byte too much. */
struct Input {
    explicit Input(const Bytes &from, bool borrows = false) : bytes(from)
    {
        bytes.shrink_to_fit();
        weft_arena_init(&arena, SIZE_MAX);
        weft_thrift_reader_init(&reader, bytes.data(), bytes.size(), &arena, nullptr, borrows);
        at = bytes.data();
    }
    ~Input()
    {
        weft_thrift_reader_finish(&reader);
        weft_arena_clear(&arena);
    }
    Input(const Input &) = delete;
    Input &operator=(const Input &) = delete;

    std::string message() const
    {
        g_autoptr(GError) error = nullptr;
        weft_thrift_reader_set_error(&reader, &error);
        return error->message;
    }

    Bytes bytes;
    WeftArena arena;
    WeftThriftReader reader;
    const uint8_t *at;
};
