/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: what a server may answer to `weftdav doctor`.  The body is a part of what came, and
 * fields can be looked for in whatever was taken for a head.
 */
#include <string.h>

#include "webdav/weftdav/doctor/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(WeftDavAnswer) answer = {.status = 0};
    g_autoptr(GError) error = NULL;
    const gboolean ok = weft_dav_answer_parse(&answer, (const char *)data, size, TRUE, &error);

    g_assert(ok == (error == NULL));
    if (!ok)
        return 0;
    g_assert(answer.status >= 200 && answer.body_length <= size);
    g_assert(answer.body[answer.body_length] == '\0');
    g_autofree char *field = weft_dav_answer_field(&answer, "DAV");
    g_assert(field == NULL || strlen(field) < size);
    return 0;
}
