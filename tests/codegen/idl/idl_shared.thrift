enum Kind { FIRST = 1, SECOND = 2, ALSO_SECOND = 2 }
const i32 LIMIT = 100
struct Thing {
    1: string name
    2: list<Kind> kinds
    3: i32 count = LIMIT
}
exception Broken { 1: i32 code }
service Root { i32 version() }
