/* SPDX-License-Identifier: Apache-2.0 */
/* What the codecs are measured with: a document of items with a map each. */
namespace cpp bench
namespace c_glib peer

struct Item {
    1: i64 id
    2: string title
    3: double score
    4: bool is_active
    5: map<string, i64> counters
}

struct Document {
    1: i64 id
    2: string name
    3: list<Item> items
}
