/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * Templates, kept in files.  {{name}} stands for a value with &, <, > and quotes made harmless, so
 * that nobody can bring a script into our pages by what he calls his note; {{{name}}} stands for it
 * as it is: for what was made by a template itself.  Loops and conditions stay in C.
 *
 * Debian's template library in C, ctpl, has loops, but leaves the escaping to whoever remembers it.
 */
typedef struct Templates Templates;

/** All *.html files of @folder.  NULL with @error: one of them cannot be read. */
Templates *templates_load(const char *folder, GError **error);
void templates_free(Templates *templates);

/**
 * @name: a file's name without ".html"
 * @...: names and values in turn, up to a NULL; a name that is not among them stands for nothing
 * Returns: (transfer full): the text
 */
char *templates_fill(const Templates *templates, const char *name, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
