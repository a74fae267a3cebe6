/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A calculator as one writes it for Apache's c_glib: nothing in it knows of fibers, but for ping(),
 * which lets the others run.
 */

#include "c_glib_calculator.h"

#include "calc_calculator.h"

#include <weft/fiber.h>

#define MAX_REPEATS 1000

typedef CalcCalculatorHandler Answers;
typedef CalcCalculatorHandlerClass AnswersClass;

GType answers_get_type(void);
G_DEFINE_TYPE(Answers, answers, CALC_TYPE_CALCULATOR_HANDLER)

static gboolean
ping(CalcCalculatorIf *iface G_GNUC_UNUSED, GError **error)
{
    return weft_fiber_current() == NULL || weft_fiber_yield(error);
}

static gboolean
add(CalcCalculatorIf *iface G_GNUC_UNUSED, gint32 *result, const gint32 left, const gint32 right,
    CalcOverflow **overflow, GError **error G_GNUC_UNUSED)
{
    if (!__builtin_add_overflow(left, right, result))
        return TRUE;
    *overflow = g_object_new(CALC_TYPE_OVERFLOW, "why", "the sum has more than 32 bits", NULL);
    return FALSE;
}

static gboolean
repeat(CalcCalculatorIf *iface G_GNUC_UNUSED, gchar **result, const gchar *text, const gint32 count,
       GError **error)
{
    GString *repeated;

    if (text == NULL || count < 0 || count > MAX_REPEATS) {
        g_set_error(error, g_quark_from_static_string("calculator"), 6, "cannot repeat %d times",
                    count);
        return FALSE;
    }
    repeated = g_string_new(NULL);
    for (gint32 i = 0; i < count; i++)
        g_string_append(repeated, text);
    g_free(*result);
    *result = g_string_free(repeated, FALSE);
    return TRUE;
}

static gboolean
same(CalcCalculatorIf *iface G_GNUC_UNUSED, CalcWork **result, const CalcWork *work,
     GError **error G_GNUC_UNUSED)
{
    g_clear_object(result);
    *result = g_object_ref((CalcWork *)work);
    return TRUE;
}

static gboolean
nest(CalcCalculatorIf *iface G_GNUC_UNUSED, CalcNest **result, const CalcNest *nested,
     GError **error G_GNUC_UNUSED)
{
    g_clear_object(result);
    *result = g_object_ref((CalcNest *)nested);
    return TRUE;
}

static gboolean
forget(CalcCalculatorIf *iface G_GNUC_UNUSED, const gchar *text G_GNUC_UNUSED,
       GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static void
answers_class_init(AnswersClass *class)
{
    class->ping = ping;
    class->add = add;
    class->repeat = repeat;
    class->same = same;
    class->nest = nest;
    class->forget = forget;
}

static void
answers_init(Answers *answers G_GNUC_UNUSED)
{
}

ThriftProcessor *
calculator_processor_new(void)
{
    GObject *handler = g_object_new(answers_get_type(), NULL);
    ThriftProcessor *processor =
        g_object_new(CALC_TYPE_CALCULATOR_PROCESSOR, "handler", handler, NULL);

    g_object_unref(handler);
    return processor;
}
