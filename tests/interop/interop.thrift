/* SPDX-License-Identifier: Apache-2.0 */
/* Every type and every kind of method that all of Apache's languages have: one side says, the other
 * answers, and both compare with what they know must come. */

namespace cpp interop
namespace go interop
namespace py interop
namespace c_glib Iop

typedef i64 Stamp
typedef map<string, list<i32>> Index

enum Colour {
  RED = 1
  GREEN = 2
  BLUE = 40000
}

struct Point {
  1: required i32 x
  2: required i32 y
}

union Shape {
  1: Point dot
  2: double radius
  3: list<Point> corners
  4: string label
}

struct Tree {
  1: string name
  2: list<Tree> branches
}

struct Everything {
  1: bool yes
  2: i8 tiny
  3: i16 small
  4: i32 medium
  5: i64 large
  6: double real
  7: string words
  8: binary raw
  9: Colour colour
  10: Stamp stamp
  11: Point place
  12: Shape shape
  13: Tree tree
  14: list<bool> flags
  15: list<i64> numbers
  16: list<string> lines
  17: list<Point> path
  18: set<i16> marks
  19: set<string> names
  20: map<i32, string> titles
  21: map<string, Point> places
  22: map<string, map<i64, double>> table
  23: list<list<i8>> matrix
  24: Index index
  25: list<Colour> palette
  26: list<map<string, i32>> records
  27: optional i32 maybe
  28: optional string never
  29: i32 usual = 42
  30: optional Point later
  100: bool no
  2000: string far
}

exception Refused {
  1: i32 code
  2: string reason
}

exception Empty {
}

service Basic {
  void ping()
  string language()
}

service Interop extends Basic {
  bool not_of(1: bool value)
  i8 same_i8(1: i8 value)
  i16 same_i16(1: i16 value)
  i32 same_i32(1: i32 value)
  i64 same_i64(1: i64 value)
  double same_double(1: double value)
  string same_string(1: string value)
  binary same_binary(1: binary value)
  Colour same_colour(1: Colour value)
  Shape same_shape(1: Shape value)
  list<i32> same_list(1: list<i32> value)
  set<string> same_set(1: set<string> value)
  map<string, i64> same_map(1: map<string, i64> value)
  Everything same(1: Everything value)
  /** What the server holds to be everything. */
  Everything sample()
  /** Whether the server holds this to be everything. */
  bool is_sample(1: Everything value)
  i32 divide(1: i32 left, 2: i32 right) throws (1: Refused refused, 2: Empty empty)
  void refuse(1: i32 code) throws (1: Refused refused)
  /** Fails, in a way that no exception says. */
  void fail(1: string reason)
  oneway void remember(1: i64 number)
  i64 remembered()
}

service Second {
  string greet(1: string name)
}
