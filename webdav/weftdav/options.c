/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of weftdav: one table.  A row is a long option, an environment variable and a key of
 * the configuration file at once; below it, what must hold between options, and where values come
 * from.
 */
#include "webdav/weftdav/options.h"

#include <string.h>
#include <weft/scan.h>

#include "webdav/weftdav/access.h"
#include "webdav/weftdav/config_file.h"
#include "webdav/weftdav/layers.h"
#include "webdav/weftdav/option.h"
#include "webdav/weftdav/served.h"
#include "webdav/weftdav/tls.h"

#define DEFAULT_ADDRESS "127.0.0.1:8080"
#define MAX_WORKERS 256
#define MAX_REPORT_BLOCKED_MS 3600000
#define MAX_CONNECTIONS 100000000
#define MAX_REQUESTS 1000000
#define MAIN_GROUP "weftdav"

static const char summary[] =
    "Serves DIR (default: the current folder) over WebDAV, on " DEFAULT_ADDRESS ".";

static const char description[] =
    "ADDR is HOST:PORT, [V6]:PORT or unix:/PATH; with http:// in front it never speaks TLS, with\n"
    "https:// always, otherwise where there is a certificate.  SIZE is in bytes; K, M, G and T\n"
    "behind it multiply by 1024 each.  A switch that something else turned on: --no-NAME turns it\n"
    "off.  Each option is also the key NAME in [weftdav] of the configuration file, and the\n"
    "variable WEFTDAV_NAME in the environment; the command line goes before the environment, and\n"
    "that before the file.  SIGTERM and SIGINT stop the server once what is under way is done; a\n"
    "second one stops it at once.  SIGUSR1 lists all fibers on stderr.\n";

/* ---- the table ---- */

static gboolean check_listen(gconstpointer data, GError **error);
static gboolean check_state(gconstpointer data, GError **error);
static gboolean check_metrics(gconstpointer data, GError **error);
static gboolean check_control(gconstpointer data, GError **error);

#define FIELD(name) G_STRUCT_OFFSET(WeftDavProgramOptions, name)
#define FLAG WEFT_DAV_OPTION_FLAG
#define STRING WEFT_DAV_OPTION_STRING
#define PATH WEFT_DAV_OPTION_PATH
#define LIST WEFT_DAV_OPTION_LIST
#define PATHS WEFT_DAV_OPTION_PATHS
#define SIZE WEFT_DAV_OPTION_SIZE
#define COUNT WEFT_DAV_OPTION_COUNT
#define CHOICE WEFT_DAV_OPTION_CHOICE
#define NO_LINE WEFT_DAV_OPTION_NO_LINE
#define NO_FILE WEFT_DAV_OPTION_NO_FILE
#define NO_ENV WEFT_DAV_OPTION_NO_ENV
#define RELOADS WEFT_DAV_OPTION_RELOADS

/* In the order of --help.  Without RELOADS a change waits for the next start. */
/* clang-format off */
static const WeftDavOption table[] = {
    /* Name, letter, kind, field, what --help calls the value; then what not all have. */
    {"config", 'c', PATH, FIELD(config), "FILE",
     .help = "Read FILE, too", .traits = NO_FILE},
    {"check-config", 0, FLAG, FIELD(checks_config), NULL,
     .help = "Tell all that is wrong with the options and the configuration, and end",
     .traits = NO_FILE | NO_ENV},
    {"directory", 0, PATH, FIELD(directory), "DIR",
     .fallback = ".", .traits = NO_LINE},

    {"listen", 'l', LIST, FIELD(listen), "ADDR",
     .help = "Listen on ADDR; may be given several times",
     .fallback = DEFAULT_ADDRESS, .check = check_listen},
    {"anonymous", 0, FLAG, FIELD(anonymous), NULL,
     .help = "Let everybody in, on addresses beyond this machine, too"},
    {"share", 0, LIST, FIELD(shares), "NAME=DIR",
     .help = "Serve DIR as NAME below the root, which has shares and nothing else then; may be "
             "given several times",
     .check = weft_dav_served_check, .traits = NO_FILE},
    {"home", 0, PATH, FIELD(home), "DIR/{user}",
     .help = "Serve each user a folder of his own, as " WEFT_DAV_HOME_SHARE "/USER"},
    {"users", 0, PATH, FIELD(users), "FILE",
     .help = "Let in who has a password in FILE, made by weftdav passwd or htpasswd -B",
     .check = weft_dav_access_check},
    {"pam", 0, STRING, FIELD(pam), "SERVICE",
     .help = "Let in whom this service of PAM lets in, where weftdav was built with it",
     .fallback = "none"},
    {"digest-users", 0, PATH, FIELD(digest_users), "FILE",
     .help = "Let in who has a digest in FILE, made by weftdav passwd --digest or htdigest"},
    {"realm", 0, STRING, FIELD(realm), "NAME",
     .help = "What clients call the server when they ask for a password",
     .fallback = "weftdav"},
    {"groups", 0, PATH, FIELD(groups_file), "FILE",
     .help = "Groups of users for rules, \"name: user user\" in a line", .traits = RELOADS},
    {"group", 0, LIST, FIELD(groups), "NAME=USER,USER",
     .help = "A group of users for rules", .traits = NO_FILE | RELOADS},
    {"rule", 0, LIST, FIELD(rules), "\"PATH LEVEL NAMES\"",
     .help = "Let users, @groups, * (all) or anonymous do none, read, upload, write or unlock from PATH on",
     .traits = NO_FILE | RELOADS},
    {"insecure-basic", 0, FLAG, FIELD(insecure_basic), NULL,
     .help = "Take passwords without TLS, on addresses beyond this machine, too"},
    {"behind-proxy", 0, FLAG, FIELD(behind_proxy), NULL,
     .help = "Believe a proxy on this machine who its clients are (X-Forwarded-For)"},

    {"tls-certificate", 0, PATHS, FIELD(tls_certificates), "FILE",
     .help = "Speak TLS with the certificate in FILE (PEM), and those that lead to its authority; "
             "given several times, with the one for the name that a client calls",
     .check = weft_dav_tls_check, .traits = RELOADS},
    {"tls-key", 0, PATHS, FIELD(tls_keys), "FILE",
     .help = "The certificate's key, where it is not in the same file; of several, in their order",
     .traits = RELOADS},
    {"tls-self-signed", 0, FLAG, FIELD(tls_self_signed), NULL,
     .help = "Speak TLS with a certificate made at the start, to try it out"},
    {"redirect-to-tls", 0, FLAG, FIELD(redirect_to_tls), NULL,
     .help = "Send who comes to an http:// address to https://"},
    {"user", 0, STRING, FIELD(user), "NAME",
     .help = "Become NAME once all is open that needs root"},
    {"confine", 0, FLAG, FIELD(confine), NULL,
     .help = "Let the kernel deny all files but those that are served or named here",
     .fallback = "true"},
    {"max-connections", 0, COUNT, FIELD(max_connections), "N",
     .help = "Connections at a time; more wait; 0: as many as the system has descriptors for",
     .fallback = "0", .max = MAX_CONNECTIONS},
    {"max-connections-per-address", 0, COUNT, FIELD(max_connections_per_address), "N",
     .help = "Connections of one address at a time; 0: no limit",
     .fallback = "0", .max = MAX_CONNECTIONS},
    {"max-requests-per-address", 0, COUNT, FIELD(max_requests_per_address), "N",
     .help = "Requests of one address in a second; 0: no limit",
     .fallback = "0", .max = MAX_REQUESTS},
    {"max-requests", 0, COUNT, FIELD(max_requests), "N",
     .help = "Requests in a second; 0: no limit",
     .fallback = "0", .max = MAX_REQUESTS},
    {"workers", 'w', COUNT, FIELD(n_workers), "N",
     .help = "Threads that serve; 0: one for each core",
     .fallback = "0", .max = MAX_WORKERS},
    {"report-blocked", 0, COUNT, FIELD(report_blocked_ms), "MS",
     .help = "Log what holds up a thread for MS milliseconds, and where; 0: nothing",
     .fallback = "1000", .max = MAX_REPORT_BLOCKED_MS},

    {"read-only", 'r', FLAG, FIELD(read_only), NULL,
     .help = "Refuse all changes"},
    {"durability", 0, CHOICE, FIELD(durability), "power|process",
     .help = "What a change survives once it is answered",
     .fallback = "power", .min = WEFT_DAV_DURABILITY_POWER},
    {"state", 0, PATH, FIELD(state), "DIR",
     .help = "Folder for what the server keeps itself; one server at a time",
     .check = check_state},
    {"properties", 0, CHOICE, FIELD(property_place), "auto|xattr|sqlite",
     .help = "Where dead properties are kept: with the files, or in the state folder",
     .fallback = "auto", .min = WEFT_DAV_PROPERTIES_AUTO},
    {"max-upload", 0, SIZE, FIELD(max_upload_bytes), "SIZE",
     .help = "Refuse uploads larger than SIZE",
     .fallback = "none"},
    {"quota", 0, SIZE, FIELD(quota_bytes), "SIZE",
     .help = "Let each share hold SIZE of files, and no more",
     .fallback = "none"},
    {"apple-files", 0, CHOICE, FIELD(apple_files), "keep|hide|temp",
     .help = "What to do with .DS_Store and ._*: store, refuse, or forget them after a while",
     .fallback = "keep", .min = WEFT_DAV_APPLE_FILES_KEEP},
    {"hide-dot-files", 0, FLAG, FIELD(hides_dot_files), NULL,
     .help = "Keep names that begin with a dot away from clients"},
    {"deny", 0, LIST, FIELD(deny), "GLOB",
     .help = "Keep names that match GLOB away from clients; may be given several times"},
    {"ignore-case", 0, FLAG, FIELD(ignores_case), NULL,
     .help = "Find a name that is not there under another spelling of its letters"},
    {"normalise-names", 0, FLAG, FIELD(normalises_names), NULL,
     .help = "Find a name that is not there under another of its Unicode forms (NFC, NFD)"},
    {"prefix", 0, STRING, FIELD(prefix), "PATH",
     .help = "Serve below PATH, which a proxy in front leaves in what it asks for",
     .check = weft_dav_layers_check},
    {"base-url", 0, STRING, FIELD(base_url), "URL",
     .help = "How clients reach the root through a proxy, which takes the path of URL away"},

    {"metrics", 0, STRING, FIELD(metrics), "ADDR",
     .help = "Serve metrics (Prometheus) and health on ADDR, to everybody", .check = check_metrics},
    {"control", 0, STRING, FIELD(control), "unix:PATH",
     .help = "Let weftctl ask and steer on a socket for this user and root", .check = check_control},
    {"access-log", 0, PATH, FIELD(access_log), "FILE",
     .help = "Write a line for each request to FILE; - is stdout"},
    {"access-log-format", 0, CHOICE, FIELD(access_log_format), "combined|json",
     .help = "Form of these lines",
     .fallback = "combined", .min = WEFT_HTTP_LOG_COMBINED},
    {"log-level", 0, CHOICE, FIELD(log_level), "error|warning|info|debug",
     .help = "How much to say on stderr",
     .fallback = "info", .min = WEFT_LOG_ERROR, .traits = RELOADS},
    {"version", 0, FLAG, FIELD(shows_version), NULL,
     .help = "Show the version", .traits = NO_FILE | NO_ENV},
};
/* clang-format on */

/* Who reads which groups of the configuration file: [NAME], or [NAME ...] with a name of its own.
 */
static void take_main_group(WeftDavProgramOptions *options, const WeftDavConfigFile *file,
                            const char *group, GPtrArray *problems);

typedef struct {
    const char *name;
    gboolean has_own_name; /* [share music] */
    void (*take)(WeftDavProgramOptions *options, const WeftDavConfigFile *file, const char *group,
                 GPtrArray *problems);
} Section;

static const Section sections[] = {
    {MAIN_GROUP, FALSE, take_main_group},
    {"share", TRUE, weft_dav_access_take_share},
    {"rule", TRUE, weft_dav_access_take_rule},
    {"group", TRUE, weft_dav_access_take_group},
};

/* ---- what must hold between options ---- */

static gboolean
refuse(GError **error, const char *format, const char *value)
{
    g_autofree char *message = g_strdup_printf(format, value);

    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return FALSE;
}

gboolean
weft_dav_program_is_local(const char *text)
{
    static const char *const local[] = {"unix:", "localhost:", "[::1]:"};
    WeftDavScheme scheme;
    const char *address = weft_dav_listen_address(text, &scheme);
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

gboolean
weft_dav_program_options_allow(const WeftDavProgramOptions *options, const char *address,
                               GError **error)
{
    if (options->anonymous || weft_dav_program_is_local(address))
        return TRUE;
    if (weft_dav_access_has_users(options))
        return weft_dav_access_allow(options, address, error);
    return refuse(error,
                  "%s is reachable from other machines, and weftdav asks nobody for a password: "
                  "add --users FILE, or --anonymous if everybody may come in",
                  address);
}

static gboolean
check_listen(gconstpointer data, GError **error)
{
    const WeftDavProgramOptions *options = data;

    if (options->listen[0] == NULL)
        return refuse(error, "%s: there is no address to listen on", "listen");
    for (size_t i = 0; options->listen[i] != NULL; i++) {
        WeftDavScheme scheme;

        if (strchr(weft_dav_listen_address(options->listen[i], &scheme), ':') == NULL)
            return refuse(error, "%s is no address: it has no port", options->listen[i]);
        if (!weft_dav_program_options_allow(options, options->listen[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_state(gconstpointer data, GError **error)
{
    const WeftDavProgramOptions *options = data;

    if (options->state != NULL && weft_dav_served_holds(options, options->state))
        return refuse(error, "the state folder %s must not lie in a folder that is served",
                      options->state);
    return TRUE;
}

static gboolean
check_metrics(gconstpointer data, GError **error)
{
    const WeftDavProgramOptions *options = data;

    if (options->metrics != NULL && strchr(options->metrics, ':') == NULL)
        return refuse(error, "%s is no address: it has no port", options->metrics);
    return TRUE;
}

static gboolean
check_control(gconstpointer data, GError **error)
{
    const WeftDavProgramOptions *options = data;

    if (options->control != NULL && !g_str_has_prefix(options->control, "unix:/"))
        return refuse(error, "a control socket is a unix:/PATH, not \"%s\"", options->control);
    return TRUE;
}

static void
check_all(const WeftDavProgramOptions *options, GPtrArray *problems)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = NULL;

        if (table[i].check != NULL && !table[i].check(options, &error))
            g_ptr_array_add(problems, g_strdup(error->message));
    }
}

/* ---- the command line ---- */

/* What was typed: the texts of each row, NULL where there are none. */
typedef struct {
    GPtrArray *texts[G_N_ELEMENTS(table)];
    char **rest;
} CommandLine;

static void
command_line_clear(CommandLine *line)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (line->texts[i] != NULL)
            g_ptr_array_unref(line->texts[i]);
    g_strfreev(line->rest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CommandLine, command_line_clear)

/* @said: "--listen", "-l", "--no-read-only"; TRUE in @ret_is_no for the last */
static size_t
find_row(const char *said, gboolean *ret_is_no)
{
    *ret_is_no = FALSE;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (said[1] == '-' ? strcmp(said + 2, table[i].name) == 0 : said[1] == table[i].letter)
            return i;

    g_assert(g_str_has_prefix(said, "--no-"));
    *ret_is_no = TRUE;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(said + strlen("--no-"), table[i].name) == 0)
            return i;
    g_assert_not_reached();
}

static gboolean
remember(const char *said, const char *text, gpointer data, G_GNUC_UNUSED GError **error)
{
    CommandLine *line = data;
    gboolean is_no;
    const size_t row = find_row(said, &is_no);

    if (line->texts[row] == NULL)
        line->texts[row] = g_ptr_array_new_with_free_func(g_free);
    if (table[row].kind == FLAG)
        text = is_no ? "false" : "true";
    g_ptr_array_add(line->texts[row], g_strdup(text));
    return TRUE;
}

/* Strings that @entries borrow are added to @strings. */
static void
add_entries(const WeftDavOption *option, GArray *entries, GPtrArray *strings)
{
    GOptionEntry entry = {.long_name = option->name,
                          .short_name = option->letter,
                          .arg = G_OPTION_ARG_CALLBACK,
                          .arg_data = (gpointer)remember,
                          .description = option->help,
                          .arg_description = option->value_name};

    if (option->fallback != NULL) {
        entry.description = g_strdup_printf("%s (default: %s)", option->help, option->fallback);
        g_ptr_array_add(strings, (gpointer)entry.description);
    }
    if (option->kind == FLAG)
        entry.flags = G_OPTION_FLAG_NO_ARG;
    else if (option->kind == PATH)
        entry.flags = G_OPTION_FLAG_FILENAME;
    g_array_append_val(entries, entry);
    if (option->kind != FLAG || (option->traits & NO_FILE))
        return;

    entry.long_name = g_strconcat("no-", option->name, NULL);
    g_ptr_array_add(strings, (gpointer)entry.long_name);
    entry.short_name = 0;
    entry.flags |= G_OPTION_FLAG_HIDDEN;
    g_array_append_val(entries, entry);
}

static gboolean
read_command_line(CommandLine *line, int argc, char **argv, GError **error)
{
    const GOptionEntry rest = {G_OPTION_REMAINING, 0,    0,      G_OPTION_ARG_FILENAME_ARRAY,
                               &line->rest,        NULL, "[DIR]"};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    GOptionGroup *group = g_option_group_new(NULL, NULL, NULL, line, NULL);
    g_autoptr(GArray) entries = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) arguments = g_new0(char *, (size_t)argc + 1);

    for (int i = 0; i < argc; i++)
        arguments[i] = g_strdup(argv[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (!(table[i].traits & NO_LINE))
            add_entries(&table[i], entries, strings);
    g_array_append_val(entries, rest);
    g_option_group_add_entries(group, (const GOptionEntry *)(void *)entries->data);
    g_option_context_set_main_group(context, group);
    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, description);
    if (!g_option_context_parse_strv(context, &arguments, error))
        return FALSE;
    if (line->rest != NULL && g_strv_length(line->rest) > 1)
        return refuse(error, "one folder can be served, and \"%s\" is the second", line->rest[1]);
    return TRUE;
}

/* ---- gathering: each source overwrites what the ones before have said ---- */

/* @file: (nullable): where the texts stand, under [weftdav] */
static void
set_option(WeftDavProgramOptions *options, const WeftDavOption *option, const char *const *texts,
           const char *said_as, const WeftDavConfigFile *file, GPtrArray *problems)
{
    g_autoptr(GError) error = NULL;
    const char *folder = file != NULL ? weft_dav_config_file_folder(file) : NULL;

    if (weft_dav_option_set(option, options, texts, said_as, folder, &error))
        return;
    if (file != NULL)
        weft_dav_config_file_complain(file, MAIN_GROUP, option->name, problems, "%s",
                                      error->message);
    else
        g_ptr_array_add(problems, g_strdup(error->message));
}

/* Lists have their members in one text here. */
static void
set_from_text(WeftDavProgramOptions *options, const WeftDavOption *option, const char *text,
              const char *said_as, const WeftDavConfigFile *file, GPtrArray *problems)
{
    const char *const single[] = {text, NULL};
    g_auto(GStrv) members = weft_dav_option_is_list(option) ? weft_dav_option_split(text) : NULL;

    set_option(options, option, members != NULL ? (const char *const *)members : single, said_as,
               file, problems);
}

static void
take_defaults(WeftDavProgramOptions *options, GPtrArray *problems)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].fallback != NULL || weft_dav_option_is_list(&table[i]))
            set_from_text(options, &table[i], table[i].fallback != NULL ? table[i].fallback : "",
                          table[i].name, NULL, problems);
}

static void
take_main_group(WeftDavProgramOptions *options, const WeftDavConfigFile *file, const char *group,
                GPtrArray *problems)
{
    const char *known[G_N_ELEMENTS(table) + 1];
    size_t n_known = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (!(table[i].traits & NO_FILE))
            known[n_known++] = table[i].name;
    known[n_known] = NULL;
    weft_dav_config_file_check_keys(file, group, known, problems);

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *text = NULL;

        if (!(table[i].traits & NO_FILE))
            text = weft_dav_config_file_get(file, group, table[i].name, problems);
        if (text != NULL)
            set_from_text(options, &table[i], text, table[i].name, file, problems);
    }
}

/* (nullable) */
static const Section *
find_section(const char *group)
{
    const char *const blank = strchr(group, ' ');
    const size_t length = blank != NULL ? (size_t)(blank - group) : strlen(group);

    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        if (strlen(sections[i].name) == length && strncmp(sections[i].name, group, length) == 0 &&
            sections[i].has_own_name == (blank != NULL))
            return &sections[i];
    return NULL;
}

static void
complain_of_group(const WeftDavConfigFile *file, const char *group, GPtrArray *problems)
{
    const char *names[G_N_ELEMENTS(sections) + 1] = {NULL};
    g_autofree char *word = g_strndup(group, strcspn(group, " "));

    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        names[i] = sections[i].name;
    const char *nearest = weft_dav_config_nearest(word, names);
    if (nearest == NULL)
        weft_dav_config_file_complain(file, group, NULL, problems, "no group [%s] is known", group);
    else
        weft_dav_config_file_complain(file, group, NULL, problems,
                                      "no group [%s] is known: did you mean [%s%s]?", group,
                                      nearest, find_section(nearest) != NULL ? "" : " NAME");
}

static void
take_file(WeftDavProgramOptions *options, const char *path, GPtrArray *problems)
{
    g_autoptr(WeftDavConfigFile) file = weft_dav_config_file_load(path, problems);

    if (file == NULL)
        return;
    g_autofree const char **groups = weft_dav_config_file_groups(file);
    for (size_t i = 0; groups[i] != NULL; i++) {
        const Section *section = find_section(groups[i]);

        if (section != NULL)
            section->take(options, file, groups[i], problems);
        else
            complain_of_group(file, groups[i], problems);
    }
}

/* An empty variable is as good as none: that is how containers leave one out. */
static void
take_environment(WeftDavProgramOptions *options, const WeftDavOption *option, GPtrArray *problems)
{
    g_autofree char *variable = weft_dav_option_variable(option);
    const char *text = g_getenv(variable);

    if (text != NULL && *text != '\0' && !(option->traits & NO_ENV))
        set_from_text(options, option, text, variable, NULL, problems);
}

static void
take_typed(WeftDavProgramOptions *options, const WeftDavOption *option, GPtrArray *texts,
           GPtrArray *problems)
{
    g_autofree char *said_as = g_strconcat("--", option->name, NULL);
    g_autofree const char **all = NULL;

    if (texts == NULL)
        return;
    all = g_new0(const char *, texts->len + 1);
    for (size_t i = 0; i < texts->len; i++)
        all[i] = g_ptr_array_index(texts, i);
    set_option(options, option, all, said_as, NULL, problems);
}

/* The file's name comes from what goes before the file. */
static void
take_sources(WeftDavProgramOptions *options, const CommandLine *line, GPtrArray *problems)
{
    take_defaults(options, problems);
    take_environment(options, &table[0], problems);
    take_typed(options, &table[0], line->texts[0], problems);
    if (options->config != NULL)
        take_file(options, options->config, problems);
    for (size_t i = 1; i < G_N_ELEMENTS(table); i++) {
        take_environment(options, &table[i], problems);
        take_typed(options, &table[i], line->texts[i], problems);
    }
    if (line->rest != NULL) {
        g_free(options->directory);
        options->directory = g_canonicalize_filename(line->rest[0], NULL);
    }
}

void
weft_dav_program_options_gather(WeftDavProgramOptions *options, int argc, char **argv,
                                GPtrArray *problems)
{
    g_auto(CommandLine) line = {0};
    g_autoptr(GError) error = NULL;

    g_assert(strcmp(table[0].name, "config") == 0);
    *options = (WeftDavProgramOptions){0};
    if (!read_command_line(&line, argc, argv, &error))
        g_ptr_array_add(problems, g_strdup(error->message));
    take_sources(options, &line, problems);
    if (options->n_workers == 0)
        options->n_workers = g_get_num_processors();
    if (problems->len == 0)
        check_all(options, problems);
}

gboolean
weft_dav_program_options_parse(WeftDavProgramOptions *options, int argc, char **argv,
                               GError **error)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);

    weft_dav_program_options_gather(options, argc, argv, problems);
    if (problems->len == 0)
        return TRUE;
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        g_ptr_array_index(problems, 0));
    return FALSE;
}

const char **
weft_dav_program_options_fixed(const WeftDavProgramOptions *options,
                               const WeftDavProgramOptions *asked)
{
    GPtrArray *names = g_ptr_array_new();

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (!(table[i].traits & RELOADS) && !weft_dav_option_equal(&table[i], options, asked))
            g_ptr_array_add(names, (gpointer)table[i].name);
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}

void
weft_dav_program_options_adopt(WeftDavProgramOptions *options, WeftDavProgramOptions *asked)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].traits & RELOADS)
            weft_dav_option_swap(&table[i], options, asked);
}

void
weft_dav_program_options_clear(WeftDavProgramOptions *options)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        weft_dav_option_clear(&table[i], options);
}
