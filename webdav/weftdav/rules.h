/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/dav.h>

G_BEGIN_DECLS

/**
 * Who may do what where.  A rule is a path with names; it governs the path and all below it, up to
 * where a longer one begins.  The longest alone decides: who it does not name may do nothing there.
 * In one rule, none beats what is allowed, and what is allowed adds up.  To find the way, people
 * see the collections above what they have rights to, and nothing else in them.
 *
 * Names are users, "@group", "*" for all who have signed in, "anonymous" for everybody.  A path
 * that ends with "/{user}" is another one for each user: where his own name stands.
 *
 * Made on one thread, and never changed once weft_dav_rules_finish() was called; then asked from
 * any.
 */
typedef struct WeftDavRules WeftDavRules;

typedef enum {
    WEFT_DAV_RULE_NONE,
    WEFT_DAV_RULE_READ,
    WEFT_DAV_RULE_UPLOAD, /* see the collection, add to it, and see nothing of what is in it */
    WEFT_DAV_RULE_WRITE,  /* and read */
    WEFT_DAV_RULE_UNLOCK, /* and end the locks of others */
} WeftDavRuleLevel;

#define WEFT_DAV_MAX_RULES 4096

WeftDavRules *weft_dav_rules_new(void);
WeftDavRules *weft_dav_rules_ref(WeftDavRules *rules);
void weft_dav_rules_unref(WeftDavRules *rules);

/** Put @members (names between blanks, commas or semicolons) into a group, beside who is in it. */
void weft_dav_rules_add_members(WeftDavRules *rules, const char *group, const char *members);

/** The groups of a file as Apache has it: "group: name name".  @name: of the file, for messages */
gboolean weft_dav_rules_add_groups(WeftDavRules *rules, const char *text, const char *name,
                                   GError **error);

/** Let @names (as members above) have @level at @path and below. */
gboolean weft_dav_rules_add(WeftDavRules *rules, const char *path, WeftDavRuleLevel level,
                            const char *names, GError **error);

/** Compare paths whatever the case and the Unicode form of their letters: for stores that find
 * names so.  It costs allocations. */
void weft_dav_rules_set_folds(WeftDavRules *rules, gboolean folds);

/** TRUE if nothing was added: nothing is ruled. */
gboolean weft_dav_rules_is_empty(const WeftDavRules *rules);

/** All is added: put members in the place of groups.  FALSE: a rule names a group that is none. */
gboolean weft_dav_rules_finish(WeftDavRules *rules, GError **error);

/** As the function of WeftDavRights.  @user: (nullable) */
unsigned weft_dav_rules_rights(const WeftDavRules *rules, const char *user, const char *path,
                               WeftDavExtent extent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WeftDavRules, weft_dav_rules_unref)

G_END_DECLS
