/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table from errno to WEFT_DAV_ERROR.
 */
#include "webdav/store/system_error.h"

#include <errno.h>

static const struct {
    int error_number;
    WeftDavError code;
} table[] = {
    {ENOENT, WEFT_DAV_ERROR_NOT_FOUND},
    {ENOTDIR, WEFT_DAV_ERROR_NOT_FOUND},
    /* What a link leads to outside of the root, or in circles, is not there. */
    {EXDEV, WEFT_DAV_ERROR_NOT_FOUND},
    {ELOOP, WEFT_DAV_ERROR_NOT_FOUND},
    {ESTALE, WEFT_DAV_ERROR_NOT_FOUND},
    {EEXIST, WEFT_DAV_ERROR_EXISTS},
    {ENOTEMPTY, WEFT_DAV_ERROR_EXISTS},
    {EISDIR, WEFT_DAV_ERROR_IS_COLLECTION},
    {EACCES, WEFT_DAV_ERROR_FORBIDDEN},
    {EPERM, WEFT_DAV_ERROR_FORBIDDEN},
    {EBUSY, WEFT_DAV_ERROR_FORBIDDEN},
    {ETXTBSY, WEFT_DAV_ERROR_FORBIDDEN},
    {EILSEQ, WEFT_DAV_ERROR_FORBIDDEN},
    {ENOSPC, WEFT_DAV_ERROR_NO_SPACE},
    {EDQUOT, WEFT_DAV_ERROR_NO_SPACE},
    {EMLINK, WEFT_DAV_ERROR_NO_SPACE},
    {EFBIG, WEFT_DAV_ERROR_TOO_LARGE},
    {ENAMETOOLONG, WEFT_DAV_ERROR_NAME_TOO_LONG},
    {EROFS, WEFT_DAV_ERROR_READ_ONLY},
};

static WeftDavError
code_of(int error_number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].error_number == error_number)
            return table[i].code;
    }
    return WEFT_DAV_ERROR_FAILED;
}

gboolean
weft_dav_errno_is_absence(int error_number)
{
    return code_of(error_number) == WEFT_DAV_ERROR_NOT_FOUND;
}

gboolean
weft_dav_set_system_error(GError **error, int error_number, const char *doing, const char *path)
{
    g_set_error(error, WEFT_DAV_ERROR, code_of(error_number), "%s \"%s\": %s", doing, path,
                g_strerror(error_number));
    return FALSE;
}

gboolean
weft_dav_set_parent_error(GError **error, int error_number, const char *path)
{
    if (!weft_dav_errno_is_absence(error_number))
        return weft_dav_set_system_error(error, error_number, "enter the collection of", path);
    g_set_error(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_NO_PARENT, "no collection to hold \"%s\"",
                path);
    return FALSE;
}
