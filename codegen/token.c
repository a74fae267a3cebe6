/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scanner's matches mean: places, comments, numbers, strings.
 */

#include "codegen/token.h"

#include <math.h>
#include <string.h>
#include <weft/scan.h>

enum { MAX_FOUND_BYTES = 36 }; /* of a token that a message repeats */

WeftIdlPosition
weft_idl_parser_position(const WeftIdlParser *parser, const WeftIdlLocation *location)
{
    return (WeftIdlPosition){parser->program->path, location->line, location->column};
}

void
weft_idl_parser_fail(WeftIdlParser *parser, const WeftIdlLocation *location, const char *format,
                     ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    weft_idl_errors_add(parser->errors, weft_idl_parser_position(parser, location), "%s", message);
}

bool
weft_idl_parser_enter(WeftIdlParser *parser, const WeftIdlLocation *location)
{
    if (parser->n_open < WEFT_IDL_MAX_NESTING) {
        parser->n_open++;
        return true;
    }
    weft_idl_parser_fail(parser, location, "found nesting deeper than %d levels, expected less",
                         WEFT_IDL_MAX_NESTING);
    return false;
}

void
weft_idl_parser_leave(WeftIdlParser *parser)
{
    parser->n_open -= parser->n_open > 0;
}

void
weft_idl_token_advance(WeftIdlParser *parser, const char *text, size_t length,
                       WeftIdlLocation *location)
{
    *location = (WeftIdlLocation){.line = parser->line, .column = parser->column};

    const char *end = text + length;
    const char *newline;
    while ((newline = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        parser->line++;
        parser->column = 1;
        text = newline + 1;
    }
    parser->column += (unsigned)(end - text);
}

/* ---- comments ---- */

static void
strip_line(char *line)
{
    g_strchomp(line);
    for (char *at = line; *at != '\0'; at++) {
        if (*at == '\t')
            *at = ' ';
    }
}

/* Whether each line behind the first begins with an asterisk: then those are no text. */
static bool
has_asterisks(char **lines)
{
    for (char **line = lines; *line != NULL; line++) {
        const char *text = *line + strspn(*line, " ");
        if (*text != '*' && *text != '\0')
            return false;
    }
    return true;
}

static size_t
common_indent(char **lines)
{
    size_t indent = SIZE_MAX;

    for (char **line = lines; *line != NULL; line++) {
        size_t blanks = strspn(*line, " ");
        if ((*line)[blanks] != '\0')
            indent = MIN(indent, blanks);
    }
    return indent == SIZE_MAX ? 0 : indent;
}

/* Lines behind the first, in place: without asterisks, moved to the left together. */
static void
strip_margin(char **lines)
{
    if (has_asterisks(lines)) {
        for (char **line = lines; *line != NULL; line++) {
            size_t margin = strspn(*line, " ");
            margin += (*line)[margin] == '*';
            memmove(*line, *line + margin, strlen(*line + margin) + 1);
        }
    }
    size_t indent = common_indent(lines);
    for (char **line = lines; *line != NULL; line++) {
        size_t margin = MIN(indent, strlen(*line));
        memmove(*line, *line + margin, strlen(*line + margin) + 1);
    }
}

/* What a comment says, without its marks: @text is what stands between them. */
static const char *
clean_comment(WeftArena *arena, const char *text, size_t length)
{
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);

    /* Nothing, or nothing before a NUL. */
    if (lines[0] == NULL)
        return NULL;
    for (char **line = lines; *line != NULL; line++)
        strip_line(*line);
    const char *first = lines[0] + strspn(lines[0], "* ");
    memmove(lines[0], first, strlen(first) + 1);
    strip_margin(lines + 1);

    g_autofree char *joined = g_strjoinv("\n", lines);
    g_strchomp(joined);
    /* Blank lines at the front go, a first line's indentation stays: it may be a table. */
    const char *begin = joined;
    for (const char *at = joined; *at == ' ' || *at == '\n'; at++)
        begin = *at == '\n' ? at + 1 : begin;
    size_t size = strlen(begin);
    while (size > 0 && begin[size - 1] == '*')
        size--;
    while (size > 0 && g_ascii_isspace(begin[size - 1]))
        size--;
    return size == 0 ? NULL : weft_arena_strndup(arena, begin, size);
}

void
weft_idl_token_comment(WeftIdlParser *parser, const char *text, size_t length,
                       const WeftIdlLocation *location)
{
    const size_t marks = strlen("/**"), end_mark = strlen("*/");

    if (length <= marks + end_mark || text[2] != '*')
        return;
    const char *said = clean_comment(parser->arena, text + marks, length - marks - end_mark);
    if (said == NULL)
        return;
    /* Two comments at the beginning: the first is about the file. */
    if (!parser->has_token && parser->doc.text != NULL && parser->program->doc.text == NULL)
        parser->program->doc = parser->doc;
    parser->doc = (WeftIdlDoc){said, location->line};
}

/* ---- tokens ---- */

void
weft_idl_token_take(WeftIdlParser *parser, const char *text, size_t length,
                    WeftIdlLocation *location)
{
    const size_t shown = MIN(length, MAX_FOUND_BYTES);

    /* A comment before a separator is about what comes behind, as the reference compiler has it. */
    if (text[0] != ',' && text[0] != ';') {
        location->doc = parser->doc;
        parser->doc = (WeftIdlDoc){0};
    }
    parser->has_token = true;
    const char *quote = text[0] == '"' || text[0] == '\'' ? "" : "\"";
    g_snprintf(parser->found, sizeof parser->found, "%s%.*s%s%s", quote, (int)shown, text,
               shown < length ? "..." : "", quote);
}

void
weft_idl_token_take_end(WeftIdlParser *parser, WeftIdlLocation *location)
{
    *location = (WeftIdlLocation){.line = parser->line, .column = parser->column};
    g_strlcpy(parser->found, "the end of the file", sizeof parser->found);
}

void
weft_idl_token_refuse(WeftIdlParser *parser, const char *text, size_t length,
                      const WeftIdlLocation *location)
{
    g_autofree char *shown = g_strescape(text, NULL);
    const size_t n_shown = MIN(strlen(shown), MAX_FOUND_BYTES);

    if (length == 1 && text[0] == '\0')
        weft_idl_parser_fail(parser, location, "found a NUL byte, expected text");
    else
        weft_idl_parser_fail(parser, location, "found \"%.*s\", which begins nothing here",
                             (int)n_shown, shown);
}

WeftIdlText
weft_idl_token_name(WeftIdlParser *parser, const char *text, size_t length)
{
    return (WeftIdlText){weft_arena_strndup(parser->arena, text, length), (uint32_t)length};
}

int64_t
weft_idl_token_integer(WeftIdlParser *parser, const char *text, size_t length,
                       const WeftIdlLocation *location)
{
    const bool is_negative = text[0] == '-';
    const size_t sign = text[0] == '-' || text[0] == '+';
    const bool is_hex = length > sign + 2 && (text[sign + 1] | 0x20) == 'x';
    uint64_t magnitude = 0;

    if (is_hex)
        (void)weft_scan_hex(text + sign + 2, length - sign - 2, &magnitude);
    else
        (void)weft_scan_decimal(text + sign, length - sign, &magnitude);
    if (magnitude > (uint64_t)INT64_MAX + is_negative) {
        weft_idl_parser_fail(parser, location, "found %s, expected an integer of 64 bits",
                             parser->found);
        return 0;
    }
    return is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
}

double
weft_idl_token_double(WeftIdlParser *parser, const char *text, const WeftIdlLocation *location)
{
    double value = g_ascii_strtod(text, NULL);

    if (isfinite(value))
        return value;
    weft_idl_parser_fail(parser, location, "found %s, expected a number that a double can hold",
                         parser->found);
    return 0;
}

/* Returns: the byte that stands for a backslash with @letter behind, -1 if there is none */
static int
unescape(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case '"':
    case '\'':
    case '\\':
        return letter;
    default:
        return -1;
    }
}

WeftIdlText
weft_idl_token_string(WeftIdlParser *parser, const char *text, size_t length,
                      const WeftIdlLocation *location)
{
    char *out = weft_arena_strndup(parser->arena, text + 1, length - 2);
    uint32_t size = 0;

    for (size_t i = 1; i + 1 < length; i++) {
        int byte = (uint8_t)text[i];
        if (byte == '\\') {
            byte = unescape(text[++i]);
            if (byte < 0)
                weft_idl_parser_fail(parser, location,
                                     "found \"\\%c\", expected one of \\n \\r \\t \\\" \\' \\\\",
                                     text[i]);
        }
        out[size++] = (char)byte;
    }
    out[size] = '\0';
    return (WeftIdlText){out, size};
}
