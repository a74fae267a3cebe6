/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Channels with preference, and select, against a model: fibers that do what chance says, a step at
 * a time.  The model is written from the words of the headers, and knows who runs when; after each
 * step it must have seen the same calls return the same things in the same order.
 */

#include <weft/select.h>
#include <weft/semaphore.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <ostream>
#include <random>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

constexpr int N_WORKERS = 9;
constexpr int N_CHANNELS = 3;
constexpr int64_t NO_DEADLINE = WEFT_DEADLINE_NEVER;

enum class Verb { SEND, SEND_ERROR, TRY_SEND, RECV, NEXT, TRY_RECV, SELECT, CLOSE, DRAIN };

struct Case {
    int channel; /* -1: none */
    bool sends;
    uintptr_t item;
};

struct Call {
    Verb verb;
    int channel;
    uintptr_t item;
    int64_t deadline_us;
    std::vector<Case> cases;
    int flags;
};

/* What a call came to. */
enum class Fate { DONE, CLOSED, ENDED, FAILED, NOTHING, TIMED_OUT, CANCELLED };

struct Event {
    int worker;
    Fate fate;
    uintptr_t item; /* received; or the number of the error that was sent */
    int index;      /* of the case */

    bool operator==(const Event &other) const
    {
        return worker == other.worker && fate == other.fate && item == other.item &&
               index == other.index;
    }
};

std::ostream &
operator<<(std::ostream &out, const Event &event)
{
    return out << "worker " << event.worker << " fate " << int(event.fate) << " item " << event.item
               << " case " << event.index;
}

/* --- the model --- */

struct Parcel {
    uintptr_t item;
    bool is_error;
};

struct Wait {
    int worker;
    int index; /* of the case */
    Parcel parcel;
};

struct ModelChannel {
    size_t capacity = 0;
    int preference = 0;
    bool is_closed = false;
    std::deque<Parcel> buffer;
    std::deque<Wait> senders;
    std::deque<Wait> receivers;

    bool can_send() const
    {
        return !receivers.empty() || (buffer.size() < capacity && !is_closed);
    }
    bool can_recv() const
    {
        return !buffer.empty() || !senders.empty();
    }
    ssize_t balance() const
    {
        return ssize_t(buffer.size() + senders.size()) - ssize_t(receivers.size());
    }
};

struct ModelWorker {
    enum { IDLE, STARTS, WAITS, RETURNS } state = IDLE;
    Call call;
    Event outcome;
};

class Model
{
  public:
    ModelChannel channels[N_CHANNELS];
    ModelWorker workers[N_WORKERS];
    std::vector<Event> events;
    std::vector<uintptr_t> freed;

    void start(int worker, const Call &call)
    {
        workers[worker].state = ModelWorker::STARTS;
        workers[worker].call = call;
        ready.push_back(worker);
    }

    /* Until nobody is ready.  @seen: what really happened, to learn which case chance took. */
    void run(const std::vector<Event> &seen)
    {
        while (!ready.empty()) {
            const int worker = ready.front();
            ready.pop_front();
            if (workers[worker].state == ModelWorker::RETURNS)
                finish(worker);
            else
                perform(worker, seen);
        }
    }

    void expire(int64_t now_us)
    {
        for (;;) {
            int first = -1;
            for (int i = 0; i < N_WORKERS; i++)
                if (workers[i].state == ModelWorker::WAITS &&
                    workers[i].call.deadline_us <= now_us &&
                    (first < 0 || workers[i].call.deadline_us < workers[first].call.deadline_us))
                    first = i;
            if (first < 0)
                return;
            give_up(first, Fate::TIMED_OUT);
        }
    }

    void cancel(int worker)
    {
        if (workers[worker].state == ModelWorker::WAITS)
            give_up(worker, Fate::CANCELLED);
    }

    bool is_idle(int worker) const
    {
        return workers[worker].state == ModelWorker::IDLE;
    }

  private:
    std::deque<int> ready;

    void complete(int worker, Event outcome)
    {
        workers[worker].outcome = outcome;
        finish(worker);
    }

    void finish(int worker)
    {
        const Event &outcome = workers[worker].outcome;
        const Call &call = workers[worker].call;
        const bool sends = call.verb == Verb::SEND || call.verb == Verb::TRY_SEND;

        if (sends && outcome.fate != Fate::DONE)
            freed.push_back(call.item);
        workers[worker].state = ModelWorker::IDLE;
        events.push_back(outcome);
    }

    void leave_queues(int worker)
    {
        const auto is_his = [worker](const Wait &wait) { return wait.worker == worker; };

        for (ModelChannel &channel : channels)
            for (std::deque<Wait> *queue : {&channel.senders, &channel.receivers})
                queue->erase(std::remove_if(queue->begin(), queue->end(), is_his), queue->end());
    }

    void give_up(int worker, Fate fate)
    {
        leave_queues(worker);
        complete(worker, {worker, fate, 0, -1});
    }

    void serve(const Wait &wait, Event outcome, bool goes_first)
    {
        leave_queues(wait.worker);
        workers[wait.worker].state = ModelWorker::RETURNS;
        workers[wait.worker].outcome = outcome;
        if (goes_first)
            ready.push_front(wait.worker);
        else
            ready.push_back(wait.worker);
    }

    Event received(int worker, int index, Parcel parcel) const
    {
        if (parcel.is_error)
            return {worker, Fate::FAILED, parcel.item, -1};
        return {worker, Fate::DONE, parcel.item, index};
    }

    /* Returns: whether the receiver goes first */
    bool send(ModelChannel &channel, Parcel parcel)
    {
        if (channel.receivers.empty()) {
            channel.buffer.push_back(parcel);
            return false;
        }
        const Wait receiver = channel.receivers.front();
        const bool goes_first = channel.preference == WEFT_CHANNEL_RECEIVER_FIRST;
        serve(receiver, received(receiver.worker, receiver.index, parcel), goes_first);
        return goes_first;
    }

    bool recv(ModelChannel &channel, Parcel *ret_parcel)
    {
        const bool is_buffered = !channel.buffer.empty();

        if (is_buffered) {
            *ret_parcel = channel.buffer.front();
            channel.buffer.pop_front();
        }
        if (channel.senders.empty())
            return false;
        const Wait sender = channel.senders.front();
        if (is_buffered)
            channel.buffer.push_back(sender.parcel);
        else
            *ret_parcel = sender.parcel;
        const bool goes_first = channel.preference == WEFT_CHANNEL_SENDER_FIRST;
        serve(sender, {sender.worker, Fate::DONE, 0, sender.index}, goes_first);
        return goes_first;
    }

    /* The call is done; who lets another one go first returns behind all that are ready. */
    void done(int worker, Event outcome, bool gives_way)
    {
        if (!gives_way) {
            complete(worker, outcome);
            return;
        }
        workers[worker].state = ModelWorker::RETURNS;
        workers[worker].outcome = outcome;
        ready.push_back(worker);
    }

    void perform(int worker, const std::vector<Event> &seen)
    {
        const Call &call = workers[worker].call;

        switch (call.verb) {
        case Verb::SEND:
        case Verb::SEND_ERROR:
        case Verb::TRY_SEND:
            perform_send(worker, call);
            break;
        case Verb::RECV:
        case Verb::NEXT:
        case Verb::TRY_RECV:
            perform_recv(worker, call);
            break;
        case Verb::SELECT:
            perform_select(worker, call, seen);
            break;
        case Verb::CLOSE:
        case Verb::DRAIN:
            perform_close(worker, call);
        }
    }

    void perform_send(int worker, const Call &call)
    {
        ModelChannel &channel = channels[call.channel];
        const Parcel parcel = {call.item, call.verb == Verb::SEND_ERROR};

        if (channel.can_send()) {
            const bool gives_way = send(channel, parcel);
            done(worker, {worker, Fate::DONE, 0, -1}, gives_way && call.verb != Verb::TRY_SEND);
        } else if (call.verb == Verb::TRY_SEND) {
            complete(worker, {worker, Fate::NOTHING, 0, -1});
        } else if (channel.is_closed) {
            complete(worker, {worker, Fate::CLOSED, 0, -1});
        } else {
            workers[worker].state = ModelWorker::WAITS;
            channel.senders.push_back({worker, -1, parcel});
        }
    }

    void perform_recv(int worker, const Call &call)
    {
        ModelChannel &channel = channels[call.channel];
        const bool tries = call.verb == Verb::TRY_RECV;
        Parcel parcel;

        if (channel.can_recv() && !(tries && next_is_error(channel))) {
            const bool gives_way = recv(channel, &parcel);
            done(worker, received(worker, -1, parcel), gives_way && !tries);
        } else if (tries) {
            complete(worker, {worker, Fate::NOTHING, 0, -1});
        } else if (channel.is_closed) {
            complete(worker, {worker, call.verb == Verb::NEXT ? Fate::ENDED : Fate::CLOSED, 0, -1});
        } else {
            workers[worker].state = ModelWorker::WAITS;
            channel.receivers.push_back({worker, -1, {0, false}});
        }
    }

    static bool next_is_error(const ModelChannel &channel)
    {
        return channel.buffer.empty() ? channel.senders.front().parcel.is_error
                                      : channel.buffer.front().is_error;
    }

    bool is_ready(const Case &one) const
    {
        if (one.channel < 0)
            return false;
        const ModelChannel &channel = channels[one.channel];
        return channel.is_closed || (one.sends ? channel.can_send() : channel.can_recv());
    }

    void perform_select(int worker, const Call &call, const std::vector<Event> &seen)
    {
        std::vector<int> choices;
        for (size_t i = 0; i < call.cases.size(); i++)
            if (is_ready(call.cases[i]))
                choices.push_back(int(i));

        if (!choices.empty()) {
            perform_case(worker, call, choose(worker, call, choices, seen));
        } else if ((call.flags & WEFT_SELECT_NO_WAIT) != 0) {
            complete(worker, {worker, Fate::NOTHING, 0, -1});
        } else {
            workers[worker].state = ModelWorker::WAITS;
            for (size_t i = 0; i < call.cases.size(); i++) {
                const Case &one = call.cases[i];
                if (one.channel < 0)
                    continue;
                ModelChannel &channel = channels[one.channel];
                auto &queue = one.sends ? channel.senders : channel.receivers;
                queue.push_back({worker, int(i), {one.item, false}});
            }
        }
    }

    int choose(int worker, const Call &call, const std::vector<int> &choices,
               const std::vector<Event> &seen)
    {
        if ((call.flags & WEFT_SELECT_IN_ORDER) != 0)
            return choices.front();
        for (const Event &event : seen)
            if (event.worker == worker &&
                std::count(choices.begin(), choices.end(), event.index) > 0)
                return event.index;
        /* It failed with an error that was sent, and does not say where: a case that has one. */
        for (int choice : choices) {
            const Case &one = call.cases[choice];
            if (!one.sends && channels[one.channel].can_recv() &&
                next_is_error(channels[one.channel]) && saw_error(worker, one.channel, seen))
                return choice;
        }
        return choices.front();
    }

    bool saw_error(int worker, int index, const std::vector<Event> &seen) const
    {
        const ModelChannel &channel = channels[index];
        const Parcel next =
            channel.buffer.empty() ? channel.senders.front().parcel : channel.buffer.front();

        for (const Event &event : seen)
            if (event.worker == worker && event.fate == Fate::FAILED && event.item == next.item)
                return true;
        return false;
    }

    void perform_case(int worker, const Call &call, int index)
    {
        const Case &one = call.cases[index];
        ModelChannel &channel = channels[one.channel];
        Parcel parcel;

        if (one.sends ? !channel.can_send() : !channel.can_recv()) {
            complete(worker, {worker, Fate::CLOSED, 0, index});
        } else if (one.sends) {
            const bool gives_way = send(channel, {one.item, false});
            done(worker, {worker, Fate::DONE, 0, index}, gives_way);
        } else {
            const bool gives_way = recv(channel, &parcel);
            done(worker, received(worker, index, parcel), gives_way);
        }
    }

    void perform_close(int worker, const Call &call)
    {
        ModelChannel &channel = channels[call.channel];

        channel.is_closed = true;
        if (call.verb == Verb::CLOSE) {
            for (std::deque<Wait> *queue : {&channel.senders, &channel.receivers})
                while (!queue->empty()) {
                    const Wait wait = queue->front();
                    const bool ends = workers[wait.worker].call.verb == Verb::NEXT;
                    serve(wait, {wait.worker, ends ? Fate::ENDED : Fate::CLOSED, 0, wait.index},
                          false);
                }
        }
        complete(worker, {worker, Fate::DONE, 0, -1});
    }
};

/* --- the real thing --- */

gpointer
number(uintptr_t value)
{
    return reinterpret_cast<gpointer>(value);
}

std::vector<uintptr_t> *freed_items;

void
note_freed(gpointer item)
{
    freed_items->push_back(reinterpret_cast<uintptr_t>(item));
}

class Trial
{
  public:
    explicit Trial(unsigned seed) : random(seed)
    {
        freed_items = &freed;
        for (int i = 0; i < N_CHANNELS; i++)
            renew(i);
        for (int i = 0; i < N_WORKERS; i++) {
            wanted[i] = weft_semaphore_new(0);
            hire(i);
        }
        settle();
    }

    ~Trial()
    {
        weft_group_cancel(group, "the trial is over");
        weft_group_free(group);
        for (WeftSemaphore *one : wanted)
            weft_semaphore_free(one);
        for (WeftChannel *channel : channels)
            weft_channel_unref(channel);
    }

    /* Returns: calls made; 0: it differs from the model */
    size_t step()
    {
        size_t n_calls = 0;

        for (unsigned n = 1 + below(4); n > 0; n--) {
            const int worker = int(below(N_WORKERS));
            if (!model.is_idle(worker))
                continue;
            calls[worker] = any_call();
            model.start(worker, calls[worker]);
            weft_semaphore_put(wanted[worker]);
            n_calls++;
        }
        settle();
        model.run(events);
        if (below(3) == 0)
            pass_time();
        if (below(40) == 0)
            cancel_one();
        return agree() ? n_calls : 0;
    }

    size_t n_failed_waits = 0;
    size_t n_selects_that_waited = 0;

  private:
    unsigned below(unsigned limit)
    {
        return random() % limit;
    }

    void renew(int index)
    {
        const size_t capacity = below(2) == 0 ? 0 : below(4);
        const int preference = int(below(3)) - 1;

        channels[index] = weft_channel_new(capacity, note_freed);
        weft_channel_set_preference(channels[index], WeftChannelPreference(preference));
        model.channels[index] = ModelChannel();
        model.channels[index].capacity = capacity;
        model.channels[index].preference = preference;
    }

    void hire(int worker)
    {
        fibers[worker] = spawn(group, [this, worker] {
            while (weft_semaphore_take(wanted[worker], nullptr))
                events.push_back(perform(worker, calls[worker]));
        });
    }

    Call any_call()
    {
        static const Verb verbs[] = {Verb::SEND,   Verb::SEND,     Verb::SEND,    Verb::SEND_ERROR,
                                     Verb::RECV,   Verb::RECV,     Verb::RECV,    Verb::NEXT,
                                     Verb::SELECT, Verb::SELECT,   Verb::SELECT,  Verb::SELECT,
                                     Verb::SELECT, Verb::TRY_SEND, Verb::TRY_RECV};
        Call call = {verbs[below(G_N_ELEMENTS(verbs))],
                     int(below(N_CHANNELS)),
                     next_item++,
                     NO_DEADLINE,
                     {},
                     0};

        if (below(60) == 0)
            call.verb = below(2) == 0 ? Verb::CLOSE : Verb::DRAIN;
        if (below(2) == 0) /* of two waits never the same */
            call.deadline_us =
                weft_clock_now_us() + int64_t(1 + below(6)) * 100000 + int64_t(next_item % 90000);
        if (call.verb == Verb::SELECT) {
            for (unsigned n = 1 + below(4); n > 0; n--)
                call.cases.push_back({int(below(N_CHANNELS + 1)) - 1, below(2) == 0, next_item++});
            call.flags =
                int(below(2)) * WEFT_SELECT_IN_ORDER + (below(6) == 0 ? WEFT_SELECT_NO_WAIT : 0);
        }
        return call;
    }

    Event perform(int worker, const Call &call)
    {
        g_auto(WeftDeadlineScope) budget = weft_deadline_scope_at_us(call.deadline_us);
        WeftChannel *channel = channels[call.channel];
        GError *error = nullptr;
        gpointer item = nullptr;
        gboolean is_sent = FALSE;

        switch (call.verb) {
        case Verb::SEND:
            is_sent = weft_channel_send(channel, number(call.item), &error);
            break;
        case Verb::SEND_ERROR:
            is_sent = weft_channel_send_error(
                channel,
                g_error_new(WEFT_ERROR, WEFT_ERROR_INVALID, "%" G_GUINTPTR_FORMAT, call.item),
                &error);
            break;
        case Verb::TRY_SEND:
            is_sent = weft_channel_try_send(channel, number(call.item));
            break;
        case Verb::RECV:
            item = weft_channel_recv(channel, &error);
            break;
        case Verb::NEXT:
            item = weft_channel_next(channel, &error);
            if (item == nullptr && error == nullptr)
                return {worker, Fate::ENDED, 0, -1};
            break;
        case Verb::TRY_RECV:
            item = weft_channel_try_recv(channel);
            break;
        case Verb::SELECT:
            return perform_select(worker, call);
        case Verb::CLOSE:
            weft_channel_close(channel);
            is_sent = TRUE;
            break;
        case Verb::DRAIN:
            weft_channel_close_when_drained(channel);
            is_sent = TRUE;
        }
        if (is_sent || item != nullptr)
            return {worker, Fate::DONE, reinterpret_cast<uintptr_t>(item), -1};
        return failed(worker, error);
    }

    Event perform_select(int worker, const Call &call)
    {
        std::vector<WeftSelectCase> cases;
        GError *error = nullptr;

        for (const Case &one : call.cases)
            cases.push_back({one.channel < 0 ? nullptr : channels[one.channel],
                             one.sends ? WEFT_SELECT_SEND : WEFT_SELECT_RECV,
                             one.sends ? number(one.item) : nullptr, FALSE});
        const int index =
            weft_select(cases.data(), cases.size(), WeftSelectFlags(call.flags), &error);
        if (index < 0)
            return failed(worker, error);
        if (cases[index].is_closed)
            return {worker, Fate::CLOSED, 0, index};
        return {worker, Fate::DONE, reinterpret_cast<uintptr_t>(cases[index].item), index};
    }

    /* Takes @error. */
    Event failed(int worker, GError *error)
    {
        Event event = {worker, Fate::NOTHING, 0, -1};

        if (error == nullptr)
            return event;
        if (error->code == WEFT_ERROR_CLOSED)
            event.fate = Fate::CLOSED;
        else if (error->code == WEFT_ERROR_TIMED_OUT)
            event.fate = Fate::TIMED_OUT;
        else if (error->code == WEFT_ERROR_CANCELLED)
            event.fate = Fate::CANCELLED;
        else
            event = {worker, Fate::FAILED, uintptr_t(g_ascii_strtoull(error->message, NULL, 10)),
                     -1};
        g_error_free(error);
        return event;
    }

    void pass_time()
    {
        const size_t n_events = events.size();

        sleep_ms(int64_t(below(300)));
        model.expire(weft_clock_now_us());
        n_failed_waits += events.size() - n_events;
    }

    void cancel_one()
    {
        const int worker = int(below(N_WORKERS));

        weft_fiber_cancel(fibers[worker], "chance");
        settle();
        model.cancel(worker);
        hire(worker);
        settle(); /* it waits for its first call */
    }

    bool agree()
    {
        std::sort(freed.begin(), freed.end());
        std::sort(model.freed.begin(), model.freed.end());
        EXPECT_EQ(events, model.events);
        EXPECT_EQ(freed, model.freed);
        for (int i = 0; i < N_CHANNELS; i++)
            agree_on(i);
        for (const ModelWorker &worker : model.workers)
            n_selects_that_waited +=
                worker.state == ModelWorker::WAITS && worker.call.verb == Verb::SELECT;
        events.clear();
        freed.clear();
        model.events.clear();
        model.freed.clear();
        return !testing::Test::HasFailure();
    }

    void agree_on(int index)
    {
        const ModelChannel &expected = model.channels[index];
        const bool is_empty =
            expected.buffer.empty() && expected.senders.empty() && expected.receivers.empty();
        WeftChannel *channel = channels[index];

        EXPECT_EQ(weft_channel_balance(channel), expected.balance());
        EXPECT_EQ(weft_channel_n_items(channel), expected.buffer.size());
        EXPECT_EQ(weft_channel_has_sender(channel), !expected.senders.empty());
        EXPECT_EQ(weft_channel_has_receiver(channel), !expected.receivers.empty());
        EXPECT_EQ(weft_channel_is_closed(channel), expected.is_closed);
        EXPECT_EQ(weft_channel_is_drained(channel), expected.is_closed && is_empty);
        if (expected.is_closed && is_empty && below(3) == 0) {
            weft_channel_unref(channel);
            renew(index);
        }
    }

    std::mt19937 random;
    Model model;
    WeftGroup *group = weft_group_new();
    WeftChannel *channels[N_CHANNELS];
    WeftSemaphore *wanted[N_WORKERS];
    WeftFiber *fibers[N_WORKERS];
    Call calls[N_WORKERS];
    std::vector<Event> events;
    std::vector<uintptr_t> freed;
    uintptr_t next_item = 1;
};

class ChannelModel : public FakeClock
{
};

} // namespace

TEST_F(ChannelModel, EveryCallReturnsWhatAndWhenTheModelSays)
{
    constexpr size_t CALLS_PER_SEED = 6000;
    size_t n_calls = 0;

    for (unsigned seed = 1; seed <= 17 && !HasFailure(); seed++) {
        SCOPED_TRACE(seed);
        in_fiber([&] {
            /* On the heap: a fiber's stack is small. */
            const auto trial = std::make_unique<Trial>(seed);
            for (size_t n = 0; n < CALLS_PER_SEED && !HasFailure();) {
                n += trial->step();
                if (HasFailure())
                    ADD_FAILURE() << "after " << n << " calls";
                if (n >= CALLS_PER_SEED)
                    n_calls += n;
            }
            EXPECT_GT(trial->n_failed_waits, 100u);
            EXPECT_GT(trial->n_selects_that_waited, 100u);
        });
    }
    EXPECT_GE(n_calls, 100000u);
}
