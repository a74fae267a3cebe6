/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of If, from the left to the right, without a step back.
 */
#include "webdav/if_header.h"

#include <string.h>
#include <weft/http.h>
#include <weft/scan.h>

#define MAX_LISTS 256 /* each may cost a look at a resource of its own */
#define MAX_CONDITIONS 1024

/* What is left of the field. */
typedef struct {
    const char *at;
    const char *end;
    WeftDavIf *field;
} Parser;

static gboolean
refuse(GError **error, const char *reason)
{
    g_set_error(error, WEFT_HTTP_ERROR, 400, "bad If field: %s", reason);
    return FALSE;
}

static size_t
left(const Parser *parser)
{
    return (size_t)(parser->end - parser->at);
}

/* The next byte behind blanks; '\0' at the end. */
static char
peek(Parser *parser)
{
    parser->at += weft_scan_blanks(parser->at, left(parser));
    return left(parser) > 0 ? *parser->at : '\0';
}

/* From '<' to '>'.  What is between is not looked into: a token that is none of ours is no more
 * than a token that matches nothing. */
static gboolean
parse_coded_url(Parser *parser, const char **ret_text, size_t *ret_length, GError **error)
{
    const char *begin = parser->at + 1;
    const char *close = memchr(begin, '>', left(parser) - 1);

    if (close == NULL || close == begin ||
        weft_scan_while(begin, (size_t)(close - begin), WEFT_BYTE_VISIBLE) !=
            (size_t)(close - begin))
        return refuse(error, "a URI without its end");
    *ret_text = begin;
    *ret_length = (size_t)(close - begin);
    parser->at = close + 1;
    return TRUE;
}

/* From '[' to ']', around an entity tag (RFC 9110 8.8.3). */
static gboolean
parse_etag(Parser *parser, WeftDavIfCondition *condition, GError **error)
{
    parser->at++;
    if (peek(parser) == '\0')
        return refuse(error, "an entity tag without its end");

    const char *begin = parser->at;
    const char *quote = begin;
    if (left(parser) > 2 && memcmp(begin, "W/", 2) == 0)
        quote += 2;
    if (*quote != '"')
        return refuse(error, "an entity tag without quotes");

    const char *close = memchr(quote + 1, '"', (size_t)(parser->end - quote - 1));
    if (close == NULL)
        return refuse(error, "an entity tag without its end");
    condition->is_etag = TRUE;
    condition->text = begin;
    condition->length = (size_t)(close + 1 - begin);
    parser->at = close + 1;
    if (peek(parser) != ']')
        return refuse(error, "an entity tag without its bracket");
    parser->at++;
    return TRUE;
}

static gboolean
parse_condition(Parser *parser, GError **error)
{
    WeftDavIfCondition condition = {0};

    if (parser->field->conditions->len == MAX_CONDITIONS)
        return refuse(error, "too many conditions");
    if (left(parser) >= 3 && weft_scan_equal_ignoring_case(parser->at, 3, "Not")) {
        condition.is_negated = TRUE;
        parser->at += 3;
    }
    switch (peek(parser)) {
    case '<':
        if (!parse_coded_url(parser, &condition.text, &condition.length, error))
            return FALSE;
        break;
    case '[':
        if (!parse_etag(parser, &condition, error))
            return FALSE;
        break;
    default:
        return refuse(error, "neither a state token nor an entity tag");
    }
    g_array_append_val(parser->field->conditions, condition);
    return TRUE;
}

/* From '(' to ')'. */
static gboolean
parse_list(Parser *parser, WeftDavIfList *list, GError **error)
{
    const WeftDavIf *field = parser->field;

    if (field->lists->len == MAX_LISTS)
        return refuse(error, "too many lists");
    list->first = field->conditions->len;
    parser->at++;
    do {
        (void)peek(parser);
        if (!parse_condition(parser, error))
            return FALSE;
    } while (peek(parser) != ')');
    parser->at++;
    list->n_conditions = field->conditions->len - list->first;
    g_array_append_vals(field->lists, list, 1);
    return TRUE;
}

/* Lists under tags, or lists without; not both.  A tag holds for all lists up to the next. */
static gboolean
parse_lists(Parser *parser, GError **error)
{
    WeftDavIfList list = {0};

    for (;;) {
        switch (peek(parser)) {
        case '<':
            if (list.tag == NULL && parser->field->lists->len > 0)
                return refuse(error, "a tag behind lists that have none");
            if (!parse_coded_url(parser, &list.tag, &list.tag_length, error))
                return FALSE;
            if (peek(parser) != '(')
                return refuse(error, "a tag without a list");
            break;
        case '(':
            if (!parse_list(parser, &list, error))
                return FALSE;
            break;
        default:
            if (left(parser) > 0)
                return refuse(error, "neither a tag nor a list");
            return parser->field->lists->len > 0 || refuse(error, "empty");
        }
    }
}

WeftDavIf *
weft_dav_if_parse(const char *value, size_t length, GError **error)
{
    g_autoptr(WeftDavIf) field = g_new0(WeftDavIf, 1);
    Parser parser = {value, value + length, field};

    field->lists = g_array_new(FALSE, FALSE, sizeof(WeftDavIfList));
    field->conditions = g_array_new(FALSE, FALSE, sizeof(WeftDavIfCondition));
    return parse_lists(&parser, error) ? g_steal_pointer(&field) : NULL;
}

void
weft_dav_if_free(WeftDavIf *field)
{
    if (field == NULL)
        return;
    g_array_unref(field->lists);
    g_array_unref(field->conditions);
    g_free(field);
}

const WeftDavIfCondition *
weft_dav_if_condition(const WeftDavIf *field, const WeftDavIfList *list, size_t index)
{
    g_assert(index < list->n_conditions);
    return &g_array_index(field->conditions, WeftDavIfCondition, list->first + index);
}

gboolean
weft_dav_if_submits(const WeftDavIf *field, const char *token)
{
    size_t length = strlen(token);

    for (guint i = 0; i < field->conditions->len; i++) {
        const WeftDavIfCondition *condition =
            &g_array_index(field->conditions, WeftDavIfCondition, i);

        if (!condition->is_etag && condition->length == length &&
            memcmp(condition->text, token, length) == 0)
            return TRUE;
    }
    return FALSE;
}
