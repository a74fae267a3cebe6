/* Made by weftgen of profiles.thrift: changes are lost. */
#pragma once

/** People, and how to find them. */

#include <weft/thrift.h>

G_BEGIN_DECLS

/** Who somebody is. */
typedef struct Profile {
    int64_t id; /* required */
    WeftString name;
    /** As the person wrote it. */
    WeftString note; /* optional */
    WeftStringList hobbies;
    struct {
        bool note;
    } has;
} Profile;

/** Thrown where nobody has that id. */
typedef struct NotFound {
    int64_t id;
} NotFound;

/* ---- service Profiles ---- */

/** Keeps profiles. */
typedef struct ProfilesHandler {
    /**
     * The profile with this id.
     * Throws NotFound.
     */
    gboolean (*get)(WeftCall *call, int64_t id, Profile *result, GError **error);
} ProfilesHandler;

/** A server of it; @data: weft_call_data().  What the handler leaves NULL is refused. */
WeftService *profiles_service_new(const ProfilesHandler *handler, gpointer data,
                                  GDestroyNotify data_free);
void profiles_add_to(WeftThriftProcessor *processor, const ProfilesHandler *handler, gpointer data,
                     GDestroyNotify data_free);
extern const WeftThriftInterface profiles_interface;

/** A client of it; @url: as weft_thrift_client_new() takes it. */
typedef struct ProfilesClient ProfilesClient;
ProfilesClient *profiles_client_new(const char *url, GError **error);
void profiles_client_free(ProfilesClient *client);
WeftThriftClient *profiles_client_base(ProfilesClient *client);
WEFT_PARKS gboolean profiles_get(ProfilesClient *client, WeftArena *arena, int64_t id,
                                 Profile *ret_result, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfilesClient, profiles_client_free)

/* ---- what can be done with values, as in <weft/thrift_type.h> ---- */

extern const WeftThriftType profile_type;
void profile_init(Profile *value);
void profile_copy(const Profile *value, WeftArena *arena, Profile *ret_copy);
bool profile_equal(const Profile *left, const Profile *right);
uint64_t profile_hash(const Profile *value);
char *profile_to_string(const Profile *value);
char *profile_to_json(const Profile *value, unsigned indent);
gboolean profile_from_json(Profile *value, const char *json, size_t length, WeftArena *arena,
                           GError **error);
GBytes *profile_encode(const Profile *value, WeftThriftProtocol protocol, GError **error);
gboolean profile_decode(Profile *value, WeftThriftProtocol protocol, const void *data, size_t size,
                        WeftArena *arena, GError **error);
size_t profile_size(const Profile *value, WeftThriftProtocol protocol);

extern const WeftThriftType not_found_type;
void not_found_init(NotFound *value);
void not_found_copy(const NotFound *value, WeftArena *arena, NotFound *ret_copy);
bool not_found_equal(const NotFound *left, const NotFound *right);
uint64_t not_found_hash(const NotFound *value);
char *not_found_to_string(const NotFound *value);
char *not_found_to_json(const NotFound *value, unsigned indent);
gboolean not_found_from_json(NotFound *value, const char *json, size_t length, WeftArena *arena,
                             GError **error);
GBytes *not_found_encode(const NotFound *value, WeftThriftProtocol protocol, GError **error);
gboolean not_found_decode(NotFound *value, WeftThriftProtocol protocol, const void *data,
                          size_t size, WeftArena *arena, GError **error);
size_t not_found_size(const NotFound *value, WeftThriftProtocol protocol);
gboolean not_found_throw(const NotFound *exception, GError **error);
const NotFound *not_found_caught(const GError *error);

G_END_DECLS
