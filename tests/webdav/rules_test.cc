/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: what they grant, and that no request gets around them.  The second is tried exhaustively:
 * every user, path, method, destination and way to write a slash, against an oracle that knows the
 * rules as a table and walks up and down a list of paths.
 */

#include "../in_fiber.h"

#include <weft/dav.h>

#include <map>
#include <set>
#include <string>
#include <vector>

extern "C" {
#include "webdav/weftdav/rules.h"
}

using namespace weft_test;

namespace
{

const unsigned SEE = WEFT_DAV_MAY_SEE;
const unsigned READ = WEFT_DAV_MAY_SEE | WEFT_DAV_MAY_READ;
const unsigned ADD = WEFT_DAV_MAY_ADD;
const unsigned ALL = WEFT_DAV_MAY_ALL;

unsigned
here(const WeftDavRules *rules, const char *user, const char *path)
{
    return weft_dav_rules_rights(rules, user, path, WEFT_DAV_RIGHTS_HERE);
}

unsigned
below(const WeftDavRules *rules, const char *user, const char *path)
{
    return weft_dav_rules_rights(rules, user, path, WEFT_DAV_RIGHTS_ALL_BELOW);
}

struct Row {
    const char *path;
    WeftDavRuleLevel level;
    const char *names;
};

WeftDavRules *
make(const std::vector<Row> &rows)
{
    WeftDavRules *rules = weft_dav_rules_new();

    weft_dav_rules_add_members(rules, "staff", "ann;bob");
    for (const Row &row : rows)
        EXPECT_TRUE(weft_dav_rules_add(rules, row.path, row.level, row.names, nullptr));
    EXPECT_TRUE(weft_dav_rules_finish(rules, nullptr));
    return rules;
}

std::string
refusal_of(const char *path, const char *names)
{
    g_autoptr(WeftDavRules) rules = weft_dav_rules_new();
    g_autoptr(GError) error = nullptr;

    if (!weft_dav_rules_add(rules, path, WEFT_DAV_RULE_READ, names, &error) ||
        !weft_dav_rules_finish(rules, &error))
        return error->message;
    return "";
}

} // namespace

TEST(Rules, LetTheLongestPathDecide)
{
    g_autoptr(WeftDavRules) rules = make({{"/", WEFT_DAV_RULE_READ, "*"},
                                          {"/team", WEFT_DAV_RULE_WRITE, "@staff"},
                                          {"/team/secret/", WEFT_DAV_RULE_READ, "ann"}});

    EXPECT_EQ(here(rules, "eve", "/"), READ);
    EXPECT_EQ(here(rules, "eve", "/teammate"), READ);
    EXPECT_EQ(here(rules, "eve", "/team"), 0u);
    EXPECT_EQ(here(rules, "bob", "/team/a/b"), ALL);
    EXPECT_EQ(here(rules, "bob", "/team/secret"), 0u);
    EXPECT_EQ(here(rules, "ann", "/team/secret/f"), READ);
    EXPECT_EQ(here(rules, nullptr, "/"), 0u);
}

TEST(Rules, LetDenialsBeatRightsOfTheSamePath)
{
    g_autoptr(WeftDavRules) rules = make({{"/a", WEFT_DAV_RULE_WRITE, "*"},
                                          {"/a", WEFT_DAV_RULE_NONE, "eve"},
                                          {"/a/b", WEFT_DAV_RULE_READ, "eve"}});

    EXPECT_EQ(here(rules, "ann", "/a/x"), ALL);
    EXPECT_EQ(here(rules, "eve", "/a/x"), 0u);
    EXPECT_EQ(here(rules, "eve", "/a/b"), READ);
    EXPECT_EQ(here(rules, "eve", "/a"), SEE) << "the way to what she may read";
}

TEST(Rules, GrantNothingByThemselves)
{
    g_autoptr(WeftDavRules) rules = make({{"/a/b/c", WEFT_DAV_RULE_READ, "ann"}});

    EXPECT_EQ(here(rules, "ann", "/"), SEE);
    EXPECT_EQ(here(rules, "ann", "/a/b"), SEE);
    EXPECT_EQ(here(rules, "ann", "/a/x"), 0u);
    EXPECT_EQ(here(rules, "bob", "/a"), 0u);
    EXPECT_EQ(below(rules, "ann", "/a"), 0u);
    EXPECT_EQ(below(rules, "ann", "/a/b/c"), READ);
}

TEST(Rules, HideWhatIsUploaded)
{
    g_autoptr(WeftDavRules) rules =
        make({{"/drop", WEFT_DAV_RULE_UPLOAD, "anonymous"}, {"/drop", WEFT_DAV_RULE_READ, "ann"}});

    EXPECT_EQ(here(rules, nullptr, "/drop"), SEE | ADD);
    EXPECT_EQ(here(rules, nullptr, "/drop/x"), ADD);
    EXPECT_EQ(below(rules, nullptr, "/drop"), ADD);
    EXPECT_EQ(here(rules, "ann", "/drop/x"), READ | ADD);
}

TEST(Rules, GiveEveryUserHisOwn)
{
    g_autoptr(WeftDavRules) rules = make(
        {{"/home/{user}", WEFT_DAV_RULE_WRITE, "*"}, {"/home/eve", WEFT_DAV_RULE_READ, "eve"}});

    EXPECT_EQ(here(rules, "ann", "/home/ann"), ALL);
    EXPECT_EQ(below(rules, "ann", "/home/ann"), ALL);
    EXPECT_EQ(here(rules, "ann", "/home/ann/f"), ALL);
    EXPECT_EQ(here(rules, "ann", "/home/annie"), 0u);
    EXPECT_EQ(here(rules, "ann", "/home/bob"), 0u);
    EXPECT_EQ(here(rules, "ann", "/home"), SEE);
    EXPECT_EQ(here(rules, nullptr, "/home"), 0u);
    EXPECT_EQ(here(rules, "eve", "/home/eve/f"), READ) << "what is spelt out goes first";
    EXPECT_EQ(here(rules, "../ann", "/home/../ann"), 0u);
}

TEST(Rules, TellTheLeastOfAllBelow)
{
    g_autoptr(WeftDavRules) rules = make({{"/a", WEFT_DAV_RULE_WRITE, "ann"},
                                          {"/a/b/c", WEFT_DAV_RULE_READ, "ann"},
                                          {"/a/n", WEFT_DAV_RULE_READ, "bob"}});

    EXPECT_EQ(below(rules, "ann", "/a/b"), READ);
    EXPECT_EQ(below(rules, "ann", "/a"), 0u);
    EXPECT_EQ(below(rules, "ann", "/a/x"), ALL);
}

TEST(Rules, LetSomeEndTheLocksOfOthers)
{
    g_autoptr(WeftDavRules) rules = make({{"/", WEFT_DAV_RULE_WRITE, "*"},
                                          {"/", WEFT_DAV_RULE_UNLOCK, "ann"},
                                          {"/b", WEFT_DAV_RULE_WRITE, "*"}});

    EXPECT_EQ(here(rules, "ann", "/a"), ALL | WEFT_DAV_MAY_UNLOCK);
    EXPECT_EQ(here(rules, "bob", "/a"), ALL);
    EXPECT_EQ(here(rules, "ann", "/b"), ALL);
    EXPECT_EQ(below(rules, "ann", "/"), ALL);
}

TEST(Rules, CompareSpellingsWhereNamesAreFoundByThem)
{
    g_autoptr(WeftDavRules) rules = weft_dav_rules_new();

    weft_dav_rules_set_folds(rules, TRUE);
    EXPECT_TRUE(weft_dav_rules_add(rules, "/", WEFT_DAV_RULE_READ, "*", nullptr));
    EXPECT_TRUE(weft_dav_rules_add(rules, "/Gr\u00fcn", WEFT_DAV_RULE_NONE, "*", nullptr));
    EXPECT_TRUE(weft_dav_rules_add(rules, "/home/{user}", WEFT_DAV_RULE_WRITE, "*", nullptr));
    EXPECT_TRUE(weft_dav_rules_finish(rules, nullptr));
    EXPECT_EQ(here(rules, "ann", "/GR\u00dcN/x"), 0u);
    EXPECT_EQ(here(rules, "ann", "/gru\u0308n"), 0u) << "taken apart";
    EXPECT_EQ(here(rules, "ann", "/green"), READ);
    EXPECT_EQ(here(rules, "Ann", "/home/ann"), ALL);
    EXPECT_EQ(here(rules, "ann", "/home/bob"), READ);
}

TEST(Rules, RefuseWhatIsNone)
{
    EXPECT_EQ(refusal_of("/a", "ann"), "");
    EXPECT_EQ(refusal_of("a", "ann"), "bad path \"a\" of a rule: it does not begin with a slash");
    EXPECT_NE(refusal_of("/a/../b", "ann"), "");
    EXPECT_NE(refusal_of("/a//b", "ann"), "");
    EXPECT_NE(refusal_of("/{user}/b", "ann"), "");
    EXPECT_NE(refusal_of("/x{user}", "ann"), "");
    EXPECT_NE(refusal_of("/\xff", "ann"), "");
    EXPECT_EQ(refusal_of("/a", "@none"),
              "the rule for \"/a/\" names a group \"none\" that is not there");
}

TEST(Rules, TakeGroupsOfAFile)
{
    g_autoptr(WeftDavRules) rules = weft_dav_rules_new();
    g_autoptr(GError) error = nullptr;

    EXPECT_TRUE(weft_dav_rules_add_groups(rules, "# people\n\nstaff: ann  bob\nstaff:eve\r\n", "g",
                                          nullptr));
    EXPECT_FALSE(weft_dav_rules_add_groups(rules, "a: b\nnobody\n", "g", &error));
    EXPECT_STREQ(error->message, "g, line 2: a group is written as \"name: user user\"");
    EXPECT_TRUE(weft_dav_rules_add(rules, "/", WEFT_DAV_RULE_READ, "@staff", nullptr));
    EXPECT_TRUE(weft_dav_rules_finish(rules, nullptr));
    EXPECT_EQ(here(rules, "ann", "/"), READ);
    EXPECT_EQ(here(rules, "eve", "/"), READ);
    EXPECT_EQ(here(rules, "mal", "/"), 0u);
}

/* ---- every request against an oracle ---- */

namespace
{

const std::vector<Row> ROWS = {
    {"/", WEFT_DAV_RULE_READ, "*"},
    {"/team", WEFT_DAV_RULE_WRITE, "@staff"},
    {"/team", WEFT_DAV_RULE_READ, "eve"},
    {"/team", WEFT_DAV_RULE_NONE, "mal"},
    {"/team/secret", WEFT_DAV_RULE_WRITE, "ann"},
    {"/drop", WEFT_DAV_RULE_UPLOAD, "anonymous"},
    {"/drop", WEFT_DAV_RULE_WRITE, "ann"},
    {"/public", WEFT_DAV_RULE_READ, "anonymous"},
    {"/deep", WEFT_DAV_RULE_NONE, "*"},
    {"/deep/a/b", WEFT_DAV_RULE_WRITE, "eve"},
    {"/home", WEFT_DAV_RULE_NONE, "anonymous"},
    {"/home/{user}", WEFT_DAV_RULE_WRITE, "*"},
};

/* The same, by hand: for each path and user what he has; those not named have nothing. */
enum Level { NONE, READS, DROPS, WRITES };
const std::map<std::string, std::map<std::string, Level>> TABLE = {
    {"/", {{"ann", READS}, {"bob", READS}, {"eve", READS}, {"mal", READS}}},
    {"/team", {{"ann", WRITES}, {"bob", WRITES}, {"eve", READS}}},
    {"/team/secret", {{"ann", WRITES}}},
    {"/drop", {{"", DROPS}, {"ann", WRITES}, {"bob", DROPS}, {"eve", DROPS}, {"mal", DROPS}}},
    {"/public", {{"", READS}, {"ann", READS}, {"bob", READS}, {"eve", READS}, {"mal", READS}}},
    {"/deep", {}},
    {"/deep/a/b", {{"eve", WRITES}}},
    {"/home", {}},
    {"/home/ann", {{"ann", WRITES}}},
    {"/home/bob", {{"bob", WRITES}}},
    {"/home/eve", {{"eve", WRITES}}},
    {"/home/mal", {{"mal", WRITES}}},
};

const std::vector<std::string> USERS = {"", "ann", "bob", "eve", "mal"};

/* A name with a slash at its end is a collection; those of MISSING are not there. */
const std::vector<std::string> TREE = {
    "/team/",      "/team/doc", "/team/secret/", "/team/secret/f", "/drop/",     "/drop/x",
    "/public/",    "/public/p", "/deep/",        "/deep/other",    "/deep/a/",   "/deep/a/b/",
    "/deep/a/b/f", "/home/",    "/home/ann/",    "/home/bob/",     "/home/bob/f"};
const std::vector<std::string> MISSING = {"/team/new", "/drop/new", "/new"};

bool
lies_below(const std::string &path, const std::string &ancestor)
{
    return ancestor == "/" ? path != "/"
                           : path.compare(0, ancestor.size() + 1, ancestor + "/") == 0;
}

std::string
parent_of(const std::string &path)
{
    const size_t slash = path.rfind('/');

    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string
plain(const std::string &path)
{
    return path.size() > 1 && path.back() == '/' ? path.substr(0, path.size() - 1) : path;
}

class Oracle
{
  public:
    Oracle()
    {
        paths_.push_back("/");
        for (const std::string &path : TREE)
            paths_.push_back(plain(path));
        paths_.insert(paths_.end(), MISSING.begin(), MISSING.end());
    }

    const std::vector<std::string> &Paths() const
    {
        return paths_;
    }

    unsigned Here(const std::string &user, const std::string &path) const
    {
        for (const auto &row : TABLE)
            if (lies_below(row.first, path) && Granted(user, row.first) != 0)
                return Granted(user, path) | SEE;
        return Granted(user, path);
    }

    unsigned AllBelow(const std::string &user, const std::string &path) const
    {
        unsigned least = Granted(user, path) & Granted(user, path == "/" ? "/zz" : path + "/zz");

        for (const auto &row : TABLE)
            if (lies_below(row.first, path))
                least &= Granted(user, row.first) & Granted(user, row.first + "/zz");
        return least;
    }

    /* 0: to be answered as if there were no rules. */
    int Refusal(const std::string &user, const std::string &method, const std::string &path,
                const std::string &destination, bool exists, bool is_file) const
    {
        const unsigned rights = Here(user, path);
        const unsigned all = AllBelow(user, path);
        bool reads = false;
        bool allowed = false;

        if (method == "OPTIONS") {
            reads = true;
            allowed = path == "/" || user.empty() || (rights & (SEE | ADD | WEFT_DAV_MAY_WRITE));
        } else if (method == "GET" || method == "HEAD" || method == "PROPFIND") {
            reads = true;
            allowed = (rights & SEE) &&
                      (method == "PROPFIND" || !is_file || (rights & WEFT_DAV_MAY_READ));
        } else if (method == "PUT" || method == "MKCOL") {
            allowed = (rights & WEFT_DAV_MAY_WRITE) || ((rights & ADD) && !exists);
        } else if (method == "DELETE") {
            allowed = all & WEFT_DAV_MAY_WRITE;
        } else if (method == "COPY") {
            allowed = all & WEFT_DAV_MAY_READ;
        } else if (method == "MOVE") {
            allowed = (all & ALL) == ALL;
        } else {
            allowed = rights & WEFT_DAV_MAY_WRITE;
        }
        const bool may_know = (rights & SEE) || (!reads && (rights & ADD));
        if (!allowed)
            return user.empty() ? 401 : may_know ? 403 : 404;
        if (destination.empty() || destination == path || lies_below(path, destination))
            return 0; /* 403 whoever asks */
        if (!(AllBelow(user, destination) & (WEFT_DAV_MAY_WRITE | ADD)))
            return user.empty() ? 401 : 403;
        return 0;
    }

  private:
    /* By the longest path alone. */
    static unsigned Granted(const std::string &user, const std::string &path)
    {
        std::string at = path;

        while (TABLE.find(at) == TABLE.end())
            at = parent_of(at);
        const auto found = TABLE.at(at).find(user);
        switch (found == TABLE.at(at).end() ? NONE : found->second) {
        case NONE:
            return 0;
        case READS:
            return READ;
        case DROPS:
            return at == path ? SEE | ADD : ADD;
        case WRITES:
            return ALL;
        }
        return 0;
    }

    std::vector<std::string> paths_;
};

unsigned
rights_of(gpointer rules, const char *user, const char *path, WeftDavExtent extent)
{
    return weft_dav_rules_rights(static_cast<WeftDavRules *>(rules), user, path, extent);
}

/* The user is who the request says. */
gboolean
handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer dav, GError **error)
{
    weft_http_request_set_user(request, weft_http_request_header(request, "X-User"));
    return weft_dav_handle(request, response, dav, error);
}

/* A server over a tree in memory; in a fiber. */
class Served
{
  public:
    explicit Served(WeftDavRules *rules)
    {
        WeftDavOptions options = weft_dav_options_default();
        WeftDavStore *store = weft_dav_memory_store_new();

        for (const std::string &path : TREE)
            Make(store, path);
        if (rules != nullptr)
            options.rights = {rights_of, rules, TRUE};
        service_ = weft_http_service_new(handle, weft_dav_new(store, &options),
                                         reinterpret_cast<GDestroyNotify>(weft_dav_free));
    }
    ~Served()
    {
        weft_service_free(service_);
    }
    Served(const Served &) = delete;

    std::string Ask(const std::string &text)
    {
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(WeftStream) ours = nullptr;
        WeftStream *theirs = nullptr;
        std::string heard;
        char bytes[4096];
        ssize_t n = 0;

        weft_stream_pair(65536, &ours, &theirs);
        spawn(group, [this, theirs] {
            gboolean served G_GNUC_UNUSED = weft_service_serve_stream(service_, theirs, nullptr);
        });
        EXPECT_TRUE(weft_stream_write_all(ours, text.data(), text.size(), nullptr));
        while ((n = weft_stream_read(ours, bytes, sizeof bytes, nullptr)) > 0)
            heard.append(bytes, static_cast<size_t>(n));
        join(group);
        return heard;
    }

  private:
    static void Make(WeftDavStore *store, const std::string &path)
    {
        const std::string name = plain(path);

        if (path != name) {
            EXPECT_TRUE(store->methods->make_collection(store, name.c_str(), nullptr));
            return;
        }
        WeftDavInfo info;
        WeftDavUpload *upload = store->methods->upload_new(store, name.c_str(), 1, nullptr);
        EXPECT_TRUE(store->methods->upload_write(upload, "x", 1, nullptr));
        EXPECT_TRUE(store->methods->upload_commit(upload, FALSE, &info, nullptr));
        store->methods->upload_free(upload);
    }

    WeftService *service_;
};

std::string
request(const std::string &user, const std::string &method, const std::string &path,
        const std::string &destination)
{
    std::string text = method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";

    if (!user.empty())
        text += "X-User: " + user + "\r\n";
    if (!destination.empty())
        text += "Destination: http://a" + destination + "\r\n";
    if (method == "PROPFIND")
        text += "Depth: infinity\r\n";
    if (method == "PUT")
        return text + "Content-Length: 1\r\n\r\ny";
    if (method == "PROPPATCH") {
        const std::string body = "<propertyupdate xmlns=\"DAV:\"><set><prop><x xmlns=\"u:\">1</x>"
                                 "</prop></set></propertyupdate>";
        return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    return text + "\r\n";
}

int
status_of(const std::string &answer)
{
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

std::set<std::string>
paths_in(const std::string &answer)
{
    std::set<std::string> paths;
    const std::string begin = "<D:href>";

    for (size_t at = answer.find(begin); at != std::string::npos; at = answer.find(begin, at + 1)) {
        const size_t from = at + begin.size();

        paths.insert(plain(answer.substr(from, answer.find('<', from) - from)));
    }
    return paths;
}

/* Servers are made anew only after what may have changed one. */
class Trial
{
  public:
    explicit Trial(WeftDavRules *rules) : rules_(rules), served_(new Served(rules))
    {
    }

    std::string Ask(const std::string &text, bool changes)
    {
        const std::string answer = served_->Ask(text);
        const int status = status_of(answer);

        if (changes && status != 401 && status != 403 && status != 404)
            served_.reset(new Served(rules_));
        return answer;
    }

  private:
    WeftDavRules *rules_;
    std::unique_ptr<Served> served_;
};

class RulesOracle : public FakeClock
{
  protected:
    void SetUp() override
    {
        FakeClock::SetUp();
        rules_ = make(ROWS);
    }
    void TearDown() override
    {
        weft_dav_rules_unref(rules_);
        FakeClock::TearDown();
    }

    bool Exists(const std::string &path) const
    {
        return path == "/" || IsFile(path) || IsCollection(path);
    }

    static bool IsFile(const std::string &path)
    {
        return std::find(TREE.begin(), TREE.end(), path) != TREE.end();
    }

    static bool IsCollection(const std::string &path)
    {
        return std::find(TREE.begin(), TREE.end(), path + "/") != TREE.end();
    }

    void Check(Trial *ruled, Trial *free, const std::string &user, const std::string &method,
               const std::string &path, const std::string &destination, bool slash)
    {
        const std::string end = slash && path != "/" ? "/" : "";
        const std::string to =
            destination.empty() ? "" : destination + (slash && destination != "/" ? "/" : "");
        const bool changes =
            method != "OPTIONS" && method != "GET" && method != "HEAD" && method != "PROPFIND";
        const int refusal =
            oracle_.Refusal(user, method, path, destination, Exists(path), IsFile(path));
        const std::string answer = ruled->Ask(request(user, method, path + end, to), changes);
        const std::string key = method + " " + path + end + " " + to;

        if (free_.find(key) == free_.end())
            free_[key] = free->Ask(request("", method, path + end, to), changes);
        int expected = refusal != 0 ? refusal : status_of(free_[key]);
        if (refusal == 0 && expected == 204 && Exists(destination) && !destination.empty() &&
            !(oracle_.Here(user, destination) & WEFT_DAV_MAY_WRITE))
            expected = 412; /* who may add, but not replace */
        EXPECT_EQ(status_of(answer), expected) << "as \"" << user << "\": " << key;
        if (refusal == 0 && method == "PROPFIND" && expected == 207) {
            EXPECT_EQ(paths_in(answer), Shown(user, path)) << "as \"" << user << "\": " << key;
        }
        n_requests_++;
    }

    /* What a listing of everything below @path shows. */
    std::set<std::string> Shown(const std::string &user, const std::string &path) const
    {
        std::set<std::string> shown = {path};

        for (const std::string &other : oracle_.Paths())
            if (Exists(other) && lies_below(other, path) && IsShown(user, other, path))
                shown.insert(other);
        return shown;
    }

    /* A member is shown where all that lies between may be seen, too. */
    bool IsShown(const std::string &user, std::string path, const std::string &top) const
    {
        for (; path != top; path = parent_of(path))
            if (!(oracle_.Here(user, path) & SEE))
                return false;
        return true;
    }

    Oracle oracle_;
    WeftDavRules *rules_ = nullptr;
    std::map<std::string, std::string> free_; /* what is answered without rules */
    size_t n_requests_ = 0;
};

} // namespace

TEST_F(RulesOracle, AgreesOnRights)
{
    for (const std::string &user : USERS) {
        for (const std::string &path : oracle_.Paths()) {
            const char *name = user.empty() ? nullptr : user.c_str();

            EXPECT_EQ(here(rules_, name, path.c_str()), oracle_.Here(user, path)) << user << path;
            EXPECT_EQ(below(rules_, name, path.c_str()), oracle_.AllBelow(user, path))
                << user << path;
        }
    }
}

TEST_F(RulesOracle, AgreesOnEveryRequestToOnePath)
{
    in_fiber([this] {
        Trial ruled(rules_);
        Trial free(nullptr);

        for (const char *method : {"OPTIONS", "GET", "HEAD", "PROPFIND", "PUT", "MKCOL",
                                   "PROPPATCH", "DELETE", "LOCK", "UNLOCK"})
            for (const std::string &user : USERS)
                for (const std::string &path : oracle_.Paths())
                    for (bool slash : {false, true})
                        Check(&ruled, &free, user, method, path, "", slash);
    });
    EXPECT_EQ(n_requests_, 10 * USERS.size() * oracle_.Paths().size() * 2);
}

TEST_F(RulesOracle, AgreesOnEveryRequestWithADestination)
{
    in_fiber([this] {
        Trial ruled(rules_);
        Trial free(nullptr);

        for (const char *method : {"COPY", "MOVE"})
            for (const std::string &user : USERS)
                for (const std::string &path : oracle_.Paths())
                    for (const std::string &destination : oracle_.Paths())
                        for (bool slash : {false, true})
                            Check(&ruled, &free, user, method, path, destination, slash);
    });
    EXPECT_EQ(n_requests_, 2 * USERS.size() * oracle_.Paths().size() * oracle_.Paths().size() * 2);
}
