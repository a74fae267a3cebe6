/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Every construct of the IDL, for tests: each type in each place where it may stand.
 */

include "everything_shared.thrift"
cpp_include "<unordered_map>"

namespace py everything.tests

/** What things are painted with. */
enum Color {
    RED = 1,
    /** As grass is. */
    GREEN = 2,
    BLUE = 4 (note = "like the sky"),
    NEGATIVE = -2147483648,
    LAST = 0x7fffffff,
}

enum Counted { ZERO, ONE, TWO = 7, THREE }

typedef i32 Number
typedef Number Renamed (note = "of a typedef")
typedef list<Number> Numbers
typedef map<string, Numbers> Table
typedef Scalars OtherScalars

/** One of each that is neither string nor container. */
struct Scalars {
    1: bool yes,
    2: i8 tiny,
    3: byte old_tiny,
    4: i16 small,
    5: i32 medium,
    6: i64 large,
    7: double real,
    8: uuid id,
    9: Color color,
    10: everything_shared.Mood mood,
    11: Renamed renamed,
}

struct Texts {
    1: string text,
    2: binary bytes,
}

/** Fields that may lack, and one that may not. */
struct Optionals {
    1: required i32 needed,
    2: optional bool yes,
    3: optional i8 tiny,
    4: optional i16 small,
    5: optional i32 medium,
    6: optional i64 large,
    7: optional double real,
    8: optional uuid id,
    9: optional Color color,
    10: optional string text,
    11: optional binary bytes,
    12: optional Texts texts,
    13: optional list<string> words,
    14: optional map<string, i64> counters,
    15: optional set<i32> marks,
    16: optional Shape shape,
    /** Far from the field before it. */
    300: optional i32 far,
    -4: optional i32 negative,
}

/** Values that are there before anybody sets them. */
struct Defaults {
    1: bool yes = true,
    2: i8 tiny = -128,
    3: i16 small = 0x7fff,
    4: i32 medium = -2147483648,
    5: i64 large = -9223372036854775808,
    6: double real = 3.14159265358979323846,
    7: uuid id = "00112233-4455-6677-8899-aabbccddeeff",
    8: Color color = Color.GREEN,
    9: string text = "tab\t\"quote\" \\ ??/ é",
    10: binary bytes = "bytes",
    11: list<i32> numbers = [1, 2, 3],
    12: set<string> words = ["a", "b"],
    13: map<string, i64> counters = {"one": 1, "two": 2},
    14: Texts texts = {"text": "inner"},
    15: list<Texts> many_texts = [{"text": "first"}, {"text": "second", "bytes": "b"}],
    16: map<Color, list<double>> by_color = {Color.RED: [0.5, 1e300], Color.BLUE: []},
    17: optional i32 maybe = 42,
    18: everything_shared.Origin origin = {"place": "here"},
    19: Shape shape = {"circle": {"radius": 2}},
    20: everything_shared.Mood mood = everything_shared.Mood.SAD,
    21: i32 of_constant = LARGEST,
    22: everything_shared.Origin plain_origin,
    23: list<list<string>> nested = [["a"], [], ["b", "c"]],
}

struct Circle {
    1: double radius,
}

struct Square {
    1: i32 side,
    2: optional string note,
}

/** One of them. */
union Shape {
    1: Circle circle,
    2: Square square,
    3: string name,
    4: i64 number,
    5: bool yes,
    6: list<Circle> circles,
    7: map<string, Shape> by_name,
    9: Shape nested,
    10: Color color,
    11: uuid id,
    12: double real,
}

/** Lists of everything. */
struct Lists {
    1: list<bool> bools,
    2: list<i8> tinies,
    3: list<i16> smalls,
    4: list<i32> mediums,
    5: list<i64> larges,
    6: list<double> reals,
    7: list<string> texts,
    8: list<binary> bytes,
    9: list<uuid> ids,
    10: list<Color> colors,
    11: list<Scalars> structs,
    12: list<Shape> shapes,
    13: list<list<i32>> lists,
    14: list<set<string>> sets,
    15: list<map<string, i64>> maps,
    16: Numbers numbers,
    17: list<everything_shared.Origin> origins,
}

struct Sets {
    1: set<bool> bools,
    2: set<i8> tinies,
    3: set<i16> smalls,
    4: set<i32> mediums,
    5: set<i64> larges,
    6: set<double> reals,
    7: set<string> texts,
    8: set<binary> bytes,
    9: set<uuid> ids,
    10: set<Color> colors,
    11: set<Texts> structs,
    12: set<list<i32>> lists,
    13: set<map<string, string>> maps,
}

struct Maps {
    1: map<bool, i8> bools,
    2: map<i8, bool> tinies,
    3: map<i16, i32> smalls,
    4: map<i32, i16> mediums,
    5: map<i64, double> larges,
    6: map<double, i64> reals,
    7: map<string, binary> texts,
    8: map<binary, string> bytes,
    9: map<uuid, Color> ids,
    10: map<Color, uuid> colors,
    11: map<string, Scalars> structs,
    12: map<Texts, Shape> by_struct,
    13: map<list<i32>, set<i64>> by_list,
    14: map<string, map<string, list<Texts>>> deep,
    15: Table table,
    16: map<set<string>, i32> by_set,
}

/** Leads to itself in every way. */
struct Tree {
    1: string label,
    2: list<Tree> children,
    3: optional Tree left,
    4: map<string, Tree> by_name,
    5: Tree & right,
    6: optional Other other,
    7: i32 & shared_number,
    8: optional string & shared_text,
    9: list<i32> & shared_list,
}

/** Leads back to Tree. */
struct Other {
    1: Tree tree,
    2: set<Other> others,
}

struct Nothing {
}

/** Names that C has other plans for. */
struct Words {
    1: i32 class (weft.name = "kind"),
    2: i32 int_,
    3: string default_value,
    4: optional bool has_it,
    5: i32 value,
    6: i32 at,
    7: string writer,
    8: optional string reader,
    9: i32 typed,
    10: list<i32> items,
    11: i32 key,
    12: i32 size,
}

/** A struct that is called like a container would be. */
struct TextsList {
    1: list<Texts> texts,
    2: list<TextsList> lists,
}

/** All of it. */
struct Everything {
    1: Scalars scalars,
    2: Texts texts,
    3: Optionals optionals,
    4: Defaults defaults,
    5: Lists lists,
    6: Sets sets,
    7: Maps maps,
    8: Tree tree,
    9: list<Shape> shapes,
    10: Nothing nothing,
    11: Words words,
    12: TextsList texts_list,
    13: OtherScalars other_scalars,
    14: optional everything_shared.Origin origin,
}

/** Thrown when there is none. */
exception NotFound {
    1: i64 id,
    2: string message,
}

exception Refused {
    1: required string reason,
}

const bool YES = true
const i8 TINY = -5
const i32 LARGEST = everything_shared.LARGEST_ORIGIN
const i64 HUGE_NUMBER = 9223372036854775807
const double PI = 3.14159265358979323846
const Color FAVOURITE = Color.BLUE
/** A text. */
const string GREETING = "hello"
const binary MAGIC = "magic"
const uuid NIL = "00000000-0000-0000-0000-000000000001"
const list<string> DAYS = ["Monday", "Tuesday"]
const set<i32> PRIMES = [2, 3, 5]
const map<string, list<i32>> TABLE = {"even": [0, 2], "odd": [1]}
const Texts TEXTS = {"text": "of a constant", "bytes": "b"}
const Shape UNIT_CIRCLE = {"circle": {"radius": 1.0}}
const map<i32, Texts> NUMBERED = {1: {"text": "one"}, 2: {"text": "two"}}

/**
 * Calls of every kind.
 */
service Calls extends everything_shared.Base {
    /** Nothing to give, nothing to get. */
    void nothing(),
    bool negate(1: bool value),
    i8 add_tiny(1: i8 left, 2: i8 right),
    i16 add_small(1: i16 left, 2: i16 right),
    /**
     * The sum.
     * Wraps around.
     */
    i32 add(1: i32 left, 2: i32 right) (weft.idempotent = "true", weft.timeout_ms = "500"),
    i64 add_large(1: i64 left, 2: i64 right),
    double half(1: double value),
    string echo_text(1: string text),
    binary echo_bytes(1: binary bytes),
    uuid echo_id(1: uuid id),
    Color mix(1: Color first, 2: Color second) throws (1: Refused refused),
    Everything echo(1: Everything everything) (weft.idempotent = "true"),
    Shape echo_shape(1: Shape shape),
    Tree echo_tree(1: Tree tree),
    list<Tree> echo_list(1: list<Tree> trees),
    map<string, i64> count(1: list<string> words),
    set<Color> colors(),
    /** Finds, or throws. */
    Texts find(1: i64 id = 1, 2: string call, 3: i32 result) throws (1: NotFound not_found, 2: Refused refused),
    void check(1: i64 id) throws (1: NotFound not_found),
    oneway void note(1: string text),
    Number getHTTPStatus(),
}

/** Nothing of its own. */
service Empty {
}

service Extended extends Calls {
    i32 more(),
}
