/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of statistics as text.  JSON keeps its folders.  Prometheus' format knows none: names
 * are joined, and numbers come in seconds.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

#include "base/statistics.h"

#include <string.h>

/* ---- JSON ---- */

typedef struct {
    GString *text;
    char *folder; /* of the last one: "server.http", or "" */
    gboolean is_first;
} JsonWriter;

static void
append_quoted(GString *text, const char *bytes, size_t length)
{
    g_string_append_c(text, '"');
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)bytes[i];

        if (byte == '"' || byte == '\\')
            g_string_append_printf(text, "\\%c", byte);
        else if (byte < 0x20)
            g_string_append_printf(text, "\\u%04x", byte);
        else
            g_string_append_c(text, (char)byte);
    }
    g_string_append_c(text, '"');
}

static void
begin_member(JsonWriter *writer, const char *name, size_t length)
{
    if (!writer->is_first)
        g_string_append(writer->text, ", ");
    writer->is_first = FALSE;
    append_quoted(writer->text, name, length);
    g_string_append(writer->text, ": ");
}

static void
append_number(GString *text, const char *name, int64_t value)
{
    g_string_append_printf(text, "\"%s\": %" G_GINT64_FORMAT, name, value);
}

static void
append_decimal(GString *text, const char *name, double value)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(digits, sizeof digits, "%.3f", value);
    g_string_append_printf(text, "\"%s\": %s", name, digits);
}

static void
append_histogram_object(GString *text, WeftStatistic *histogram)
{
    g_autofree WeftHistogramCopy *copy = weft_statistic_copy_locked(histogram);
    WeftStatisticSummary summary;

    weft_histogram_summarize(copy, &summary);
    const struct {
        const char *name;
        int64_t value;
    } members[] = {{"sum", summary.sum},    {"min", summary.min}, {"max", summary.max},
                   {"p50", summary.median}, {"p90", summary.p90}, {"p99", summary.p99},
                   {"p999", summary.p999}};

    append_number(text, "count", summary.n_values);
    g_string_append(text, ", ");
    append_decimal(text, "rate", weft_statistic_rate_locked(histogram));
    g_string_append(text, ", ");
    append_decimal(text, "avg",
                   summary.n_values > 0 ? (double)summary.sum / (double)summary.n_values : 0);
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        g_string_append(text, ", ");
        append_number(text, members[i].name, members[i].value);
    }
}

static void
append_value(GString *text, WeftStatistic *statistic)
{
    switch (statistic->kind) {
    case WEFT_STATISTIC_GAUGE:
        g_string_append_printf(text, "%" G_GINT64_FORMAT, weft_statistic_value_locked(statistic));
        return;
    case WEFT_STATISTIC_COUNTER:
        g_string_append_c(text, '{');
        append_number(text, "count", weft_statistic_value_locked(statistic));
        g_string_append(text, ", ");
        append_decimal(text, "rate", weft_statistic_rate_locked(statistic));
        g_string_append_c(text, '}');
        return;
    case WEFT_STATISTIC_HISTOGRAM:
        g_string_append_c(text, '{');
        append_histogram_object(text, statistic);
        g_string_append_c(text, '}');
        return;
    }
}

/* The length of the folder in @name, without the dot behind it. */
static size_t
folder_length(const char *name)
{
    const char *dot = memrchr(name, '.', strcspn(name, "{"));

    return dot != NULL ? (size_t)(dot - name) : 0;
}

/* How much of both is the same folder: up to a dot, or the end. */
static size_t
shared_length(const char *one, const char *other)
{
    size_t shared = 0;
    size_t i = 0;

    for (; one[i] == other[i] && one[i] != '\0'; i++)
        if (one[i] == '.')
            shared = i;
    const gboolean both_end = strchr(".", one[i]) != NULL && strchr(".", other[i]) != NULL;
    return both_end ? i : shared;
}

static void
enter_folder(JsonWriter *writer, const char *folder)
{
    const size_t shared = shared_length(writer->folder, folder);

    for (const char *rest = writer->folder + shared; *rest != '\0'; rest++) {
        if (*rest == '.' || rest == writer->folder)
            g_string_append_c(writer->text, '}');
        writer->is_first = FALSE;
    }
    for (const char *word = folder + shared; *word != '\0';) {
        word += *word == '.' ? 1 : 0;
        const size_t length = strcspn(word, ".");
        begin_member(writer, word, length);
        g_string_append_c(writer->text, '{');
        writer->is_first = TRUE;
        word += length;
    }
    g_free(writer->folder);
    writer->folder = g_strdup(folder);
}

static void
write_json(WeftStatistic *statistic, gpointer data)
{
    JsonWriter *writer = data;
    const size_t length = folder_length(statistic->name);
    g_autofree char *folder = g_strndup(statistic->name, length);
    const char *word = statistic->name + length + (length > 0 ? 1 : 0);

    enter_folder(writer, folder);
    begin_member(writer, word, strlen(word));
    append_value(writer->text, statistic);
}

char *
weft_statistics_to_json(const char *path)
{
    JsonWriter writer = {.text = g_string_new("{"), .folder = g_strdup(""), .is_first = TRUE};

    weft_statistics_visit(path, write_json, &writer);
    enter_folder(&writer, "");
    g_free(writer.folder);
    g_string_append(writer.text, "}\n");
    return g_string_free(writer.text, FALSE);
}

/* ---- Prometheus ---- */

typedef struct {
    GString *text;
    const char *prefix; /* (nullable) */
    GString *family;    /* the name of the last one, with its ending */
    gboolean is_in_us;  /* the last one: its numbers are written as seconds */
} PrometheusWriter;

static void
append_scaled(const PrometheusWriter *writer, int64_t value)
{
    if (!writer->is_in_us) {
        g_string_append_printf(writer->text, "%" G_GINT64_FORMAT, value);
        return;
    }
    const uint64_t us = value < 0 ? -(uint64_t)value : (uint64_t)value;
    g_string_append_printf(writer->text, "%s%" G_GUINT64_FORMAT ".%06d", value < 0 ? "-" : "",
                           us / G_USEC_PER_SEC, (int)(us % G_USEC_PER_SEC));
}

/* `key="value",...` of "{key=value,...}", without the braces; "" without labels. */
static char *
format_labels(const char *labels)
{
    GString *text = g_string_new(NULL);
    gboolean is_in_value = FALSE;

    for (const char *byte = *labels == '{' ? labels + 1 : labels; *byte != '\0'; byte++) {
        if (*byte == '=' && !is_in_value) {
            g_string_append(text, "=\"");
            is_in_value = TRUE;
        } else if (*byte == ',' || *byte == '}') {
            g_string_append(text, *byte == ',' ? "\"," : "\"");
            is_in_value = FALSE;
        } else if (*byte == '\n') {
            g_string_append(text, "\\n");
        } else {
            if (*byte == '"' || *byte == '\\')
                g_string_append_c(text, '\\');
            g_string_append_c(text, *byte);
        }
    }
    return g_string_free(text, FALSE);
}

static void
append_sample(const PrometheusWriter *writer, const char *ending, const char *labels,
              const char *more_labels)
{
    const gboolean has_both = *labels != '\0' && *more_labels != '\0';

    g_string_append_printf(writer->text, "%s%s", writer->family->str, ending);
    if (*labels != '\0' || *more_labels != '\0')
        g_string_append_printf(writer->text, "{%s%s%s}", labels, has_both ? "," : "", more_labels);
    g_string_append_c(writer->text, ' ');
}

/* 1, 2.5 and 5 of each power of ten, as far as the buckets go. */
static void
append_buckets(PrometheusWriter *writer, const WeftHistogramCopy *copy, const char *labels)
{
    static const int64_t steps[] = {10, 25, 50};
    GString *bound = g_string_new(NULL);
    PrometheusWriter bound_writer = {.text = bound, .is_in_us = writer->is_in_us};

    for (int64_t power = 1; power <= INT64_C(100000000); power *= 10)
        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
            g_string_assign(bound, "le=\"");
            append_scaled(&bound_writer, steps[i] * power);
            g_string_append_c(bound, '"');
            append_sample(writer, "_bucket", labels, bound->str);
            g_string_append_printf(writer->text, "%" G_GINT64_FORMAT "\n",
                                   weft_histogram_count_up_to(copy, steps[i] * power));
        }
    g_string_free(bound, TRUE);
}

static void
append_histogram(PrometheusWriter *writer, const WeftStatistic *histogram, const char *labels)
{
    g_autofree WeftHistogramCopy *copy = weft_statistic_copy_locked(histogram);

    append_buckets(writer, copy, labels);
    append_sample(writer, "_bucket", labels, "le=\"+Inf\"");
    g_string_append_printf(writer->text, "%" G_GINT64_FORMAT "\n", copy->n_values);
    append_sample(writer, "_sum", labels, "");
    append_scaled(writer, copy->sum);
    g_string_append_c(writer->text, '\n');
    append_sample(writer, "_count", labels, "");
    g_string_append_printf(writer->text, "%" G_GINT64_FORMAT "\n", copy->n_values);
}

/* Returns: (transfer full): the family's name in Prometheus' world */
static GString *
family_name(const PrometheusWriter *writer, const WeftStatistic *statistic)
{
    static const char *const ends[] = {"_total", "", ""};
    const size_t length = strcspn(statistic->name, "{");
    GString *name = g_string_new(writer->prefix);

    if (name->len > 0)
        g_string_append_c(name, '_');
    g_string_append_len(name, statistic->name, (gssize)length);
    for (char *dot = strchr(name->str, '.'); dot != NULL; dot = strchr(dot, '.'))
        *dot = '_';
    if (g_str_has_suffix(name->str, "_us")) {
        g_string_truncate(name, name->len - strlen("us"));
        g_string_append(name, "seconds");
    }
    g_string_append(name, ends[statistic->kind]);
    return name;
}

static void
begin_family(PrometheusWriter *writer, const WeftStatistic *statistic)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    GString *name = family_name(writer, statistic);
    const size_t length = strcspn(statistic->name, "{");
    const gboolean is_new = writer->family == NULL || !g_string_equal(name, writer->family);

    writer->is_in_us = length > 3 && strncmp(statistic->name + length - 3, "_us", 3) == 0;
    if (writer->family != NULL)
        g_string_free(writer->family, TRUE);
    writer->family = name;
    if (is_new)
        g_string_append_printf(writer->text, "# HELP %s %s\n# TYPE %s %s\n", name->str,
                               statistic->help, name->str, kinds[statistic->kind]);
}

static void
write_prometheus(WeftStatistic *statistic, gpointer data)
{
    PrometheusWriter *writer = data;
    g_autofree char *labels = format_labels(statistic->name + strcspn(statistic->name, "{"));

    begin_family(writer, statistic);
    if (statistic->kind == WEFT_STATISTIC_HISTOGRAM) {
        append_histogram(writer, statistic, labels);
        return;
    }
    append_sample(writer, "", labels, "");
    append_scaled(writer, weft_statistic_value_locked(statistic));
    g_string_append_c(writer->text, '\n');
}

char *
weft_statistics_to_prometheus(const char *path, const char *prefix)
{
    PrometheusWriter writer = {.text = g_string_new(NULL), .prefix = prefix};

    weft_statistics_visit(path, write_prometheus, &writer);
    if (writer.family != NULL)
        g_string_free(writer.family, TRUE);
    return g_string_free(writer.text, FALSE);
}
