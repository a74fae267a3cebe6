/* SPDX-License-Identifier: Apache-2.0 */
/**
 * People, and how to find them.
 */

/** Who somebody is. */
struct Profile {
    1: required i64 id,
    2: string name,
    /** As the person wrote it. */
    3: optional string note,
    4: list<string> hobbies,
}

/** Thrown where nobody has that id. */
exception NotFound {
    1: i64 id,
}

/** Keeps profiles. */
service Profiles {
    /** The profile with this id. */
    Profile get(1: i64 id) throws (1: NotFound not_found) (weft.idempotent = "true"),
}
