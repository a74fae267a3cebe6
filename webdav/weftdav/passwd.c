/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weftdav passwd: edits the files that users.c reads.  The new file takes the place of the old one
 * as a whole, with its owner and mode, so that a running server never reads half of it.
 */
#include "webdav/weftdav/passwd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <weft/http_auth.h>

#include "webdav/weftdav/user_file.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

typedef struct {
    gboolean is_digest;
    gboolean removes;
    char *realm;
    char **rest;
    const char *path;
    const char *user;
} Wish;

static void
wish_clear(Wish *wish)
{
    g_free(wish->realm);
    g_strfreev(wish->rest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wish, wish_clear)

static gboolean
refuse(GError **error, const char *reason)
{
    g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID, reason);
    return FALSE;
}

static gboolean
parse_wish(Wish *wish, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"digest", 'd', 0, G_OPTION_ARG_NONE, &wish->is_digest,
         "Write digests, for --digest-users, not hashes for --users", NULL},
        {"realm", 0, 0, G_OPTION_ARG_STRING, &wish->realm,
         "What the server is told by --realm (default: weftdav)", "REALM"},
        {"delete", 'D', 0, G_OPTION_ARG_NONE, &wish->removes, "Remove USER", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &wish->rest, NULL, "FILE USER"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_set_prgname("weftdav passwd");
    g_option_context_set_summary(
        context,
        "Sets the password of USER in FILE, which is made if it is missing.  It is asked for\n"
        "on the terminal; otherwise it is the first line of the standard input.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return FALSE;
    if (wish->rest == NULL || g_strv_length(wish->rest) != 2)
        return refuse(error, "a file and a user are needed (weftdav passwd --help)");
    wish->path = wish->rest[0];
    wish->user = wish->rest[1];
    if (wish->realm == NULL)
        wish->realm = g_strdup("weftdav");
    if (*wish->user == '\0' || *wish->user == '#' || strchr(wish->user, ':') != NULL ||
        strlen(wish->user) > WEFT_HTTP_MAX_USER_BYTES || !g_utf8_validate(wish->user, -1, NULL))
        return refuse(error, "this cannot be the name of a user");
    return TRUE;
}

/* ---- the password ---- */

/* One line of stdin.  Returns: (transfer full) (nullable) */
static char *
read_line(GError **error)
{
    char line[WEFT_HTTP_MAX_PASSWORD_BYTES + 2];

    if (fgets(line, sizeof line, stdin) == NULL) {
        refuse(error, "no password was given");
        return NULL;
    }
    const size_t length = strcspn(line, "\n");
    if (line[length] == '\0' && length == sizeof line - 1) {
        refuse(error, "the password is too long");
        return NULL;
    }
    char *password = g_strndup(line, length);
    explicit_bzero(line, sizeof line);
    return password;
}

static char *
read_hidden(const char *prompt, GError **error)
{
    struct termios shown;
    struct termios hidden;

    if (tcgetattr(STDIN_FILENO, &shown) != 0) {
        weft_error_set_errno(error, errno, "cannot hide what is typed");
        return NULL;
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    char *password = read_line(error);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputs("\n", stderr);
    return password;
}

char *
weft_dav_passwd_ask(const char *prompt, GError **error)
{
    return isatty(STDIN_FILENO) ? read_hidden(prompt, error) : read_line(error);
}

static char *
read_password(GError **error)
{
    if (!isatty(STDIN_FILENO))
        return read_line(error);

    char *password = read_hidden("New password: ", error);
    if (password == NULL)
        return NULL;
    g_autofree char *again = read_hidden("Once more: ", error);
    if (again != NULL && strcmp(password, again) == 0)
        return password;
    if (again != NULL)
        refuse(error, "these were two different passwords");
    g_free(password);
    return NULL;
}

/* What stands for the user in the file.  Returns: (transfer full) (nullable) */
static char *
make_lines(const Wish *wish, const char *password, GError **error)
{
    char sha256[WEFT_HTTP_DIGEST_HEX_BYTES];
    char md5[WEFT_HTTP_DIGEST_HEX_BYTES];

    if (!wish->is_digest) {
        g_autofree char *hash = weft_dav_password_hash(password, error);

        return hash != NULL ? g_strdup_printf("%s:%s\n", wish->user, hash) : NULL;
    }
    weft_http_digest_of_password(WEFT_HTTP_DIGEST_SHA256, wish->user, wish->realm, password,
                                 sha256);
    weft_http_digest_of_password(WEFT_HTTP_DIGEST_MD5, wish->user, wish->realm, password, md5);
    return g_strdup_printf("%s:%s:%s\n%s:%s:%s\n", wish->user, wish->realm, sha256, wish->user,
                           wish->realm, md5);
}

/* ---- the file ---- */

char *
weft_dav_passwd_edit(const char *text, const char *prefix, const char *lines)
{
    g_auto(GStrv) former = g_strsplit(text, "\n", -1);
    GString *edited = g_string_new(NULL);
    gboolean is_done = lines == NULL;

    for (size_t i = 0; former[i] != NULL; i++) {
        const gboolean is_last = former[i + 1] == NULL;

        if (g_str_has_prefix(former[i], prefix)) {
            if (!is_done)
                g_string_append(edited, lines);
            is_done = TRUE;
        } else if (!is_last || *former[i] != '\0') {
            g_string_append_printf(edited, "%s\n", former[i]);
        }
    }
    if (!is_done)
        g_string_append(edited, lines);
    return g_string_free(edited, FALSE);
}

static gboolean
write_all(int fd, const char *text)
{
    const char *end = text + strlen(text);

    while (text < end) {
        const ssize_t n = write(fd, text, (size_t)(end - text));

        if (n < 0)
            return FALSE;
        text += n;
    }
    return fsync(fd) == 0;
}

/* @former: (nullable): whose owner and mode the new one gets */
static gboolean
replace_file(const char *path, const struct stat *former, const char *text, GError **error)
{
    g_autofree char *beside = g_strdup_printf("%s.XXXXXX", path);
    const int fd = mkstemp(beside);

    if (fd < 0)
        return weft_error_set_errno(error, errno, "cannot write beside %s", path);
    gboolean ok = write_all(fd, text);
    if (ok && former != NULL)
        ok = fchown(fd, former->st_uid, former->st_gid) == 0;
    if (ok)
        ok = fchmod(fd, former != NULL ? former->st_mode & 07777 : 0640) == 0;
    ok = close(fd) == 0 && ok;
    if (ok && rename(beside, path) == 0)
        return TRUE;
    weft_error_set_errno(error, errno, "cannot write %s", path);
    unlink(beside);
    return FALSE;
}

static gboolean
change_file(const Wish *wish, GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *lines = NULL;
    struct stat former;
    const gboolean is_there = stat(wish->path, &former) == 0;

    if (is_there && !g_file_get_contents(wish->path, &text, NULL, error))
        return FALSE;
    if (!is_there && errno != ENOENT)
        return weft_error_set_errno(error, errno, "cannot read %s", wish->path);
    if (!wish->removes) {
        g_autofree char *password = read_password(error);

        if (password == NULL)
            return FALSE;
        lines = make_lines(wish, password, error);
        explicit_bzero(password, strlen(password));
        if (lines == NULL)
            return FALSE;
    }
    g_autofree char *prefix = wish->is_digest ? g_strdup_printf("%s:%s:", wish->user, wish->realm)
                                              : g_strdup_printf("%s:", wish->user);
    g_autofree char *edited = weft_dav_passwd_edit(text != NULL ? text : "", prefix, lines);
    return replace_file(wish->path, is_there ? &former : NULL, edited, error);
}

int
weft_dav_passwd(int argc, char **argv)
{
    g_auto(Wish) wish = {0};
    g_autoptr(GError) error = NULL;
    int status = 0;

    if (!parse_wish(&wish, argc, argv, &error))
        status = EXIT_USAGE;
    else if (!change_file(&wish, &error))
        status = EXIT_FAILED;
    if (status != 0)
        g_printerr("weftdav passwd: %s\n", error->message);
    return status;
}
