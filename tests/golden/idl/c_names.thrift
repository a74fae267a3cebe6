struct user_profile { 1: i32 x }
struct UserProfile { 1: i32 x }
struct Foo { 1: i32 int, 2: i32 x (weft.name = "not a name"), 3: i32 y (weft.name = "z"), 4: i32 z }
enum Color { RED, Red }
const i32 maxItems = 1
const i32 MAX_ITEMS = 2
service S { void getOne(), void get_one(), void free(), void client_free() }
