/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A store under test, with calls short enough to read a test as a story.  Calls that change or read
 * answer with an error code, or OK.
 */

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include <weft/dav_store.h>
#include <weft/scheduler.h>

#include "../in_fiber.h"

namespace weft_test
{

constexpr int OK = -1;

/* A folder that is gone when the test is. */
class Folder
{
  public:
    explicit Folder(const std::string &parent)
    {
        path = parent + "/weft-store-XXXXXX";
        EXPECT_NE(mkdtemp(&path[0]), nullptr) << path;
    }
    ~Folder()
    {
        remove();
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;

    void remove() const
    {
        EXPECT_EQ(system(("chmod -R u+rwx " + path + " 2>/dev/null; rm -rf " + path).c_str()), 0);
    }

    std::string path;
};

inline bool
is_tmpfs(const char *path)
{
    struct statfs st;

    return statfs(path, &st) == 0 && st.f_type == 0x01021994;
}

/* Of an error that is set, and freed here. */
inline int
code_of(gboolean is_well, GError *error)
{
    EXPECT_EQ(is_well, error == nullptr) << (error != nullptr ? error->message : "no error set");
    if (error == nullptr)
        return OK;
    EXPECT_EQ(error->domain, WEFT_DAV_ERROR) << error->message;
    const int code = error->code;
    g_error_free(error);
    return code;
}

class Subject
{
  public:
    explicit Subject(WeftDavStore *taken) : store(taken), methods(taken->methods)
    {
    }
    ~Subject()
    {
        weft_dav_store_free(store);
    }
    Subject(const Subject &) = delete;
    Subject &operator=(const Subject &) = delete;

    int put(const std::string &path, const std::string &content, bool may_replace = true,
            std::string *ret_etag = nullptr, size_t piece_bytes = 0)
    {
        GError *error = nullptr;
        WeftDavInfo info;
        WeftDavUpload *upload =
            methods->upload_new(store, path.c_str(), (int64_t)content.size(), &error);
        const size_t step = piece_bytes == 0 ? content.size() : piece_bytes;
        gboolean is_well = upload != nullptr;

        for (size_t at = 0; is_well && at < content.size(); at += step)
            is_well = methods->upload_write(upload, content.data() + at,
                                            std::min(step, content.size() - at), &error);
        is_well = is_well && methods->upload_commit(upload, may_replace, &info, &error);
        methods->upload_free(upload);
        if (is_well && ret_etag != nullptr)
            *ret_etag = etag_of(info);
        return code_of(is_well, error);
    }

    /* A part of a file, in its place; @piece_bytes at a time. */
    int patch(const std::string &path, int64_t offset, const std::string &content,
              size_t piece_bytes = 100000)
    {
        GError *error = nullptr;
        WeftDavInfo info;
        WeftDavUpload *upload = methods->upload_new(store, path.c_str(), -1, &error);
        gboolean is_well = upload != nullptr;

        for (size_t at = 0; is_well && at < content.size(); at += piece_bytes)
            is_well = methods->upload_write(upload, content.data() + at,
                                            std::min(piece_bytes, content.size() - at), &error);
        is_well = is_well && methods->upload_merge(upload, offset, &error) &&
                  methods->upload_commit(upload, TRUE, &info, &error);
        methods->upload_free(upload);
        return code_of(is_well, error);
    }

    int set_attributes(const std::string &path, const WeftDavAttributes &attributes)
    {
        GError *error = nullptr;
        const gboolean is_well = methods->set_attributes(store, path.c_str(), &attributes, &error);

        return code_of(is_well, error);
    }

    /* The content, or "code N". */
    std::string get(const std::string &path)
    {
        GError *error = nullptr;
        WeftDavInfo info;
        g_autoptr(WeftFile) file = methods->open_read(store, path.c_str(), &info, &error);

        if (file == nullptr)
            return "code " + std::to_string(code_of(FALSE, error));
        EXPECT_FALSE(info.is_collection);
        return read(file, info);
    }

    static std::string read(WeftFile *file, const WeftDavInfo &info)
    {
        std::string content;
        std::vector<char> buffer(64 << 10);
        ssize_t n;

        while ((n = weft_file_read_at(file, buffer.data(), buffer.size(), (int64_t)content.size(),
                                      nullptr)) > 0)
            content.append(buffer.data(), (size_t)n);
        EXPECT_EQ(n, 0);
        EXPECT_EQ(content.size(), info.size_bytes);
        return content;
    }

    int stat(const std::string &path, WeftDavInfo *ret_info)
    {
        GError *error = nullptr;
        const gboolean is_well = methods->stat(store, path.c_str(), ret_info, &error);

        return code_of(is_well, error);
    }

    std::string etag(const std::string &path)
    {
        WeftDavInfo info = {};

        EXPECT_EQ(stat(path, &info), OK) << path;
        return etag_of(info);
    }

    static std::string etag_of(const WeftDavInfo &info)
    {
        char etag[WEFT_DAV_ETAG_BYTES];
        const size_t len = weft_dav_info_etag(&info, etag);

        return std::string(etag, len);
    }

    bool exists(const std::string &path)
    {
        WeftDavInfo info;
        const int code = stat(path, &info);

        EXPECT_TRUE(code == OK || code == WEFT_DAV_ERROR_NOT_FOUND) << code;
        return code == OK;
    }

    int mkcol(const std::string &path)
    {
        GError *error = nullptr;
        const gboolean is_well = methods->make_collection(store, path.c_str(), &error);

        return code_of(is_well, error);
    }

    int remove(const std::string &path)
    {
        GError *error = nullptr;

        clear_failures();
        const gboolean is_well = methods->remove(store, path.c_str(), failures, &error);
        return code_of(is_well, error);
    }

    int copy(const std::string &from, const std::string &to, bool may_replace = true,
             bool depth_infinity = true)
    {
        GError *error = nullptr;

        clear_failures();
        const gboolean is_well = methods->copy(store, from.c_str(), to.c_str(), depth_infinity,
                                               may_replace, failures, &error);
        return code_of(is_well, error);
    }

    int move(const std::string &from, const std::string &to, bool may_replace = true)
    {
        GError *error = nullptr;

        clear_failures();
        const gboolean is_well =
            methods->move(store, from.c_str(), to.c_str(), may_replace, failures, &error);
        return code_of(is_well, error);
    }

    /* Names, those of collections with a slash, and behind a name its properties if asked for. */
    std::map<std::string, std::string> list(const std::string &path, bool with_properties = false)
    {
        GError *error = nullptr;
        std::map<std::string, std::string> names;
        WeftDavListing *listing = methods->list(store, path.c_str(), with_properties, &error);
        const WeftDavEntry *entries;
        ssize_t n = -1;

        while (listing != nullptr && (n = methods->list_next(listing, &entries, &error)) > 0) {
            for (ssize_t i = 0; i < n; i++)
                names.insert(described(entries[i]));
        }
        methods->list_free(listing);
        code_of(n == 0, error);
        return names;
    }

    int list_code(const std::string &path)
    {
        GError *error = nullptr;
        WeftDavListing *listing = methods->list(store, path.c_str(), FALSE, &error);

        methods->list_free(listing);
        return code_of(listing != nullptr, error);
    }

    /* @xml: empty: remove */
    int set_property(const std::string &path, const std::string &name, const std::string &xml)
    {
        GError *error = nullptr;
        const WeftDavProperty change = {"urn:t", name.c_str(), xml.empty() ? nullptr : xml.c_str()};
        const gboolean is_well =
            methods->change_properties(store, path.c_str(), &change, 1, &error);

        return code_of(is_well, error);
    }

    /* "name=xml;..." */
    std::string properties(const std::string &path)
    {
        GError *error = nullptr;
        g_autoptr(WeftDavPropertySet) set = methods->get_properties(store, path.c_str(), &error);

        code_of(error == nullptr, error);
        return described(set);
    }

    std::vector<std::string> failed_paths() const
    {
        std::vector<std::string> paths;

        for (unsigned i = 0; i < failures->len; i++)
            paths.push_back(g_array_index(failures, WeftDavFailure, i).path);
        return paths;
    }

    WeftDavStore *store;
    const WeftDavStoreMethods *methods;

  private:
    static std::string described(const WeftDavPropertySet *set)
    {
        std::string text;

        for (size_t i = 0; set != nullptr && i < weft_dav_property_set_size(set); i++) {
            const WeftDavProperty *property = weft_dav_property_set_get(set, i);

            text += std::string(property->name) + "=" + property->xml + ";";
        }
        return text;
    }

    static std::pair<std::string, std::string> described(const WeftDavEntry &entry)
    {
        EXPECT_EQ(strlen(entry.name), entry.name_len);
        return {std::string(entry.name) + (entry.info.is_collection ? "/" : ""),
                described(entry.properties)};
    }

    static void clear_failure(gpointer data)
    {
        WeftDavFailure *failure = static_cast<WeftDavFailure *>(data);

        g_free(failure->path);
        g_clear_error(&failure->error);
    }

    void clear_failures()
    {
        g_array_set_size(failures, 0);
    }

    static GArray *make_failures()
    {
        GArray *array = g_array_new(FALSE, FALSE, sizeof(WeftDavFailure));

        g_array_set_clear_func(array, clear_failure);
        return array;
    }

    struct Unref {
        void operator()(GArray *array) const
        {
            g_array_unref(array);
        }
    };

    std::unique_ptr<GArray, Unref> failures_owner{make_failures()};
    GArray *failures = failures_owner.get();
};

} // namespace weft_test
