/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates: IMF-fixdate and RFC 3339 written, the three forms of RFC 9110 5.6.7 read.  Own arithmetic:
 * the C library's would ask for the time zone and the locale, and takes a lock.
 */

#include <weft/date.h>

#include <weft/clock.h>
#include <weft/scan.h>

#include <string.h>

#define SECONDS_PER_DAY INT64_C(86400)
#define MIN_UNIX_S INT64_C(-62167219200) /* year 0 */
#define MAX_UNIX_S INT64_C(253402300799) /* the end of 9999 */

#define HTTP_DAY_BYTES ((size_t)17) /* "Sun, 06 Nov 1994 " */
#define ISO_DAY_BYTES ((size_t)11)  /* "1994-11-06T" */

static const char *const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const long_day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

typedef struct {
    int year;
    int month; /* 1..12 */
    int day;   /* 1..31 */
    int hour;
    int minute;
    int second;
} Civil;

/*
 * Days since 1970 of a date of the Gregorian calendar, and back.  Years are counted from March, so
 * that the leap day is the last one; 400 years have 146097 days.
 */
static int64_t
days_of_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void
civil_of_days(int64_t days, Civil *civil)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;

    civil->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    civil->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2 ? 1 : 0));
}

static int
days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    gboolean is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* The digits of "00" in @out become those of @value. */
static void
put_two_digits(char *out, unsigned value)
{
    out[0] = (char)('0' + value / 10);
    out[1] = (char)('0' + value % 10);
}

/* What a date shows of a day. */
typedef struct {
    int64_t days; /* since 1970 */
    char http[HTTP_DAY_BYTES];
    char iso[ISO_DAY_BYTES];
} DayText;

static void
format_day(int64_t days, DayText *text)
{
    /* 1970 began on a Thursday. */
    int64_t weekday = ((days + 4) % 7 + 7) % 7;
    Civil civil;

    civil_of_days(days, &civil);
    text->days = days;

    memcpy(text->http, "Sun, 00 Jan 0000 ", HTTP_DAY_BYTES);
    memcpy(text->http, day_names[weekday], 3);
    put_two_digits(text->http + 5, (unsigned)civil.day);
    memcpy(text->http + 8, month_names[civil.month - 1], 3);
    put_two_digits(text->http + 12, (unsigned)civil.year / 100);
    put_two_digits(text->http + 14, (unsigned)civil.year % 100);

    memcpy(text->iso, "0000-00-00T", ISO_DAY_BYTES);
    put_two_digits(text->iso, (unsigned)civil.year / 100);
    put_two_digits(text->iso + 2, (unsigned)civil.year % 100);
    put_two_digits(text->iso + 5, (unsigned)civil.month);
    put_two_digits(text->iso + 8, (unsigned)civil.day);
}

/* The day of @unix_s.  Days come in rows: each thread keeps the last one.
 * @ret_second: of that day */
static const DayText *
find_day(int64_t unix_s, unsigned *ret_second)
{
    static _Thread_local DayText last = {.days = INT64_MIN};

    unix_s = CLAMP(unix_s, MIN_UNIX_S, MAX_UNIX_S);
    int64_t days = unix_s / SECONDS_PER_DAY;
    if (unix_s < days * SECONDS_PER_DAY)
        days--;
    if (days != last.days)
        format_day(days, &last);
    *ret_second = (unsigned)(unix_s - days * SECONDS_PER_DAY);
    return &last;
}

/* The digits of "00:00:00" in @out become those of @second. */
static void
put_time(char *out, unsigned second)
{
    put_two_digits(out, second / 3600);
    put_two_digits(out + 3, second / 60 % 60);
    put_two_digits(out + 6, second % 60);
}

void
weft_date_format_http(int64_t unix_s, char *out)
{
    static const char form[WEFT_DATE_HTTP_BYTES - HTTP_DAY_BYTES] = "00:00:00 GMT";
    unsigned second;
    const DayText *day = find_day(unix_s, &second);

    memcpy(out, day->http, HTTP_DAY_BYTES);
    memcpy(out + HTTP_DAY_BYTES, form, sizeof form);
    put_time(out + HTTP_DAY_BYTES, second);
}

void
weft_date_format_iso(int64_t unix_s, char *out)
{
    static const char form[WEFT_DATE_ISO_BYTES - ISO_DAY_BYTES] = "00:00:00Z";
    unsigned second;
    const DayText *day = find_day(unix_s, &second);

    memcpy(out, day->iso, ISO_DAY_BYTES);
    memcpy(out + ISO_DAY_BYTES, form, sizeof form);
    put_time(out + ISO_DAY_BYTES, second);
}

const char *
weft_date_now_http(void)
{
    static _Thread_local char text[WEFT_DATE_HTTP_BYTES + 1];
    static _Thread_local int64_t text_s = INT64_MIN;
    int64_t now_s = weft_clock_wall_us() / G_USEC_PER_SEC;

    if (now_s != text_s) {
        weft_date_format_http(now_s, text);
        text_s = now_s;
    }
    return text;
}

/* The index of the three letters at @text in @names, -1 for none of them. */
static int
find_name(const char *const *names, int n_names, const char *text)
{
    for (int i = 0; i < n_names; i++) {
        if (memcmp(names[i], text, 3) == 0)
            return i;
    }
    return -1;
}

/*
 * Compare @text with @pattern and put the numbers into @civil.  In a pattern 'D' is a digit of the
 * day
 * ('_' one that may be a blank), 'Y' of the year, 'h', 'm', 's' of the time, '*' three letters of a
 * day's name and '#' those of a month; all else is itself.
 */
static gboolean
match(const char *pattern, const char *text, Civil *civil)
{
    for (; *pattern != '\0'; pattern++, text++) {
        int *number = NULL;

        switch (*pattern) {
        case '*':
            if (find_name(day_names, G_N_ELEMENTS(day_names), text) < 0)
                return FALSE;
            text += 2;
            continue;
        case '#':
            civil->month = find_name(month_names, G_N_ELEMENTS(month_names), text) + 1;
            if (civil->month == 0)
                return FALSE;
            text += 2;
            continue;
        case '_':
            if (*text == ' ')
                continue;
            number = &civil->day;
            break;
        case 'D':
            number = &civil->day;
            break;
        case 'Y':
            number = &civil->year;
            break;
        case 'h':
            number = &civil->hour;
            break;
        case 'm':
            number = &civil->minute;
            break;
        case 's':
            number = &civil->second;
            break;
        }
        if (number == NULL ? *text != *pattern : !weft_byte_is(*text, WEFT_BYTE_DIGIT))
            return FALSE;
        if (number != NULL)
            *number = *number * 10 + (*text - '0');
    }
    return TRUE;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static gboolean
match_rfc850(const char *text, size_t length, int64_t now_s, Civil *civil)
{
    static const char pattern[] = ", DD-#-YY hh:mm:ss GMT";
    static const size_t pattern_length = sizeof ", DD-Nov-YY hh:mm:ss GMT" - 1;
    Civil today;
    size_t i = 0;

    while (i < G_N_ELEMENTS(long_day_names) &&
           (length != strlen(long_day_names[i]) + pattern_length ||
            memcmp(text, long_day_names[i], strlen(long_day_names[i])) != 0))
        i++;
    if (i == G_N_ELEMENTS(long_day_names) ||
        !match(pattern, text + strlen(long_day_names[i]), civil))
        return FALSE;

    /* RFC 9110 5.6.7: more than 50 years ahead means the century before. */
    civil_of_days(now_s / SECONDS_PER_DAY, &today);
    civil->year += today.year / 100 * 100;
    if (civil->year > today.year + 50)
        civil->year -= 100;
    return TRUE;
}

gboolean
weft_date_parse_http(const char *text, size_t length, int64_t now_s, int64_t *ret_unix_s)
{
    static const char imf_fixdate[] = "*, DD # YYYY hh:mm:ss GMT";
    static const char asctime[] = "* # _D hh:mm:ss YYYY";
    static const size_t asctime_bytes = sizeof "Sun Nov  6 08:49:37 1994" - 1;
    Civil civil = {0};
    gboolean matches;

    if (length == WEFT_DATE_HTTP_BYTES && text[3] == ',')
        matches = match(imf_fixdate, text, &civil);
    else if (length == asctime_bytes && text[3] == ' ')
        matches = match(asctime, text, &civil);
    else
        matches = match_rfc850(text, length, now_s, &civil);

    /* 60 is a leap second. */
    if (!matches || civil.day < 1 || civil.day > days_in_month(civil.year, civil.month) ||
        civil.hour > 23 || civil.minute > 59 || civil.second > 60)
        return FALSE;
    *ret_unix_s = days_of_civil(civil.year, civil.month, civil.day) * SECONDS_PER_DAY +
                  civil.hour * INT64_C(3600) + civil.minute * INT64_C(60) + civil.second;
    return TRUE;
}
