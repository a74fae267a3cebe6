/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webdav/weftdav/doctor/visit.h"

G_BEGIN_DECLS

/** What the steps of one client leave for later ones. */
typedef struct {
    char *token;         /* (nullable): of the lock that was taken last */
    const char *content; /* (nullable): what was written last, and must be there */
} WeftDavMemory;

/**
 * Look at an answer whose status is as it should be.
 * Returns: (transfer full) (nullable): what is wrong with it; NULL: nothing
 */
typedef char *(*WeftDavStepCheck)(const WeftDavAnswer *answer, WeftDavMemory *memory);

/**
 * One thing that a client does.  In path, fields and body "{folder}" is the folder made for it, as
 * an address, "{token}" the lock's; a step that needs a lock is passed over while there is none.
 */
typedef struct {
    const char *what;
    const char *trouble; /* what the person in front of the client meets otherwise */
    const char *method;
    const char *path;       /* in the folder made for it; "^": the root of the server */
    const char *fields;     /* (nullable) */
    const char *body;       /* (nullable) */
    const char *statuses;   /* that are fine: "200 204"; "": none is waited for */
    WeftDavStepCheck check; /* (nullable) */
    unsigned kind;          /* WeftDavVisitKind */
} WeftDavStep;

typedef struct {
    const char *client;
    const WeftDavStep *steps; /* behind the last one: what is NULL */
} WeftDavSequence;

/** Behind the last one: client is NULL. */
extern const WeftDavSequence weft_dav_sequences[];

G_END_DECLS
