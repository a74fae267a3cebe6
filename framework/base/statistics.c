/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of statistics, and their cells.  A statistic has a place in an array that every thread
 * has one of, and changes alone: no lock, no atomic read-modify-write.  A reader adds up all
 * arrays, and what ended threads have left.  A reset does not touch the cells, which others write:
 * it remembers what was in them.
 */

#include "base/statistics.h"

#include <pthread.h>
#include <string.h>
#include <weft/clock.h>

/* How quickly the rate forgets. */
#define RATE_US (10 * G_USEC_PER_SEC)
/* Arrays grow by doubling from here. */
#define MIN_CELLS 64

typedef struct Cells Cells;
struct Cells {
    int64_t *values; /* replaced by its thread only, with the lock held */
    size_t n_values;
    Cells *next;
};

static __thread Cells here __attribute__((tls_model("initial-exec")));

/* pthread's own lock, so that ThreadSanitizer sees it.  It guards all that follows. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static GTree *tree; /* by name */
static Cells *threads;
static Cells ended; /* the sums of threads that are no more */
static size_t n_cells_given;
static GArray *free_cells[2]; /* places of removed statistics: single ones, histograms */
static pthread_key_t thread_end;

/* ---- cells ---- */

static void
grow_locked(Cells *cells, size_t n_wanted)
{
    size_t n_values = MAX(cells->n_values, MIN_CELLS);

    while (n_values < n_wanted)
        n_values *= 2;
    int64_t *values = g_new0(int64_t, n_values);
    if (cells->n_values > 0)
        memcpy(values, cells->values, cells->n_values * sizeof *values);
    g_free(cells->values);
    cells->values = values;
    cells->n_values = n_values;
}

/* Hand what a thread has counted to those that stay. */
static void
retire(gpointer data)
{
    Cells *cells = data;
    Cells **link = &threads;

    pthread_mutex_lock(&mutex);
    while (*link != cells)
        link = &(*link)->next;
    *link = cells->next;
    if (ended.n_values < cells->n_values)
        grow_locked(&ended, cells->n_values);
    for (size_t i = 0; i < cells->n_values; i++)
        ended.values[i] += cells->values[i];
    g_clear_pointer(&cells->values, g_free);
    cells->n_values = 0;
    pthread_mutex_unlock(&mutex);
}

static inline void
add_within(size_t cell, int64_t n)
{
    int64_t *value = &here.values[cell];

    __atomic_store_n(value, *value + n, __ATOMIC_RELAXED);
}

static __attribute__((cold, noinline)) void
grow_and_add(size_t cell, int64_t n)
{
    pthread_mutex_lock(&mutex);
    if (here.values == NULL) {
        here.next = threads;
        threads = &here;
        pthread_setspecific(thread_end, &here);
    }
    grow_locked(&here, cell + 1);
    pthread_mutex_unlock(&mutex);
    add_within(cell, n);
}

/* Its last call, where it is one, leaves by a jump: the quick way needs no frame. */
static inline void
add_to_cell(size_t cell, int64_t n)
{
    if (G_LIKELY(cell < here.n_values))
        add_within(cell, n);
    else
        grow_and_add(cell, n);
}

static int64_t
sum_locked(size_t cell)
{
    int64_t sum = cell < ended.n_values ? ended.values[cell] : 0;

    for (const Cells *cells = threads; cells != NULL; cells = cells->next)
        if (cell < cells->n_values)
            sum += __atomic_load_n(&cells->values[cell], __ATOMIC_RELAXED);
    return sum;
}

static int64_t
cell_value_locked(const WeftStatistic *statistic, size_t index)
{
    return sum_locked(statistic->first_cell + index) -
           (statistic->base != NULL ? statistic->base[index] : 0);
}

static void
rebase_locked(WeftStatistic *statistic)
{
    if (statistic->base == NULL)
        statistic->base = g_new0(int64_t, statistic->n_cells);
    for (size_t i = 0; i < statistic->n_cells; i++)
        statistic->base[i] = sum_locked(statistic->first_cell + i);
}

static GArray *
free_cells_for(const WeftStatistic *statistic)
{
    return free_cells[statistic->n_cells > 1 ? 1 : 0];
}

static void
give_cells_locked(WeftStatistic *statistic)
{
    GArray *unused = free_cells_for(statistic);

    if (unused->len == 0) {
        statistic->first_cell = n_cells_given;
        n_cells_given += statistic->n_cells;
        return;
    }
    statistic->first_cell = g_array_index(unused, size_t, unused->len - 1);
    g_array_set_size(unused, unused->len - 1);
    rebase_locked(statistic); /* the one before has left its numbers there */
}

/* ---- names ---- */

/* By bytes, but labels before dots: what lies at and below a name follows it. */
static int
compare_names(gconstpointer a, gconstpointer b, G_GNUC_UNUSED gpointer data)
{
    const unsigned char *one = a;
    const unsigned char *other = b;

    while (*one != '\0' && *one == *other) {
        one++;
        other++;
    }
    return (*one == '{' ? 1 : *one) - (*other == '{' ? 1 : *other);
}

/* Whether @name is @path or lies below it. */
static gboolean
lies_at(const char *name, const char *path)
{
    const size_t length = strlen(path);

    return strncmp(name, path, length) == 0 && strchr(".{", name[length]) != NULL;
}

static size_t
span_of_word(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

/* "key=value,key=value}" */
static gboolean
are_labels(const char *text)
{
    for (;;) {
        const size_t n_key = span_of_word(text);
        if (n_key == 0 || text[n_key] != '=')
            return FALSE;
        text += n_key + 1;
        text += strcspn(text, ",{}");
        if (*text != ',')
            return strcmp(text, "}") == 0;
        text++;
    }
}

static gboolean
is_name(const char *text)
{
    for (;;) {
        const size_t n_word = span_of_word(text);
        if (n_word == 0 || g_ascii_isdigit(*text))
            return FALSE;
        text += n_word;
        if (*text == '{')
            return are_labels(text + 1);
        if (*text == '\0')
            return TRUE;
        if (*text++ != '.')
            return FALSE;
    }
}

/* A statistic where @name has a folder, or the other way round. */
static gboolean
is_in_the_way_locked(const char *name)
{
    g_autofree char *below = g_strdup_printf("%s.", name);
    g_autofree char *above = g_strdup(name);
    GTreeNode *next = g_tree_lower_bound(tree, below);

    if (next != NULL && g_str_has_prefix(g_tree_node_key(next), below))
        return TRUE;
    above[strcspn(above, "{")] = '\0';
    for (char *dot = strrchr(above, '.'); dot != NULL; dot = strrchr(above, '.')) {
        *dot = '\0';
        if (g_tree_lookup(tree, above) != NULL)
            return TRUE;
    }
    return FALSE;
}

/* ---- making and removing ---- */

static void
start(void)
{
    tree = g_tree_new_full(compare_names, NULL, NULL, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(free_cells); i++)
        free_cells[i] = g_array_new(FALSE, FALSE, sizeof(size_t));
    pthread_key_create(&thread_end, retire);
}

static void
lock(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, start);
    pthread_mutex_lock(&mutex);
}

static void
unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

static WeftStatistic *
make_locked(const char *name, const char *help, WeftStatisticKind kind)
{
    WeftStatistic *statistic = g_new0(WeftStatistic, 1);

    statistic->name = g_strdup(name);
    statistic->help = g_strdup(help);
    statistic->kind = kind;
    statistic->n_cells = kind == WEFT_STATISTIC_HISTOGRAM ? WEFT_STATISTIC_HISTOGRAM_CELLS : 1;
    statistic->rated_us = weft_clock_now_us();
    give_cells_locked(statistic);
    g_tree_insert(tree, statistic->name, statistic);
    return statistic;
}

static WeftStatistic *
find_or_make_locked(const char *name, const char *help, WeftStatisticKind kind)
{
    WeftStatistic *statistic = g_tree_lookup(tree, name);

    if (statistic == NULL) {
        if (is_in_the_way_locked(name))
            g_error("the statistic \"%s\" is a folder of others, or lies in one that is none",
                    name);
        return make_locked(name, help, kind);
    }
    if (statistic->kind != kind)
        g_error("the statistic \"%s\" is there, and of another kind", name);
    return statistic;
}

static WeftStatistic *
find_or_make(const char *name, const char *help, WeftStatisticKind kind)
{
    g_return_val_if_fail(is_name(name), NULL);
    lock();
    WeftStatistic *statistic = find_or_make_locked(name, help, kind);
    unlock();
    return statistic;
}

WeftStatistic *
weft_statistic_counter(const char *name, const char *help)
{
    return find_or_make(name, help, WEFT_STATISTIC_COUNTER);
}

WeftStatistic *
weft_statistic_gauge(const char *name, const char *help)
{
    return find_or_make(name, help, WEFT_STATISTIC_GAUGE);
}

WeftStatistic *
weft_statistic_histogram(const char *name, const char *help)
{
    return find_or_make(name, help, WEFT_STATISTIC_HISTOGRAM);
}

WeftStatistic *
weft_statistic_function(const char *name, const char *help, WeftStatisticKind kind,
                        WeftStatisticFunc func, gpointer data)
{
    g_return_val_if_fail(is_name(name) && kind != WEFT_STATISTIC_HISTOGRAM, NULL);
    lock();
    WeftStatistic *statistic = find_or_make_locked(name, help, kind);
    statistic->func = func;
    statistic->data = data;
    unlock();
    return statistic;
}

static GPtrArray *
list_locked(const char *path)
{
    GPtrArray *list = g_ptr_array_new();
    GTreeNode *node = path != NULL ? g_tree_lower_bound(tree, path) : g_tree_node_first(tree);

    for (; node != NULL; node = g_tree_node_next(node)) {
        if (path != NULL && !lies_at(g_tree_node_key(node), path))
            break;
        g_ptr_array_add(list, g_tree_node_value(node));
    }
    return list;
}

static void
remove_locked(WeftStatistic *statistic)
{
    g_tree_remove(tree, statistic->name);
    g_array_append_val(free_cells_for(statistic), statistic->first_cell);
    g_free(statistic->name);
    g_free(statistic->help);
    g_free(statistic->base);
    g_free(statistic);
}

void
weft_statistics_remove(const char *path)
{
    lock();
    g_autoptr(GPtrArray) list = list_locked(path);
    for (size_t i = 0; i < list->len; i++)
        remove_locked(list->pdata[i]);
    unlock();
}

void
weft_statistics_reset(const char *path)
{
    lock();
    g_autoptr(GPtrArray) list = list_locked(path);
    for (size_t i = 0; i < list->len; i++) {
        WeftStatistic *statistic = list->pdata[i];

        if (statistic->kind == WEFT_STATISTIC_GAUGE || statistic->func != NULL)
            continue;
        rebase_locked(statistic);
        statistic->rated_us = weft_clock_now_us();
        statistic->rated_count = 0;
        statistic->is_rated = FALSE;
    }
    unlock();
}

WeftStatistic *
weft_statistics_find(const char *name)
{
    lock();
    WeftStatistic *statistic = g_tree_lookup(tree, name);
    unlock();
    return statistic;
}

/* ---- counting ---- */

void
weft_statistic_add(WeftStatistic *statistic, int64_t n)
{
    add_to_cell(statistic->first_cell, n);
}

void
weft_statistic_set(WeftStatistic *gauge, int64_t value)
{
    __atomic_store_n(&gauge->set_value, value, __ATOMIC_RELAXED);
}

void
weft_statistic_record(WeftStatistic *histogram, int64_t value)
{
    g_return_if_fail(histogram->kind == WEFT_STATISTIC_HISTOGRAM);
    add_to_cell(histogram->first_cell + 1 + weft_histogram_bucket(value), 1);
    add_to_cell(histogram->first_cell, MAX(value, 0));
}

/* ---- reading ---- */

static int64_t
count_values_locked(const WeftStatistic *histogram)
{
    int64_t n_values = 0;

    for (size_t i = 1; i < histogram->n_cells; i++)
        n_values += cell_value_locked(histogram, i);
    return n_values;
}

int64_t
weft_statistic_value_locked(const WeftStatistic *statistic)
{
    if (statistic->func != NULL)
        return statistic->func(statistic->data);
    if (statistic->kind == WEFT_STATISTIC_HISTOGRAM)
        return count_values_locked(statistic);
    return cell_value_locked(statistic, 0) +
           __atomic_load_n(&statistic->set_value, __ATOMIC_RELAXED);
}

double
weft_statistic_rate_locked(WeftStatistic *statistic)
{
    const int64_t now_us = weft_clock_now_us();
    const int64_t elapsed_us = now_us - statistic->rated_us;

    if (elapsed_us <= 0)
        return statistic->rate;
    const int64_t count = weft_statistic_value_locked(statistic);
    const double newest =
        (double)(count - statistic->rated_count) * G_USEC_PER_SEC / (double)elapsed_us;
    const double weight = (double)elapsed_us / (double)(elapsed_us + RATE_US);

    statistic->rate =
        statistic->is_rated ? statistic->rate + weight * (newest - statistic->rate) : newest;
    statistic->is_rated = TRUE;
    statistic->rated_us = now_us;
    statistic->rated_count = count;
    return statistic->rate;
}

WeftHistogramCopy *
weft_statistic_copy_locked(const WeftStatistic *histogram)
{
    WeftHistogramCopy *copy = g_new(WeftHistogramCopy, 1);

    copy->n_values = 0;
    copy->sum = cell_value_locked(histogram, 0);
    for (size_t i = 0; i < WEFT_HISTOGRAM_N_BUCKETS; i++) {
        copy->n_in_bucket[i] = cell_value_locked(histogram, i + 1);
        copy->n_values += copy->n_in_bucket[i];
    }
    return copy;
}

void
weft_statistics_visit(const char *path, WeftStatisticVisitor visit, gpointer data)
{
    lock();
    g_autoptr(GPtrArray) list = list_locked(path);
    for (size_t i = 0; i < list->len; i++)
        visit(list->pdata[i], data);
    unlock();
}

int64_t
weft_statistic_value(WeftStatistic *statistic)
{
    lock();
    const int64_t value = weft_statistic_value_locked(statistic);
    unlock();
    return value;
}

double
weft_statistic_rate(WeftStatistic *statistic)
{
    lock();
    const double rate = weft_statistic_rate_locked(statistic);
    unlock();
    return rate;
}

static WeftHistogramCopy *
copy_histogram(const WeftStatistic *histogram)
{
    g_return_val_if_fail(histogram->kind == WEFT_STATISTIC_HISTOGRAM, g_new0(WeftHistogramCopy, 1));
    lock();
    WeftHistogramCopy *copy = weft_statistic_copy_locked(histogram);
    unlock();
    return copy;
}

void
weft_statistic_summarize(WeftStatistic *histogram, WeftStatisticSummary *ret_summary)
{
    g_autofree WeftHistogramCopy *copy = copy_histogram(histogram);

    weft_histogram_summarize(copy, ret_summary);
}

int64_t
weft_statistic_quantile(WeftStatistic *histogram, unsigned permille)
{
    g_autofree WeftHistogramCopy *copy = copy_histogram(histogram);

    return weft_histogram_quantile(copy, permille);
}

int64_t
weft_statistic_count_up_to(WeftStatistic *histogram, int64_t bound)
{
    g_autofree WeftHistogramCopy *copy = copy_histogram(histogram);

    return weft_histogram_count_up_to(copy, bound);
}
