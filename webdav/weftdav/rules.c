/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules, looked through one after the other: there are few, and they are asked for each request,
 * so that they neither allocate nor lock.
 */
#include "webdav/weftdav/rules.h"

#include <string.h>

#define BETWEEN_NAMES " \t,;"
#define OWN_SEGMENT "/{user}"

#define RIGHTS ((unsigned)(WEFT_DAV_MAY_ALL | WEFT_DAV_MAY_UNLOCK))

/* Rights of a name in a rule, beside those of WeftDavMay. */
#define DENIED (1u << 8)
#define UPLOADS (1u << 9)

typedef struct {
    char *path;        /* "" for the root; without OWN_SEGMENT */
    size_t length;     /* of path */
    gboolean is_own;   /* one for each user, below path */
    GHashTable *names; /* char * -> bits; users, and before finish "@group" */
    unsigned everybody;
    unsigned signed_in;
} Rule;

struct WeftDavRules {
    int n_refs;         /* atomic */
    GPtrArray *rules;   /* of Rule */
    GHashTable *groups; /* char * -> GPtrArray of char * */
    gboolean folds;     /* paths are compared whatever the case and the form of their letters */
};

/* ---- making them ---- */

static void
rule_free(gpointer data)
{
    Rule *rule = data;

    g_free(rule->path);
    g_hash_table_unref(rule->names);
    g_free(rule);
}

WeftDavRules *
weft_dav_rules_new(void)
{
    WeftDavRules *rules = g_new0(WeftDavRules, 1);

    rules->n_refs = 1;
    rules->rules = g_ptr_array_new_with_free_func(rule_free);
    rules->groups =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    return rules;
}

WeftDavRules *
weft_dav_rules_ref(WeftDavRules *rules)
{
    g_atomic_int_inc(&rules->n_refs);
    return rules;
}

void
weft_dav_rules_unref(WeftDavRules *rules)
{
    if (rules == NULL || !g_atomic_int_dec_and_test(&rules->n_refs))
        return;
    g_ptr_array_unref(rules->rules);
    g_hash_table_unref(rules->groups);
    g_free(rules);
}

void
weft_dav_rules_add_members(WeftDavRules *rules, const char *group, const char *members)
{
    g_auto(GStrv) names = g_strsplit_set(members, BETWEEN_NAMES, -1);
    GPtrArray *known = g_hash_table_lookup(rules->groups, group);

    if (known == NULL) {
        known = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(rules->groups, g_strdup(group), known);
    }
    for (char **name = names; *name != NULL; name++)
        if (**name != '\0')
            g_ptr_array_add(known, g_strdup(*name));
}

gboolean
weft_dav_rules_add_groups(WeftDavRules *rules, const char *text, const char *name, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        char *colon = strchr(line, ':');

        if (*line == '\0' || *line == '#')
            continue;
        if (colon == NULL || colon == line) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                        "%s, line %zu: a group is written as \"name: user user\"", name, i + 1);
            return FALSE;
        }
        *colon = '\0';
        weft_dav_rules_add_members(rules, g_strchomp(line), colon + 1);
    }
    return TRUE;
}

static gboolean
refuse_path(GError **error, const char *path, const char *reason)
{
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID, "bad path \"%s\" of a rule: %s", path,
                reason);
    return FALSE;
}

static gboolean
check_path(const char *path, GError **error)
{
    g_auto(GStrv) segments = g_strsplit(path, "/", -1);

    if (path[0] != '/')
        return refuse_path(error, path, "it does not begin with a slash");
    for (size_t i = 1; segments[i] != NULL; i++) {
        if (strcmp(segments[i], ".") == 0 || strcmp(segments[i], "..") == 0)
            return refuse_path(error, path, "it has dots for a segment");
        if (*segments[i] == '\0' && segments[i + 1] != NULL)
            return refuse_path(error, path, "it has two slashes together");
        if (strstr(segments[i], "{") != NULL &&
            (strcmp(segments[i], &OWN_SEGMENT[1]) != 0 || segments[i + 1] != NULL))
            return refuse_path(error, path, "only \"{user}\" is known in braces, at its end");
    }
    return g_utf8_validate(path, -1, NULL) || refuse_path(error, path, "it is not UTF-8");
}

/* Returns: (nullable) */
static Rule *
find_rule(const WeftDavRules *rules, const char *path, gboolean is_own)
{
    for (guint i = 0; i < rules->rules->len; i++) {
        Rule *rule = g_ptr_array_index(rules->rules, i);

        if (rule->is_own == is_own && strcmp(rule->path, path) == 0)
            return rule;
    }
    return NULL;
}

/* The rule for @path, which is good; made if there is none. */
static Rule *
rule_for(WeftDavRules *rules, const char *path)
{
    g_autofree char *plain = g_strdup(path);
    const gboolean has_slash = g_str_has_suffix(plain, "/");
    const gboolean is_own = g_str_has_suffix(plain, OWN_SEGMENT);

    if (has_slash)
        plain[strlen(plain) - 1] = '\0';
    else if (is_own)
        plain[strlen(plain) - strlen(OWN_SEGMENT)] = '\0';

    Rule *rule = find_rule(rules, plain, is_own);
    if (rule != NULL)
        return rule;
    rule = g_new0(Rule, 1);
    rule->length = strlen(plain);
    rule->path = g_steal_pointer(&plain);
    rule->is_own = is_own;
    rule->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(rules->rules, rule);
    return rule;
}

static unsigned
bits_of(WeftDavRuleLevel level)
{
    switch (level) {
    case WEFT_DAV_RULE_NONE:
        return DENIED;
    case WEFT_DAV_RULE_READ:
        return WEFT_DAV_MAY_SEE | WEFT_DAV_MAY_READ;
    case WEFT_DAV_RULE_UPLOAD:
        return WEFT_DAV_MAY_ADD | UPLOADS;
    case WEFT_DAV_RULE_WRITE:
        return WEFT_DAV_MAY_ALL;
    case WEFT_DAV_RULE_UNLOCK:
        return WEFT_DAV_MAY_ALL | WEFT_DAV_MAY_UNLOCK;
    }
    g_assert_not_reached();
}

static void
add_bits(GHashTable *names, const char *name, unsigned bits)
{
    bits |= GPOINTER_TO_UINT(g_hash_table_lookup(names, name));
    g_hash_table_insert(names, g_strdup(name), GUINT_TO_POINTER(bits));
}

gboolean
weft_dav_rules_add(WeftDavRules *rules, const char *path, WeftDavRuleLevel level, const char *names,
                   GError **error)
{
    g_auto(GStrv) all = g_strsplit_set(names, BETWEEN_NAMES, -1);
    const unsigned bits = bits_of(level);

    if (!check_path(path, error))
        return FALSE;
    if (rules->rules->len == WEFT_DAV_MAX_RULES)
        return refuse_path(error, path, "there are too many rules");

    Rule *rule = rule_for(rules, path);
    for (char **name = all; *name != NULL; name++) {
        if (strcmp(*name, "*") == 0)
            rule->signed_in |= bits;
        else if (strcmp(*name, "anonymous") == 0)
            rule->everybody |= bits;
        else if (**name != '\0')
            add_bits(rule->names, *name, bits);
    }
    return TRUE;
}

void
weft_dav_rules_set_folds(WeftDavRules *rules, gboolean folds)
{
    rules->folds = folds;
}

/* One spelling for all.  Returns: (transfer full) */
static char *
fold(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    g_autofree char *folded = g_utf8_casefold(composed != NULL ? composed : text, -1);

    return g_utf8_normalize(folded, -1, G_NORMALIZE_NFC);
}

static void
fold_path(Rule *rule)
{
    char *folded = fold(rule->path);

    g_free(rule->path);
    rule->path = folded;
    rule->length = strlen(folded);
}

gboolean
weft_dav_rules_is_empty(const WeftDavRules *rules)
{
    return rules->rules->len == 0;
}

static gboolean
expand_groups(const WeftDavRules *rules, Rule *rule, GError **error)
{
    GHashTable *users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer bits = NULL;

    g_hash_table_iter_init(&iter, rule->names);
    while (g_hash_table_iter_next(&iter, &name, &bits)) {
        const char *text = name;

        if (*text != '@') {
            add_bits(users, text, GPOINTER_TO_UINT(bits));
            continue;
        }
        const GPtrArray *members = g_hash_table_lookup(rules->groups, text + 1);
        if (members == NULL) {
            g_set_error(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                        "the rule for \"%s/\" names a group \"%s\" that is not there", rule->path,
                        text + 1);
            g_hash_table_unref(users);
            return FALSE;
        }
        for (guint i = 0; i < members->len; i++)
            add_bits(users, g_ptr_array_index(members, i), GPOINTER_TO_UINT(bits));
    }
    g_hash_table_unref(rule->names);
    rule->names = users;
    return TRUE;
}

gboolean
weft_dav_rules_finish(WeftDavRules *rules, GError **error)
{
    for (guint i = 0; i < rules->rules->len; i++) {
        Rule *rule = g_ptr_array_index(rules->rules, i);

        if (!expand_groups(rules, rule, error))
            return FALSE;
        if (rules->folds)
            fold_path(rule);
    }
    return TRUE;
}

/* ---- asking ---- */

/* Who asks. */
typedef struct {
    const char *user;    /* (nullable) */
    const char *segment; /* (nullable): his name as it stands in paths */
} Asker;

/* A user whose name is no segment has no path of his own. */
static gboolean
is_segment(const char *user)
{
    return user != NULL && *user != '\0' && strchr(user, '/') == NULL && strcmp(user, ".") != 0 &&
           strcmp(user, "..") != 0;
}

static gboolean
ends_segment(char byte)
{
    return byte == '/' || byte == '\0';
}

/*
 * How much of @path the rule's path is: what it governs is that and all below it.
 * Returns: -1 where it does not
 */
static ssize_t
match(const Rule *rule, const char *segment, const char *path)
{
    if (strncmp(path, rule->path, rule->length) != 0 || !ends_segment(path[rule->length]))
        return -1;
    if (!rule->is_own)
        return (ssize_t)rule->length;

    if (segment == NULL || path[rule->length] == '\0')
        return -1;
    const size_t length = strlen(segment);
    const char *own = path + rule->length + 1;
    if (strncmp(own, segment, length) != 0 || !ends_segment(own[length]))
        return -1;
    return (ssize_t)(rule->length + 1 + length);
}

/* TRUE if the rule's path lies below the first @length bytes of @path, and is not that. */
static gboolean
is_below(const Rule *rule, const char *segment, const char *path, size_t length)
{
    if (rule->length < length || strncmp(rule->path, path, length) != 0)
        return FALSE;
    if (rule->is_own)
        return ends_segment(rule->path[length]) && segment != NULL;
    return rule->path[length] == '/';
}

static unsigned
bits_for(const Rule *rule, const char *user)
{
    unsigned bits = rule->everybody;

    if (user != NULL)
        bits |= rule->signed_in | GPOINTER_TO_UINT(g_hash_table_lookup(rule->names, user));
    return (bits & DENIED) != 0 ? 0 : bits;
}

/* What somebody may do: to the resource itself, and to whatever the same rule governs below it. */
typedef struct {
    unsigned here;
    unsigned below;
} Rights;

/* The longest decides; of two that are the same for this user, the one that spells it out. */
static Rights
rights_by_longest(const WeftDavRules *rules, Asker asker, const char *path, size_t length)
{
    const Rule *longest = NULL;
    ssize_t longest_length = -1;

    for (guint i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);
        const ssize_t matched = match(rule, asker.segment, path);

        if (matched > longest_length ||
            (matched == longest_length && matched >= 0 && !rule->is_own)) {
            longest = rule;
            longest_length = matched;
        }
    }
    if (longest == NULL)
        return (Rights){0, 0};

    const unsigned bits = bits_for(longest, asker.user);
    const unsigned below = bits & RIGHTS;
    const gboolean is_drop = (bits & UPLOADS) != 0 && (size_t)longest_length == length;
    return (Rights){below | (is_drop ? WEFT_DAV_MAY_SEE : 0), below};
}

static unsigned
rights_of(const WeftDavRules *rules, Asker asker, const char *path, WeftDavExtent extent)
{
    const size_t length = strcmp(path, "/") == 0 ? 0 : strlen(path);
    const Rights rights = rights_by_longest(rules, asker, path, length);
    unsigned all = rights.here & rights.below;
    gboolean leads_on = FALSE;

    for (guint i = 0; i < rules->rules->len; i++) {
        const Rule *rule = g_ptr_array_index(rules->rules, i);

        if (!is_below(rule, asker.segment, path, length))
            continue;
        const unsigned bits = bits_for(rule, asker.user) & RIGHTS;
        all &= bits;
        leads_on = leads_on || bits != 0;
    }
    if (extent == WEFT_DAV_RIGHTS_ALL_BELOW)
        return all;
    return rights.here | (leads_on ? WEFT_DAV_MAY_SEE : 0);
}

unsigned
weft_dav_rules_rights(const WeftDavRules *rules, const char *user, const char *path,
                      WeftDavExtent extent)
{
    const char *segment = is_segment(user) ? user : NULL;

    if (!rules->folds)
        return rights_of(rules, (Asker){user, segment}, path, extent);

    g_autofree char *folded_path = fold(path);
    g_autofree char *folded_segment = segment != NULL ? fold(segment) : NULL;
    return rights_of(rules, (Asker){user, folded_segment}, folded_path, extent);
}
