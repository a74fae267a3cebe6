/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apache's C++ as a server and as a client: interop_cpp server|client OPTIONS, see interop_test.py.
 */

#include "Interop.h"
#include "Second.h"

#include <atomic>
#include <iostream>
#include <limits>
#include <map>
#include <thrift/processor/TMultiplexedProcessor.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/THeaderProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/THeaderTransport.h>
#include <thrift/transport/THttpClient.h>
#include <thrift/transport/THttpServer.h>
#include <thrift/transport/TSSLServerSocket.h>
#include <thrift/transport/TSSLSocket.h>
#include <thrift/transport/TServerSocket.h>

using namespace apache::thrift;
using namespace apache::thrift::protocol;
using namespace apache::thrift::transport;
using namespace interop;
using std::make_shared;
using std::shared_ptr;
using std::string;

namespace
{

using Options = std::map<string, string>;

Point
point(int32_t x, int32_t y)
{
    Point made;

    made.x = x;
    made.y = y;
    return made;
}

Tree
tree()
{
    Tree leaf;
    Tree branch;
    Tree root;

    leaf.name = "leaf";
    branch.name = "branch";
    branch.branches = {leaf, leaf};
    root.name = "root";
    root.branches = {branch, leaf};
    return root;
}

Everything
everything()
{
    Everything all;

    all.yes = true;
    all.tiny = -128;
    all.small = -32768;
    all.medium = std::numeric_limits<int32_t>::min();
    all.large = std::numeric_limits<int64_t>::min();
    all.real = 3.141592653589793;
    all.words = "Grüße, 世界 \"quoted\" \\ \n";
    all.raw = string("\x00\x01\xfe\xff\x80", 5);
    all.colour = Colour::BLUE;
    all.stamp = 1700000000000000;
    all.place = point(-1, 2147483647);
    all.shape.__set_corners({point(0, 0), point(3, 4)});
    all.tree = tree();
    all.flags = {true, false, true};
    all.numbers = {0, -1, std::numeric_limits<int64_t>::max()};
    all.lines = {"one", "", "three"};
    all.path = {point(1, 2), point(3, 4)};
    all.marks = {-5, 0, 7};
    all.names = {"ann", "bob"};
    all.titles = {{-1, "minus"}, {1, "plus"}};
    all.places = {{"here", point(1, 1)}, {"there", point(2, 2)}};
    all.table = {{"e", {{1, 0.5}, {2, -0.25}}}, {"f", {}}};
    all.matrix = {{1, 2}, {}, {-3}};
    all.index = {{"odd", {1, 3}}, {"even", {2}}};
    all.palette = {Colour::RED, Colour::BLUE};
    all.records = {{{"a", 1}}, {}, {{"b", 2}, {"c", 3}}};
    all.__set_maybe(7);
    all.usual = 42;
    all.no = false;
    all.far = "away";
    return all;
}

class Handler : public InteropIf
{
  public:
    void ping() override
    {
    }
    void language(string &result) override
    {
        result = "C++";
    }
    bool not_of(const bool value) override
    {
        return !value;
    }
    int8_t same_i8(const int8_t value) override
    {
        return value;
    }
    int16_t same_i16(const int16_t value) override
    {
        return value;
    }
    int32_t same_i32(const int32_t value) override
    {
        return value;
    }
    int64_t same_i64(const int64_t value) override
    {
        return value;
    }
    double same_double(const double value) override
    {
        return value;
    }
    void same_string(string &result, const string &value) override
    {
        result = value;
    }
    void same_binary(string &result, const string &value) override
    {
        result = value;
    }
    Colour::type same_colour(const Colour::type value) override
    {
        return value;
    }
    void same_shape(Shape &result, const Shape &value) override
    {
        result = value;
    }
    void same_list(std::vector<int32_t> &result, const std::vector<int32_t> &value) override
    {
        result = value;
    }
    void same_set(std::set<string> &result, const std::set<string> &value) override
    {
        result = value;
    }
    void same_map(std::map<string, int64_t> &result,
                  const std::map<string, int64_t> &value) override
    {
        result = value;
    }
    void same(Everything &result, const Everything &value) override
    {
        result = value;
    }
    void sample(Everything &result) override
    {
        result = everything();
    }
    bool is_sample(const Everything &value) override
    {
        return value == everything();
    }
    int32_t divide(const int32_t left, const int32_t right) override
    {
        if (left == 0)
            throw Empty();
        if (right == 0)
            refuse(33);
        return left / right;
    }
    void refuse(const int32_t code) override
    {
        Refused refused;

        refused.code = code;
        refused.reason = "refused as told";
        throw refused;
    }
    void fail(const string &reason) override
    {
        throw std::runtime_error(reason);
    }
    void remember(const int64_t number) override
    {
        remembered_number = number;
    }
    int64_t remembered() override
    {
        return remembered_number;
    }

  private:
    std::atomic<int64_t> remembered_number{0};
};

class Greeter : public SecondIf
{
  public:
    void greet(string &result, const string &name) override
    {
        result = "hello, " + name;
    }
};

/* ---- server ---- */

shared_ptr<TProtocolFactory>
protocol_factory(const Options &options)
{
    const string &name = options.at("protocol");

    if (options.at("transport") == "header")
        return make_shared<THeaderProtocolFactory>();
    if (name == "compact")
        return make_shared<TCompactProtocolFactory>();
    if (name == "json")
        return make_shared<TJSONProtocolFactory>();
    return make_shared<TBinaryProtocolFactory>();
}

shared_ptr<TTransportFactory>
transport_factory(const Options &options)
{
    const string &name = options.at("transport");

    if (name == "framed")
        return make_shared<TFramedTransportFactory>();
    if (name == "http")
        return make_shared<THttpServerTransportFactory>();
    if (name == "header")
        return make_shared<TTransportFactory>();
    return make_shared<TBufferedTransportFactory>();
}

shared_ptr<TServerSocket>
server_socket(const Options &options)
{
    if (options.count("unix") > 0)
        return make_shared<TServerSocket>(options.at("unix"));
    const int port = std::stoi(options.at("port"));
    if (options.count("certificate") == 0)
        return make_shared<TServerSocket>("127.0.0.1", port);
    auto factory = make_shared<TSSLSocketFactory>();
    factory->loadCertificate(options.at("certificate").c_str());
    factory->loadPrivateKey(options.at("key").c_str());
    factory->server(true);
    return make_shared<TSSLServerSocket>("127.0.0.1", port, factory);
}

int
serve(const Options &options)
{
    shared_ptr<TProcessor> processor = make_shared<InteropProcessor>(make_shared<Handler>());

    if (options.count("multiplexed") > 0) {
        auto both = make_shared<TMultiplexedProcessor>();
        both->registerProcessor("Interop", processor);
        both->registerProcessor("Second", make_shared<SecondProcessor>(make_shared<Greeter>()));
        processor = both;
    }
    server::TThreadedServer server(processor, server_socket(options), transport_factory(options),
                                   protocol_factory(options));
    server.serve();
    return 0;
}

/* ---- client ---- */

int n_steps;

void
expect(bool is_so, const char *what)
{
    n_steps++;
    if (is_so)
        return;
    std::cerr << "C++ client: not as it must be: " << what << "\n";
    exit(1);
}

#define EXPECT(condition) expect((condition), #condition)

shared_ptr<TTransport>
connect_to(const Options &options)
{
    shared_ptr<TSocket> socket;

    if (options.count("unix") > 0) {
        socket = make_shared<TSocket>(options.at("unix"));
    } else if (options.count("certificate") > 0) {
        static TSSLSocketFactory factory;
        factory.loadTrustedCertificates(options.at("certificate").c_str());
        factory.authenticate(true);
        socket = factory.createSocket("localhost", std::stoi(options.at("port")));
    } else {
        socket = make_shared<TSocket>("127.0.0.1", std::stoi(options.at("port")));
    }
    const string &name = options.at("transport");
    if (name == "http")
        return make_shared<THttpClient>(socket, "localhost", "/thrift");
    if (name == "framed")
        return make_shared<TFramedTransport>(socket);
    if (name == "header")
        return socket;
    return make_shared<TBufferedTransport>(socket);
}

shared_ptr<TProtocol>
speak(const Options &options, const shared_ptr<TTransport> &transport)
{
    const string &name = options.at("protocol");

    if (options.at("transport") == "header") {
        const uint16_t id = name == "compact" ? T_COMPACT_PROTOCOL : T_BINARY_PROTOCOL;
        auto protocol = make_shared<THeaderProtocol>(transport, id);
        auto header = std::dynamic_pointer_cast<THeaderTransport>(protocol->getTransport());
        header->setHeader("colour", "green");
        return protocol;
    }
    if (name == "compact")
        return make_shared<TCompactProtocol>(transport);
    if (name == "json")
        return make_shared<TJSONProtocol>(transport);
    return make_shared<TBinaryProtocol>(transport);
}

void
call_with_numbers(InteropClient &client)
{
    EXPECT(!client.not_of(true));
    EXPECT(client.not_of(false));
    for (int value : {-128, -1, 0, 127})
        EXPECT(client.same_i8(static_cast<int8_t>(value)) == value);
    for (int value : {-32768, -1, 0, 32767})
        EXPECT(client.same_i16(static_cast<int16_t>(value)) == value);
    for (int32_t value : {INT32_MIN, -1, 0, 63, 64, 300, INT32_MAX})
        EXPECT(client.same_i32(value) == value);
    for (int64_t value : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{1} << 40, INT64_MAX})
        EXPECT(client.same_i64(value) == value);
    for (double value : {0.0, -1.5, 1e300, 5e-324, 3.141592653589793})
        EXPECT(client.same_double(value) == value);
    EXPECT(client.same_colour(Colour::GREEN) == Colour::GREEN);
}

void
call_with_strings(InteropClient &client)
{
    string result;
    const string all_bytes = [] {
        string bytes;
        for (int i = 0; i < 256; i++)
            bytes += static_cast<char>(i);
        return bytes;
    }();

    for (const string &value : {string(), string("a"), string("Grüße, 世界"), string(70000, 'x')}) {
        client.same_string(result, value);
        EXPECT(result == value);
    }
    for (const string &value : {string(), all_bytes}) {
        client.same_binary(result, value);
        EXPECT(result == value);
    }
}

void
call_with_containers(InteropClient &client)
{
    std::vector<int32_t> numbers;
    std::set<string> names;
    std::map<string, int64_t> map;
    Shape shape;
    Shape label;

    for (size_t size : {0, 1, 14, 15, 16, 2000}) {
        client.same_list(numbers, std::vector<int32_t>(size, -7));
        EXPECT(numbers == std::vector<int32_t>(size, -7));
    }
    client.same_set(names, {"x", "y"});
    EXPECT(names == std::set<string>({"x", "y"}));
    client.same_map(map, {});
    EXPECT(map.empty());
    client.same_map(map, {{"a", 1}, {"b", INT64_MIN}});
    EXPECT(map == (std::map<string, int64_t>{{"a", 1}, {"b", INT64_MIN}}));
    label.__set_label("only this");
    client.same_shape(shape, label);
    EXPECT(shape == label);
}

void
call_with_everything(InteropClient &client)
{
    Everything result;

    client.same(result, everything());
    EXPECT(result == everything());
    client.sample(result);
    EXPECT(result == everything());
    EXPECT(client.is_sample(everything()));
    result.usual = 41;
    EXPECT(!client.is_sample(result));
}

void
call_for_exceptions(InteropClient &client)
{
    int n_caught = 0;

    EXPECT(client.divide(7, 2) == 3);
    try {
        client.divide(7, 0);
    } catch (const Refused &refused) {
        n_caught += refused.code == 33 && refused.reason == "refused as told";
    }
    try {
        client.divide(0, 0);
    } catch (const Empty &) {
        n_caught++;
    }
    try {
        client.refuse(-5);
    } catch (const Refused &refused) {
        n_caught += refused.code == -5;
    }
    try {
        client.fail("of itself");
    } catch (const TApplicationException &) {
        n_caught++;
    }
    EXPECT(n_caught == 4);
}

int
call(const Options &options)
{
    shared_ptr<TTransport> transport = connect_to(options);
    shared_ptr<TProtocol> protocol = speak(options, transport);
    shared_ptr<TProtocol> first = protocol;
    string result;

    if (options.count("multiplexed") > 0)
        first = make_shared<TMultiplexedProtocol>(protocol, "Interop");
    transport->open();
    InteropClient client(first);
    client.ping();
    client.language(result);
    EXPECT(!result.empty());
    call_with_numbers(client);
    call_with_strings(client);
    call_with_containers(client);
    call_with_everything(client);
    call_for_exceptions(client);
    if (options.count("without-oneway") == 0) {
        client.remember(4711);
        EXPECT(client.remembered() == 4711);
    }
    if (options.count("multiplexed") > 0) {
        SecondClient second(make_shared<TMultiplexedProtocol>(protocol, "Second"));
        second.greet(result, "you");
        EXPECT(result == "hello, you");
    }
    transport->close();
    std::cout << n_steps << " steps\n";
    return 0;
}

} // namespace

int
main(int argc, char **argv)
{
    Options options = {{"protocol", "binary"}, {"transport", "framed"}};

    for (int i = 2; i < argc; i++) {
        const string option = argv[i];
        const size_t equals = option.find('=');
        options[option.substr(2, equals - 2)] =
            equals == string::npos ? "" : option.substr(equals + 1);
    }
    try {
        return string(argv[1]) == "server" ? serve(options) : call(options);
    } catch (const std::exception &failure) {
        std::cerr << "C++: " << failure.what() << "\n";
        return 1;
    }
}
