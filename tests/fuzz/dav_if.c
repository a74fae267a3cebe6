/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the If field.  What is accepted has lists that are not empty, and whose parts all
 * lie within the field.
 */
#include <string.h>

#include "webdav/if_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *value = (const char *)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftDavIf) field = weft_dav_if_parse(value, size, &error);
    size_t n_conditions = 0;

    g_assert((field == NULL) == (error != NULL));
    if (field == NULL)
        return 0;

    g_assert(field->lists->len > 0);
    for (guint i = 0; i < field->lists->len; i++) {
        const WeftDavIfList *list = &g_array_index(field->lists, WeftDavIfList, i);

        g_assert(list->n_conditions > 0 && list->first == n_conditions);
        n_conditions += list->n_conditions;
        for (size_t j = 0; j < list->n_conditions; j++) {
            const WeftDavIfCondition *condition = weft_dav_if_condition(field, list, j);

            g_assert(condition->length > 0 && condition->text > value &&
                     condition->text + condition->length < value + size);
        }
    }
    g_assert(n_conditions == field->conditions->len);
    (void)weft_dav_if_submits(field, "urn:uuid:1");
    return 0;
}
