/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>
#include <string>
#include <weft/dav_store.h>

namespace
{

WeftDavPropertySet *
Sample()
{
    const WeftDavProperty changes[] = {
        {"urn:a", "one", "<one xmlns='urn:a'>1</one>"},
        {"", "two", "<two/>"},
        {"urn:b", "one", "<one xmlns='urn:b'/>"},
    };
    WeftDavPropertySet *set = weft_dav_property_set_new();

    for (const WeftDavProperty &change : changes)
        weft_dav_property_set_apply(set, &change);
    return set;
}

} // namespace

TEST(PropertySet, SetsReplacesAndRemoves)
{
    g_autoptr(WeftDavPropertySet) set = Sample();
    const WeftDavProperty replace = {"urn:a", "one", "<new/>"};
    const WeftDavProperty remove = {"", "two", nullptr};
    const WeftDavProperty remove_unknown = {"urn:b", "two", nullptr};

    ASSERT_EQ(weft_dav_property_set_size(set), 3u);
    weft_dav_property_set_apply(set, &replace);
    weft_dav_property_set_apply(set, &remove);
    weft_dav_property_set_apply(set, &remove_unknown);
    ASSERT_EQ(weft_dav_property_set_size(set), 2u);
    EXPECT_STREQ(weft_dav_property_set_get(set, 0)->xml, "<new/>");
    EXPECT_STREQ(weft_dav_property_set_find(set, "urn:b", "one")->xml, "<one xmlns='urn:b'/>");
    EXPECT_EQ(weft_dav_property_set_find(set, "", "two"), nullptr);
}

TEST(PropertySet, ComesBackFromItsBytes)
{
    g_autoptr(WeftDavPropertySet) set = Sample();
    g_autoptr(GBytes) bytes = weft_dav_property_set_encode(set);
    g_autoptr(WeftDavPropertySet) copy = weft_dav_property_set_decode(
        g_bytes_get_data(bytes, nullptr), g_bytes_get_size(bytes), nullptr);

    ASSERT_NE(copy, nullptr);
    ASSERT_EQ(weft_dav_property_set_size(copy), 3u);
    for (size_t i = 0; i < 3; i++) {
        EXPECT_STREQ(weft_dav_property_set_get(copy, i)->ns, weft_dav_property_set_get(set, i)->ns);
        EXPECT_STREQ(weft_dav_property_set_get(copy, i)->name,
                     weft_dav_property_set_get(set, i)->name);
        EXPECT_STREQ(weft_dav_property_set_get(copy, i)->xml,
                     weft_dav_property_set_get(set, i)->xml);
    }
}

TEST(PropertySet, RefusesDamagedBytes)
{
    g_autoptr(WeftDavPropertySet) set = Sample();
    g_autoptr(GBytes) bytes = weft_dav_property_set_encode(set);
    const std::string good(static_cast<const char *>(g_bytes_get_data(bytes, nullptr)),
                           g_bytes_get_size(bytes));
    size_t n_whole = 0;

    for (size_t size = 0; size < good.size(); size++) {
        const std::string cut = good.substr(0, size);
        g_autoptr(GError) error = nullptr;
        g_autoptr(WeftDavPropertySet) copy =
            weft_dav_property_set_decode(cut.data(), cut.size(), &error);

        n_whole += copy != nullptr ? 1 : 0; /* cut between two properties */
        EXPECT_EQ(copy == nullptr, error != nullptr);
    }
    EXPECT_EQ(n_whole, 3u);

    for (const std::string &bad : {std::string("\x02"), std::string("\x01\xff\xff\xff\xff", 5)})
        EXPECT_EQ(weft_dav_property_set_decode(bad.data(), bad.size(), nullptr), nullptr);
}
