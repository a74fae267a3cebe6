/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: files of groups and of digests; and rules, a line "path<TAB>names" each, which are
 * then asked about the paths themselves.
 */

#include <string.h>

#include "webdav/weftdav/rules.h"
#include "webdav/weftdav/user_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const WeftDavRules *rules, const char *path)
{
    const unsigned here = weft_dav_rules_rights(rules, "ann", path, WEFT_DAV_RIGHTS_HERE);
    const unsigned below = weft_dav_rules_rights(rules, "ann", path, WEFT_DAV_RIGHTS_ALL_BELOW);

    g_assert((here & ~(unsigned)(WEFT_DAV_MAY_ALL | WEFT_DAV_MAY_UNLOCK)) == 0);
    g_assert((below & ~here) == 0);
}

static void
try_rules(WeftDavRules *rules, char **lines)
{
    for (char **line = lines; *line != NULL; line++) {
        char *tab = strchr(*line, '\t');

        if (tab == NULL)
            continue;
        *tab = '\0';
        weft_dav_rules_add(rules, *line, (WeftDavRuleLevel)(strlen(*line) % 4), tab + 1, NULL);
    }
    weft_dav_rules_set_folds(rules, lines[0] != NULL && strlen(lines[0]) % 2 == 0);
    if (!weft_dav_rules_finish(rules, NULL))
        return;
    for (char **line = lines; *line != NULL; line++)
        if (**line == '/' && g_utf8_validate(*line, -1, NULL))
            ask(rules, *line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 1000);
    g_autoptr(WeftDavRules) rules = weft_dav_rules_new();
    g_autoptr(WeftDavDigests) digests = weft_dav_digests_parse(text, "digests", "realm", NULL);

    if (digests != NULL)
        weft_dav_digests_find(digests, text, WEFT_HTTP_DIGEST_MD5);
    weft_dav_rules_add_groups(rules, text, "groups", NULL);
    try_rules(rules, lines);
    return 0;
}
