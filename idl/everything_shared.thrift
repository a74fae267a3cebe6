/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What everything.thrift includes.
 */

namespace weft shared

enum Mood {
    CALM = 0,
    GLAD = 3,
    SAD,
}

typedef i64 Ticket

struct Origin {
    1: required string place,
    2: Ticket ticket = 7,
}

exception Busy {
    1: i32 wait_ms,
}

const i32 LARGEST_ORIGIN = 1000

service Base {
    /** Answers, if anybody is there. */
    void ping(),
    Origin origin(1: Ticket ticket) throws (1: Busy busy),
}
