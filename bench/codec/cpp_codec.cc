/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apache's C++: protocols as templates over a buffer in memory, its fastest way; into a new object
 * and into one that keeps its memory.
 */

#include "codec.h"

#include "document_types.h"
#include "document_types.tcc"
#include <cstdio>
#include <memory>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>

namespace
{

using apache::thrift::protocol::TBinaryProtocolT;
using apache::thrift::protocol::TCompactProtocolT;
using apache::thrift::transport::TMemoryBuffer;

bench::Document document;
bench::Document reused;

void
prepare()
{
    document = bench::Document();
    document.id = 42;
    document.name = DOCUMENT_NAME;
    document.items.resize(N_ITEMS);
    for (int i = 0; i < N_ITEMS; i++) {
        bench::Item &item = document.items[static_cast<size_t>(i)];
        char title[64];
        snprintf(title, sizeof title, TITLE_FORMAT, i);
        item.id = 1000 + i;
        item.title = title;
        item.score = i * 0.5;
        item.is_active = i % 2 == 1;
        for (int k = 0; k < N_COUNTERS; k++)
            item.counters[counter_names[k]] = counter_value(i, k);
    }
}

template <typename Protocol>
size_t
encode(const uint8_t **ret_bytes)
{
    static const std::shared_ptr<TMemoryBuffer> buffer = std::make_shared<TMemoryBuffer>(64U << 10);
    static Protocol protocol(buffer);
    uint8_t *bytes = nullptr;
    uint32_t size = 0;

    buffer->resetBuffer();
    document.write(&protocol);
    buffer->getBuffer(&bytes, &size);
    *ret_bytes = bytes;
    return size;
}

template <typename Protocol>
size_t
decode_into(bench::Document &read, const uint8_t *bytes, size_t size)
{
    const auto buffer =
        std::make_shared<TMemoryBuffer>(const_cast<uint8_t *>(bytes), static_cast<uint32_t>(size));
    Protocol protocol(buffer);

    read.read(&protocol);
    return read.items.size();
}

template <typename Protocol>
size_t
decode(const uint8_t *bytes, size_t size)
{
    bench::Document read;

    return decode_into<Protocol>(read, bytes, size);
}

template <typename Protocol>
size_t
decode_again(const uint8_t *bytes, size_t size)
{
    return decode_into<Protocol>(reused, bytes, size);
}

using Binary = TBinaryProtocolT<TMemoryBuffer>;
using Compact = TCompactProtocolT<TMemoryBuffer>;

} // namespace

const Codec cpp_codecs[] = {
    {"C++ templates", false, prepare, encode<Binary>, decode<Binary>},
    {"C++ templates", true, prepare, encode<Compact>, decode<Compact>},
    {"C++ templates, object reused", false, prepare, encode<Binary>, decode_again<Binary>},
    {"C++ templates, object reused", true, prepare, encode<Compact>, decode_again<Compact>},
    {nullptr, false, nullptr, nullptr, nullptr},
};
