struct OnlyShared { 1: i32 x }
struct Both { 1: i32 x }
