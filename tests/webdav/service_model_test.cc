/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several clients at once, each with a tree of its own, do random things; a simple model of
 * resources, properties and locks says of each what must come of it.  What they have in common they
 * fight for with a lock, which one of them holds at a time.
 *
 * WEFT_MODEL_STEPS and WEFT_MODEL_SEED change how long, and which things.
 */
#include "dav_client.h"

#include <atomic>
#include <map>
#include <random>
#include <set>

using weft_test::Answer;

namespace
{

constexpr int N_CLIENTS = 4;
constexpr int DEFAULT_STEPS = 1500; /* of all clients together */
constexpr unsigned DEFAULT_SEED = 4918;

int
FromEnvironment(const char *name, int otherwise)
{
    const char *value = getenv(name);

    return value != nullptr ? std::stoi(value) : otherwise;
}

/* A connection that is kept; answers have a length. */
class Connection
{
  public:
    explicit Connection(int fd) : fd_(fd)
    {
    }
    ~Connection()
    {
        close(fd_);
    }
    Connection(const Connection &) = delete;

    Answer Do(const std::string &request)
    {
        Answer answer;

        EXPECT_EQ(send(fd_, request.data(), request.size(), MSG_NOSIGNAL), (ssize_t)request.size());
        size_t end;
        while ((end = heard_.find("\r\n\r\n")) == std::string::npos)
            if (!Hear())
                return answer;
        answer.status = std::stoi(heard_.substr(9, 3));
        answer.head = heard_.substr(0, end + 2);
        heard_.erase(0, end + 4);

        const std::string length = answer.Field("Content-Length");
        const size_t size = length.empty() ? 0 : std::stoul(length);
        while (heard_.size() < size)
            if (!Hear())
                return answer;
        answer.body = heard_.substr(0, size);
        heard_.erase(0, size);
        return answer;
    }

  private:
    bool Hear()
    {
        char piece[16 * 1024];
        const ssize_t n = recv(fd_, piece, sizeof piece, 0);

        if (n > 0)
            heard_.append(piece, n);
        EXPECT_GT(n, 0) << "the connection ended";
        return n > 0;
    }

    const int fd_;
    std::string heard_;
};

/* ---- the model ---- */

bool
IsBelow(const std::string &path, const std::string &ancestor)
{
    return path.size() > ancestor.size() && path.compare(0, ancestor.size(), ancestor) == 0 &&
           path[ancestor.size()] == '/';
}

bool
IsAtOrBelow(const std::string &path, const std::string &ancestor)
{
    return path == ancestor || IsBelow(path, ancestor);
}

std::string
ParentOf(const std::string &path)
{
    const size_t slash = path.rfind('/');

    return slash == 0 ? "/" : path.substr(0, slash);
}

struct Resource {
    bool is_collection = false;
    std::string content;
    std::map<std::string, std::string> properties; /* dead ones, by name */
};

struct Held {
    std::string token;
    std::string root;
    bool is_infinite;
    bool is_shared;

    bool Covers(const std::string &path) const
    {
        return root == path || (is_infinite && IsBelow(path, root));
    }
};

/* An If field, and what the model thinks of it. */
struct Condition {
    std::string field; /* "" for none */
    bool holds = true;
    std::set<std::string> submitted;
};

class Model
{
  public:
    std::map<std::string, Resource> resources;
    std::vector<Held> locks;

    const Resource *Find(const std::string &path) const
    {
        const auto found = resources.find(path);

        return found != resources.end() ? &found->second : nullptr;
    }

    bool HasParent(const std::string &path) const
    {
        const Resource *parent = Find(ParentOf(path));

        return parent != nullptr && parent->is_collection;
    }

    std::vector<Held> Covering(const std::string &path) const
    {
        std::vector<Held> covering;

        for (const Held &lock : locks)
            if (lock.Covers(path))
                covering.push_back(lock);
        return covering;
    }

    bool Has(const std::string &token, const std::string &path) const
    {
        for (const Held &lock : Covering(path))
            if (lock.token == token)
                return true;
        return false;
    }

    bool IsFree(const std::string &path, const Condition &condition) const
    {
        const std::vector<Held> covering = Covering(path);

        for (const Held &lock : covering)
            if (condition.submitted.count(lock.token) > 0)
                return true;
        return covering.empty();
    }

    /* 0, or why the tree may not be removed or put in place: 423, or 207 for members. */
    int TreeStatus(const std::string &path, const Condition &condition) const
    {
        if (!IsFree(path, condition) || !IsFree(ParentOf(path), condition))
            return 423;
        for (const Held &lock : locks)
            if (IsBelow(lock.root, path) && !IsFree(lock.root, condition))
                return 207;
        return 0;
    }

    void ForgetLocks(const std::string &path, bool with_root)
    {
        std::vector<Held> left;

        for (const Held &lock : locks)
            if (!IsBelow(lock.root, path) && (!with_root || lock.root != path))
                left.push_back(lock);
        locks = left;
    }

    void Remove(const std::string &path)
    {
        for (auto at = resources.begin(); at != resources.end();)
            at = IsAtOrBelow(at->first, path) ? resources.erase(at) : std::next(at);
    }

    void Copy(const std::string &from, const std::string &to, bool is_infinite)
    {
        std::map<std::string, Resource> copies;

        for (const auto &[path, resource] : resources)
            if (path == from || (is_infinite && IsBelow(path, from)))
                copies[to + path.substr(from.size())] = resource;
        Remove(to);
        resources.insert(copies.begin(), copies.end());
    }
};

} // namespace

class ServiceModel : public weft_test::DavTest
{
  public:
    using weft_test::DavTest::Connect;

    std::string Authority() const
    {
        return authority_;
    }

    std::atomic<int> n_holders{0}; /* of the lock on /shared */

  protected:
    void SetUp() override
    {
        Serve(weft_dav_options_default(), 3);
    }
};

namespace
{

class Client
{
  public:
    Client(ServiceModel *test, unsigned seed, const std::string &root)
        : test_(test), connection_(test->Connect()), random_(seed), root_(root)
    {
        EXPECT_EQ(Do("MKCOL", root_).status, 201);
        model_.resources[root_].is_collection = true;
    }

    void Step()
    {
        using Action = void (Client::*)();
        static const Action actions[] = {
            &Client::Put,          &Client::Put,       &Client::Put,    &Client::Get,
            &Client::Mkcol,        &Client::Mkcol,     &Client::Delete, &Client::CopyTree,
            &Client::Move,         &Client::Proppatch, &Client::Lock,   &Client::Lock,
            &Client::Refresh,      &Client::Unlock,    &Client::Unlock, &Client::Propfind,
            &Client::PutIfMatches, &Client::Fight,
        };

        (this->*actions[Pick(std::size(actions))])();
    }

  private:
    size_t Pick(size_t n)
    {
        return std::uniform_int_distribution<size_t>(0, n - 1)(random_);
    }

    bool Sometimes(unsigned percent)
    {
        return Pick(100) < percent;
    }

    std::string SomePath()
    {
        std::string path = root_;

        if (model_.resources.size() > 1 && Sometimes(40))
            return std::next(model_.resources.begin(),
                             static_cast<long>(1 + Pick(model_.resources.size() - 1)))
                ->first;
        for (size_t n = 1 + Pick(3); n > 0; n--)
            path += std::string("/") + "abc"[Pick(3)];
        return path;
    }

    Answer Do(const std::string &method, const std::string &path, const std::string &fields = "",
              const std::string &body = "")
    {
        const bool has_body = !body.empty() || method == "PUT";
        const std::string length =
            has_body ? "Content-Length: " + std::to_string(body.size()) + "\r\n" : "";

        request_ = method + " " + path + " HTTP/1.1\r\nHost: " + test_->Authority() + "\r\n" +
                   fields + length + "\r\n" + body;
        answer_ = connection_.Do(request_);
        return answer_;
    }

    /* The latest request, its answer, and what the model thinks of it all. */
    std::string Trace() const
    {
        std::string trace = request_ + "\n" + answer_.head + answer_.body + "\n";

        for (const Held &lock : model_.locks)
            trace += "lock " + lock.root + (lock.is_infinite ? " infinity" : " 0") +
                     (lock.is_shared ? " shared " : " exclusive ") + lock.token + "\n";
        for (const auto &[name, resource] : model_.resources)
            trace += "at " + name + (resource.is_collection ? "/\n" : "\n");
        return trace;
    }

    void Expect(const Answer &answer, int status)
    {
        EXPECT_EQ(answer.status, status) << Trace();
    }

    /* One of the tokens there are, or were. */
    std::string SomeToken()
    {
        if (!model_.locks.empty() && Sometimes(80))
            return model_.locks[Pick(model_.locks.size())].token;
        return old_tokens_.empty() || Sometimes(30) ? "DAV:no-lock"
                                                    : old_tokens_[Pick(old_tokens_.size())];
    }

    /* One list of conditions about @path; TRUE if it holds. */
    bool AddList(const std::string &path, Condition *condition)
    {
        bool holds = true;

        condition->field += "(";
        for (size_t n = 1 + Pick(2); n > 0; n--) {
            const bool is_negated = Sometimes(25);
            const std::string token = SomeToken();

            condition->field += (is_negated ? "Not <" : "<") + token + ">";
            condition->submitted.insert(token);
            holds = holds && model_.Has(token, path) != is_negated;
        }
        condition->field += ")";
        return holds;
    }

    /* Nothing at all, all tokens there are in a field that holds, or anything. */
    Condition SomeCondition(const std::string &path)
    {
        Condition condition;

        if (Sometimes(45) || (model_.locks.empty() && Sometimes(90)))
            return condition;
        condition.field = "If: ";
        if (Sometimes(60)) {
            for (const Held &lock : model_.locks) {
                condition.field += "(<" + lock.token + ">)";
                condition.submitted.insert(lock.token);
            }
            condition.field += "(Not <DAV:no-lock>)\r\n";
            return condition;
        }

        const bool has_tags = Sometimes(50);
        condition.holds = false;
        for (size_t n = 1 + Pick(3); n > 0; n--) {
            const std::string about = has_tags ? SomePath() : path;

            if (has_tags)
                condition.field +=
                    "<" + (Sometimes(50) ? "http://" + test_->Authority() : "") + about + "> ";
            condition.holds = AddList(about, &condition) || condition.holds;
        }
        condition.field += "\r\n";
        return condition;
    }

    /* What every change of @path meets with before it is tried; 0 to go on. */
    int StatusOfChange(const std::string &path, const Condition &condition) const
    {
        if (!condition.holds)
            return 412;
        if (!model_.IsFree(path, condition))
            return 423;
        if (model_.Find(path) == nullptr && !model_.IsFree(ParentOf(path), condition))
            return 423;
        return 0;
    }

    void Put()
    {
        const std::string path = SomePath();
        const Condition condition = SomeCondition(path);

        PutUnder(path, condition);
    }

    void PutUnder(const std::string &path, const Condition &condition)
    {
        const Resource *there = model_.Find(path);
        const std::string content = std::to_string(Pick(1000000));
        int status =
            there != nullptr && there->is_collection ? 405 : StatusOfChange(path, condition);

        if (status == 0)
            status = !model_.HasParent(path) ? 409 : there != nullptr ? 204 : 201;
        Expect(Do("PUT", path, condition.field, content), status);
        if (status < 300)
            model_.resources[path].content = content;
    }

    /* The entity tag that it has, or one that it has not. */
    void PutIfMatches()
    {
        const std::string path = SomePath();
        const Resource *there = model_.Find(path);

        if (there == nullptr || there->is_collection)
            return;

        const std::string etag = Do("GET", path).Field("ETag");
        const bool is_right = Sometimes(50);
        Condition condition;

        condition.field = "If: (" + std::string(is_right ? "" : "Not ") + "[" + etag + "])";
        condition.holds = is_right;
        for (const Held &lock : model_.Covering(path)) {
            condition.field += " (<" + lock.token + "> [\"none\"])";
            condition.submitted.insert(lock.token);
        }
        condition.field += "\r\n";
        PutUnder(path, condition);
    }

    void Get()
    {
        const std::string path = SomePath();
        const Condition condition = SomeCondition(path);
        const Resource *there = model_.Find(path);
        const Answer answer = Do("GET", path, condition.field);

        Expect(answer, there == nullptr ? 404 : condition.holds ? 200 : 412);
        if (answer.status == 200 && !there->is_collection) {
            EXPECT_EQ(answer.body, there->content) << Trace();
        }
    }

    void Mkcol()
    {
        const std::string path = SomePath();
        const Condition condition = SomeCondition(path);
        int status = model_.Find(path) != nullptr ? 405 : StatusOfChange(path, condition);

        if (status == 0)
            status = model_.HasParent(path) ? 201 : 409;
        Expect(Do("MKCOL", path, condition.field), status);
        if (status == 201)
            model_.resources[path].is_collection = true;
    }

    void Delete()
    {
        const std::string path = SomePath();
        const Condition condition = SomeCondition(path);
        int status = model_.Find(path) == nullptr ? 404
                     : !condition.holds           ? 412
                                                  : model_.TreeStatus(path, condition);

        if (status == 0)
            status = 204;
        Expect(Do("DELETE", path, condition.field), status);
        if (status != 204)
            return;
        model_.Remove(path);
        model_.ForgetLocks(path, true);
    }

    /* What COPY and MOVE have in common; 0 to go on. */
    int StatusOfTransfer(const std::string &from, const std::string &to, bool may_replace,
                         bool moves, const Condition &condition) const
    {
        if (IsAtOrBelow(from, to))
            return 403;
        if (model_.Find(from) == nullptr)
            return 404;
        if (!condition.holds)
            return 412;
        if (const int status = moves ? model_.TreeStatus(from, condition) : 0)
            return status;
        if (const int status = model_.TreeStatus(to, condition))
            return status;
        if (IsBelow(to, from))
            return 403;
        if (!model_.HasParent(to))
            return 409;
        return model_.Find(to) != nullptr && !may_replace ? 412 : 0;
    }

    void Transfer(const std::string &method)
    {
        const std::string from = SomePath();
        const std::string to = SomePath();
        const Condition condition = SomeCondition(from);
        const bool moves = method == "MOVE";
        const bool may_replace = Sometimes(70);
        const bool is_infinite = moves || Sometimes(70);
        int status = StatusOfTransfer(from, to, may_replace, moves, condition);

        if (status == 0)
            status = model_.Find(to) != nullptr ? 204 : 201;

        const Answer answer = Do(method, from,
                                 "Destination: http://" + test_->Authority() + to +
                                     "\r\nOverwrite: " + (may_replace ? "T" : "F") + "\r\nDepth: " +
                                     (is_infinite ? "infinity" : "0") + "\r\n" + condition.field);
        /* Which of several refusals comes first is the store's affair. */
        if (status == 403 && IsBelow(to, from))
            EXPECT_TRUE(answer.status == 403 || answer.status == 409 || answer.status == 412)
                << Trace();
        else
            Expect(answer, status);
        if (status >= 300 || status == 207)
            return;
        model_.Copy(from, to, is_infinite);
        model_.ForgetLocks(to, false);
        if (moves) {
            model_.Remove(from);
            model_.ForgetLocks(from, true);
        }
    }

    void CopyTree()
    {
        Transfer("COPY");
    }

    void Move()
    {
        Transfer("MOVE");
    }

    void Proppatch()
    {
        const std::string path = SomePath();
        const Condition condition = SomeCondition(path);
        const std::string name(1, "pq"[Pick(2)]);
        const std::string value = std::to_string(Pick(1000));
        const bool sets = Sometimes(70);
        const Resource *there = model_.Find(path);
        int status = there == nullptr ? 404 : StatusOfChange(path, condition);
        const std::string what = sets ? "set" : "remove";

        if (status == 0)
            status = 207;
        Expect(Do("PROPPATCH", path, condition.field,
                  "<D:propertyupdate xmlns:D='DAV:'><D:" + what + "><D:prop><" + name +
                      " xmlns='u:'>" + value + "</" + name + "></D:prop></D:" + what +
                      "></D:propertyupdate>"),
               status);
        if (status != 207)
            return;
        if (sets)
            model_.resources[path].properties[name] = value;
        else
            model_.resources[path].properties.erase(name);
    }

    /* 0, or why there can be no such lock: 423, or 207 for members. */
    int StatusOfConflict(const std::string &path, bool is_infinite, bool is_shared) const
    {
        bool above = false;
        bool below = false;

        for (const Held &lock : model_.locks) {
            if (is_shared && lock.is_shared)
                continue;
            above = above || lock.Covers(path);
            below = below || (is_infinite && IsBelow(lock.root, path));
        }
        return above ? 423 : below ? 207 : 0;
    }

    void Lock()
    {
        const std::string path = SomePath();
        const Condition condition = SomeCondition(path);
        const bool is_infinite = Sometimes(50);
        const bool is_shared = Sometimes(50);
        const Resource *there = model_.Find(path);
        int status = !condition.holds ? 412 : 0;

        if (status == 0 && there == nullptr && !model_.IsFree(ParentOf(path), condition))
            status = 423;
        if (status == 0)
            status = StatusOfConflict(path, is_infinite, is_shared);
        if (status == 0)
            status = there != nullptr ? 200 : model_.HasParent(path) ? 201 : 409;

        const Answer answer =
            Do("LOCK", path,
               std::string("Depth: ") + (is_infinite ? "infinity" : "0") + "\r\n" + condition.field,
               std::string("<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:") +
                   (is_shared ? "shared" : "exclusive") +
                   "/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>");
        Expect(answer, status);
        if (status != 200 && status != 201)
            return;

        const std::string field = answer.Field("Lock-Token");
        ASSERT_GT(field.size(), 2u) << Trace();
        model_.locks.push_back({field.substr(1, field.size() - 2), path, is_infinite, is_shared});
        if (there == nullptr)
            model_.resources[path] = Resource();
    }

    void Refresh()
    {
        const std::string path = SomePath();
        const Condition condition = SomeCondition(path);
        bool is_submitted = false;
        int status = !condition.holds ? 412 : 0;

        for (const Held &lock : model_.Covering(path))
            is_submitted = is_submitted || condition.submitted.count(lock.token) > 0;
        if (status == 0 && model_.Find(path) == nullptr &&
            !model_.IsFree(ParentOf(path), condition))
            status = 423;
        if (status == 0)
            status = condition.field.empty() ? 400 : is_submitted ? 200 : 412;
        Expect(Do("LOCK", path, "Timeout: Second-500\r\n" + condition.field), status);
    }

    void Unlock()
    {
        if (model_.locks.empty())
            return;

        const size_t index = Pick(model_.locks.size());
        const Held lock = model_.locks[index];
        const std::string path = Sometimes(80) ? lock.root : SomePath();
        const bool covers = lock.Covers(path);

        Expect(Do("UNLOCK", path, "Lock-Token: <" + lock.token + ">\r\n"), covers ? 204 : 409);
        if (!covers)
            return;
        old_tokens_.push_back(lock.token);
        model_.locks.erase(model_.locks.begin() + static_cast<long>(index));
    }

    void ExpectResponse(const std::string &response, const std::string &path)
    {
        const Resource *there = model_.Find(path);

        ASSERT_NE(there, nullptr) << path << " " << Trace();
        for (const char *name : {"p", "q"}) {
            const auto property = there->properties.find(name);
            const bool is_set = property != there->properties.end();
            const std::string text =
                "<" + std::string(name) + " xmlns=\"u:\">" + (is_set ? property->second : "");

            EXPECT_EQ(response.find(text) != std::string::npos, is_set) << path << " " << Trace();
        }

        size_t n_locks = 0;
        for (size_t at = 0; (at = response.find("<D:activelock>", at)) != std::string::npos; at++)
            n_locks++;
        const std::vector<Held> covering = model_.Covering(path);
        EXPECT_EQ(n_locks, covering.size()) << path << " " << Trace();
        for (const Held &lock : covering)
            EXPECT_NE(response.find(lock.token), std::string::npos) << path << " " << Trace();
    }

    void Propfind()
    {
        const std::string path = Sometimes(30) ? root_ : SomePath();
        const std::string depth = Sometimes(60) ? "infinity" : "1";
        const Resource *there = model_.Find(path);
        const Answer answer = Do("PROPFIND", path, "Depth: " + depth + "\r\n",
                                 "<D:propfind xmlns:D='DAV:' xmlns:u='u:'><D:prop><u:p/><u:q/>"
                                 "<D:lockdiscovery/></D:prop></D:propfind>");

        Expect(answer, there == nullptr ? 404 : 207);
        if (answer.status != 207)
            return;

        size_t n_expected = 0;
        for (const auto &[name, resource] : model_.resources)
            n_expected +=
                name == path || (depth == "1" ? ParentOf(name) == path : IsBelow(name, path));
        EXPECT_EQ(answer.Count("<D:response>"), n_expected) << Trace();

        const std::string open = "<D:response><D:href>";
        for (size_t at = answer.body.find(open); at != std::string::npos;) {
            const size_t next = answer.body.find(open, at + 1);
            const std::string response = answer.body.substr(at, next - at);
            std::string name = response.substr(open.size(), response.find("</") - open.size());

            if (name.back() == '/')
                name.pop_back();
            ExpectResponse(response, name);
            at = next;
        }
    }

    /* Who has the lock is alone, and what he writes stays until he gives it back. */
    void Fight()
    {
        const Answer locked =
            Do("LOCK", "/shared", "Depth: 0\r\n",
               "<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope>"
               "<D:locktype><D:write/></D:locktype></D:lockinfo>");
        const std::string field = locked.Field("Lock-Token");

        EXPECT_TRUE(locked.status == 423 || locked.status / 100 == 2) << Trace();
        if (locked.status == 423)
            return;
        EXPECT_EQ(test_->n_holders.fetch_add(1), 0);

        const std::string content = std::to_string(Pick(1000000));
        Expect(Do("PUT", "/shared", "If: (" + field + ")\r\n", content), 204);
        Expect(Do("PUT", "/shared", "", "intruder"), 423);
        EXPECT_EQ(Do("GET", "/shared").body, content);
        EXPECT_EQ(test_->n_holders.fetch_sub(1), 1);
        Expect(Do("UNLOCK", "/shared", "Lock-Token: " + field + "\r\n"), 204);
    }

    ServiceModel *test_;
    Connection connection_;
    std::mt19937 random_;
    const std::string root_;
    Model model_;
    std::vector<std::string> old_tokens_;
    std::string request_; /* the latest, and its answer */
    Answer answer_;
};

} // namespace

WEFT_DAV_ON_BOTH_STORES(ServiceModel);

TEST_P(ServiceModel, EveryAnswerIsTheOneExpected)
{
    const int n_steps = FromEnvironment("WEFT_MODEL_STEPS", DEFAULT_STEPS);
    const unsigned seed = FromEnvironment("WEFT_MODEL_SEED", DEFAULT_SEED);
    std::vector<std::thread> threads;

    ASSERT_EQ(Do("PUT", "/shared", "", "x").status, 201);
    for (int i = 0; i < N_CLIENTS; i++)
        threads.emplace_back([this, i, n_steps, seed] {
            Client client(this, seed + i, "/client" + std::to_string(i));

            for (int step = 0; step < n_steps / N_CLIENTS && !HasFailure(); step++) {
                SCOPED_TRACE("seed " + std::to_string(seed) + " client " + std::to_string(i) +
                             " step " + std::to_string(step));
                client.Step();
            }
        });
    for (std::thread &thread : threads)
        thread.join();
}
