/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several stores in one tree: what is fixed, and what goes from one to the other.
 */

#include "store_subject.h"

extern "C" {
#include "webdav/service.h"
#include "webdav/weftdav/shares.h"
}

using namespace weft_test;

namespace
{

/* Shares "a" and "b". */
class Shares : public ::testing::Test
{
  protected:
    void Run(std::function<void()> body)
    {
        in_fiber([&] {
            shares_ = weft_dav_shares_new();
            EXPECT_TRUE(weft_dav_shares_add(shares_, "a", weft_dav_memory_store_new(), nullptr));
            EXPECT_TRUE(weft_dav_shares_add(shares_, "b", weft_dav_memory_store_new(), nullptr));
            body();
            weft_dav_store_free(shares_);
        });
    }

    int Put(const std::string &path, const std::string &text)
    {
        GError *error = nullptr;
        WeftDavInfo info;
        WeftDavUpload *upload = shares_->methods->upload_new(shares_, path.c_str(), -1, &error);

        if (upload == nullptr)
            return code_of(FALSE, error);
        const bool ok = shares_->methods->upload_write(upload, text.data(), text.size(), &error) &&
                        shares_->methods->upload_commit(upload, TRUE, &info, &error);
        shares_->methods->upload_free(upload);
        return code_of(ok, error);
    }

    std::string Get(const std::string &path)
    {
        WeftDavInfo info;
        char bytes[64];
        g_autoptr(WeftFile) file =
            shares_->methods->open_read(shares_, path.c_str(), &info, nullptr);

        if (file == nullptr)
            return "none";
        const ssize_t n = weft_file_read_at(file, bytes, sizeof bytes, 0, nullptr);
        return n < 0 ? "bad" : std::string(bytes, static_cast<size_t>(n));
    }

    int MakeCollection(const std::string &path)
    {
        GError *error = nullptr;

        const gboolean ok = shares_->methods->make_collection(shares_, path.c_str(), &error);

        return code_of(ok, error);
    }

    int Stat(const std::string &path, WeftDavInfo *info)
    {
        GError *error = nullptr;

        const gboolean ok = shares_->methods->stat(shares_, path.c_str(), info, &error);

        return code_of(ok, error);
    }

    int Remove(const std::string &path)
    {
        GError *error = nullptr;
        g_autoptr(GArray) failures = weft_dav_failures_new();

        const gboolean ok = shares_->methods->remove(shares_, path.c_str(), failures, &error);

        return code_of(ok, error);
    }

    int Copy(const std::string &from, const std::string &to, bool may_replace = true,
             bool depth_infinity = true)
    {
        GError *error = nullptr;
        g_autoptr(GArray) failures = weft_dav_failures_new();
        const gboolean ok = shares_->methods->copy(shares_, from.c_str(), to.c_str(),
                                                   depth_infinity, may_replace, failures, &error);

        EXPECT_EQ(failures->len, 0u);
        return code_of(ok, error);
    }

    int Move(const std::string &from, const std::string &to, bool may_replace = true)
    {
        GError *error = nullptr;
        g_autoptr(GArray) failures = weft_dav_failures_new();
        const gboolean ok = shares_->methods->move(shares_, from.c_str(), to.c_str(), may_replace,
                                                   failures, &error);

        EXPECT_EQ(failures->len, 0u);
        return code_of(ok, error);
    }

    std::string List(const std::string &path)
    {
        WeftDavListing *listing = shares_->methods->list(shares_, path.c_str(), FALSE, nullptr);
        const WeftDavEntry *entries = nullptr;
        std::vector<std::string> names;
        std::string all;
        ssize_t n = 0;

        while ((n = shares_->methods->list_next(listing, &entries, nullptr)) > 0)
            for (ssize_t i = 0; i < n; i++)
                names.emplace_back(entries[i].name, entries[i].name_len);
        shares_->methods->list_free(listing);
        std::sort(names.begin(), names.end());
        for (const std::string &name : names)
            all += name + " ";
        return all;
    }

    std::string Property(const std::string &path)
    {
        g_autoptr(WeftDavPropertySet) set =
            shares_->methods->get_properties(shares_, path.c_str(), nullptr);
        const WeftDavProperty *found =
            set != nullptr ? weft_dav_property_set_find(set, "u:", "x") : nullptr;

        return found != nullptr ? found->xml : "";
    }

    void SetProperty(const std::string &path, const char *xml)
    {
        const WeftDavProperty change = {"u:", "x", xml};

        EXPECT_TRUE(
            shares_->methods->change_properties(shares_, path.c_str(), &change, 1, nullptr));
    }

    WeftDavStore *shares_ = nullptr;
};

} // namespace

TEST_F(Shares, AreTheMembersOfTheRoot)
{
    Run([this] {
        WeftDavInfo info;

        EXPECT_EQ(List("/"), "a b ");
        EXPECT_EQ(Stat("/", &info), OK);
        EXPECT_TRUE(info.is_collection);
        EXPECT_EQ(Stat("/a", &info), OK);
        EXPECT_TRUE(info.is_collection);
        EXPECT_EQ(Stat("/c", &info), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(Stat("/c/d", &info), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(Stat("/ab", &info), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(Put("/a/f", "1"), OK);
        EXPECT_EQ(Get("/a/f"), "1");
        EXPECT_EQ(Get("/b/f"), "none");
        EXPECT_EQ(List("/a"), "f ");
    });
}

TEST_F(Shares, AreFixed)
{
    Run([this] {
        EXPECT_EQ(Put("/c", "1"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(Put("/c/d", "1"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(MakeCollection("/c"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(Remove("/a"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(Remove("/"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(Move("/a", "/b/x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(Copy("/b", "/a"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(Copy("/", "/a/x"), WEFT_DAV_ERROR_FORBIDDEN);
        EXPECT_EQ(List("/"), "a b ");
    });
}

TEST_F(Shares, HaveNamesOfOneSegmentOnce)
{
    Run([this] {
        for (const char *name : {"", ".", "..", ".x", "a", "c/d", "\xff"}) {
            g_autoptr(GError) error = nullptr;

            EXPECT_FALSE(weft_dav_shares_add(shares_, name, weft_dav_memory_store_new(), &error))
                << name;
        }
    });
}

TEST_F(Shares, ExchangeFiles)
{
    Run([this] {
        WeftDavInfo before;
        WeftDavInfo after;

        Put("/a/f", "1");
        SetProperty("/a/f", "<x xmlns=\"u:\">p</x>");
        Stat("/a/f", &before);
        EXPECT_EQ(Copy("/a/f", "/b/g"), OK);
        EXPECT_EQ(Get("/b/g"), "1");
        EXPECT_EQ(Get("/a/f"), "1");
        EXPECT_EQ(Property("/b/g"), "<x xmlns=\"u:\">p</x>");
        Stat("/b/g", &after);
        EXPECT_EQ(before.modified_us / G_USEC_PER_SEC, after.modified_us / G_USEC_PER_SEC);

        EXPECT_EQ(Move("/b/g", "/a/h"), OK);
        EXPECT_EQ(Get("/a/h"), "1");
        EXPECT_EQ(List("/b"), "");
        EXPECT_EQ(Copy("/a/f", "/b/no/parent"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(Copy("/a/none", "/b/x"), WEFT_DAV_ERROR_NOT_FOUND);
        EXPECT_EQ(List("/b"), "") << "nothing is left of what failed";
    });
}

TEST_F(Shares, ExchangeTrees)
{
    Run([this] {
        MakeCollection("/a/d");
        MakeCollection("/a/d/e");
        Put("/a/d/e/f", "1");
        Put("/a/d/g", "2");
        SetProperty("/a/d/e", "<x xmlns=\"u:\">e</x>");
        EXPECT_EQ(Copy("/a/d", "/b/d"), OK);
        EXPECT_EQ(List("/b/d"), "e g ");
        EXPECT_EQ(Get("/b/d/e/f"), "1");
        EXPECT_EQ(Property("/b/d/e"), "<x xmlns=\"u:\">e</x>");
        EXPECT_EQ(Copy("/a/d", "/b/flat", true, false), OK);
        EXPECT_EQ(List("/b/flat"), "");
        EXPECT_EQ(Copy("/a", "/b/all"), OK) << "a share as a whole";
        EXPECT_EQ(List("/b/all"), "d ");
        EXPECT_EQ(List("/b"), "all d flat ");

        EXPECT_EQ(Move("/a/d", "/b/moved"), OK);
        EXPECT_EQ(List("/a"), "");
        EXPECT_EQ(Get("/b/moved/e/f"), "1");
    });
}

TEST_F(Shares, ReplaceOnlyWhereTheyMay)
{
    Run([this] {
        Put("/a/f", "1");
        Put("/b/f", "2");
        SetProperty("/b/f", "<x xmlns=\"u:\">old</x>");
        EXPECT_EQ(Copy("/a/f", "/b/f", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(Get("/b/f"), "2");
        EXPECT_EQ(Copy("/a/f", "/b/f"), OK);
        EXPECT_EQ(Get("/b/f"), "1");
        EXPECT_EQ(Property("/b/f"), "") << "a copy has the properties of its source";

        MakeCollection("/b/d");
        Put("/b/d/x", "x");
        EXPECT_EQ(Move("/a/f", "/b/d"), OK) << "a file in the place of a collection";
        EXPECT_EQ(Get("/b/d"), "1");
    });
}

TEST_F(Shares, KeepTheSourceOfAMoveThatFails)
{
    Run([this] {
        Put("/a/f", "1");
        EXPECT_EQ(Move("/a/f", "/b/no/parent"), WEFT_DAV_ERROR_NO_PARENT);
        EXPECT_EQ(Get("/a/f"), "1");
        Put("/b/g", "2");
        EXPECT_EQ(Move("/a/f", "/b/g", false), WEFT_DAV_ERROR_EXISTS);
        EXPECT_EQ(Get("/a/f"), "1");
    });
}
