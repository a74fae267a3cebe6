/* SPDX-License-Identifier: Apache-2.0 */
/* What a program written for Apache's c_glib answers in the tests. */

namespace c_glib Calc

struct Work {
  1: required i32 id
  2: optional string note
  3: list<i64> numbers
  4: map<string, i32> names
  5: set<i16> marks
  6: binary raw
  7: double weight
  8: bool is_done
}

struct Nest {
  1: list<Nest> children
}

exception Overflow {
  1: string why
}

service Calculator {
  void ping()
  i32 add(1: i32 left, 2: i32 right) throws (1: Overflow overflow)
  string repeat(1: string text, 2: i32 count)
  Work same(1: Work work)
  Nest nest(1: Nest nest)
  oneway void forget(1: string text)
}
