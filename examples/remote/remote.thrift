/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Mailboxes of another process: whoever has a name there can be written to from here.
 */

/** Thrown where nobody is called that, or nobody is any more. */
exception NoMailbox {
    1: string name,
}

/** Thrown where the mailbox is there, and the message is not for it, or one too many. */
exception Refused {
    1: string why,
}

/** The mailboxes of one process. */
service Mailboxes {
    /** Who can be written to. */
    list<string> names() (weft.idempotent = "true"),

    /** Leave a message; nobody waits for what becomes of it. */
    void send(1: string mailbox, 2: string kind, 3: string payload)
        throws (1: NoMailbox no_mailbox, 2: Refused refused),

    /** Leave a message and wait for the reply, for as long as the caller has time. */
    string call(1: string mailbox, 2: string kind, 3: string payload)
        throws (1: NoMailbox no_mailbox, 2: Refused refused),
}
