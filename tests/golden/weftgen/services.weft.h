/* Made by weftgen of services.thrift: changes are lost. */
#pragma once

/** Services that extend each other, and types of another file. */

#include <weft/thrift.h>

#include "places.weft.h"

G_BEGIN_DECLS

typedef enum Speed {
    SPEED_SLOW = 1,
    /** Not faster than sound. */
    SPEED_FAST = 5,
} Speed;

#ifndef WEFT_HAS_StringGeoPlaceMap
#define WEFT_HAS_StringGeoPlaceMap
typedef struct StringGeoPlacePair {
    WeftString key;
    GeoPlace value;
} StringGeoPlacePair;

typedef struct StringGeoPlaceMap {
    StringGeoPlacePair *items;
    uint32_t n_items;
} StringGeoPlaceMap;
#endif

typedef struct Trip {
    GeoWay way;
    GeoPlace destination;
    Speed speed; /* default SPEED_FAST */
    StringGeoPlaceMap stops;
    WeftStringList travellers; /* a set */
} Trip;

typedef struct Full {
    WeftString reason;
} Full;

/* ---- constants ---- */

#define MOST_TRAVELLERS 8
extern const WeftStringList FERRIES;
extern const GeoPlace HARBOUR;

/* ---- service Planner ---- */

/** Plans trips. */
typedef struct PlannerHandler {
    GeoFinderHandler base;
    gboolean (*plan)(WeftCall *call, const GeoPlace *from, const GeoPlace *to, Speed speed,
                     Trip *result, GError **error);
    /**
     * Adds somebody, for good.
     * May be done twice.
     * Throws Full, GeoLost.
     */
    gboolean (*join)(WeftCall *call, int64_t trip, WeftString traveller, GError **error);
    /** Oneway: nobody waits for an answer. */
    gboolean (*leave)(WeftCall *call, int64_t trip, WeftString traveller, GError **error);
} PlannerHandler;

/** A server of it; @data: weft_call_data().  What the handler leaves NULL is refused. */
WeftService *planner_service_new(const PlannerHandler *handler, gpointer data,
                                 GDestroyNotify data_free);
void planner_add_to(WeftThriftProcessor *processor, const PlannerHandler *handler, gpointer data,
                    GDestroyNotify data_free);
extern const WeftThriftInterface planner_interface;

/** A client of it; @url: as weft_thrift_client_new() takes it. */
typedef struct PlannerClient PlannerClient;
PlannerClient *planner_client_new(const char *url, GError **error);
void planner_client_free(PlannerClient *client);
GeoFinderClient *planner_client_base(PlannerClient *client);
WEFT_PARKS gboolean planner_plan(PlannerClient *client, WeftArena *arena, const GeoPlace *from,
                                 const GeoPlace *to, Speed speed, Trip *ret_result, GError **error);
WEFT_PARKS gboolean planner_join(PlannerClient *client, int64_t trip, WeftString traveller,
                                 GError **error);
WEFT_PARKS gboolean planner_leave(PlannerClient *client, int64_t trip, WeftString traveller,
                                  GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlannerClient, planner_client_free)

/* ---- what can be done with values, as in <weft/thrift_type.h> ---- */

extern const WeftThriftType speed_type;
const char *speed_name(Speed value);
bool speed_from_name(const char *name, Speed *ret_value);

extern const WeftThriftType trip_type;
void trip_init(Trip *value);
void trip_copy(const Trip *value, WeftArena *arena, Trip *ret_copy);
bool trip_equal(const Trip *left, const Trip *right);
uint64_t trip_hash(const Trip *value);
char *trip_to_string(const Trip *value);
char *trip_to_json(const Trip *value, unsigned indent);
gboolean trip_from_json(Trip *value, const char *json, size_t length, WeftArena *arena,
                        GError **error);
GBytes *trip_encode(const Trip *value, WeftThriftProtocol protocol, GError **error);
gboolean trip_decode(Trip *value, WeftThriftProtocol protocol, const void *data, size_t size,
                     WeftArena *arena, GError **error);
size_t trip_size(const Trip *value, WeftThriftProtocol protocol);

extern const WeftThriftType full_type;
void full_init(Full *value);
void full_copy(const Full *value, WeftArena *arena, Full *ret_copy);
bool full_equal(const Full *left, const Full *right);
uint64_t full_hash(const Full *value);
char *full_to_string(const Full *value);
char *full_to_json(const Full *value, unsigned indent);
gboolean full_from_json(Full *value, const char *json, size_t length, WeftArena *arena,
                        GError **error);
GBytes *full_encode(const Full *value, WeftThriftProtocol protocol, GError **error);
gboolean full_decode(Full *value, WeftThriftProtocol protocol, const void *data, size_t size,
                     WeftArena *arena, GError **error);
size_t full_size(const Full *value, WeftThriftProtocol protocol);
gboolean full_throw(const Full *exception, GError **error);
const Full *full_caught(const GError *error);

const GeoPlace *string_geo_place_map_find(StringGeoPlaceMap map, WeftString key);
bool string_set_contains(WeftStringList set, WeftString item);

G_END_DECLS
