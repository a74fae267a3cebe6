/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of weftdav.
 */
#include "webdav/weftdav/options.h"

#include <string.h>
#include <weft/scan.h>

#define DEFAULT_ADDRESS "127.0.0.1:8080"
#define MAX_WORKERS 256

static const char summary[] =
    "Serves DIR (default: the current folder) over WebDAV, on " DEFAULT_ADDRESS ".";

static const char description[] =
    "ADDR is HOST:PORT, [V6]:PORT or unix:/PATH.  SIZE is in bytes; K, M, G and T behind it\n"
    "multiply by 1024 each.  SIGTERM and SIGINT stop the server once what is under way is done;\n"
    "a second one stops it at once.  SIGUSR1 lists all fibers on stderr.\n";

/* As GOption leaves them, before they are judged. */
typedef struct {
    char **listen;
    char **rest;
    char *durability;
    char *state;
    char *max_upload;
    char *access_log;
    char *access_log_format;
    char *log_level;
    int n_workers;
    gboolean read_only;
    gboolean anonymous;
    gboolean version;
} Raw;

static void
raw_clear(Raw *raw)
{
    g_strfreev(raw->listen);
    g_strfreev(raw->rest);
    g_free(raw->durability);
    g_free(raw->state);
    g_free(raw->max_upload);
    g_free(raw->access_log);
    g_free(raw->access_log_format);
    g_free(raw->log_level);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Raw, raw_clear)

static gboolean
refuse(GError **error, const char *format, const char *value)
{
    g_autofree char *message = g_strdup_printf(format, value);

    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return FALSE;
}

static gboolean
parse_raw(Raw *raw, int argc, char **argv, GError **error)
{
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &raw->listen,
         "Listen on ADDR; may be given several times", "ADDR"},
        {"anonymous", 0, 0, G_OPTION_ARG_NONE, &raw->anonymous,
         "Let everybody in, on addresses beyond this machine, too", NULL},
        {"read-only", 'r', 0, G_OPTION_ARG_NONE, &raw->read_only,
         "Refuse all changes", NULL},
        {"workers", 'w', 0, G_OPTION_ARG_INT, &raw->n_workers,
         "Threads that serve (default: one for each core)", "N"},
        {"durability", 0, 0, G_OPTION_ARG_STRING, &raw->durability,
         "What a change survives once it is answered (default: power)", "power|process"},
        {"state", 0, 0, G_OPTION_ARG_FILENAME, &raw->state,
         "Folder for what the server keeps itself; one server at a time", "DIR"},
        {"max-upload", 0, 0, G_OPTION_ARG_STRING, &raw->max_upload,
         "Refuse uploads larger than SIZE", "SIZE"},
        {"access-log", 0, 0, G_OPTION_ARG_FILENAME, &raw->access_log,
         "Write a line for each request to FILE; - is stdout", "FILE"},
        {"access-log-format", 0, 0, G_OPTION_ARG_STRING, &raw->access_log_format,
         "Form of these lines (default: combined)", "combined|json"},
        {"log-level", 0, 0, G_OPTION_ARG_STRING, &raw->log_level,
         "How much to say on stderr (default: info)", "error|warning|info|debug"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &raw->version, "Show the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->rest, NULL, "[DIR]"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    /* clang-format on */
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, &argc, &argv, error);
}

/* ---- values ---- */

/* "10M" */
static gboolean
parse_size(const char *text, int64_t *ret_bytes, GError **error)
{
    static const char units[] = "KMGT";
    uint64_t value = 0;
    size_t length = strlen(text);
    size_t used = weft_scan_decimal(text, length, &value);
    unsigned shift = 0;

    if (used > 0 && used + 1 == length) {
        const char *unit = strchr(units, g_ascii_toupper(text[used]));

        if (unit == NULL)
            return refuse(error, "bad size \"%s\" for --max-upload", text);
        shift = 10 * (unsigned)(unit - units + 1);
    } else if (used == 0 || used != length) {
        return refuse(error, "bad size \"%s\" for --max-upload", text);
    }
    if (value > (uint64_t)INT64_MAX >> shift)
        return refuse(error, "size \"%s\" for --max-upload is too large", text);
    *ret_bytes = (int64_t)(value << shift);
    return TRUE;
}

static gboolean
parse_durability(const char *text, WeftDavDurability *ret_durability, GError **error)
{
    gboolean is_power = text == NULL || strcmp(text, "power") == 0;

    if (!is_power && strcmp(text, "process") != 0)
        return refuse(error, "--durability is power or process, not \"%s\"", text);
    *ret_durability = is_power ? WEFT_DAV_DURABILITY_POWER : WEFT_DAV_DURABILITY_PROCESS;
    return TRUE;
}

static gboolean
parse_log_format(const char *text, WeftHttpLogFormat *ret_format, GError **error)
{
    gboolean is_combined = text == NULL || strcmp(text, "combined") == 0;

    if (!is_combined && strcmp(text, "json") != 0)
        return refuse(error, "--access-log-format is combined or json, not \"%s\"", text);
    *ret_format = is_combined ? WEFT_HTTP_LOG_COMBINED : WEFT_HTTP_LOG_JSON;
    return TRUE;
}

static gboolean
parse_values(WeftDavProgramOptions *options, const Raw *raw, GError **error)
{
    if (raw->n_workers < 0 || raw->n_workers > MAX_WORKERS)
        return refuse(error, "--workers is 1 to %s", G_STRINGIFY(MAX_WORKERS));
    options->n_workers = raw->n_workers > 0 ? (unsigned)raw->n_workers : g_get_num_processors();
    options->max_upload_bytes = -1;
    if (raw->max_upload != NULL && !parse_size(raw->max_upload, &options->max_upload_bytes, error))
        return FALSE;
    options->log_level = WEFT_LOG_INFO;
    if (raw->log_level != NULL && !weft_log_level_parse(raw->log_level, &options->log_level))
        return refuse(error, "--log-level is error, warning, info or debug, not \"%s\"",
                      raw->log_level);
    return parse_durability(raw->durability, &options->durability, error) &&
           parse_log_format(raw->access_log_format, &options->access_log_format, error);
}

/* ---- addresses ---- */

gboolean
weft_dav_program_is_local(const char *address)
{
    static const char *const local[] = {"unix:", "localhost:", "[::1]:"};
    const char *colon = strrchr(address, ':');

    for (size_t i = 0; i < G_N_ELEMENTS(local); i++)
        if (g_str_has_prefix(address, local[i]))
            return TRUE;
    if (colon == NULL)
        return FALSE;

    /* Only a whole IPv4 address is one of 127.0.0.0/8: "127.example.org" is not. */
    size_t length = (size_t)(colon - address);
    for (size_t i = 0; i < length; i++)
        if (!weft_byte_is(address[i], WEFT_BYTE_DIGIT) && address[i] != '.')
            return FALSE;
    return g_str_has_prefix(address, "127.");
}

static gboolean
take_addresses(WeftDavProgramOptions *options, Raw *raw, GError **error)
{
    static const char *const fallback[] = {DEFAULT_ADDRESS, NULL};

    options->listen =
        raw->listen != NULL ? g_steal_pointer(&raw->listen) : g_strdupv((char **)fallback);
    for (size_t i = 0; options->listen[i] != NULL; i++) {
        if (strchr(options->listen[i], ':') == NULL)
            return refuse(error, "%s is no address: it has no port", options->listen[i]);
        if (!options->anonymous && !weft_dav_program_is_local(options->listen[i]))
            return refuse(error,
                          "%s is reachable from other machines, and weftdav asks nobody for a "
                          "password: add --anonymous if everybody may come in",
                          options->listen[i]);
    }
    return TRUE;
}

static gboolean
is_same_or_below(const char *path, const char *folder)
{
    const size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

gboolean
weft_dav_program_options_parse(WeftDavProgramOptions *options, int argc, char **argv,
                               GError **error)
{
    g_auto(Raw) raw = {0};

    *options = (WeftDavProgramOptions){0};
    if (!parse_raw(&raw, argc, argv, error))
        return FALSE;
    if (raw.rest != NULL && g_strv_length(raw.rest) > 1)
        return refuse(error, "one folder can be served, and \"%s\" is the second", raw.rest[1]);

    options->directory = g_canonicalize_filename(raw.rest != NULL ? raw.rest[0] : ".", NULL);
    if (raw.state != NULL)
        options->state = g_canonicalize_filename(raw.state, NULL);
    if (options->state != NULL && is_same_or_below(options->state, options->directory))
        return refuse(error, "the state folder %s must not lie in the folder that is served",
                      options->state);
    options->read_only = raw.read_only;
    options->anonymous = raw.anonymous;
    options->shows_version = raw.version;
    options->access_log = g_steal_pointer(&raw.access_log);
    return parse_values(options, &raw, error) && take_addresses(options, &raw, error);
}

void
weft_dav_program_options_clear(WeftDavProgramOptions *options)
{
    g_free(options->directory);
    g_free(options->state);
    g_strfreev(options->listen);
    g_free(options->access_log);
}
