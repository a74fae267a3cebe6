/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Values in a database, with a cache in front of it.
 */

/** Thrown where nothing is stored under that key. */
exception NotFound {
    1: string key,
}

/** Thrown where a value cannot be had now; later, perhaps. */
exception Unavailable {
    1: string why,
}

/** Thrown where a key is none: 1 to 200 visible characters of ASCII. */
exception BadKey {
    1: string key,
}

/** Values by their keys. */
service Values {
    string get(1: string key)
        throws (1: NotFound not_found, 2: Unavailable unavailable, 3: BadKey bad_key)
        (weft.idempotent = "true"),

    void put(1: string key, 2: string value)
        throws (1: Unavailable unavailable, 2: BadKey bad_key),
}
