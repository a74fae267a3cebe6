include "cycle_b.thrift"
include "nowhere.thrift"
struct A { 1: cycle_b.B b }
