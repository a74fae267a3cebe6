/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking who it is, around a handler.  What is remembered as right is looked up first; everything
 * else takes its turn, so that nobody tries passwords quickly.
 */

#include <weft/http_auth.h>

#include "http/auth_cache.h"
#include "http/auth_failures.h"
#include "http/authorization.h"
#include "http/nonce.h"
#include "http/response.h"

#include <weft/fiber.h>
#include <weft/log.h>
#include <weft/scan.h>
#include <weft/semaphore.h>

#include <arpa/inet.h>
#include <string.h>

/* "2001:db8::1", with NUL */
#define ADDRESS_BYTES INET6_ADDRSTRLEN

struct WeftHttpAuth {
    char *realm;
    WeftHttpAuthUsers users;
    WeftHttpHandler handler;
    gpointer data; /* owned */
    GDestroyNotify data_free;
    WeftHttpAuthCache *cache;
    WeftHttpAuthFailures *failures;
    WeftHttpNonces *nonces;
    gboolean allows_clear;
    gboolean has_proxy;
};

/* One request on its way through. */
typedef struct {
    WeftHttpAuth *auth;
    WeftHttpRequest *request;
    WeftHttpResponse *response;
    char address[ADDRESS_BYTES]; /* of who sent it, as far as we know */
    gboolean is_near;            /* the peer is this machine */
} Visit;

typedef enum {
    VERDICT_RIGHT,
    VERDICT_WRONG,
    VERDICT_STALE,  /* right, but for the nonce */
    VERDICT_FAILED, /* @error */
} Verdict;

static gboolean
refuse(GError **error, WeftHttpStatus status, const char *why)
{
    g_set_error_literal(error, WEFT_HTTP_ERROR, status, why);
    return FALSE;
}

/* ---- who it comes from ---- */

static gboolean
is_this_machine(const char *address)
{
    return g_str_has_prefix(address, "127.") || strcmp(address, "::1") == 0 ||
           g_str_has_prefix(address, "::ffff:127.") || strcmp(address, "unix") == 0 ||
           strcmp(address, "memory") == 0;
}

/* "192.0.2.1" of "192.0.2.1:4711", "2001:db8::1" of "[2001:db8::1]:80" */
static void
take_host(const char *peer, char ret_address[ADDRESS_BYTES])
{
    const char *colon = strrchr(peer, ':');
    size_t length = colon != NULL ? (size_t)(colon - peer) : strlen(peer);

    if (length > 2 && peer[0] == '[' && peer[length - 1] == ']') {
        peer++;
        length -= 2;
    }
    g_strlcpy(ret_address, peer, MIN(length + 1, ADDRESS_BYTES));
}

/* What the proxy next to us has seen is the last of the list; those before it may be forged. */
static void
take_forwarded(Visit *visit)
{
    const char *list = weft_http_request_header(visit->request, "X-Forwarded-For");
    const char *comma = list != NULL ? strrchr(list, ',') : NULL;
    const char *last = comma != NULL ? comma + 1 : list;
    uint8_t address[sizeof(struct in6_addr)];
    char text[ADDRESS_BYTES];

    if (last == NULL)
        return;
    size_t length = strlen(last);
    weft_scan_trim(&last, &length);
    if (length >= sizeof text)
        return;
    memcpy(text, last, length);
    text[length] = '\0';
    if (inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1)
        memcpy(visit->address, text, length + 1);
}

static void
visit_init(Visit *visit, WeftHttpAuth *auth, WeftHttpRequest *request, WeftHttpResponse *response)
{
    visit->auth = auth;
    visit->request = request;
    visit->response = response;
    take_host(weft_http_request_peer(request), visit->address);
    visit->is_near = is_this_machine(visit->address);
    if (auth->has_proxy && visit->is_near)
        take_forwarded(visit);
}

/* A proxy next to us has the TLS. */
static gboolean
takes_clear(const Visit *visit)
{
    return visit->auth->allows_clear || visit->is_near ||
           weft_http_request_is_secure(visit->request);
}

/* ---- asking ---- */

static gboolean
offers_basic(const Visit *visit)
{
    return visit->auth->users.check_password != NULL && takes_clear(visit);
}

/* Under TLS it is of use only where there are no passwords: clients would prefer it, and not all
 * users may have a digest. */
static gboolean
offers_digest(const Visit *visit, WeftHttpDigestAlgorithm algorithm)
{
    const WeftHttpAuthUsers *users = &visit->auth->users;

    if (users->check_password != NULL && weft_http_request_is_secure(visit->request))
        return FALSE;
    return users->find_digest != NULL && users->has_digests(users->data, algorithm);
}

/* The network redirector of Windows does what RFC 2617 says: MD5.  Where there are two challenges
 * it may see the one that it cannot answer. */
static gboolean
knows_md5_only(const Visit *visit)
{
    const char *agent = weft_http_request_field(visit->request, WEFT_HTTP_FIELD_USER_AGENT);

    return agent != NULL && (g_str_has_prefix(agent, "Microsoft-WebDAV-MiniRedir") ||
                             g_str_has_prefix(agent, "DavClnt"));
}

static void
offer_digest(Visit *visit, WeftHttpDigestAlgorithm algorithm, gboolean is_stale)
{
    char nonce[WEFT_HTTP_NONCE_LENGTH + 1];

    weft_http_nonces_make(visit->auth->nonces, nonce);
    g_autofree char *challenge = g_strdup_printf(
        "Digest realm=\"%s\", qop=\"auth\", algorithm=%s, nonce=\"%s\", charset=UTF-8%s",
        visit->auth->realm, algorithm == WEFT_HTTP_DIGEST_SHA256 ? "SHA-256" : "MD5", nonce,
        is_stale ? ", stale=true" : "");
    weft_http_response_add_header(visit->response, "WWW-Authenticate", challenge);
}

/* RFC 7616 3.7: the best comes first. */
static gboolean
ask(Visit *visit, gboolean is_stale, GError **error)
{
    static const WeftHttpDigestAlgorithm algorithms[] = {WEFT_HTTP_DIGEST_SHA256,
                                                         WEFT_HTTP_DIGEST_MD5};
    static const char text[] = "Sign in first.\n";
    gboolean offers_any = FALSE;

    weft_http_response_reset(visit->response);
    for (size_t i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        if (!offers_digest(visit, algorithms[i]) ||
            (algorithms[i] != WEFT_HTTP_DIGEST_MD5 && knows_md5_only(visit)))
            continue;
        offer_digest(visit, algorithms[i], is_stale);
        offers_any = TRUE;
    }
    if (offers_basic(visit)) {
        g_autofree char *challenge =
            g_strdup_printf("Basic realm=\"%s\", charset=\"UTF-8\"", visit->auth->realm);
        weft_http_response_add_header(visit->response, "WWW-Authenticate", challenge);
        offers_any = TRUE;
    }
    if (!offers_any)
        return refuse(error, 403, "passwords are taken over https only");

    weft_http_response_set_status(visit->response, 401);
    weft_http_response_set_header(visit->response, "Content-Type", "text/plain; charset=utf-8");
    return weft_http_response_send(visit->response, text, sizeof text - 1, error);
}

/* ---- judging ---- */

/* Blanks and control bytes would make another line, or another field, of what a client sent. */
static void
log_refusal(const Visit *visit, const char *user)
{
    g_autofree char *escaped = g_strescape(user, NULL);

    weft_log(WEFT_LOG_WARNING, "auth: %s is refused as \"%s\"", visit->address, escaped);
}

/* Wait for the turn of this address. */
static gboolean
take_turn(Visit *visit, GError **error)
{
    const int64_t wait_us =
        weft_http_auth_failures_take_turn(visit->auth->failures, visit->address);

    if (wait_us < 0)
        return refuse(error, 429, "too many wrong passwords from your address");
    return wait_us == 0 || weft_fiber_sleep_ms((wait_us + 999) / 1000, error);
}

/* May park. */
static unsigned
current_generation(const WeftHttpAuthUsers *users)
{
    return users->generation != NULL ? users->generation(users->data) : 0;
}

static WeftSemaphore *
checks_of_thread(void)
{
    static GPrivate semaphores = G_PRIVATE_INIT((GDestroyNotify)weft_semaphore_free);
    WeftSemaphore *semaphore = g_private_get(&semaphores);

    if (semaphore == NULL) {
        semaphore = weft_semaphore_new(WEFT_HTTP_MAX_PASSWORD_CHECKS);
        g_private_set(&semaphores, semaphore);
    }
    return semaphore;
}

/* Many requests of one user come at once: those that have waited look again first. */
static Verdict
check_password(Visit *visit, const WeftHttpAuthKey *key, const WeftHttpAuthorization *sent,
               GError **error)
{
    const WeftHttpAuthUsers *users = &visit->auth->users;
    const char *user = weft_http_authorization_plain_user(sent->user);
    const unsigned generation = current_generation(users);
    char remembered[WEFT_HTTP_MAX_USER_BYTES + 1];
    gboolean is_right = FALSE;

    if (weft_http_auth_cache_find(visit->auth->cache, key, generation, remembered)) {
        weft_http_request_set_user(visit->request, remembered);
        return VERDICT_RIGHT;
    }
    if (!users->check_password(users->data, user, sent->password, &is_right, error))
        return VERDICT_FAILED;
    if (!is_right)
        return VERDICT_WRONG;
    weft_http_auth_cache_add(visit->auth->cache, key, generation, user);
    weft_http_request_set_user(visit->request, user);
    return VERDICT_RIGHT;
}

static Verdict
judge_basic(Visit *visit, const char *field, const WeftHttpAuthorization *sent, GError **error)
{
    WeftSemaphore *checks = checks_of_thread();
    WeftHttpSlice credentials;
    WeftHttpAuthKey key;

    weft_http_authorization_is_basic(field, strlen(field), &credentials);
    weft_http_auth_cache_key(visit->auth->cache, credentials, &key);
    if (!weft_semaphore_take(checks, error))
        return VERDICT_FAILED;
    const Verdict verdict = check_password(visit, &key, sent, error);
    weft_semaphore_put(checks);
    return verdict;
}

/* RFC 7616 3.4.1: with qop=auth. */
static gboolean
is_response_right(const Visit *visit, const WeftHttpAuthorization *sent, const char *secret)
{
    const WeftHttpSlice request[] = {weft_http_slice(weft_http_request_method(visit->request)),
                                     sent->uri};
    char request_hash[WEFT_HTTP_DIGEST_HEX_BYTES];
    char expected[WEFT_HTTP_DIGEST_HEX_BYTES];

    weft_http_digest_hash(sent->algorithm, request, G_N_ELEMENTS(request), request_hash);
    const WeftHttpSlice parts[] = {
        weft_http_slice(secret),      sent->nonce, sent->nc, sent->cnonce, weft_http_slice("auth"),
        weft_http_slice(request_hash)};
    weft_http_digest_hash(sent->algorithm, parts, G_N_ELEMENTS(parts), expected);

    const size_t length = weft_http_digest_hex_length(sent->algorithm);
    return sent->response.length == length &&
           weft_http_is_same_secretly(sent->response.text, expected, length);
}

static gboolean
is_text(WeftHttpSlice slice, const char *text)
{
    return slice.length == strlen(text) && memcmp(slice.text, text, slice.length) == 0;
}

static Verdict
judge_digest(Visit *visit, const WeftHttpAuthorization *sent)
{
    const WeftHttpAuthUsers *users = &visit->auth->users;
    char secret[WEFT_HTTP_DIGEST_HEX_BYTES] = "";

    if (!is_text(sent->realm, visit->auth->realm) ||
        !is_text(sent->uri, weft_http_request_target(visit->request)))
        return VERDICT_WRONG;

    /* For who is unknown the same is done, with a secret that nobody has. */
    const gboolean is_known = users->find_digest(users->data, sent->user, sent->algorithm, secret);
    if (!is_response_right(visit, sent, secret) || !is_known)
        return VERDICT_WRONG;
    if (!weft_http_nonces_is_fresh(visit->auth->nonces, sent->nonce) ||
        !weft_http_nonces_use(visit->auth->nonces, sent->nonce, sent->n_uses))
        return VERDICT_STALE;
    weft_http_request_set_user(visit->request, weft_http_authorization_plain_user(sent->user));
    return VERDICT_RIGHT;
}

static Verdict
judge(Visit *visit, const char *field, const WeftHttpAuthorization *sent, GError **error)
{
    const gboolean is_digest = sent->kind == WEFT_HTTP_AUTHORIZATION_DIGEST;
    const gboolean is_known =
        is_digest && weft_http_nonces_is_known(visit->auth->nonces, sent->nonce);
    if (!is_known && !take_turn(visit, error))
        return VERDICT_FAILED;
    if (is_digest) {
        current_generation(&visit->auth->users); /* lets it see that there are other digests now */
        return judge_digest(visit, sent);
    }
    return judge_basic(visit, field, sent, error);
}

/* ---- the handler ---- */

static gboolean
run(Visit *visit, GError **error)
{
    const WeftHttpAuth *auth = visit->auth;
    GError *failure = NULL;

    if (auth->handler(visit->request, visit->response, auth->data, &failure))
        return TRUE;
    if (!g_error_matches(failure, WEFT_HTTP_ERROR, 401) ||
        weft_http_response_is_sent(visit->response)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_error_free(failure);
    return ask(visit, FALSE, error);
}

/* What needs neither a slow hash nor a turn. */
static gboolean
is_remembered(Visit *visit, const char *field)
{
    const WeftHttpAuthUsers *users = &visit->auth->users;
    char user[WEFT_HTTP_MAX_USER_BYTES + 1];
    WeftHttpSlice credentials;
    WeftHttpAuthKey key;

    if (users->check_password == NULL ||
        !weft_http_authorization_is_basic(field, strlen(field), &credentials))
        return FALSE;
    weft_http_auth_cache_key(visit->auth->cache, credentials, &key);
    const unsigned generation = current_generation(users);
    if (!weft_http_auth_cache_find(visit->auth->cache, &key, generation, user))
        return FALSE;
    weft_http_request_set_user(visit->request, user);
    return TRUE;
}

static gboolean
sign_in(Visit *visit, const char *field, GError **error)
{
    WeftHttpAuthorization sent;

    weft_http_authorization_parse(&sent, field, strlen(field));
    switch (sent.kind) {
    case WEFT_HTTP_AUTHORIZATION_BAD:
        return refuse(error, 400, "bad Authorization field");
    case WEFT_HTTP_AUTHORIZATION_UNKNOWN:
        return ask(visit, FALSE, error);
    case WEFT_HTTP_AUTHORIZATION_BASIC:
        if (!offers_basic(visit))
            return ask(visit, FALSE, error);
        break;
    case WEFT_HTTP_AUTHORIZATION_DIGEST:
        if (!offers_digest(visit, sent.algorithm))
            return ask(visit, FALSE, error);
        break;
    }

    switch (judge(visit, field, &sent, error)) {
    case VERDICT_RIGHT:
        return run(visit, error);
    case VERDICT_WRONG:
        if (sent.kind == WEFT_HTTP_AUTHORIZATION_DIGEST)
            weft_http_nonces_spoil(visit->auth->nonces, sent.nonce);
        weft_http_auth_failures_add(visit->auth->failures, visit->address);
        log_refusal(visit, sent.user);
        return ask(visit, FALSE, error);
    case VERDICT_STALE:
        return ask(visit, TRUE, error);
    case VERDICT_FAILED:
        return FALSE;
    }
    g_assert_not_reached();
}

/* RFC 9110 9.3.7: whether there is a server at all is no secret. */
static gboolean
asks_for_server(const WeftHttpRequest *request)
{
    const char *path = weft_http_request_path(request);

    return strcmp(weft_http_request_method(request), "OPTIONS") == 0 &&
           (strcmp(path, "/") == 0 || strcmp(path, "*") == 0);
}

gboolean
weft_http_auth_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data,
                      GError **error)
{
    const char *field = weft_http_request_field(request, WEFT_HTTP_FIELD_AUTHORIZATION);
    Visit visit;

    visit_init(&visit, data, request, response);
    if (field == NULL || asks_for_server(request))
        return run(&visit, error);
    if (takes_clear(&visit) && is_remembered(&visit, field))
        return run(&visit, error);
    return sign_in(&visit, field, error);
}

/* ---- making one ---- */

WeftHttpAuth *
weft_http_auth_new(const char *realm, const WeftHttpAuthUsers *users, WeftHttpHandler handler,
                   gpointer data, GDestroyNotify data_free)
{
    g_return_val_if_fail(strpbrk(realm, "\"\\") == NULL, NULL);
    g_return_val_if_fail(users->find_digest == NULL || users->has_digests != NULL, NULL);

    WeftHttpAuth *auth = g_new0(WeftHttpAuth, 1);
    auth->realm = g_strdup(realm);
    auth->users = *users;
    auth->handler = handler;
    auth->data = data;
    auth->data_free = data_free;
    auth->cache = weft_http_auth_cache_new();
    auth->failures = weft_http_auth_failures_new();
    auth->nonces = weft_http_nonces_new();
    return auth;
}

void
weft_http_auth_free(WeftHttpAuth *auth)
{
    if (auth == NULL)
        return;
    if (auth->data_free != NULL)
        auth->data_free(auth->data);
    weft_http_auth_cache_free(auth->cache);
    weft_http_auth_failures_free(auth->failures);
    weft_http_nonces_free(auth->nonces);
    g_free(auth->realm);
    g_free(auth);
}

void
weft_http_auth_set_allows_clear(WeftHttpAuth *auth, gboolean allows_clear)
{
    auth->allows_clear = allows_clear;
}

void
weft_http_auth_set_has_proxy(WeftHttpAuth *auth, gboolean has_proxy)
{
    auth->has_proxy = has_proxy;
}
