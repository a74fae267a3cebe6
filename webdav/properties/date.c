/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seconds since 1970 to calendar dates in the two forms of RFC 4918 15.  The C library's gmtime
 * takes a lock and costs more than the rest of a listing's entry.
 */
#include "webdav/properties/date.h"

#include <string.h>

#define SECONDS_OF_DAY 86400

/* Years of four digits: 0000-03-01 to 9999-12-31. */
#define FIRST_SECOND (-62162035200)
#define LAST_SECOND 253402300799

typedef struct {
    unsigned year;
    unsigned month; /* 1 to 12 */
    unsigned day;
    unsigned weekday; /* 0: Sunday */
    unsigned hour;
    unsigned minute;
    unsigned second;
} Calendar;

/* The year is taken to begin in March, so that the leap day is its last; then months follow each
 * other as 153 days in five. */
static void
calendar_of(int64_t second, Calendar *calendar)
{
    enum { DAYS_TO_1970 = 719468, DAYS_OF_ERA = 146097 }; /* from 0000-03-01; 400 years */
    uint64_t moved = (uint64_t)(second + (int64_t)DAYS_TO_1970 * SECONDS_OF_DAY);
    unsigned days = (unsigned)(moved / SECONDS_OF_DAY);
    unsigned of_day = (unsigned)(moved % SECONDS_OF_DAY);
    unsigned era = days / DAYS_OF_ERA;
    unsigned of_era = days % DAYS_OF_ERA;
    unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month = (5 * of_year + 2) / 153; /* 0: March */

    calendar->day = of_year - (153 * month + 2) / 5 + 1;
    calendar->month = month < 10 ? month + 3 : month - 9;
    calendar->year = year_of_era + era * 400 + (month >= 10 ? 1 : 0);
    calendar->weekday = (days + 3) % 7; /* 0000-03-01 was a Wednesday */
    calendar->hour = of_day / 3600;
    calendar->minute = of_day / 60 % 60;
    calendar->second = of_day % 60;
}

static void
put_two(char *at, unsigned value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
}

static void
put_four(char *at, unsigned value)
{
    put_two(at, value / 100);
    put_two(at + 2, value % 100);
}

static void
put_time(char *at, const Calendar *calendar)
{
    put_two(at, calendar->hour);
    put_two(at + 3, calendar->minute);
    put_two(at + 6, calendar->second);
}

/* FALSE where @date holds the text for @wall_us already. */
static gboolean
is_other_second(WeftDavDate *date, int64_t wall_us, Calendar *ret_calendar)
{
    int64_t second = wall_us / G_USEC_PER_SEC - (wall_us % G_USEC_PER_SEC < 0 ? 1 : 0);

    second = CLAMP(second, FIRST_SECOND, LAST_SECOND);
    if (second == date->second)
        return FALSE;
    date->second = second;
    calendar_of(second, ret_calendar);
    return TRUE;
}

const char *
weft_dav_date_http(WeftDavDate *date, int64_t wall_us)
{
    static const char weekdays[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    Calendar calendar;

    if (!is_other_second(date, wall_us, &calendar))
        return date->text;
    memcpy(date->text, "Sun, 06 Nov 1994 08:49:37 GMT", WEFT_DAV_HTTP_DATE_BYTES + 1);
    memcpy(date->text, weekdays + 3 * calendar.weekday, 3);
    put_two(date->text + 5, calendar.day);
    memcpy(date->text + 8, months + 3 * (calendar.month - 1), 3);
    put_four(date->text + 12, calendar.year);
    put_time(date->text + 17, &calendar);
    return date->text;
}

const char *
weft_dav_date_iso(WeftDavDate *date, int64_t wall_us)
{
    Calendar calendar;

    if (!is_other_second(date, wall_us, &calendar))
        return date->text;
    memcpy(date->text, "1994-11-06T08:49:37Z", WEFT_DAV_ISO_DATE_BYTES + 1);
    put_four(date->text, calendar.year);
    put_two(date->text + 5, calendar.month);
    put_two(date->text + 8, calendar.day);
    put_time(date->text + 11, &calendar);
    return date->text;
}
