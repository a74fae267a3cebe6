/** About the file:
 *  it has everything that the reference compiler of 2023 reads, too. */
namespace * whole
namespace cpp oracle.whole (note = "of a namespace")
cpp_include "<vector>"
include "idl_shared.thrift"

# a comment of shells
// a comment of C++
/* a comment of C */

/** Numbers. */
typedef i32 Number (kind = "typedef")
typedef Number Figure
typedef list<map<string, set<Figure>>> Figures
typedef idl_shared.Thing Thing

/** Colours,
 *    in order. */
enum Color {
    RED /** behind red, before green */,
    GREEN = 0x10,
    BLUE (since = "2"), /** explicit */ LAST = -1;
}

const bool YES = true
const bool NO = 0
const byte SMALL = -128
const i16 MEDIUM = 0x7fff
const i32 LARGE = -2147483648
const i64 HUGE = 9223372036854775807
const double PI = 3.141592653589793
const double TINY = 5e-324
const double WHOLE = 7
const double NEGATIVE = -.5e+3
const string TEXT = "tab\t quote\" 'single' back\\slash umlaut ä"
const string OTHER = 'single \'quoted\' "text"'
const binary BYTES = "bytes"
const Color COLOR = Color.GREEN
const i32 COLOR_NUMBER = Color.GREEN
const idl_shared.Kind KIND = idl_shared.Kind.SECOND
const i32 ELSEWHERE = idl_shared.LIMIT
const list<string> WORDS = ["a", "b"; 'c']
const set<i32> PRIMES = [2, 3, 5]
const map<string, list<i32>> NESTED = {"one": [1], "two": [1, 2], "none": []}
const map<Color, idl_shared.Thing> THINGS = {Color.RED: {"name": "red", "kinds": [idl_shared.Kind.FIRST]}}
const Thing THING = {"name": "thing", "count": LARGE}

/** A tree. */
struct Tree {
    1: optional Tree & left,
    2: optional Tree & right;
    /** what it holds */
    3: required Figures figures = [{"a": [1, 2]}] (note = "of a field", bare)
    4: Color color = Color.BLUE
    i32 implied
    i64 also_implied = 5
    10: map<string (of = "type"), list<i32> (of = "list")> (of = "map") annotated
} (note = "of a struct")

union Choice { 1: i32 number = 7, 2: string text, 3: Tree tree }

exception Sorry { 1: string why, 2: idl_shared.Thing what } (note = "of an exception")

struct Empty {}

struct Schema xsd_all {
    1: string plain xsd_optional xsd_nillable
    2: string with_attributes xsd_attrs { 1: string attribute } (note = "behind")
}

/** A service. */
service Base extends idl_shared.Root {
    /** Rest. */
    void nothing(),
    oneway void tell(1: string text);
    Tree grow(1: Tree seed = {}, 2: optional i32 times = 3) throws (1: Sorry sorry, 2: idl_shared.Broken broken) (note = "of a function")
    list<Choice> choose(set<i64> implied, map<i32, Thing> things)
} (note = "of a service")
