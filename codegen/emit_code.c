/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout of the C that is written: .clang-format's, as far as a generator can follow it.
 */

#include "codegen/emit_code.h"

#include <string.h>

enum {
    INDENT = 4,
    MAX_COLUMNS = 100,
    MAX_BRACKETS = 32, /* inside each other, in one line */
};

void
weft_code_init(WeftCode *code)
{
    code->text = g_string_new(NULL);
    code->depth = 0;
    code->notes = g_ptr_array_new_with_free_func(g_free);
}

char *
weft_code_steal(WeftCode *code)
{
    g_ptr_array_free(g_steal_pointer(&code->notes), TRUE);
    while (g_str_has_suffix(code->text->str, "\n\n"))
        g_string_truncate(code->text, code->text->len - 1);
    return g_string_free(g_steal_pointer(&code->text), FALSE);
}

static void
put_indented(WeftCode *code, size_t n_columns, const char *text, size_t length)
{
    if (length == 0) {
        g_string_append_c(code->text, '\n');
        return;
    }
    g_string_append_printf(code->text, "%*s", (int)n_columns, "");
    g_string_append_len(code->text, text, (gssize)length);
    g_string_append_c(code->text, '\n');
}

/** What is open where a line has come to: behind each bracket, the column where it is continued. */
typedef struct {
    size_t columns[MAX_BRACKETS];
    size_t n_open;
} Brackets;

/** A place where a line may be broken, and how it goes on. */
typedef struct {
    size_t length; /* of what stays */
    size_t depth;  /* of brackets around it */
    int worth;
    Brackets brackets;
} Break;

/** Whether a line may end behind text[i], and be continued behind the blank that follows.
 * Returns: how good that is; 0: no */
static int
break_worth(const char *text, size_t i)
{
    static const char *const operators[] = {" +", " &&", " ||", " ?", " |"};

    if (text[i + 1] != ' ')
        return 0;
    if (text[i] == ',')
        return 2;
    for (size_t k = 0; k < G_N_ELEMENTS(operators); k++) {
        const size_t length = strlen(operators[k]);
        if (i + 1 >= length && memcmp(text + i + 1 - length, operators[k], length) == 0)
            return 1;
    }
    return 0;
}

static void
count_bracket(Brackets *brackets, char bracket, size_t column)
{
    if (strchr("({[", bracket) != NULL && brackets->n_open < MAX_BRACKETS)
        brackets->columns[brackets->n_open++] = column + 1;
    else if (strchr(")}]", bracket) != NULL && brackets->n_open > 0)
        brackets->n_open--;
}

/** Behind text[i], where @text has a literal from there on; else @i. */
static size_t
pass_quoted(const char *text, size_t i)
{
    if (text[i] != '"')
        return i;
    for (i++; text[i] != '\0' && text[i] != '"'; i++) {
        if (text[i] == '\\' && text[i + 1] != '\0')
            i++;
    }
    return text[i] == '"' ? i + 1 : i;
}

/** Of the breaks of @text that fit into the line, the last of those with the fewest brackets
 * around; commas before operators. */
static bool
find_break(const char *text, size_t n_columns, Brackets *brackets, Break *ret_found)
{
    bool found = false;

    for (size_t i = 0; n_columns + i < MAX_COLUMNS; i++) {
        i = pass_quoted(text, i);
        if (text[i] == '\0' || n_columns + i >= MAX_COLUMNS)
            break;
        count_bracket(brackets, text[i], n_columns + i);
        const int worth = break_worth(text, i);
        const size_t depth = brackets->n_open;
        if (worth == 0 || (found && (depth > ret_found->depth ||
                                     (depth == ret_found->depth && worth < ret_found->worth))))
            continue;
        *ret_found = (Break){i + 1, depth, worth, *brackets};
        found = true;
    }
    return found;
}

/** Whether all of @text is one call, or one name. */
static bool
is_one_term(const char *text)
{
    Brackets brackets = {.n_open = 0};

    for (size_t i = 0; text[i] != '\0'; i++) {
        i = pass_quoted(text, i);
        if (text[i] == '\0')
            break;
        count_bracket(&brackets, text[i], i);
        if (text[i] == ' ' && brackets.n_open == 0)
            return false;
    }
    return true;
}

/** An assignment whose right side, of several terms, fits into a line of its own.  Returns: where
 * it begins; 0: it is none */
static size_t
find_assigned(const char *line, size_t n_indent)
{
    const char *equals = strstr(line, "= ");
    const char *bracket = strpbrk(line, "({\"");

    if (equals == NULL || (bracket != NULL && bracket < equals) || is_one_term(equals + 2))
        return 0;
    const size_t begin = (size_t)(equals + 2 - line);
    return n_indent + INDENT + strlen(line + begin) <= MAX_COLUMNS ? begin : 0;
}

static void
put_line(WeftCode *code, const char *line)
{
    const size_t n_indent = (size_t)code->depth * INDENT + strspn(line, " ");
    size_t n_columns = n_indent;
    Brackets brackets = {.n_open = 0};
    Break at;

    line += strspn(line, " ");
    if (n_columns + strlen(line) > MAX_COLUMNS && find_assigned(line, n_indent) > 0) {
        const size_t begin = find_assigned(line, n_indent);
        put_indented(code, n_columns, line, begin - 1);
        line += begin;
        n_columns += INDENT;
    }
    while (n_columns + strlen(line) > MAX_COLUMNS && find_break(line, n_columns, &brackets, &at)) {
        put_indented(code, n_columns, line, at.length);
        line += at.length + 1;
        brackets = at.brackets;
        n_columns = brackets.n_open > 0 ? brackets.columns[brackets.n_open - 1] : n_indent;
        /* What goes on behind an operator is no new argument. */
        if (brackets.n_open == 0 || at.worth == 1)
            n_columns += INDENT;
    }
    put_indented(code, n_columns, line, strlen(line));
}

/** The end of the part of an initialiser's list that begins at @text. */
static size_t
part_length(const char *text)
{
    Brackets brackets = {.n_open = 0};

    for (size_t i = 0;; i++) {
        i = pass_quoted(text, i);
        if (text[i] == '\0' || (brackets.n_open == 0 && (text[i] == ',' || text[i] == '}')))
            return i;
        count_bracket(&brackets, text[i], i);
    }
}

void
weft_code_initialiser(WeftCode *code, const char *text, const char *end)
{
    const char *brace = strchr(text, '{');
    const char *quote = strchr(text, '"');
    const bool fits = (size_t)code->depth * INDENT + strlen(text) + strlen(end) <= MAX_COLUMNS;

    if (fits || brace == NULL || (quote != NULL && quote < brace) ||
        strchr(brace + 1, '{') == NULL) {
        weft_code_line(code, "%s%s", text, end);
        return;
    }
    weft_code_line(code, "%.*s", (int)(brace + 1 - text), text);
    code->depth++;
    for (const char *at = brace + 1; *at != '\0' && *at != '}';) {
        const size_t length = part_length(at);
        g_autofree char *part = g_strndup(at, length);
        weft_code_initialiser(code, part, ",");
        at += length;
        at += strspn(at, ", ");
    }
    code->depth--;
    /* What stands behind the brace belongs to the same braces: a count, or nothing. */
    weft_code_line(code, "}%s", end);
}

void
weft_code_line(WeftCode *code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    put_line(code, line);
}

void
weft_code_gap(WeftCode *code)
{
    if (code->text->len > 0 && !g_str_has_suffix(code->text->str, "\n\n") &&
        !g_str_has_suffix(code->text->str, "{\n"))
        g_string_append_c(code->text, '\n');
}

void
weft_code_open(WeftCode *code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *head = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *line = g_strconcat(head, " {", NULL);
    put_line(code, line);
    code->depth++;
}

void
weft_code_close(WeftCode *code, const char *end)
{
    weft_code_end_members(code);
    code->depth--;
    put_line(code, end);
}

void
weft_code_function(WeftCode *code, const char *result, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *head = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    weft_code_gap(code);
    put_line(code, result);
    put_line(code, head);
    put_line(code, "{");
    code->depth++;
}

void
weft_code_member(WeftCode *code, const char *line, const char *note)
{
    g_ptr_array_add(code->notes, g_strdup(line));
    g_ptr_array_add(code->notes, g_strdup(note));
}

/** The longest line of those with a note that follow each other from @i on. */
static size_t
width_of_run(const WeftCode *code, unsigned i)
{
    size_t width = 0;

    for (; i < code->notes->len && code->notes->pdata[i + 1] != NULL; i += 2)
        width = MAX(width, strlen(code->notes->pdata[i]));
    return width;
}

void
weft_code_end_members(WeftCode *code)
{
    const size_t n_columns = (size_t)code->depth * INDENT;
    size_t width = 0;

    for (unsigned i = 0; i < code->notes->len; i += 2) {
        const char *line = code->notes->pdata[i];
        const char *note = code->notes->pdata[i + 1];
        if (note == NULL) {
            width = 0;
            put_line(code, line);
            continue;
        }
        if (width == 0)
            width = width_of_run(code, i);
        g_autofree char *whole = g_strdup_printf("%-*s /* %s */", (int)width, line, note);
        put_indented(code, n_columns, whole, strlen(whole));
    }
    g_ptr_array_set_size(code->notes, 0);
}

/** What may stand in a comment of C: no beginning of another one, no broken UTF-8. */
static char *
clean_comment(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) pieces = g_strsplit(valid, "/*", -1);
    g_autofree char *opened = g_strjoinv("/ *", pieces);
    g_auto(GStrv) ends = g_strsplit(opened, "*/", -1);

    return g_strjoinv("* /", ends);
}

void
weft_code_comment(WeftCode *code, const char *text)
{
    g_autofree char *clean = clean_comment(text);
    g_auto(GStrv) lines = g_strsplit(clean, "\n", -1);
    const size_t n_columns = (size_t)code->depth * INDENT;

    weft_code_end_members(code);
    if (lines[0] != NULL && lines[1] == NULL && n_columns + strlen(clean) + 7 <= MAX_COLUMNS) {
        weft_code_line(code, "/** %s */", g_strchomp(lines[0]));
        return;
    }
    put_indented(code, n_columns, "/**", 3);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *starred = g_strconcat(" * ", *line, NULL);
        g_strchomp(starred);
        put_indented(code, n_columns, starred, strlen(starred));
    }
    put_indented(code, n_columns, " */", 3);
}

void
weft_code_section(WeftCode *code, const char *title)
{
    weft_code_gap(code);
    weft_code_line(code, "/* ---- %s ---- */", title);
    weft_code_gap(code);
}
