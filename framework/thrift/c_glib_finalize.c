/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classes' finalizers are wrapped.  Only those of direct children of ThriftStruct are: who
 * inherits from a generated struct calls its finalizer, and so the wrapper.
 */

#include "thrift/c_glib_finalize.h"

#include <glib-object.h>
#include <stdint.h>
#include <thrift/c_glib/thrift_struct.h>

typedef void (*Finalize)(GObject *object);

static GMutex mutex;
static unsigned seen_serial; /* of type registrations; read without the mutex */

static GQuark
original_quark(void)
{
    return g_quark_from_static_string("weft-thrift-c-glib-finalize");
}

static GType
generated_type(const GObject *object)
{
    GType type = G_OBJECT_TYPE(object);

    while (g_type_parent(type) != THRIFT_TYPE_STRUCT)
        type = g_type_parent(type);
    return type;
}

static void
finalize(GObject *object)
{
    const Finalize original =
        (Finalize)(uintptr_t)g_type_get_qdata(generated_type(object), original_quark());

    original(object);
    G_OBJECT_CLASS(g_type_class_peek(G_TYPE_OBJECT))->finalize(object);
}

static void
repair(GType type)
{
    /* Static types keep their classes; those that are not made yet are made now, once. */
    GObjectClass *class = g_type_class_ref(type);

    if (g_type_get_qdata(type, original_quark()) == NULL) {
        g_type_set_qdata(type, original_quark(), (gpointer)(uintptr_t) class->finalize);
        class->finalize = finalize;
    }
    g_type_class_unref(class);
}

void
weft_c_glib_repair_structs(void)
{
    const unsigned serial = g_type_get_type_registration_serial();
    unsigned n_types;

    if (serial == (unsigned)g_atomic_int_get(&seen_serial))
        return;
    g_mutex_lock(&mutex);
    g_autofree GType *types = g_type_children(THRIFT_TYPE_STRUCT, &n_types);
    for (unsigned i = 0; i < n_types; i++)
        repair(types[i]);
    g_atomic_int_set(&seen_serial, serial);
    g_mutex_unlock(&mutex);
}
