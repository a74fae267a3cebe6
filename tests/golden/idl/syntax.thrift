struct NoColon { 1 i32 a }
struct NoName { 1: i32 }
struct Good { 1: i32 a }
enum Words { ONE = "one" }
service S { i32 add(1: i32 left 2: i32 right }
service T extends { }
const list<i32> L = [1, 2
union U { 1: map<i32> m }
exception E { 1: optional required i32 x }
typedef i32 dotted.name
struct V { 1: void nothing }
namespace cpp
include <stdio.h>
struct Last { 1: i32 a
