senum Season { "spring", "summer" }
struct S { 1: slist names }
