/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's log: one line an event on stderr, one write(2) a line, so that lines of several
 * threads never mix.
 */

#include <weft/log.h>

#include <weft/clock.h>

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static int wanted_level = WEFT_LOG_INFO; /* atomic */

/* "2026-11-22T20:44:17.123Z warning " */
static GString *
line_begin(WeftLogLevel level)
{
    int64_t now_us = weft_clock_wall_us();
    time_t now_s = (time_t)(now_us / G_USEC_PER_SEC);
    GString *line = g_string_sized_new(200);
    struct tm utc;

    gmtime_r(&now_s, &utc);
    g_string_printf(line, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s ", utc.tm_year + 1900,
                    utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                    (int)(now_us % G_USEC_PER_SEC / 1000), level_names[level]);
    return line;
}

/* What a peer sent must not forge a line of its own, nor talk to a terminal. */
static void
replace_control_bytes(GString *line)
{
    for (size_t i = 0; i < line->len; i++) {
        if (g_ascii_iscntrl(line->str[i]))
            line->str[i] = '?';
    }
}

void
weft_log(WeftLogLevel level, const char *format, ...)
{
    if (!weft_log_wants(level))
        return;

    int saved_errno = errno;
    GString *line = line_begin(level);
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(line, format, arguments);
    va_end(arguments);
    replace_control_bytes(line);
    g_string_append_c(line, '\n');

    /* A log nobody takes is no reason to stop. */
    ssize_t n_written G_GNUC_UNUSED = write(STDERR_FILENO, line->str, line->len);
    g_string_free(line, TRUE);
    errno = saved_errno;
}

gboolean
weft_log_wants(WeftLogLevel level)
{
    return (int)level <= g_atomic_int_get(&wanted_level);
}

void
weft_log_set_level(WeftLogLevel level)
{
    g_atomic_int_set(&wanted_level, (int)level);
}

WeftLogLevel
weft_log_level(void)
{
    return (WeftLogLevel)g_atomic_int_get(&wanted_level);
}

const char *
weft_log_level_name(WeftLogLevel level)
{
    return level_names[level];
}

gboolean
weft_log_level_parse(const char *name, WeftLogLevel *ret_level)
{
    for (size_t i = 0; i < G_N_ELEMENTS(level_names); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *ret_level = (WeftLogLevel)i;
            return TRUE;
        }
    }
    return FALSE;
}
