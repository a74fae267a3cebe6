/* SPDX-License-Identifier: Apache-2.0 */
/* What the servers that compare.py runs are asked. */

namespace cpp bench
namespace go bench
namespace c_glib bench

struct Item {
  1: i64 id
  2: string name
  3: double weight
  4: map<string, i64> counters
}

struct Document {
  1: i64 id
  2: string title
  3: list<Item> items
}

service Bench {
  i32 add(1: i32 a, 2: i32 b)
  binary echo(1: binary data)
  /** Gives back what it was given. */
  Document process(1: Document document)
  oneway void notify(1: i64 id, 2: string text)
}
