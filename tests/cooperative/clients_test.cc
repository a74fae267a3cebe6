/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries that wait in libc, a hundred calls at once in one thread; each is answered after 100
 * ms. Here time is what is tested, so each measurement may be repeated: another program may have
 * had the processor.
 */

#include "../certificate_files.h"
#include "../in_fiber.h"
#include "clients.h"
#include "delaying_server.h"
#include <cinttypes>
#include <curl/curl.h>
#include <memory>
#include <weft/cooperative.h>

extern "C" {
#include "fiber/sanitizer.h"
}

using namespace weft_test;

namespace
{

constexpr int N_CALLS = 100;
constexpr int VICTIM = 42;
constexpr int64_t PATIENCE_MS = 20;
constexpr int64_t HANGS_MS = 60 * 1000;
constexpr int N_ATTEMPTS = 4;

/* What sanitizers add is not waiting. */
constexpr int64_t LONGEST_MS = WEFT_STACKS_ARE_SANITIZED ? 3000 : 300;
constexpr int64_t LATEST_MS = WEFT_STACKS_ARE_SANITIZED ? 1000 : 90;

constexpr char HTTP_ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/* A library, and a server for it. */
struct Subject {
    const char *name;
    std::function<std::unique_ptr<DelayingServer>(const CertificateFiles &)> serve;
    std::function<Call(int port, const CertificateFiles &)> client;
};

void
PrintTo(const Subject &subject, std::ostream *out)
{
    *out << subject.name;
}

std::string
name_of(const testing::TestParamInfo<Subject> &subject)
{
    return subject.param.name;
}

std::unique_ptr<DelayingServer>
serve_http(const CertificateFiles &)
{
    return std::make_unique<DelayingServer>("\r\n\r\n", HTTP_ANSWER);
}

std::unique_ptr<DelayingServer>
serve_https(const CertificateFiles &files)
{
    return std::make_unique<DelayingServer>(
        "\r\n\r\n", HTTP_ANSWER,
        weft_tls_context_new_server(files.certificate.c_str(), files.key.c_str(), nullptr));
}

std::unique_ptr<DelayingServer>
serve_thrift(const CertificateFiles &)
{
    return std::make_unique<DelayingServer>("\n", THRIFT_ANSWER);
}

const Subject subjects[] = {
    {"curl_http", serve_http,
     [](int port, const CertificateFiles &) { return curl_client(port, ""); }},
    {"curl_https", serve_https,
     [](int port, const CertificateFiles &files) { return curl_client(port, files.certificate); }},
    {"c_glib_socket", serve_thrift,
     [](int port, const CertificateFiles &) { return c_glib_client(port); }},
    {"cpp_socket", serve_thrift,
     [](int port, const CertificateFiles &) { return cpp_client(port); }},
};

enum class Victim { NONE, IS_LATE, IS_CANCELLED };

struct Outcome {
    int64_t all_ms = 0;
    int64_t victim_ms = 0;
    std::string victim_says;
    std::string first_failure; /* of the others */
};

class Clients : public testing::TestWithParam<Subject>
{
  protected:
    void SetUp() override
    {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        server = GetParam().serve(files);
    }

    Outcome call_all(Victim victim)
    {
        Outcome outcome;

        in_fiber([&] {
            std::vector<Call> clients;

            for (int i = 0; i < N_CALLS; i++)
                clients.push_back(GetParam().client(server->port(), files));
            call_each(clients, Victim::NONE, &outcome);
            call_each(clients, victim, &outcome);
        });
        return outcome;
    }

    static void call_each(std::vector<Call> &clients, Victim victim, Outcome *outcome)
    {
        g_autoptr(WeftGroup) group = weft_group_new();
        WeftFiber *fibers[N_CALLS];

        const int64_t began_us = g_get_monotonic_time();
        for (int i = 0; i < N_CALLS; i++)
            fibers[i] = spawn(group, [&, i] {
                do_call(clients[i], i == VICTIM ? victim : Victim::NONE, began_us, outcome);
            });
        if (victim == Victim::IS_CANCELLED) {
            sleep_ms(PATIENCE_MS);
            if (outcome->victim_ms ==
                0) /* otherwise it has ended, on a machine that does not get on */
                weft_fiber_cancel(fibers[VICTIM], "nobody waits for it");
        }
        join(group);
        outcome->all_ms = (g_get_monotonic_time() - began_us) / 1000;
    }

    static void do_call(const Call &call, Victim victim, int64_t began_us, Outcome *outcome)
    {
        g_auto(WeftDeadlineScope) budget =
            weft_deadline_scope_ms(victim == Victim::IS_LATE ? PATIENCE_MS : HANGS_MS);
        const std::string failure = call();

        if (victim != Victim::NONE) {
            outcome->victim_says = failure;
            outcome->victim_ms = (g_get_monotonic_time() - began_us) / 1000;
        } else if (outcome->first_failure.empty()) {
            outcome->first_failure = failure;
        }
    }

    /* Until a measurement is as it shall be, or for the last time. */
    Outcome measure(Victim victim)
    {
        for (int attempt = 1;; attempt++) {
            Outcome outcome = call_all(victim);
            printf("%s: %d calls in %" PRId64 " ms", GetParam().name, N_CALLS, outcome.all_ms);
            if (victim != Victim::NONE)
                printf("; the victim after %" PRId64 " ms: %s", outcome.victim_ms,
                       outcome.victim_says.c_str());
            printf("\n");
            if (attempt == N_ATTEMPTS ||
                (outcome.all_ms < LONGEST_MS && outcome.victim_ms < LATEST_MS))
                return outcome;
        }
    }

    CertificateFiles files;
    std::unique_ptr<DelayingServer> server;
};

TEST_P(Clients, AHundredCallsTakeHardlyLongerThanOne)
{
    const Outcome outcome = measure(Victim::NONE);

    EXPECT_EQ(outcome.first_failure, "");
    EXPECT_GE(outcome.all_ms, ANSWER_MS);
    EXPECT_LT(outcome.all_ms, LONGEST_MS);
}

TEST_P(Clients, ADeadlineEndsOneCallAndNoOther)
{
    const Outcome outcome = measure(Victim::IS_LATE);

    EXPECT_EQ(outcome.first_failure, "");
    EXPECT_NE(outcome.victim_says, "");
    EXPECT_LT(outcome.victim_ms, LATEST_MS);
    EXPECT_LT(outcome.all_ms, LONGEST_MS);
}

TEST_P(Clients, CancellationEndsOneCallAndNoOther)
{
    const Outcome outcome = measure(Victim::IS_CANCELLED);

    EXPECT_EQ(outcome.first_failure, "");
    EXPECT_NE(outcome.victim_says, "");
    EXPECT_LT(outcome.victim_ms, LATEST_MS);
    EXPECT_LT(outcome.all_ms, LONGEST_MS);
}

INSTANTIATE_TEST_SUITE_P(Libraries, Clients, testing::ValuesIn(subjects), name_of);

/* What the others are measured against; alone, because it takes so long. */
class ClientsWithoutTheHook : public Clients
{
};

TEST_P(ClientsWithoutTheHook, CallsTakeTurns)
{
    const int64_t began_us = g_get_monotonic_time();

    in_fiber([&] {
        g_autoptr(WeftGroup) group = weft_group_new();

        for (int i = 0; i < N_CALLS; i++)
            spawn(group, [&] {
                g_auto(WeftCooperativeOffScope) off = weft_cooperative_off_scope();
                EXPECT_EQ(GetParam().client(server->port(), files)(), "");
            });
        join(group);
    });
    EXPECT_GE(g_get_monotonic_time() - began_us, N_CALLS * ANSWER_MS * 1000);
}

INSTANTIATE_TEST_SUITE_P(Libraries, ClientsWithoutTheHook, testing::Values(subjects[0]), name_of);

} // namespace
