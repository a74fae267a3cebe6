/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of Apache Thrift's tutorial, from its own IDL: calculator_client [URL].
 */
#include <weft/scheduler.h>

#include "tutorial.weft.h"

/* Dividing by zero is refused; that is what is wanted here. */
static gboolean
divide_by_zero(CalculatorClient *client, GError **error)
{
    const Work work = {.num1 = 1, .num2 = 0, .op = OPERATION_DIVIDE};
    g_autoptr(GError) refusal = NULL;
    int32_t quotient;

    if (calculator_calculate(client, 1, &work, &quotient, &refusal)) {
        g_print("Whoa? We can divide by 0!\n");
        return TRUE;
    }
    const InvalidOperation *ouch = invalid_operation_caught(refusal);
    if (ouch == NULL) {
        g_propagate_error(error, g_steal_pointer(&refusal));
        return FALSE;
    }
    g_print("InvalidOperation: %s\n", ouch->why.data);
    return TRUE;
}

static gboolean
calculate(gpointer url, GError **error)
{
    const Work work = {.num1 = 15, .num2 = 10, .op = OPERATION_SUBTRACT};
    g_autoptr(WeftArena) arena = weft_arena_new();
    g_autoptr(CalculatorClient) client = calculator_client_new(url, error);
    SharedStruct entry;
    int32_t sum;
    int32_t difference;

    if (client == NULL || !calculator_ping(client, error))
        return FALSE;
    g_print("ping()\n");
    if (!calculator_add(client, 1, 1, &sum, error))
        return FALSE;
    g_print("1 + 1 = %d\n", (int)sum);
    if (!divide_by_zero(client, error))
        return FALSE;
    if (!calculator_calculate(client, 1, &work, &difference, error))
        return FALSE;
    g_print("15 - 10 = %d\n", (int)difference);
    if (!shared_service_get_struct(calculator_client_base(client), arena, 1, &entry, error))
        return FALSE;
    g_print("Received log: %s\n", entry.value.data);
    return calculator_zip(client, error);
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (weft_run("calculate", calculate, argc > 1 ? argv[1] : "thrift://127.0.0.1:9090", &error))
        return 0;
    g_printerr("calculator_client: %s\n", error->message);
    return 1;
}
