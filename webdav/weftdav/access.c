/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From options to users and rules, and from those to a service.  Rules may change while requests go
 * on: each thread keeps the ones it has seen last, and looks at a number whether they still hold.
 */
#include "webdav/weftdav/access.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#include "webdav/weftdav/folder_job.h"
#include "webdav/weftdav/pam.h"
#include "webdav/weftdav/rules.h"
#include "webdav/weftdav/served.h"
#include "webdav/weftdav/tls.h"
#include "webdav/weftdav/users.h"

struct WeftDavAccess {
    WeftDavUsers *users; /* (nullable) */
    char *realm;
    char *homes; /* (nullable): the folder that users' own are in */
    gboolean allows_clear;
    gboolean has_proxy;
    gboolean has_rules; /* otherwise everybody may do everything */

    pthread_mutex_t mutex;
    WeftDavRules *rules; /* (nullable) */
    unsigned generation; /* atomic; of the rules, and of no others in this process */
};

static gboolean
refuse(GError **error, const char *format, const char *value)
{
    g_autofree char *message = g_strdup_printf(format, value);

    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, message);
    return FALSE;
}

/* ---- rules ---- */

static gboolean
parse_level(const char *word, WeftDavRuleLevel *ret_level)
{
    static const char *const words[] = {"none", "read", "upload", "write", "unlock"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_level = (WeftDavRuleLevel)i;
            return TRUE;
        }
    }
    return FALSE;
}

/* "PATH LEVEL NAMES"; the path may have blanks. */
static gboolean
add_rule(WeftDavRules *rules, const char *text, GError **error)
{
    g_autofree char *copy = g_strstrip(g_strdup(text));
    char *names = strrchr(copy, ' ');
    WeftDavRuleLevel level = WEFT_DAV_RULE_NONE;

    if (names != NULL)
        *names++ = '\0';
    char *word = names != NULL ? strrchr(g_strchomp(copy), ' ') : NULL;
    if (word == NULL || !parse_level(word + 1, &level))
        return refuse(
            error,
            "a rule is a path, one of none, read, upload, write and unlock, and names with "
            "commas between them, not \"%s\"",
            text);
    *word = '\0';
    return weft_dav_rules_add(rules, g_strchomp(copy), level, names, error);
}

/* "staff=ann,bob" */
static gboolean
add_group(WeftDavRules *rules, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text)
        return refuse(error, "a group is written as NAME=USER,USER, not as \"%s\"", text);
    g_autofree char *name = g_strndup(text, (size_t)(equals - text));
    weft_dav_rules_add_members(rules, name, equals + 1);
    return TRUE;
}

static gboolean
add_group_file(WeftDavRules *rules, const char *path, GError **error)
{
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, error) &&
           weft_dav_rules_add_groups(rules, text, path, error);
}

/* In homes each has his own, whatever else is ruled; where nothing is, all who have signed in may
 * do everything. */
static gboolean
add_default_rules(WeftDavRules *rules, const WeftDavProgramOptions *options, GError **error)
{
    if (weft_dav_rules_is_empty(rules) && weft_dav_access_has_users(options) &&
        !weft_dav_rules_add(rules, "/", WEFT_DAV_RULE_WRITE, "*", error))
        return FALSE;
    if (options->home == NULL)
        return TRUE;
    return weft_dav_rules_add(rules, "/" WEFT_DAV_HOME_SHARE, WEFT_DAV_RULE_NONE, "", error) &&
           weft_dav_rules_add(rules, "/" WEFT_DAV_HOME_SHARE "/{user}", WEFT_DAV_RULE_WRITE, "*",
                              error);
}

static WeftDavRules *
make_rules(const WeftDavProgramOptions *options, gboolean reads_files, GError **error)
{
    g_autoptr(WeftDavRules) rules = weft_dav_rules_new();

    if (reads_files && options->groups_file != NULL &&
        !add_group_file(rules, options->groups_file, error))
        return NULL;
    for (size_t i = 0; options->groups[i] != NULL; i++)
        if (!add_group(rules, options->groups[i], error))
            return NULL;
    for (size_t i = 0; options->rules[i] != NULL; i++)
        if (!add_rule(rules, options->rules[i], error))
            return NULL;
    if (!add_default_rules(rules, options, error))
        return NULL;
    weft_dav_rules_set_folds(rules, options->ignores_case || options->normalises_names);
    if (reads_files && !weft_dav_rules_finish(rules, error))
        return NULL;
    return g_steal_pointer(&rules);
}

WeftDavRules *
weft_dav_access_make_rules(const WeftDavAccess *access, const WeftDavProgramOptions *options,
                           GError **error)
{
    g_autoptr(WeftDavRules) rules = make_rules(options, TRUE, error);

    if (rules != NULL && !access->has_rules && !weft_dav_rules_is_empty(rules)) {
        refuse(error, "%s: the first rules wait for the next start", "rule");
        return NULL;
    }
    return g_steal_pointer(&rules);
}

void
weft_dav_access_set_rules(WeftDavAccess *access, WeftDavRules *rules)
{
    static unsigned last_generation; /* atomic */

    pthread_mutex_lock(&access->mutex);
    WeftDavRules *former = access->rules;
    access->rules = rules;
    __atomic_store_n(&access->generation, __atomic_add_fetch(&last_generation, 1, __ATOMIC_RELAXED),
                     __ATOMIC_RELEASE);
    pthread_mutex_unlock(&access->mutex);
    weft_dav_rules_unref(former);
}

/* The rules that a thread has seen last. */
typedef struct {
    WeftDavRules *rules;
    unsigned generation;
} Seen;

static void
seen_free(gpointer data)
{
    Seen *seen = data;

    weft_dav_rules_unref(seen->rules);
    g_free(seen);
}

static const WeftDavRules *
rules_of_thread(WeftDavAccess *access)
{
    static GPrivate private = G_PRIVATE_INIT(seen_free);
    Seen *seen = g_private_get(&private);

    if (seen == NULL) {
        seen = g_new0(Seen, 1);
        g_private_set(&private, seen);
    }
    if (seen->generation != __atomic_load_n(&access->generation, __ATOMIC_ACQUIRE)) {
        weft_dav_rules_unref(seen->rules);
        pthread_mutex_lock(&access->mutex);
        seen->rules = weft_dav_rules_ref(access->rules);
        seen->generation = access->generation;
        pthread_mutex_unlock(&access->mutex);
    }
    return seen->rules;
}

static unsigned
rights_of(gpointer access, const char *user, const char *path, WeftDavExtent extent)
{
    return weft_dav_rules_rights(rules_of_thread(access), user, path, extent);
}

/* ---- what the options say ---- */

/* (nullable) */
static const char *
pam_service(const WeftDavProgramOptions *options)
{
    return strcmp(options->pam, "none") != 0 ? options->pam : NULL;
}

gboolean
weft_dav_access_has_users(const WeftDavProgramOptions *options)
{
    return options->users != NULL || pam_service(options) != NULL || options->digest_users != NULL;
}

gboolean
weft_dav_access_check(gconstpointer data, GError **error)
{
    const WeftDavProgramOptions *options = data;
    g_autoptr(WeftDavRules) rules = make_rules(options, FALSE, error);

    if (rules == NULL)
        return FALSE;
    if (options->home != NULL && !weft_dav_access_has_users(options))
        return refuse(error, "%s needs users to be of somebody: add --users FILE", "--home");
    if (pam_service(options) != NULL && !weft_dav_pam_is_built_in())
        return refuse(error, "%s: this weftdav was built without PAM", "--pam");
    for (const char *at = options->realm; *at != '\0'; at++)
        if ((uint8_t)*at < 0x20 || *at == '"' || *at == '\\' || *at == ':' || *at == 0x7f)
            return refuse(error,
                          "the realm \"%s\" has a quote, a colon, a backslash or worse in it",
                          options->realm);
    return TRUE;
}

gboolean
weft_dav_access_allow(const WeftDavProgramOptions *options, const char *address, GError **error)
{
    WeftDavScheme scheme;

    weft_dav_listen_address(address, &scheme);
    const gboolean is_tls = scheme != WEFT_DAV_SCHEME_HTTP && weft_dav_tls_is_wanted(options);
    if (is_tls || options->redirect_to_tls || options->insecure_basic ||
        options->digest_users != NULL)
        return TRUE;
    return refuse(
        error,
        "%s is reachable from other machines, and passwords could be read on the way: add "
        "--tls-certificate FILE, or --digest-users FILE, or --insecure-basic if something "
        "else keeps them safe",
        address);
}

/* ---- homes ---- */

static int
make_home(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : errno;
}

/* Names that are no segment, or would be hidden, have no home; rules say the same. */
static gboolean
has_home(const char *user)
{
    return *user != '.' && strchr(user, '/') == NULL;
}

/* Users whose home is known to be there, on this thread. */
static GHashTable *
homes_of_thread(void)
{
    static GPrivate private = G_PRIVATE_INIT((GDestroyNotify)g_hash_table_unref);
    GHashTable *homes = g_private_get(&private);

    if (homes == NULL) {
        homes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_private_set(&private, homes);
    }
    return homes;
}

static gboolean
find_home(const WeftDavAccess *access, const char *user, GError **error)
{
    if (g_hash_table_contains(homes_of_thread(), user))
        return TRUE;

    int failure = 0;
    if (!weft_dav_folder_do(WEFT_OFFLOAD_DISK, make_home,
                            g_build_filename(access->homes, user, NULL), &failure, error))
        return FALSE;
    const gboolean ok = failure == 0 || weft_error_set_errno(
                                            error, failure, "cannot make the home of \"%s\"", user);
    if (ok)
        g_hash_table_add(homes_of_thread(), g_strdup(user));
    return ok;
}

/* Who has signed in finds a home. */
typedef struct {
    const WeftDavAccess *access;
    WeftDav *dav;
} Housing;

static void
housing_free(gpointer data)
{
    Housing *housing = data;

    weft_dav_free(housing->dav);
    g_free(housing);
}

static gboolean
handle_housed(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data, GError **error)
{
    const Housing *housing = data;
    const char *user = weft_http_request_user(request);

    if (user != NULL && has_home(user) && !find_home(housing->access, user, error))
        return FALSE;
    return weft_dav_handle(request, response, housing->dav, error);
}

/* ---- the service ---- */

WeftDavAccess *
weft_dav_access_new(const WeftDavProgramOptions *options, GError **error)
{
    g_autoptr(WeftDavAccess) access = g_new0(WeftDavAccess, 1);
    WeftDavRules *rules = NULL;

    pthread_mutex_init(&access->mutex, NULL);
    access->realm = g_strdup(options->realm);
    access->allows_clear = options->insecure_basic;
    access->has_proxy = options->behind_proxy;
    if (options->home != NULL)
        access->homes = g_path_get_dirname(options->home);
    if (weft_dav_access_has_users(options)) {
        const WeftDavUserSources sources = {options->users, pam_service(options),
                                            options->digest_users, options->realm};

        access->users = weft_dav_users_new(&sources, error);
        if (access->users == NULL)
            return NULL;
    }
    rules = make_rules(options, TRUE, error);
    if (rules == NULL)
        return NULL;
    access->has_rules = !weft_dav_rules_is_empty(rules);
    weft_dav_access_set_rules(access, rules);
    return g_steal_pointer(&access);
}

void
weft_dav_access_free(WeftDavAccess *access)
{
    if (access == NULL)
        return;
    weft_dav_users_free(access->users);
    weft_dav_rules_unref(access->rules);
    pthread_mutex_destroy(&access->mutex);
    g_free(access->realm);
    g_free(access->homes);
    g_free(access);
}

gboolean
weft_dav_access_check_files(const WeftDavProgramOptions *options, GError **error)
{
    g_autoptr(WeftDavAccess) access = weft_dav_access_new(options, error);

    return access != NULL;
}

gboolean
weft_dav_access_reload_users(WeftDavAccess *access, GError **error)
{
    return access->users == NULL || weft_dav_users_reload(access->users, error);
}

static WeftHttpAuth *
make_auth(WeftDavAccess *access, WeftDav *dav)
{
    const WeftHttpAuthUsers users = weft_dav_users_for_auth(access->users);
    WeftHttpAuth *auth = NULL;

    if (access->homes != NULL) {
        Housing *housing = g_new0(Housing, 1);

        *housing = (Housing){access, dav};
        auth = weft_http_auth_new(access->realm, &users, handle_housed, housing, housing_free);
    } else {
        auth = weft_http_auth_new(access->realm, &users, weft_dav_handle, dav,
                                  (GDestroyNotify)weft_dav_free);
    }
    weft_http_auth_set_allows_clear(auth, access->allows_clear);
    weft_http_auth_set_has_proxy(auth, access->has_proxy);
    return auth;
}

WeftService *
weft_dav_access_serve(WeftDavAccess *access, WeftDavStore *store, WeftDavOptions *dav_options)
{
    if (access->has_rules)
        dav_options->rights = (WeftDavRights){rights_of, access, access->users != NULL};
    if (access->users == NULL)
        return weft_dav_service_new(store, dav_options);
    return weft_http_service_new(weft_http_auth_handle,
                                 make_auth(access, weft_dav_new(store, dav_options)),
                                 (GDestroyNotify)weft_http_auth_free);
}

/* ---- groups of the configuration file ---- */

/* @text: (transfer full) */
static void
append(char ***list, char *text)
{
    const guint n = g_strv_length(*list);

    *list = g_renew(char *, *list, n + 2);
    (*list)[n] = text;
    (*list)[n + 1] = NULL;
}

static const char *
own_name(const char *group)
{
    return strchr(group, ' ') + 1;
}

/* The names of a key, as a rule has them: without blanks. */
static char *
join_names(char *names)
{
    g_auto(GStrv) parts = g_strsplit_set(names, " \t,;", -1);
    GString *joined = g_string_new(NULL);

    for (char **part = parts; *part != NULL; part++)
        if (**part != '\0')
            g_string_append_printf(joined, "%s%s", joined->len > 0 ? "," : "", *part);
    return g_string_free(joined, FALSE);
}

/* What a rule has beside its path; of a share, too. */
#define RULE_KEYS "none", "read", "upload", "write", "unlock"

static void
take_levels(WeftDavProgramOptions *options, const WeftDavConfigFile *file, const char *group,
            const char *path, GPtrArray *problems)
{
    static const char *const levels[] = {RULE_KEYS};

    for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
        g_autofree char *value = weft_dav_config_file_get(file, group, levels[i], problems);
        g_autofree char *names = value != NULL ? join_names(value) : NULL;
        g_autofree char *rule =
            names != NULL ? g_strdup_printf("%s %s %s", path, levels[i], names) : NULL;
        g_autoptr(WeftDavRules) trial = weft_dav_rules_new();
        g_autoptr(GError) error = NULL;

        if (names == NULL)
            continue;
        if (*names == '\0')
            weft_dav_config_file_complain(file, group, levels[i], problems, "there is no name");
        else if (!add_rule(trial, rule, &error))
            weft_dav_config_file_complain(file, group, levels[i], problems, "%s", error->message);
        else
            append(&options->rules, g_steal_pointer(&rule));
    }
}

void
weft_dav_access_take_share(WeftDavProgramOptions *options, const WeftDavConfigFile *file,
                           const char *group, GPtrArray *problems)
{
    static const char *const known[] = {"directory", RULE_KEYS, NULL};
    const char *name = own_name(group);
    g_autofree char *path = g_strconcat("/", name, NULL);
    g_autofree char *directory = weft_dav_config_file_get(file, group, "directory", problems);

    weft_dav_config_file_check_keys(file, group, known, problems);
    if (directory == NULL || *directory == '\0') {
        weft_dav_config_file_complain(file, group, NULL, problems,
                                      "the share has no key \"directory\"");
        return;
    }
    g_autofree char *absolute =
        g_canonicalize_filename(directory, weft_dav_config_file_folder(file));
    append(&options->shares, g_strdup_printf("%s=%s", name, absolute));
    take_levels(options, file, group, path, problems);
}

void
weft_dav_access_take_rule(WeftDavProgramOptions *options, const WeftDavConfigFile *file,
                          const char *group, GPtrArray *problems)
{
    static const char *const known[] = {RULE_KEYS, NULL};

    weft_dav_config_file_check_keys(file, group, known, problems);
    take_levels(options, file, group, own_name(group), problems);
}

void
weft_dav_access_take_group(WeftDavProgramOptions *options, const WeftDavConfigFile *file,
                           const char *group, GPtrArray *problems)
{
    static const char *const known[] = {"members", NULL};
    g_autofree char *value = weft_dav_config_file_get(file, group, "members", problems);

    weft_dav_config_file_check_keys(file, group, known, problems);
    if (value == NULL) {
        weft_dav_config_file_complain(file, group, NULL, problems,
                                      "the group has no key \"members\"");
        return;
    }
    g_autofree char *names = join_names(value);
    append(&options->groups, g_strdup_printf("%s=%s", own_name(group), names));
}
