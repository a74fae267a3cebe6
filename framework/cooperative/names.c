/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: libc's resolver cannot be made to cooperate from below, it calls its own poll().  So the
 * question goes to the offload pool, behind the table of answers in io/names.h.
 */

#include "io/names.h"
#include "cooperative/hook.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* TRUE: a fiber asks.  What NSS modules ask on a thread of the pool is not meant. */
static gboolean
may_wait(void)
{
    return !weft_names_is_asking() && weft_hook_enter();
}

/* The fiber was interrupted while it asked: errno as of the other calls. */
static void
set_errno(const GError *error)
{
    errno = error->code == WEFT_ERROR_CANCELLED ? ECANCELED : ETIMEDOUT;
}

/* Returns: (nullable) (transfer full): NULL: errno says what has come to the fiber */
static WeftNameAnswer *
ask(const WeftNameQuestion *question)
{
    g_autoptr(GError) error = NULL;

    if (!weft_hook_check())
        return NULL;
    WeftNameAnswer *answer = weft_names_ask(question, &error);
    if (answer == NULL)
        set_errno(error);
    return answer;
}

/* ---- getaddrinfo ---- */

/* As libc makes them, for its freeaddrinfo(): the address lies behind the entry, and the name is a
 * piece of memory of its own. */
static struct addrinfo *
copy_entry(const struct addrinfo *entry)
{
    struct addrinfo *copy = malloc(sizeof *copy + entry->ai_addrlen);
    char *name = entry->ai_canonname != NULL ? strdup(entry->ai_canonname) : NULL;

    if (copy == NULL || (name == NULL && entry->ai_canonname != NULL)) {
        free(copy);
        free(name);
        return NULL;
    }
    *copy = *entry;
    copy->ai_next = NULL;
    copy->ai_canonname = name;
    copy->ai_addr = (struct sockaddr *)(copy + 1);
    memcpy(copy->ai_addr, entry->ai_addr, entry->ai_addrlen);
    return copy;
}

static int
copy_entries(const struct addrinfo *entries, struct addrinfo **ret_found)
{
    struct addrinfo *first = NULL;
    struct addrinfo **link = &first;

    for (; entries != NULL; entries = entries->ai_next) {
        *link = copy_entry(entries);
        if (*link == NULL) {
            if (first != NULL)
                freeaddrinfo(first);
            return EAI_MEMORY;
        }
        link = &(*link)->ai_next;
    }
    *ret_found = first;
    return 0;
}

static int
ask_addresses(const WeftNameQuestion *question, struct addrinfo **ret_found)
{
    const int errno_before = errno;
    int error_number;

    g_autoptr(WeftNameAnswer) answer = ask(question);
    if (answer == NULL)
        return EAI_SYSTEM;
    const int status = weft_name_answer_status(answer, &error_number);
    if (status != 0) {
        errno = error_number;
        return status;
    }
    errno = errno_before;
    return copy_entries(weft_name_answer_addresses(answer), ret_found);
}

int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
            struct addrinfo **ret_found)
{
    const struct addrinfo any = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG}; /* getaddrinfo(3) */
    struct addrinfo numeric = hints != NULL ? *hints : any;

    if (!may_wait() || host == NULL || (numeric.ai_flags & AI_NUMERICHOST) != 0)
        return weft_real_names()->getaddrinfo(host, service, hints, ret_found);

    /* libc knows best what a number is, and asks nobody about one. */
    numeric.ai_flags |= AI_NUMERICHOST;
    const int status = weft_real_names()->getaddrinfo(host, service, &numeric, ret_found);
    if (status != EAI_NONAME)
        return status;

    const WeftNameQuestion question = {
        .host = host,
        .service = service,
        .family = numeric.ai_family,
        .socket_type = numeric.ai_socktype,
        .protocol = numeric.ai_protocol,
        .flags = hints != NULL ? hints->ai_flags : any.ai_flags,
    };
    return ask_addresses(&question, ret_found);
}

/* ---- getnameinfo ---- */

/* FALSE: it does not fit. */
static gboolean
put_text(const char *text, char *room, socklen_t size)
{
    if (room == NULL || size == 0)
        return TRUE;
    return g_strlcpy(room, text, size) < size;
}

int
getnameinfo(const struct sockaddr *address, socklen_t address_size, char *host, socklen_t host_size,
            char *service, socklen_t service_size, int flags)
{
    const gboolean is_asked = host != NULL && host_size > 0 && (flags & NI_NUMERICHOST) == 0 &&
                              address_size <= sizeof(struct sockaddr_storage) &&
                              address->sa_family != AF_UNIX;
    int error_number;

    if (!is_asked || !may_wait())
        return weft_real_names()->getnameinfo(address, address_size, host, host_size, service,
                                              service_size, flags);

    const WeftNameQuestion question = {
        .address = address, .address_size = address_size, .flags = flags};
    g_autoptr(WeftNameAnswer) answer = ask(&question);
    if (answer == NULL)
        return EAI_SYSTEM;
    const int status = weft_name_answer_status(answer, &error_number);
    if (status != 0) {
        errno = error_number;
        return status;
    }
    return put_text(weft_name_answer_host(answer), host, host_size) &&
                   put_text(weft_name_answer_service(answer), service, service_size)
               ? 0
               : EAI_OVERFLOW;
}
