/* SPDX-License-Identifier: Apache-2.0 */
/** Services that extend each other, and types of another file. */

include "places.thrift"

enum Speed {
    SLOW = 1,
    /** Not faster than sound. */
    FAST = 5,
}

struct Trip {
    1: places.Way way,
    2: places.Place destination,
    3: Speed speed = Speed.FAST,
    4: map<string, places.Place> stops,
    5: set<string> travellers,
}

exception Full {
    1: string reason,
}

const i32 MOST_TRAVELLERS = 8
const list<string> FERRIES = ["north", "south"]
const places.Place HARBOUR = {"latitude": 54.3, "longitude": 10.1, "name": "Kiel"}

/** Plans trips. */
service Planner extends places.Finder {
    Trip plan(1: places.Place from, 2: places.Place to, 3: Speed speed),
    /**
     * Adds somebody, for good.
     * May be done twice.
     */
    void join(1: i64 trip, 2: string traveller) throws (1: Full full, 2: places.Lost lost)
        (weft.idempotent = "true", weft.timeout_ms = "250"),
    oneway void leave(1: i64 trip, 2: string traveller),
}
