/* Made by weftgen of shapes.thrift: changes are lost. */
#pragma once

#include <weft/thrift.h>

G_BEGIN_DECLS

typedef struct Circle {
    double radius;
} Circle;

typedef struct Shape Shape;

typedef struct ShapeList_ {
    Shape *items;
    uint32_t n_items;
} ShapeList_;

typedef enum ShapeField {
    SHAPE_CIRCLE = 1,
    SHAPE_NAME = 2,
    SHAPE_GROUP = 3,
    SHAPE_MIRRORED = 4,
} ShapeField;

typedef struct Shape {
    ShapeField which; /* 0: none */
    union {
        Circle circle;
        WeftString name;
        ShapeList_ group;
        struct Shape *mirrored; /* NULL: absent */
    };
} Shape;

typedef struct I32NodePair I32NodePair;
typedef struct I32NodeMap {
    I32NodePair *items;
    uint32_t n_items;
} I32NodeMap;

typedef struct Node {
    WeftString label;
    struct Node *next; /* NULL: absent */
    I32NodeMap children;
    int32_t weight; /* optional */
    struct {
        bool weight;
    } has;
} Node;

typedef struct I32NodePair {
    int32_t key;
    Node value;
} I32NodePair;

typedef struct ShapeList {
    ShapeList_ shapes;
} ShapeList;

typedef struct Words {
    int32_t int_;
    WeftString has_; /* optional */
    WeftString fallback;
    WeftUuid id;    /* has a default */
    int16_t class_; /* optional, default 3 */
    struct {
        bool has_;
        bool class_;
    } has;
} Words;

typedef struct Nothing {
    char nothing; /* C knows no struct without members */
} Nothing;

typedef struct Endless Endless;

typedef struct EndlessList {
    Endless *items;
    uint32_t n_items;
} EndlessList;

/** A default that goes on for ever ends inside of itself. */
typedef struct Endless {
    struct Endless *more; /* NULL: absent, has a default */
    EndlessList all;      /* has a default */
    int32_t n;            /* default 1 */
} Endless;

/* ---- what can be done with values, as in <weft/thrift_type.h> ---- */

extern const WeftThriftType circle_type;
void circle_init(Circle *value);
void circle_copy(const Circle *value, WeftArena *arena, Circle *ret_copy);
bool circle_equal(const Circle *left, const Circle *right);
uint64_t circle_hash(const Circle *value);
char *circle_to_string(const Circle *value);
char *circle_to_json(const Circle *value, unsigned indent);
gboolean circle_from_json(Circle *value, const char *json, size_t length, WeftArena *arena,
                          GError **error);
GBytes *circle_encode(const Circle *value, WeftThriftProtocol protocol, GError **error);
gboolean circle_decode(Circle *value, WeftThriftProtocol protocol, const void *data, size_t size,
                       WeftArena *arena, GError **error);
size_t circle_size(const Circle *value, WeftThriftProtocol protocol);

extern const WeftThriftType shape_type;
void shape_init(Shape *value);
void shape_copy(const Shape *value, WeftArena *arena, Shape *ret_copy);
bool shape_equal(const Shape *left, const Shape *right);
uint64_t shape_hash(const Shape *value);
char *shape_to_string(const Shape *value);
char *shape_to_json(const Shape *value, unsigned indent);
gboolean shape_from_json(Shape *value, const char *json, size_t length, WeftArena *arena,
                         GError **error);
GBytes *shape_encode(const Shape *value, WeftThriftProtocol protocol, GError **error);
gboolean shape_decode(Shape *value, WeftThriftProtocol protocol, const void *data, size_t size,
                      WeftArena *arena, GError **error);
size_t shape_size(const Shape *value, WeftThriftProtocol protocol);

extern const WeftThriftType node_type;
void node_init(Node *value);
void node_copy(const Node *value, WeftArena *arena, Node *ret_copy);
bool node_equal(const Node *left, const Node *right);
uint64_t node_hash(const Node *value);
char *node_to_string(const Node *value);
char *node_to_json(const Node *value, unsigned indent);
gboolean node_from_json(Node *value, const char *json, size_t length, WeftArena *arena,
                        GError **error);
GBytes *node_encode(const Node *value, WeftThriftProtocol protocol, GError **error);
gboolean node_decode(Node *value, WeftThriftProtocol protocol, const void *data, size_t size,
                     WeftArena *arena, GError **error);
size_t node_size(const Node *value, WeftThriftProtocol protocol);

extern const WeftThriftType shape_list_type;
void shape_list_init(ShapeList *value);
void shape_list_copy(const ShapeList *value, WeftArena *arena, ShapeList *ret_copy);
bool shape_list_equal(const ShapeList *left, const ShapeList *right);
uint64_t shape_list_hash(const ShapeList *value);
char *shape_list_to_string(const ShapeList *value);
char *shape_list_to_json(const ShapeList *value, unsigned indent);
gboolean shape_list_from_json(ShapeList *value, const char *json, size_t length, WeftArena *arena,
                              GError **error);
GBytes *shape_list_encode(const ShapeList *value, WeftThriftProtocol protocol, GError **error);
gboolean shape_list_decode(ShapeList *value, WeftThriftProtocol protocol, const void *data,
                           size_t size, WeftArena *arena, GError **error);
size_t shape_list_size(const ShapeList *value, WeftThriftProtocol protocol);

extern const WeftThriftType words_type;
void words_init(Words *value);
void words_copy(const Words *value, WeftArena *arena, Words *ret_copy);
bool words_equal(const Words *left, const Words *right);
uint64_t words_hash(const Words *value);
char *words_to_string(const Words *value);
char *words_to_json(const Words *value, unsigned indent);
gboolean words_from_json(Words *value, const char *json, size_t length, WeftArena *arena,
                         GError **error);
GBytes *words_encode(const Words *value, WeftThriftProtocol protocol, GError **error);
gboolean words_decode(Words *value, WeftThriftProtocol protocol, const void *data, size_t size,
                      WeftArena *arena, GError **error);
size_t words_size(const Words *value, WeftThriftProtocol protocol);

extern const WeftThriftType nothing_type;
void nothing_init(Nothing *value);
void nothing_copy(const Nothing *value, WeftArena *arena, Nothing *ret_copy);
bool nothing_equal(const Nothing *left, const Nothing *right);
uint64_t nothing_hash(const Nothing *value);
char *nothing_to_string(const Nothing *value);
char *nothing_to_json(const Nothing *value, unsigned indent);
gboolean nothing_from_json(Nothing *value, const char *json, size_t length, WeftArena *arena,
                           GError **error);
GBytes *nothing_encode(const Nothing *value, WeftThriftProtocol protocol, GError **error);
gboolean nothing_decode(Nothing *value, WeftThriftProtocol protocol, const void *data, size_t size,
                        WeftArena *arena, GError **error);
size_t nothing_size(const Nothing *value, WeftThriftProtocol protocol);

extern const WeftThriftType endless_type;
void endless_init(Endless *value);
void endless_copy(const Endless *value, WeftArena *arena, Endless *ret_copy);
bool endless_equal(const Endless *left, const Endless *right);
uint64_t endless_hash(const Endless *value);
char *endless_to_string(const Endless *value);
char *endless_to_json(const Endless *value, unsigned indent);
gboolean endless_from_json(Endless *value, const char *json, size_t length, WeftArena *arena,
                           GError **error);
GBytes *endless_encode(const Endless *value, WeftThriftProtocol protocol, GError **error);
gboolean endless_decode(Endless *value, WeftThriftProtocol protocol, const void *data, size_t size,
                        WeftArena *arena, GError **error);
size_t endless_size(const Endless *value, WeftThriftProtocol protocol);

const Node *i32_node_map_find(I32NodeMap map, int32_t key);

G_END_DECLS
