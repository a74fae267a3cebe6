struct S { 1: i32 a (weft.nmae = "b"), 2: i32 b (weft.timeout_ms = "5") } (weft.idempotent)
enum E { ONE (weft.name = "1st") }
service Calls {
    void f() (weft.timeout_ms = "5s")
    void g() (weft.timeout_ms = "0")
    void h() (weft.timeout_ms = "5", weft.idempotent, other.thing = "x")
}
