enum Color { RED = 1, GREEN = 2 }
enum Size { SMALL = 1 }
struct Point { 1: i32 x, 2: i32 y }
union Either { 1: i32 left, 2: string right }
const i8 a = 128
const i16 b = -32769
const i32 c = 3.5
const i64 d = "1"
const bool e = 2
const double f = true
const string g = 7
const Color h = 3
const Color i = Size.SMALL
const Color j = YELLOW
const list<i32> k = [1, "two", [3]]
const map<string, i32> l = {"one": 1, 2: 2}
const Point m = {"x": 1, "z": 2, "x": 3}
const Either n = {"left": 1, "right": "r"}
const uuid o = "00112233-4455-6677-8899-aabbccddeef"
const i32 p = p
const i32 q = r
const i32 r = q
const i32 s = g
const set<i32> t = {1: 2}
const Point u = [1, 2]
struct Defaults { 1: i32 x = "x", 2: Color color = RED, 3: Point point = {"x": "y"} }
service S { void f(1: i8 x = 1000) }
