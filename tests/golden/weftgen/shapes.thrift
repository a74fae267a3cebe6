/* SPDX-License-Identifier: Apache-2.0 */
/* Unions, types that lead back to themselves, and names that C needs for itself. */

struct Circle {
    1: double radius,
}

union Shape {
    1: Circle circle,
    2: string name,
    3: list<Shape> group,
    4: Shape mirrored,
}

struct Node {
    1: string label,
    2: optional Node next,
    3: map<i32, Node> children,
    -1: optional i32 weight,
}

struct ShapeList {
    1: list<Shape> shapes,
}

struct Words {
    1: i32 int,
    2: optional string has,
    3: binary default (weft.name = "fallback"),
    4: uuid id = "00112233-4455-6677-8899-aabbccddeeff",
    5: optional i16 class = 3,
}

struct Nothing {
}

/** A default that goes on for ever ends inside of itself. */
struct Endless {
    1: optional Endless more = {},
    2: list<Endless> all = [{}],
    3: i32 n = 1,
}
