include "shared/names.thrift"
include "other/names.thrift"
struct S { 1: names.OnlyShared a, 2: names.OnlyOther b, 3: names.Both c }
