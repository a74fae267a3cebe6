/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store as a Thrift service: what the IDL declares, and the one place where errors become
 * exceptions of it.
 */
#include "cached.weft.h"
#include "services.h"

static gboolean throw(GError * failure, WeftString key, GError **error)
{
    g_autoptr(GError) owned = failure;

    if (failure->domain != STORE_ERROR) {
        g_propagate_error(error, g_steal_pointer(&owned));
        return FALSE;
    }
    switch ((StoreError)failure->code) {
    case STORE_ERROR_NOT_FOUND:
        return not_found_throw(&(NotFound){key}, error);
    case STORE_ERROR_UNAVAILABLE:
        return unavailable_throw(&(Unavailable){weft_string(failure->message)}, error);
    case STORE_ERROR_BAD_KEY:
        return bad_key_throw(&(BadKey){key}, error);
    }
    g_assert_not_reached();
}

static gboolean
get(WeftCall *call, WeftString key, WeftString *result, GError **error)
{
    Store *const *store = weft_call_data(call);
    GError *failure = NULL;
    g_autofree char *value = store_get(*store, key.data, &failure);

    if (value == NULL)
        return throw(failure, key, error);
    *result = weft_string_printf(weft_call_arena(call), "%s", value);
    return TRUE;
}

static gboolean
put(WeftCall *call, WeftString key, WeftString value, GError **error)
{
    Store *const *store = weft_call_data(call);
    GError *failure = NULL;

    return store_put(*store, key.data, value.data, &failure) || throw(failure, key, error);
}

WeftService *
thrift_service_new(Store *const *store)
{
    static const ValuesHandler handler = {.get = get, .put = put};

    return values_service_new(&handler, (gpointer)store, NULL);
}
