/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a running server tells of itself, and lets be changed: over a unix socket that only its own
 * user and root may open.
 */

namespace weft weft

/** An address that is listened on. */
struct ControlListener {
    1: string address,
    2: bool is_tls,
}

/** The server as a whole. */
struct ControlStatus {
    1: string program,
    2: string version,
    3: i64 pid,
    4: i64 uptime_ms,
    5: list<ControlListener> listeners,
    6: string log_level,
    /** Connections that wait without a fiber, and those that are served now. */
    7: i64 n_parked,
    8: i64 n_active,
    /** Since the start. */
    9: i64 n_accepted,
    /** Of those, turned away: too many of one address. */
    10: i64 n_refused,
    11: i64 n_fibers,
}

/** One connection. */
struct ControlConnection {
    1: i64 id,
    /** "192.0.2.1:4711", "unix" */
    2: string peer,
    /** "http", "thrift" */
    3: string protocol,
    4: bool is_tls,
    /** It waits for its next request, without a fiber. */
    5: bool is_parked,
    /** How long it has been parked, or served. */
    6: i64 since_ms,
    7: i64 n_received_bytes,
    8: i64 n_sent_bytes,
}

/** One line of control. */
struct ControlFiber {
    1: i64 id,
    2: string name,
    /** "parked in stream read for 1.200 s, stack 1 of 64 KiB" */
    3: string state,
    /** Innermost first. */
    4: list<string> frames,
}

/** A number that is counted. */
struct ControlMetric {
    1: string name,
    2: i64 value,
}

/** What was asked for cannot be. */
exception ControlRefusal {
    1: string why,
}

service Control {
    ControlStatus status(),

    /** At most @limit of them, those served now first. */
    list<ControlConnection> connections(1: i32 limit) (weft.timeout_ms = "5000"),

    list<ControlFiber> fibers() (weft.timeout_ms = "5000"),

    list<ControlMetric> metrics(),

    /** "error", "warning", "info", "debug"; gives the one before. */
    string set_log_level(1: string level) throws (1: ControlRefusal refusal),

    /** Finish what is under way, and end. */
    void drain(),
}
