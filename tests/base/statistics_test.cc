/* SPDX-License-Identifier: Apache-2.0 */

#include "base/histogram.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <thread>
#include <vector>
#include <weft/clock.h>
#include <weft/statistics.h>

using testing::HasSubstr;

namespace
{

std::string
take(char *text)
{
    std::string copy(text);

    g_free(text);
    return copy;
}

int64_t
seven(gpointer data)
{
    return 7 + *static_cast<int *>(data);
}

class Statistics : public testing::Test
{
  protected:
    void SetUp() override
    {
        weft_clock_fake_begin(0);
    }
    void TearDown() override
    {
        weft_statistics_remove("t");
        weft_clock_fake_end();
    }
};

} // namespace

TEST(Histogram, BucketsHoldTheirBoundsAndNoGapIsBetween)
{
    for (size_t i = 0; i + 1 < WEFT_HISTOGRAM_N_BUCKETS; i++) {
        const int64_t upper = weft_histogram_upper_bound(i);
        ASSERT_EQ(weft_histogram_bucket(upper), i);
        ASSERT_EQ(weft_histogram_bucket(upper + 1), i + 1);
        ASSERT_EQ(weft_histogram_bucket(weft_histogram_middle(i)), i);
    }
    EXPECT_EQ(weft_histogram_bucket(INT64_MAX), size_t{WEFT_HISTOGRAM_N_BUCKETS - 1});
    EXPECT_EQ(weft_histogram_bucket(-5), 0u);
}

TEST(Histogram, EveryValueIsWithinFivePercentOfItsBucketsMiddle)
{
    std::mt19937_64 random(5);

    for (int i = 0; i < 100000; i++) {
        const double exponent = std::uniform_real_distribution<double>(0, 10)(random);
        const int64_t value = static_cast<int64_t>(std::pow(10.0, exponent));
        const int64_t middle = weft_histogram_middle(weft_histogram_bucket(value));
        ASSERT_LE(std::abs(static_cast<double>(middle - value)), 0.05 * value) << value;
    }
}

TEST_F(Statistics, OneNameIsOneStatistic)
{
    WeftStatistic *counter = weft_statistic_counter("t.a.count", "Counts.");

    EXPECT_EQ(weft_statistic_counter("t.a.count", "Counts."), counter);
    EXPECT_EQ(weft_statistics_find("t.a.count"), counter);
    EXPECT_EQ(weft_statistics_find("t.a"), nullptr);
    weft_statistic_add(counter, 2);
    weft_statistic_add(counter, 3);
    EXPECT_EQ(weft_statistic_value(counter), 5);
}

TEST_F(Statistics, GaugesAreSetAddedToOrAsked)
{
    int more = 1;
    WeftStatistic *set = weft_statistic_gauge("t.set", "Set.");
    WeftStatistic *added = weft_statistic_gauge("t.added", "Added to.");
    WeftStatistic *asked =
        weft_statistic_function("t.asked", "Asked.", WEFT_STATISTIC_GAUGE, seven, &more);

    weft_statistic_set(set, 41);
    weft_statistic_set(set, 42);
    weft_statistic_add(added, 3);
    weft_statistic_add(added, -1);
    EXPECT_EQ(weft_statistic_value(set), 42);
    EXPECT_EQ(weft_statistic_value(added), 2);
    EXPECT_EQ(weft_statistic_value(asked), 8);
    weft_statistics_reset(nullptr);
    EXPECT_EQ(weft_statistic_value(set), 42);
    EXPECT_EQ(weft_statistic_value(added), 2);
}

TEST_F(Statistics, ThreadsThatEndedAreCountedOn)
{
    WeftStatistic *counter = weft_statistic_counter("t.threads", "Counts.");
    WeftStatistic *histogram = weft_statistic_histogram("t.time_us", "Times.");
    std::vector<std::thread> threads;

    for (int i = 0; i < 4; i++)
        threads.emplace_back([=] {
            for (int k = 1; k <= 10000; k++) {
                weft_statistic_add(counter, 1);
                weft_statistic_record(histogram, k);
            }
        });
    EXPECT_GE(weft_statistic_value(counter), 0); /* reads while others write */
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(weft_statistic_value(counter), 40000);
    WeftStatisticSummary summary;
    weft_statistic_summarize(histogram, &summary);
    EXPECT_EQ(summary.n_values, 40000);
    EXPECT_EQ(summary.sum, INT64_C(4) * 10000 * 10001 / 2);
    EXPECT_EQ(summary.min, 1);
    EXPECT_NEAR(summary.median, 5000, 250);
    EXPECT_NEAR(summary.p99, 9900, 495);
    EXPECT_NEAR(summary.max, 10000, 500);
    EXPECT_EQ(weft_statistic_count_up_to(histogram, 2500), 10000);
}

TEST_F(Statistics, QuantilesAreWithinFivePercentOfTheTrueOnes)
{
    WeftStatistic *histogram = weft_statistic_histogram("t.time_us", "Times.");
    std::mt19937_64 random(6);
    std::lognormal_distribution<double> latency(7, 1.5);
    std::vector<int64_t> values;

    for (int i = 0; i < 20000; i++) {
        values.push_back(static_cast<int64_t>(latency(random)));
        weft_statistic_record(histogram, values.back());
    }
    std::sort(values.begin(), values.end());
    for (unsigned permille : {1u, 100u, 500u, 900u, 990u, 999u}) {
        const double truth = static_cast<double>(values[values.size() * permille / 1000 - 1]);
        EXPECT_NEAR(weft_statistic_quantile(histogram, permille), truth, 0.05 * truth);
    }
}

TEST_F(Statistics, EmptyHistogramHasNothing)
{
    WeftStatisticSummary summary;

    weft_statistic_summarize(weft_statistic_histogram("t.none_us", "None."), &summary);
    EXPECT_EQ(summary.n_values, 0);
    EXPECT_EQ(summary.min, 0);
    EXPECT_EQ(summary.p999, 0);
}

TEST_F(Statistics, ResetBeginsAnewBelowItsPath)
{
    WeftStatistic *inside = weft_statistic_counter("t.a.b", "Counts.");
    WeftStatistic *labelled = weft_statistic_histogram("t.a.c{k=v}", "Times.");
    WeftStatistic *outside = weft_statistic_counter("t.ab", "Counts.");

    weft_statistic_add(inside, 5);
    weft_statistic_record(labelled, 9);
    weft_statistic_add(outside, 5);
    weft_statistics_reset("t.a");
    EXPECT_EQ(weft_statistic_value(inside), 0);
    EXPECT_EQ(weft_statistic_value(labelled), 0);
    EXPECT_EQ(weft_statistic_value(outside), 5);
    weft_statistic_add(inside, 1);
    EXPECT_EQ(weft_statistic_value(inside), 1);
}

TEST_F(Statistics, ARemovedOnesPlaceIsUsedAgainFromZero)
{
    weft_statistic_add(weft_statistic_counter("t.old", "Counts."), 5);
    weft_statistic_record(weft_statistic_histogram("t.old_us", "Times."), 5);
    weft_statistics_remove("t");
    EXPECT_EQ(weft_statistics_find("t.old"), nullptr);
    EXPECT_EQ(weft_statistic_value(weft_statistic_counter("t.new", "Counts.")), 0);
    EXPECT_EQ(weft_statistic_value(weft_statistic_histogram("t.new_us", "Times.")), 0);
}

TEST_F(Statistics, TheRateFollowsSlowly)
{
    WeftStatistic *counter = weft_statistic_counter("t.rate", "Counts.");

    weft_statistic_add(counter, 100);
    weft_clock_fake_advance_us(10 * G_USEC_PER_SEC);
    EXPECT_DOUBLE_EQ(weft_statistic_rate(counter), 10);
    weft_clock_fake_advance_us(10 * G_USEC_PER_SEC);
    EXPECT_DOUBLE_EQ(weft_statistic_rate(counter), 5); /* half of the way to 0 */
    EXPECT_DOUBLE_EQ(weft_statistic_rate(counter), 5); /* at the same moment */
}

TEST_F(Statistics, JsonHasFoldersAsObjects)
{
    weft_statistic_add(weft_statistic_counter("t.http.requests{method=GET}", "Requests."), 3);
    weft_statistic_set(weft_statistic_gauge("t.http.open", "Open."), 2);
    weft_statistic_set(weft_statistic_gauge("t.pool.mysql.idle", "Idle."), 4);
    weft_statistic_set(weft_statistic_gauge("t.pool.redis.idle", "Idle."), 5);
    weft_statistic_set(weft_statistic_gauge("t.up", "Up."), 1);
    EXPECT_EQ(take(weft_statistics_to_json("t")),
              "{\"t\": {\"http\": {\"open\": 2, \"requests{method=GET}\": {\"count\": 3, "
              "\"rate\": 0.000}}, \"pool\": {\"mysql\": {\"idle\": 4}, \"redis\": {\"idle\": 5}}, "
              "\"up\": 1}}\n");
    EXPECT_EQ(take(weft_statistics_to_json("t.nothing")), "{}\n");
    EXPECT_THAT(take(weft_statistics_to_json("t.pool")),
                HasSubstr("{\"t\": {\"pool\": {\"mysql\""));
}

TEST_F(Statistics, JsonOfAHistogramHasItsQuantiles)
{
    WeftStatistic *histogram = weft_statistic_histogram("t.time_us", "Times.");

    for (int i = 1; i <= 100; i++)
        weft_statistic_record(histogram, i);
    EXPECT_EQ(take(weft_statistics_to_json("t")),
              "{\"t\": {\"time_us\": {\"count\": 100, \"rate\": 0.000, \"avg\": 50.500, "
              "\"sum\": 5050, \"min\": 1, \"max\": 100, \"p50\": 50, \"p90\": 90, \"p99\": 99, "
              "\"p999\": 100}}}\n");
}

TEST_F(Statistics, PrometheusHasOneFamilyForAllLabels)
{
    weft_statistic_add(weft_statistic_counter("t.requests{method=GET,status=2xx}", "Requests."), 3);
    weft_statistic_add(weft_statistic_counter("t.requests{method=a\"b\\c}", "Requests."), 1);
    weft_statistic_set(weft_statistic_gauge("t.age_us", "Age."), -1500000);
    EXPECT_EQ(take(weft_statistics_to_prometheus("t", "prog")),
              "# HELP prog_t_age_seconds Age.\n"
              "# TYPE prog_t_age_seconds gauge\n"
              "prog_t_age_seconds -1.500000\n"
              "# HELP prog_t_requests_total Requests.\n"
              "# TYPE prog_t_requests_total counter\n"
              "prog_t_requests_total{method=\"GET\",status=\"2xx\"} 3\n"
              "prog_t_requests_total{method=\"a\\\"b\\\\c\"} 1\n");
}

TEST_F(Statistics, PrometheusHistogramsAreCumulative)
{
    WeftStatistic *histogram = weft_statistic_histogram("t.time_us{lane=disk}", "Times.");

    for (int64_t value : {9, 250, 251, 1000000})
        weft_statistic_record(histogram, value);
    const std::string text = take(weft_statistics_to_prometheus("t", nullptr));
    EXPECT_THAT(text, HasSubstr("# TYPE t_time_seconds histogram\n"));
    EXPECT_THAT(text, HasSubstr("t_time_seconds_bucket{lane=\"disk\",le=\"0.000010\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("t_time_seconds_bucket{lane=\"disk\",le=\"0.000250\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("t_time_seconds_bucket{lane=\"disk\",le=\"0.000500\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("t_time_seconds_bucket{lane=\"disk\",le=\"1.000000\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("t_time_seconds_bucket{lane=\"disk\",le=\"+Inf\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("t_time_seconds_sum{lane=\"disk\"} 1.000510\n"));
    EXPECT_THAT(text, HasSubstr("t_time_seconds_count{lane=\"disk\"} 4\n"));
}

TEST_F(Statistics, NamesThatAreNoneAreRefused)
{
    for (const char *name : {"", "Upper", "a..b", ".a", "a.", "a{", "a{}", "a{k}", "a{k=v", "a b",
                             "a{k=v,}", "9a", "a{k=v}b"})
        EXPECT_DEATH(
            {
                g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL);
                weft_statistic_counter(name, "None.");
            },
            "is_name");
}

TEST_F(Statistics, ANameIsAStatisticOrAFolder)
{
    weft_statistic_counter("t.a.b", "Counts.");
    EXPECT_DEATH(weft_statistic_counter("t.a", "Counts."), "folder");
    EXPECT_DEATH(weft_statistic_counter("t.a.b.c", "Counts."), "folder");
    EXPECT_DEATH(weft_statistic_gauge("t.a.b", "Counts."), "another kind");
}
