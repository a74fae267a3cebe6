/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reload has two steps: everything that may fail is prepared, on a thread that may block; if all
 * went well, everything is put in place, which cannot fail.
 */
#include "webdav/weftdav/reload.h"

#include <string.h>
#include <weft/offload.h>

#include "webdav/weftdav/access_log.h"
#include "webdav/weftdav/rules.h"
#include "webdav/weftdav/tls.h"

/* Something that can change while the program runs: a row of parts. */
typedef struct {
    const char *name;

    /* Make what @asked wants, beside what is in force.  FALSE with @error: it cannot be.  May
     * block; runs outside of fibers. */
    gboolean (*prepare)(WeftDavProgram *program, const WeftDavProgramOptions *asked,
                        gpointer *ret_next, GError **error);
    /* Put it in place.  (nullable) */
    void (*commit)(WeftDavProgram *program, const WeftDavProgramOptions *asked, gpointer next);
    /* It is not wanted after all.  (nullable) */
    void (*discard)(gpointer next);
} Part;

static gboolean
prepare_access_log(WeftDavProgram *program, G_GNUC_UNUSED const WeftDavProgramOptions *asked,
                   G_GNUC_UNUSED gpointer *ret_next, GError **error)
{
    return weft_dav_access_log_reopen(program, error);
}

static gboolean
prepare_tls(WeftDavProgram *program, const WeftDavProgramOptions *asked, gpointer *ret_next,
            GError **error)
{
    WeftTlsContext *next = NULL;
    const gboolean ok = weft_dav_tls_prepare(program, asked, &next, error);

    *ret_next = next;
    return ok;
}

static void
commit_tls(WeftDavProgram *program, const WeftDavProgramOptions *asked, gpointer next)
{
    weft_dav_tls_commit(program, asked, next);
}

static void
commit_log_level(G_GNUC_UNUSED WeftDavProgram *program, const WeftDavProgramOptions *asked,
                 G_GNUC_UNUSED gpointer next)
{
    weft_log_set_level(asked->log_level);
}

static gboolean
prepare_rules(WeftDavProgram *program, const WeftDavProgramOptions *asked, gpointer *ret_next,
              GError **error)
{
    *ret_next = weft_dav_access_make_rules(program->access, asked, error);
    return *ret_next != NULL;
}

static void
commit_rules(WeftDavProgram *program, G_GNUC_UNUSED const WeftDavProgramOptions *asked,
             gpointer next)
{
    weft_dav_access_set_rules(program->access, next);
}

static gboolean
prepare_users(WeftDavProgram *program, G_GNUC_UNUSED const WeftDavProgramOptions *asked,
              G_GNUC_UNUSED gpointer *ret_next, GError **error)
{
    return weft_dav_access_reload_users(program->access, error);
}

/* The last ones do their work when they prepare: a log may be reopened in any case, and behind the
 * users nothing can fail any more. */
static const Part parts[] = {
    {.name = "log level", .commit = commit_log_level},
    {.name = "rules",
     .prepare = prepare_rules,
     .commit = commit_rules,
     .discard = (GDestroyNotify)weft_dav_rules_unref},
    {.name = "certificates",
     .prepare = prepare_tls,
     .commit = commit_tls,
     .discard = (GDestroyNotify)weft_tls_context_unref},
    {.name = "access log", .prepare = prepare_access_log},
    {.name = "users", .prepare = prepare_users},
};

typedef struct {
    WeftDavProgram *program;
    WeftDavProgramOptions asked;
    GPtrArray *problems;
    gpointer next[G_N_ELEMENTS(parts)];
    size_t n_prepared;
} Reload;

static void
prepare(gpointer data)
{
    Reload *reload = data;
    WeftDavProgram *program = reload->program;

    weft_dav_program_options_gather(&reload->asked, program->argc, program->argv, reload->problems);
    while (reload->problems->len == 0 && reload->n_prepared < G_N_ELEMENTS(parts)) {
        const Part *part = &parts[reload->n_prepared];
        g_autoptr(GError) error = NULL;

        if (part->prepare != NULL &&
            !part->prepare(program, &reload->asked, &reload->next[reload->n_prepared], &error))
            g_ptr_array_add(reload->problems, g_strdup(error->message));
        else
            reload->n_prepared++;
    }
}

static void
refuse(Reload *reload)
{
    for (size_t i = 0; i < reload->n_prepared; i++)
        if (parts[i].discard != NULL)
            parts[i].discard(reload->next[i]);
    for (size_t i = 0; i < reload->problems->len; i++)
        weft_log(WEFT_LOG_ERROR, "reload: %s",
                 (const char *)g_ptr_array_index(reload->problems, i));
    weft_log(WEFT_LOG_ERROR, "reload: refused; all stays as it was");
}

static void
commit(Reload *reload)
{
    WeftDavProgram *program = reload->program;
    g_autofree const char **fixed =
        weft_dav_program_options_fixed(&program->options, &reload->asked);

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].commit != NULL)
            parts[i].commit(program, &reload->asked, reload->next[i]);
    weft_dav_program_options_adopt(&program->options, &reload->asked);
    for (size_t i = 0; fixed[i] != NULL; i++)
        weft_log(WEFT_LOG_WARNING, "reload: %s has changed: that waits for the next start",
                 fixed[i]);
    weft_log(WEFT_LOG_INFO, "reload: done");
}

void
weft_dav_program_reload(WeftDavProgram *program)
{
    g_autofree Reload *reload = g_new0(Reload, 1);

    reload->program = program;
    reload->problems = g_ptr_array_new_with_free_func(g_free);
    weft_offload_wait(WEFT_OFFLOAD_DISK, prepare, reload);
    if (reload->problems->len > 0)
        refuse(reload);
    else
        commit(reload);
    g_ptr_array_unref(reload->problems);
    weft_dav_program_options_clear(&reload->asked);
}
