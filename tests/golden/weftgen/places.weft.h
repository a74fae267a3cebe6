/* Made by weftgen of places.thrift: changes are lost. */
#pragma once

/** Where things are; for services.thrift. */

#include <weft/thrift.h>

G_BEGIN_DECLS

typedef double GeoDegrees;

typedef struct GeoPlace {
    GeoDegrees latitude;  /* required, default 48.200000000000003 */
    GeoDegrees longitude; /* required, default 16.370000000000001 */
    WeftString name;      /* default "Vienna" */
} GeoPlace;

typedef struct GeoPlaceList {
    GeoPlace *items;
    uint32_t n_items;
} GeoPlaceList;

typedef GeoPlaceList GeoWay;

typedef struct GeoLost {
    GeoPlace last_seen;
} GeoLost;

/* ---- service Finder ---- */

typedef struct GeoFinderHandler {
    /** Throws GeoLost. */
    gboolean (*find)(WeftCall *call, WeftString name, GeoPlace *result, GError **error);
} GeoFinderHandler;

/** A server of it; @data: weft_call_data().  What the handler leaves NULL is refused. */
WeftService *geo_finder_service_new(const GeoFinderHandler *handler, gpointer data,
                                    GDestroyNotify data_free);
void geo_finder_add_to(WeftThriftProcessor *processor, const GeoFinderHandler *handler,
                       gpointer data, GDestroyNotify data_free);
extern const WeftThriftInterface geo_finder_interface;

/** A client of it; @url: as weft_thrift_client_new() takes it. */
typedef struct GeoFinderClient GeoFinderClient;
GeoFinderClient *geo_finder_client_new(const char *url, GError **error);
void geo_finder_client_free(GeoFinderClient *client);
WeftThriftClient *geo_finder_client_base(GeoFinderClient *client);
WEFT_PARKS gboolean geo_finder_find(GeoFinderClient *client, WeftArena *arena, WeftString name,
                                    GeoPlace *ret_result, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GeoFinderClient, geo_finder_client_free)

/* ---- what can be done with values, as in <weft/thrift_type.h> ---- */

extern const WeftThriftType geo_place_type;
void geo_place_init(GeoPlace *value);
void geo_place_copy(const GeoPlace *value, WeftArena *arena, GeoPlace *ret_copy);
bool geo_place_equal(const GeoPlace *left, const GeoPlace *right);
uint64_t geo_place_hash(const GeoPlace *value);
char *geo_place_to_string(const GeoPlace *value);
char *geo_place_to_json(const GeoPlace *value, unsigned indent);
gboolean geo_place_from_json(GeoPlace *value, const char *json, size_t length, WeftArena *arena,
                             GError **error);
GBytes *geo_place_encode(const GeoPlace *value, WeftThriftProtocol protocol, GError **error);
gboolean geo_place_decode(GeoPlace *value, WeftThriftProtocol protocol, const void *data,
                          size_t size, WeftArena *arena, GError **error);
size_t geo_place_size(const GeoPlace *value, WeftThriftProtocol protocol);

extern const WeftThriftType geo_lost_type;
void geo_lost_init(GeoLost *value);
void geo_lost_copy(const GeoLost *value, WeftArena *arena, GeoLost *ret_copy);
bool geo_lost_equal(const GeoLost *left, const GeoLost *right);
uint64_t geo_lost_hash(const GeoLost *value);
char *geo_lost_to_string(const GeoLost *value);
char *geo_lost_to_json(const GeoLost *value, unsigned indent);
gboolean geo_lost_from_json(GeoLost *value, const char *json, size_t length, WeftArena *arena,
                            GError **error);
GBytes *geo_lost_encode(const GeoLost *value, WeftThriftProtocol protocol, GError **error);
gboolean geo_lost_decode(GeoLost *value, WeftThriftProtocol protocol, const void *data, size_t size,
                         WeftArena *arena, GError **error);
size_t geo_lost_size(const GeoLost *value, WeftThriftProtocol protocol);
gboolean geo_lost_throw(const GeoLost *exception, GError **error);
const GeoLost *geo_lost_caught(const GError *error);

G_END_DECLS
