/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weftdav doctor: plays the sequences of steps.c against a server, and tells.
 */
#include "webdav/weftdav/doctor/doctor.h"

#include <string.h>
#include <weft/http.h>
#include <weft/scheduler.h>

#include "webdav/weftdav/doctor/steps.h"
#include "webdav/weftdav/passwd.h"

enum { EXIT_FAULTS = 1, EXIT_USAGE = 2 };

typedef struct {
    WeftDavVisit *visit;
    char *folder; /* the path of the one made for it */
    WeftDavMemory memory;
    unsigned n_faults;
    unsigned n_passed_over;
} Doctor;

/* ---- one step ---- */

/* Returns: (transfer full) (nullable): NULL where it needs a lock, and there is none */
static char *
fill_in(const Doctor *doctor, const char *template)
{
    g_autofree char *folder =
        g_strconcat(weft_dav_visit_origin(doctor->visit), doctor->folder, NULL);
    GString *text = g_string_new(template);

    g_string_replace(text, "{folder}", folder, 0);
    if (strstr(text->str, "{token}") != NULL && doctor->memory.token == NULL) {
        g_string_free(text, TRUE);
        return NULL;
    }
    if (doctor->memory.token != NULL)
        g_string_replace(text, "{token}", doctor->memory.token, 0);
    return g_string_free(text, FALSE);
}

static gboolean
is_among(unsigned status, const char *statuses)
{
    g_autofree char *text = g_strdup_printf("%u", status);

    return *statuses == '\0' || strstr(statuses, text) != NULL;
}

/* Returns: (transfer full) (nullable): what is wrong */
static char *
try_step(Doctor *doctor, const WeftDavStep *step, const char *fields)
{
    g_auto(WeftDavAnswer) answer = {.status = 0};
    g_autoptr(GError) error = NULL;
    g_autofree char *path = strcmp(step->path, "^") == 0
                                ? g_strdup("/")
                                : g_strconcat(doctor->folder, step->path, NULL);
    const WeftDavVisitRequest request = {step->method, path, fields, step->body, step->kind};

    if (!weft_dav_visit_send(doctor->visit, &request, &answer, &error))
        return g_strdup(error->message);
    if (strcmp(step->method, "PUT") == 0 && answer.status / 100 == 2)
        doctor->memory.content = step->body;
    if (!is_among(answer.status, step->statuses))
        return g_strdup_printf("%s is answered with %u %s", step->method, answer.status,
                               weft_http_reason(answer.status));
    return step->check != NULL ? step->check(&answer, &doctor->memory) : NULL;
}

static void
run_step(Doctor *doctor, const WeftDavStep *step)
{
    g_autofree char *fields = fill_in(doctor, step->fields != NULL ? step->fields : "");

    if (fields == NULL) {
        doctor->n_passed_over++;
        g_print("  -      %s: not tried, there is no lock\n", step->what);
        return;
    }

    g_autofree char *problem = try_step(doctor, step, fields);
    if (problem == NULL) {
        g_print("  good   %s\n", step->what);
        return;
    }
    doctor->n_faults++;
    g_print("  FAULT  %s: %s\n         %s\n", step->what, problem, step->trouble);
}

/* ---- all of them ---- */

static gboolean
send(Doctor *doctor, const char *method, const char *path, unsigned *ret_status, GError **error)
{
    g_auto(WeftDavAnswer) answer = {.status = 0};
    const WeftDavVisitRequest request = {method, path, "", NULL, WEFT_DAV_VISIT_PLAIN};

    if (!weft_dav_visit_send(doctor->visit, &request, &answer, error))
        return FALSE;
    *ret_status = answer.status;
    return TRUE;
}

static gboolean
make_folder(Doctor *doctor, GError **error)
{
    g_autofree char *with_slash = g_strconcat(doctor->folder, "/", NULL);
    unsigned status = 0;

    if (!send(doctor, "MKCOL", with_slash, &status, error))
        return FALSE;
    if (status == 201)
        return TRUE;
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "cannot make the folder %s: %u %s", with_slash,
                status, weft_http_reason(status));
    if (status == 401)
        g_prefix_error(error, "the server asks for a user and a password (by Basic): ");
    return FALSE;
}

static void
remove_folder(Doctor *doctor)
{
    g_autofree char *with_slash = g_strconcat(doctor->folder, "/", NULL);
    g_autoptr(GError) error = NULL;
    unsigned status = 0;

    if (!send(doctor, "DELETE", with_slash, &status, &error))
        g_printerr("weftdav doctor: cannot remove %s: %s\n", with_slash, error->message);
    else if (status != 200 && status != 204)
        g_printerr("weftdav doctor: cannot remove %s: %u\n", with_slash, status);
}

static gboolean
run_sequence(Doctor *doctor, const WeftDavSequence *sequence, GError **error)
{
    if (!make_folder(doctor, error))
        return FALSE;
    g_print("%s\n", sequence->client);
    for (const WeftDavStep *step = sequence->steps; step->what != NULL; step++)
        run_step(doctor, step);
    g_clear_pointer(&doctor->memory.token, g_free);
    doctor->memory.content = NULL;
    remove_folder(doctor);
    return TRUE;
}

static gboolean
examine(gpointer data, GError **error)
{
    Doctor *doctor = data;

    doctor->folder = g_strdup_printf("%s/weftdav-doctor-%08x", weft_dav_visit_path(doctor->visit),
                                     g_random_int());
    for (const WeftDavSequence *sequence = weft_dav_sequences; sequence->client != NULL; sequence++)
        if (!run_sequence(doctor, sequence, error))
            return FALSE;
    if (doctor->n_faults == 0)
        g_print("\nNothing to stumble over.\n");
    else
        g_print("\n%u faults, %u steps not tried.\n", doctor->n_faults, doctor->n_passed_over);
    return TRUE;
}

/* ---- the command line ---- */

static gboolean
ask_password(WeftDavVisit *visit, GError **error)
{
    if (!weft_dav_visit_needs_password(visit))
        return TRUE;

    g_autofree char *password = weft_dav_passwd_ask("Password: ", error);
    if (password == NULL)
        return FALSE;
    weft_dav_visit_set_password(visit, password);
    explicit_bzero(password, strlen(password));
    return TRUE;
}

/* Returns: (transfer full) (nullable) */
static WeftDavVisit *
parse(int argc, char **argv, GError **error)
{
    g_autofree char *authorities = NULL;
    g_auto(GStrv) rest = NULL;
    const GOptionEntry entries[] = {
        {"ca", 0, 0, G_OPTION_ARG_FILENAME, &authorities,
         "Trust the certificates in FILE (PEM), not those that the system trusts", "FILE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, "URL"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_set_prgname("weftdav doctor");
    g_option_context_set_summary(
        context,
        "Does at URL, http[s]://[USER[:PASSWORD]@]HOST[:PORT]/PATH, what Windows, Finder and\n"
        "Office do, in a folder of its own that it removes, and says what they would\n"
        "stumble over.  A password that is missing is asked for.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return NULL;
    if (rest == NULL || g_strv_length(rest) != 1) {
        g_set_error_literal(error, WEFT_ERROR, WEFT_ERROR_INVALID,
                            "one address is needed (weftdav doctor --help)");
        return NULL;
    }
    return weft_dav_visit_new(rest[0], authorities, error);
}

int
weft_dav_doctor(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftDavVisit) visit = parse(argc, argv, &error);
    Doctor doctor = {.visit = visit};
    int status = 0;

    if (visit == NULL || !ask_password(visit, &error))
        status = EXIT_USAGE;
    else if (!weft_run("doctor", examine, &doctor, &error) || doctor.n_faults > 0)
        status = EXIT_FAULTS;
    if (error != NULL)
        g_printerr("weftdav doctor: %s\n", error->message);
    g_free(doctor.folder);
    g_free(doctor.memory.token);
    return status;
}
