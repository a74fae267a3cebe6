/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <weft/error.h>

G_BEGIN_DECLS

/**
 * `weftdav passwd`: set or remove the password of a user in a file.  The password is asked for on
 * the terminal, or is the first line of stdin; never an argument, which others could see.
 * @argv: from "passwd" on
 * Returns: an exit status
 */
int weft_dav_passwd(int argc, char **argv);

/** Ask for a password, not shown; the first line of stdin where that is no terminal.  Returns:
 * (transfer full) */
char *weft_dav_passwd_ask(const char *prompt, GError **error);

/**
 * The same for a file's text.  @lines: (nullable): to stand for @user, each with its line feed;
 * NULL to remove him.  @prefix: what his lines begin with: "ann:". Returns: (transfer full): the
 * new text
 */
char *weft_dav_passwd_edit(const char *text, const char *prefix, const char *lines);

G_END_DECLS
