/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which members are pointers, and in which order structs are written.
 *
 * A struct embeds those of its fields that are structs.  Fields by which a struct would embed
 * itself are pointers: all fields within a strongly connected component of the graph "embeds".
 * Tarjan's algorithm (SIAM J. Comput. 1, 1972) finds them, and ends each component after what it
 * embeds: that is the order in which C wants structs.
 */

#include "codegen/resolve.h"

typedef struct {
    unsigned index;
    unsigned low;       /* the least index that is reached from here within the component */
    unsigned component; /* 0: not known yet */
} Node;

typedef struct {
    const WeftIdlProgram *program;
    WeftIdlErrors *errors;
    GHashTable *nodes;  /* WeftIdlStruct to Node */
    GPtrArray *waiting; /* WeftIdlStruct: visited, of no component yet */
    GPtrArray *order;   /* WeftIdlStruct */
    unsigned n_components;
} Embedder;

/* Returns: (nullable): the struct of this file that @field embeds */
static WeftIdlStruct *
embedded(const Embedder *embedder, const WeftIdlField *field)
{
    const WeftIdlType *type = weft_idl_type_true(field->type);

    if (type->kind != WEFT_IDL_STRUCT || field->is_reference ||
        type->structure->definition.program != embedder->program)
        return NULL;
    return type->structure;
}

static void
end_component(Embedder *embedder, const WeftIdlStruct *root)
{
    WeftIdlStruct *member;

    embedder->n_components++;
    do {
        member = g_ptr_array_steal_index(embedder->waiting, embedder->waiting->len - 1);
        Node *node = g_hash_table_lookup(embedder->nodes, member);
        node->component = embedder->n_components;
        g_ptr_array_add(embedder->order, member);
    } while (member != root);
}

static Node *
visit(Embedder *embedder, WeftIdlStruct *structure, unsigned n_calls)
{
    Node *node = g_new0(Node, 1);

    node->index = node->low = g_hash_table_size(embedder->nodes);
    g_hash_table_insert(embedder->nodes, structure, node);
    g_ptr_array_add(embedder->waiting, structure);
    for (const WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        WeftIdlStruct *target = embedded(embedder, field);
        if (target == NULL)
            continue;
        Node *other = g_hash_table_lookup(embedder->nodes, target);
        if (other == NULL && n_calls == WEFT_IDL_MAX_EMBEDDING) {
            weft_idl_errors_add(embedder->errors, field->position,
                                "found more than %d structs, each in the next, expected less",
                                WEFT_IDL_MAX_EMBEDDING);
        } else if (other == NULL) {
            other = visit(embedder, target, n_calls + 1);
            node->low = MIN(node->low, other->low);
        } else if (other->component == 0) {
            node->low = MIN(node->low, other->index);
        }
    }
    if (node->low == node->index)
        end_component(embedder, structure);
    return node;
}

static void
set_pointers(const Embedder *embedder, const WeftIdlStruct *structure)
{
    const Node *node = g_hash_table_lookup(embedder->nodes, structure);

    for (WeftIdlField *field = structure->fields; field != NULL; field = field->next) {
        const WeftIdlStruct *target = embedded(embedder, field);
        const Node *other = target == NULL ? NULL : g_hash_table_lookup(embedder->nodes, target);
        const bool is_struct = weft_idl_type_true(field->type)->kind == WEFT_IDL_STRUCT;
        field->is_pointer = (field->is_reference && is_struct) ||
                            (other != NULL && other->component == node->component);
    }
}

static void
set_thrown(const WeftIdlService *service)
{
    for (const WeftIdlFunction *one = service->functions; one != NULL; one = one->next) {
        for (WeftIdlField *field = one->exceptions; field != NULL; field = field->next)
            field->is_pointer = true;
    }
}

void
weft_idl_embed(WeftIdlProgram *program, WeftIdlErrors *errors)
{
    g_autoptr(GHashTable) nodes = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_autoptr(GPtrArray) waiting = g_ptr_array_new();
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    Embedder embedder = {
        .program = program,
        .errors = errors,
        .nodes = nodes,
        .waiting = waiting,
        .order = order,
    };

    for (WeftIdlDefinition *one = program->definitions; one != NULL; one = one->next) {
        if (one->what == WEFT_IDL_DEFINES_STRUCT && !g_hash_table_contains(nodes, one))
            visit(&embedder, (WeftIdlStruct *)one, 0);
        if (one->what == WEFT_IDL_DEFINES_SERVICE)
            set_thrown((const WeftIdlService *)one);
    }
    for (unsigned i = order->len; i-- > 0;) {
        WeftIdlStruct *structure = g_ptr_array_index(order, i);
        set_pointers(&embedder, structure);
        structure->next_embedded = program->structs_by_embedding;
        program->structs_by_embedding = structure;
    }
}
