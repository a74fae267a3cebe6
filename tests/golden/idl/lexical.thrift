const string unended = "abc
const string escape = "a\qb"
const i64 large = 9223372036854775808
const i64 largest = -9223372036854775808
const double beyond = 1e999
const i32 odd = 5 @ 7
struct S { 1: string s = 'it is "quoted"' $ }
/* a comment that does not end
