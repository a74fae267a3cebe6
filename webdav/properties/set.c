/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dead properties of one resource: a short list, searched from front to back.
 *
 * Stored form: a version byte, then for each property the lengths of namespace, name and XML (32
 * bits each, low byte first) and their bytes.
 */
#include <string.h>
#include <weft/dav_store.h>

#define VERSION 1
#define LENGTH_BYTES 4
#define N_FIELDS 3
#define MAX_FIELD_BYTES (16 * 1024 * 1024)

/* One allocation a property, laid out as it is stored; the pointers lead into it. */
struct WeftDavPropertySet {
    GArray *properties; /* of WeftDavProperty; ns is the allocation */
};

static WeftDavProperty
property_copy(const char *const fields[N_FIELDS], const size_t lengths[N_FIELDS])
{
    char *block = g_malloc(lengths[0] + lengths[1] + lengths[2] + N_FIELDS);
    const char *copies[N_FIELDS];

    for (size_t i = 0, at = 0; i < N_FIELDS; i++) {
        memcpy(block + at, fields[i], lengths[i]);
        block[at + lengths[i]] = '\0';
        copies[i] = block + at;
        at += lengths[i] + 1;
    }
    return (WeftDavProperty){copies[0], copies[1], copies[2]};
}

static void
property_clear(gpointer data)
{
    WeftDavProperty *property = data;

    g_free((char *)property->ns);
}

WeftDavPropertySet *
weft_dav_property_set_new(void)
{
    WeftDavPropertySet *set = g_new0(WeftDavPropertySet, 1);

    set->properties = g_array_new(FALSE, FALSE, sizeof(WeftDavProperty));
    g_array_set_clear_func(set->properties, property_clear);
    return set;
}

void
weft_dav_property_set_free(WeftDavPropertySet *set)
{
    if (set == NULL)
        return;
    g_array_unref(set->properties);
    g_free(set);
}

size_t
weft_dav_property_set_size(const WeftDavPropertySet *set)
{
    return set->properties->len;
}

const WeftDavProperty *
weft_dav_property_set_get(const WeftDavPropertySet *set, size_t index)
{
    g_return_val_if_fail(index < set->properties->len, NULL);
    return &g_array_index(set->properties, WeftDavProperty, index);
}

const WeftDavProperty *
weft_dav_property_set_find(const WeftDavPropertySet *set, const char *ns, const char *name)
{
    for (guint i = 0; i < set->properties->len; i++) {
        const WeftDavProperty *property = &g_array_index(set->properties, WeftDavProperty, i);

        if (strcmp(property->name, name) == 0 && strcmp(property->ns, ns) == 0)
            return property;
    }
    return NULL;
}

void
weft_dav_property_set_apply(WeftDavPropertySet *set, const WeftDavProperty *change)
{
    const WeftDavProperty *old = weft_dav_property_set_find(set, change->ns, change->name);

    if (change->xml == NULL) {
        if (old != NULL)
            g_array_remove_index(
                set->properties,
                (guint)(old - &g_array_index(set->properties, WeftDavProperty, 0)));
        return;
    }

    const char *const fields[N_FIELDS] = {change->ns, change->name, change->xml};
    const size_t lengths[N_FIELDS] = {strlen(fields[0]), strlen(fields[1]), strlen(fields[2])};
    WeftDavProperty copy = property_copy(fields, lengths);
    if (old == NULL) {
        g_array_append_val(set->properties, copy);
        return;
    }

    WeftDavProperty *place = (WeftDavProperty *)old;
    property_clear(place);
    *place = copy;
}

/* ---- as bytes ---- */

static void
append_field(GByteArray *bytes, const char *field)
{
    size_t length = strlen(field);
    const uint8_t header[LENGTH_BYTES] = {(uint8_t)length, (uint8_t)(length >> 8),
                                          (uint8_t)(length >> 16), (uint8_t)(length >> 24)};

    g_byte_array_append(bytes, header, sizeof header);
    g_byte_array_append(bytes, (const uint8_t *)field, (guint)length);
}

GBytes *
weft_dav_property_set_encode(const WeftDavPropertySet *set)
{
    const uint8_t version = VERSION;
    GByteArray *bytes = g_byte_array_new();

    g_byte_array_append(bytes, &version, 1);
    for (guint i = 0; i < set->properties->len; i++) {
        const WeftDavProperty *property = &g_array_index(set->properties, WeftDavProperty, i);

        append_field(bytes, property->ns);
        append_field(bytes, property->name);
        append_field(bytes, property->xml);
    }
    return g_byte_array_free_to_bytes(bytes);
}

/* Take one field off the front of @at; FALSE where it reaches beyond @end or has a NUL in it. */
static gboolean
take_field(const uint8_t **at, const uint8_t *end, const char **ret_field, size_t *ret_length)
{
    const uint8_t *header = *at;

    if (end - header < LENGTH_BYTES)
        return FALSE;
    size_t length = (size_t)header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 |
                    (size_t)header[3] << 24;
    const uint8_t *field = header + LENGTH_BYTES;
    if (length > MAX_FIELD_BYTES || length > (size_t)(end - field) ||
        memchr(field, '\0', length) != NULL)
        return FALSE;
    *ret_field = (const char *)field;
    *ret_length = length;
    *at = field + length;
    return TRUE;
}

static gboolean
take_property(const uint8_t **at, const uint8_t *end, WeftDavProperty *ret_property)
{
    const char *fields[N_FIELDS];
    size_t lengths[N_FIELDS];

    for (size_t i = 0; i < N_FIELDS; i++)
        if (!take_field(at, end, &fields[i], &lengths[i]))
            return FALSE;
    *ret_property = property_copy(fields, lengths);
    return TRUE;
}

WeftDavPropertySet *
weft_dav_property_set_decode(const void *bytes, size_t size, GError **error)
{
    const uint8_t *at = bytes;
    const uint8_t *end = at + size;

    if (size == 0 || *at != VERSION) {
        g_set_error_literal(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FAILED,
                            "stored properties: unknown version");
        return NULL;
    }
    at++;

    g_autoptr(WeftDavPropertySet) set = weft_dav_property_set_new();
    while (at < end) {
        WeftDavProperty property;

        if (!take_property(&at, end, &property)) {
            g_set_error_literal(error, WEFT_DAV_ERROR, WEFT_DAV_ERROR_FAILED,
                                "stored properties: damaged");
            return NULL;
        }
        g_array_append_val(set->properties, property);
    }
    return g_steal_pointer(&set);
}
