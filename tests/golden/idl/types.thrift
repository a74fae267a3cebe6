struct A {
    1: Missing missing
    1: i32 again
    2: i32 again
    3: list<set<shared.Thing>> things
}
struct A { 1: i32 x }
typedef Ring1 Ring2
typedef Ring2 Ring1
typedef list<Loop> Loop
union TwoDefaults { 1: i32 a = 1, 2: i32 b = 2 }
enum Empty { }
enum Twice { ONE = 1, ONE = 2, UN = 1 }
