struct A { 0: i32 zero, 40000: i32 large, 1: i32 good }
enum Beyond { LAST = 2147483647, NEXT }
enum Far { AWAY = 4294967296 }
