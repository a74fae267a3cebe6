/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error domain that all layers share.
 */

#include <weft/error.h>

G_DEFINE_QUARK(weft - error - quark, weft_error)

gboolean
weft_error_set_errno(GError **error, int error_number, const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return FALSE;
    va_start(arguments, format);
    g_autofree char *doing = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "%s: %s", doing, g_strerror(error_number));
    return FALSE;
}
