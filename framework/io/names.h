/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names to addresses and back, by the system's own resolver (hosts file, DNS, whatever
 * nsswitch.conf says) on the offload pool.  Answers are remembered for a short while, in all
 * threads; of several who ask the same at the same time one asks, and all hear.
 */

#include <netdb.h>
#include <sys/socket.h>
#include <weft/error.h>

/* What getaddrinfo(3) is given; with @address not NULL, what getnameinfo(3) is. */
typedef struct {
    const char *host;    /* (nullable) */
    const char *service; /* (nullable) */
    int family;
    int socket_type;
    int protocol;
    int flags; /* AI_ or NI_ */
    const struct sockaddr *address;
    socklen_t address_size;
} WeftNameQuestion;

typedef struct WeftNameAnswer WeftNameAnswer;

/*
 * Returns: (transfer full): the answer, which may be that there is none; NULL with @error if the
 * fiber is cancelled or late.
 */
WEFT_PARKS WeftNameAnswer *weft_names_ask(const WeftNameQuestion *question, GError **error);

/* The same outside of fibers: blocks the thread, unless it is remembered. */
WeftNameAnswer *weft_names_ask_blocking(const WeftNameQuestion *question);

void weft_name_answer_unref(WeftNameAnswer *answer);

/* Returns: as getaddrinfo(3), with errno as it left it: 0, EAI_NONAME and so on. */
int weft_name_answer_status(const WeftNameAnswer *answer, int *ret_errno);

/* Returns: (nullable): live as long as the answer */
const struct addrinfo *weft_name_answer_addresses(const WeftNameAnswer *answer);

/* Of getnameinfo(3); "" if it was not found.  Live as long as the answer. */
const char *weft_name_answer_host(const WeftNameAnswer *answer);
const char *weft_name_answer_service(const WeftNameAnswer *answer);

/* TRUE while the calling thread asks the system on somebody's behalf: what gets here then is the
 * system's to answer. */
gboolean weft_names_is_asking(void);

/* Forget all answers; for tests. */
void weft_names_forget(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftNameAnswer, weft_name_answer_unref)
