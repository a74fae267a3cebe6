// SPDX-License-Identifier: Apache-2.0
// Apache's Node.js as a server and as a client: peer.js GENERATED server|client OPTIONS, see
// interop_test.py.
"use strict";

const assert = require("assert");
const fs = require("fs");
const path = require("path");
const thrift = require("thrift");
const generated = path.resolve(process.argv[2]);
const Interop = require(path.join(generated, "Interop"));
const Second = require(path.join(generated, "Second"));
const types = require(path.join(generated, "interop_types"));
const Int64 = require("node-int64");

const options = { protocol: "binary", transport: "framed" };
for (const argument of process.argv.slice(4)) {
  const [, name, , value] = /^--([a-z]+)(=(.*))?$/.exec(argument);
  options[name] = value || "";
}
const protocols = {
  binary: thrift.TBinaryProtocol,
  compact: thrift.TCompactProtocol,
  json: thrift.TJSONProtocol,
};
const MIN_I64 = new Int64("8000000000000000");
const MAX_I64 = new Int64("7fffffffffffffff");

function everything() {
  const point = (x, y) => new types.Point({ x: x, y: y });
  const tree = (name, branches) => new types.Tree({ name: name, branches: branches });
  const leaf = tree("leaf", []);
  return new types.Everything({
    yes: true, tiny: -128, small: -32768, medium: -2147483648, large: MIN_I64,
    real: 3.141592653589793, words: 'Grüße, 世界 "quoted" \\ \n',
    raw: Buffer.from([0, 1, 254, 255, 128]), colour: types.Colour.BLUE,
    stamp: new Int64(1700000000000000), place: point(-1, 2147483647),
    shape: new types.Shape({ corners: [point(0, 0), point(3, 4)] }),
    tree: tree("root", [tree("branch", [leaf, leaf]), leaf]), flags: [true, false, true],
    numbers: [new Int64(0), new Int64(-1), MAX_I64], lines: ["one", "", "three"],
    path: [point(1, 2), point(3, 4)], marks: [-5, 0, 7], names: ["ann", "bob"],
    titles: { "-1": "minus", 1: "plus" }, places: { here: point(1, 1), there: point(2, 2) },
    table: { e: { 1: 0.5, 2: -0.25 }, f: {} }, matrix: [[1, 2], [], [-3]],
    index: { odd: [1, 3], even: [2] }, palette: [types.Colour.RED, types.Colour.BLUE],
    records: [{ a: 1 }, {}, { b: 2, c: 3 }], maybe: 7, usual: 42, no: false, far: "away",
  });
}

// As it must be, whatever a protocol makes of 64-bit numbers, of bytes and of the order of sets.
function plain(value) {
  if (value instanceof Int64)
    return "i64:" + value.toOctetString();
  if (Buffer.isBuffer(value))
    return "bytes:" + value.toString("hex");
  if (Array.isArray(value))
    return value.map(plain);
  if (value === null || typeof value !== "object")
    return value;
  const made = {};
  for (const name of Object.keys(value)) {
    if (value[name] !== null && value[name] !== undefined)
      made[name] = plain(value[name]);
  }
  // Version 0.17 reads each bool of a list in compact as false.
  if (options.protocol === "compact")
    delete made.flags;
  for (const name of ["marks", "names"]) {
    if (Array.isArray(made[name]))
      made[name].sort();
  }
  return made;
}

const handler = {
  number: new Int64(0),
  ping: (result) => result(null),
  language: (result) => result(null, "Node.js"),
  not_of: (value, result) => result(null, !value),
  sample: (result) => result(null, everything()),
  is_sample: (value, result) => {
    try {
      assert.deepStrictEqual(plain(value), plain(everything()));
      result(null, true);
    } catch (difference) {
      console.error(difference.message);
      result(null, false);
    }
  },
  divide: (left, right, result) => {
    if (left === 0)
      result(new types.Empty());
    else if (right === 0)
      handler.refuse(33, result);
    else
      result(null, Math.trunc(left / right));
  },
  refuse: (code, result) =>
    result(new types.Refused({ code: code, reason: "refused as told" })),
  fail: (reason, result) => result(new thrift.Thrift.TApplicationException(6, reason)),
  remember: (number) => {
    handler.number = number;
  },
  remembered: (result) => result(null, handler.number),
};
for (const name of ["", "_i8", "_i16", "_i32", "_i64", "_double", "_string", "_binary", "_colour",
  "_shape", "_list", "_set", "_map"])
  handler["same" + name] = (value, result) => result(null, value);
const greeter = { greet: (name, result) => result(null, "hello, " + name) };

function settings() {
  return {
    protocol: protocols[options.protocol],
    transport: options.transport === "framed" ? thrift.TFramedTransport : thrift.TBufferedTransport,
  };
}

// ---- server ----

function serve() {
  const chosen = settings();
  let server;
  if ("certificate" in options)
    chosen.tls = {
      cert: fs.readFileSync(options.certificate), key: fs.readFileSync(options.key),
    };
  if (options.transport === "http") {
    server = thrift.createWebServer({
      services: { "/thrift": Object.assign({ processor: Interop, handler: handler }, chosen) },
    });
  } else if ("multiplexed" in options) {
    const both = new thrift.MultiplexedProcessor();
    both.registerProcessor("Interop", new Interop.Processor(handler));
    both.registerProcessor("Second", new Second.Processor(greeter));
    server = thrift.createMultiplexServer(both, chosen);
  } else {
    server = thrift.createServer(Interop, handler, chosen);
  }
  server.listen("unix" in options ? options.unix : Number(options.port));
}

// ---- client ----

let nSteps = 0;

function expectEqual(found, wanted, what) {
  assert.deepStrictEqual(plain(found), plain(wanted), what);
  nSteps++;
}

async function expectThrown(promise, kind, reason) {
  try {
    await promise;
  } catch (failure) {
    assert(failure instanceof kind, "another failure: " + failure);
    if (reason)
      assert.strictEqual(failure.reason, reason);
    nSteps++;
    return;
  }
  assert.fail("nothing was thrown: " + kind.name);
}

function connect() {
  const chosen = settings();
  if (options.transport === "http") {
    chosen.path = "/thrift";
    return thrift.createHttpConnection("127.0.0.1", Number(options.port), chosen);
  }
  if ("certificate" in options) {
    chosen.ca = fs.readFileSync(options.certificate);
    return thrift.createSSLConnection("localhost", Number(options.port), chosen);
  }
  if ("unix" in options)
    return thrift.createUDSConnection(options.unix, chosen);
  return thrift.createConnection("127.0.0.1", Number(options.port), chosen);
}

async function callWithValues(client) {
  const values = {
    same_i8: [-128, -1, 0, 127], same_i16: [-32768, -1, 0, 32767],
    same_i32: [-2147483648, -1, 0, 63, 64, 300, 2147483647],
    same_i64: [MIN_I64, new Int64(-1), new Int64(0), MAX_I64],
    same_double: [0.0, -1.5, 1e300, 5e-324, Math.PI],
    same_string: ["", "a", "Grüße, 世界", "x".repeat(70000)],
    same_binary: [Buffer.alloc(0), Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
    same_colour: [types.Colour.GREEN],
    same_shape: [new types.Shape({ label: "only this" }), new types.Shape({ radius: 0.5 })],
    same_list: [[], [7], Array(14).fill(-1), Array(15).fill(-1), Array(2000).fill(1)],
    same_set: [[], ["x", "y"]], same_map: [{}, { a: new Int64(1), b: MIN_I64 }],
    same: [everything()],
  };
  if (options.protocol === "json") {
    // Its 64-bit numbers are doubles.
    values.same_i64 = [new Int64(0), new Int64(-1), new Int64(4711)];
    values.same_map = [{}];
    values.same = [];
  }
  for (const name of Object.keys(values)) {
    for (const value of values[name])
      expectEqual(await client[name](value), value, name);
  }
  expectEqual(await client.not_of(false), true, "not_of");
  if (options.protocol === "json")
    return;
  expectEqual(await client.sample(), everything(), "sample");
  expectEqual(await client.is_sample(everything()), true, "is_sample");
}

async function call() {
  const connection = connect();
  let client;
  let second;
  connection.on("error", (failure) => {
    throw failure;
  });
  if (options.transport === "http") {
    client = thrift.createHttpClient(Interop, connection);
  } else if ("multiplexed" in options) {
    const multiplexer = new thrift.Multiplexer();
    client = multiplexer.createClient("Interop", Interop, connection);
    second = multiplexer.createClient("Second", Second, connection);
  } else {
    client = thrift.createClient(Interop, connection);
  }
  await client.ping();
  assert.notStrictEqual(await client.language(), "");
  await callWithValues(client);
  expectEqual(await client.divide(7, 2), 3, "divide");
  await expectThrown(client.divide(7, 0), types.Refused, "refused as told");
  await expectThrown(client.divide(0, 0), types.Empty);
  await expectThrown(client.refuse(-5), types.Refused, "refused as told");
  await expectThrown(client.fail("of itself"), thrift.Thrift.TApplicationException);
  client.remember(new Int64(4711));
  expectEqual(await client.remembered(), new Int64(4711), "remembered");
  if (second)
    expectEqual(await second.greet("you"), "hello, you", "greet");
  if (connection.end)
    connection.end();
  console.log(nSteps + " steps");
  process.exit(0);
}

if (process.argv[3] === "server") {
  serve();
} else {
  call().catch((failure) => {
    console.error("Node.js client:", failure.message || failure);
    process.exit(1);
  });
}
