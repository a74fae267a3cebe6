/* SPDX-License-Identifier: Apache-2.0 */
/** Where things are; for services.thrift. */

namespace weft geo

typedef double Degrees

struct Place {
    1: required Degrees latitude = 48.2,
    2: required Degrees longitude = 16.37,
    3: string name = "Vienna",
}

typedef list<Place> Way

exception Lost {
    1: Place last_seen,
}

service Finder {
    Place find(1: string name) throws (1: Lost lost),
}
