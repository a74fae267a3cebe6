/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What browsers get for a collection, the files of the page over it, and what keeps files of a
 * share from acting as that page.
 */
#include "dav_client.h"

using weft_test::Answer;

class CollectionPage : public weft_test::DavTest
{
  protected:
    /* Where @text stands in @page; a test fails where it does not. */
    static size_t At(const Answer &page, const std::string &text)
    {
        EXPECT_TRUE(page.Has(text)) << text << " in\n" << page.body;
        return page.body.find(text);
    }

    void ServePage()
    {
        WeftDavOptions options = weft_dav_options_default();

        options.page = &page_;
        Serve(options);
    }

    const WeftDavPageFile files_[2] = {
        {"look.css", "text/css", "p{}", 3},
        {"act.js", "text/javascript", "act()", 5},
    };
    const WeftDavPage page_ = {"0123abc", "look.css", "act.js", "look.css", files_, 2};
};
WEFT_DAV_ON_BOTH_STORES(CollectionPage);

TEST_P(CollectionPage, ShowsFoldersFirstThenNamesInOrder)
{
    for (const char *name : {"/b.txt", "/A.txt", "/a.txt", "/c"})
        Do("PUT", name, "", "1234");
    Do("MKCOL", "/z");
    Do("MKCOL", "/Y");
    const Answer page = Do("GET", "/");

    EXPECT_LT(At(page, ">Y/<"), At(page, ">z/<"));
    EXPECT_LT(At(page, ">z/<"), At(page, ">A.txt<"));
    EXPECT_LT(At(page, ">A.txt<"), At(page, ">a.txt<"));
    EXPECT_LT(At(page, ">a.txt<"), At(page, ">b.txt<"));
    EXPECT_LT(At(page, ">b.txt<"), At(page, ">c<"));
    EXPECT_TRUE(page.Has("<td>4 B</td>"));
    EXPECT_TRUE(page.Has("<time datetime=\"20"));
    EXPECT_FALSE(page.Has("../"));
}

TEST_P(CollectionPage, SizesAreForPeople)
{
    Do("PUT", "/a", "", std::string(999, 'x'));
    Do("PUT", "/b", "", std::string(1000, 'x'));
    Do("PUT", "/c", "", std::string(999999, 'x'));
    Do("PUT", "/d", "", std::string(1250000, 'x'));
    const Answer page = Do("GET", "/");

    for (const char *size : {"<td>999 B<", "<td>1.0 kB<", "<td>999.9 kB<", "<td>1.2 MB<"})
        EXPECT_TRUE(page.Has(size)) << size;
}

TEST_P(CollectionPage, ShowsAllOfALargeCollectionUnsorted)
{
    constexpr int N_FOLDERS = 2100;

    if (folder_.empty())
        return; /* thousands of requests would take their time */
    for (int i = 0; i < N_FOLDERS; i++)
        std::filesystem::create_directory(folder_ + "/" + std::to_string(i));
    const Answer page = Do("GET", "/");

    EXPECT_EQ(page.Count("<td class=\"folder\">"), size_t{N_FOLDERS});
}

TEST_P(CollectionPage, HasTheWayUp)
{
    Do("MKCOL", "/a%26b");
    Do("MKCOL", "/a%26b/c");
    const Answer page = Do("GET", "/a%26b/c/");

    EXPECT_TRUE(page.Has("<title>c</title>"));
    EXPECT_TRUE(page.Has("<li><a href=\"./../../\">Home</a></li>\n<li><a href=\"./../\">a&amp;b</a>"
                         "</li>\n<li aria-current=\"page\">c</li>"))
        << page.body;
    EXPECT_TRUE(Do("GET", "/").Has("<li aria-current=\"page\">Home</li>\n</ol>"));
}

TEST_P(CollectionPage, IsPlainWithoutAPageOfTheProgram)
{
    const Answer page = Do("GET", "/");

    EXPECT_FALSE(page.Has("script"));
    EXPECT_FALSE(page.Has("stylesheet"));
    EXPECT_EQ(Do("GET", "/.weftdav/0123abc/act.js").status, 404);
}

TEST_P(CollectionPage, LinksThePageFromItsHeadByTheWayToTheRoot)
{
    ServePage();
    Do("MKCOL", "/a");
    const Answer page = Do("GET", "/a/");

    EXPECT_TRUE(page.Has("<link rel=\"stylesheet\" href=\"./../.weftdav/0123abc/look.css\">"));
    EXPECT_TRUE(page.Has("<script type=\"module\" src=\"./../.weftdav/0123abc/act.js\"></script>"));
    EXPECT_TRUE(page.Has("<body data-root=\"./../\">"));
}

TEST_P(CollectionPage, FilesOfThePageAreKeptForGood)
{
    ServePage();
    const Answer script = Do("GET", "/.weftdav/0123abc/act.js");

    EXPECT_EQ(script.status, 200);
    EXPECT_EQ(script.body, "act()");
    EXPECT_EQ(script.Field("Content-Type"), "text/javascript");
    EXPECT_EQ(script.Field("Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(script.Field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(
        Do("GET", "/.weftdav/0123abc/act.js", "If-None-Match: " + script.Field("ETag") + "\r\n")
            .status,
        304);
    for (const char *other : {"/.weftdav", "/.weftdav/0123abc", "/.weftdav/0123abc/none.js",
                              "/.weftdav/0123ab/act.js", "/.weftdav/0123abcd/act.js"})
        EXPECT_EQ(Do("GET", other).status, 404) << other;
}

TEST_P(CollectionPage, NobodyCanPutAFileInPlaceOfThePages)
{
    ServePage();
    Do("MKCOL", "/.weftdav");
    Do("MKCOL", "/.weftdav/0123abc");
    Do("PUT", "/.weftdav/0123abc/act.js", "", "evil()");
    Do("PUT", "/.weftdav/0123abc/other.js", "", "other()");

    EXPECT_EQ(Get("/.weftdav/0123abc/act.js"), "act()");
    EXPECT_EQ(Get("/.weftdav/0123abc/other.js"), "other()");
}

TEST_P(CollectionPage, AllowsNothingFromElsewhereAndNothingInline)
{
    const std::string policy = Do("GET", "/").Field("Content-Security-Policy");

    EXPECT_EQ(policy.find("default-src 'none'; script-src 'self'; style-src 'self';"), 0u);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST_P(CollectionPage, FilesThatCouldRunAreDisarmed)
{
    for (const char *name : {"/a.html", "/a.HTM", "/a.svg", "/a.xml", "/a.xhtml"}) {
        Do("PUT", name, "", "<script/>");
        const Answer file = Do("GET", name);

        EXPECT_EQ(file.Field("Content-Security-Policy"), "sandbox") << name;
        EXPECT_EQ(file.Field("X-Content-Type-Options"), "nosniff") << name;
    }
    for (const char *name : {"/a.png", "/a.pdf", "/a.txt", "/a"}) {
        Do("PUT", name, "", "<script/>");
        EXPECT_EQ(Do("GET", name).Field("Content-Security-Policy"), "") << name;
    }
}
