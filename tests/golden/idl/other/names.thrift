namespace weft other
struct OnlyOther { 1: i32 x }
struct Both { 1: i32 x }
