/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/mailbox.h>

#include <algorithm>

#include "model.h"

using namespace weft_test;

namespace
{

constexpr unsigned N_SEEDS = 112;
constexpr int N_STEPS = 900;
constexpr unsigned N_TYPES = 3;

/* Payloads and replies are numbers; those that the mailbox frees are counted. */
int64_t n_dropped;

void
drop_number(gpointer)
{
    n_dropped++;
}

const WeftMessageType types[N_TYPES] = {
    {"red", drop_number, drop_number},
    {"green", drop_number, drop_number},
    {"blue", drop_number, drop_number},
};

gpointer
pointer_to(int64_t number)
{
    return GSIZE_TO_POINTER((gsize)number);
}

int64_t
number_of(gconstpointer pointer)
{
    return (int64_t)GPOINTER_TO_SIZE(pointer);
}

struct ModelMessage {
    int64_t number;
    unsigned type;
    OperationPtr caller; /* nullptr: nobody waits */
};

using MessagePtr = std::shared_ptr<ModelMessage>;

/* What a receiver takes: a bit for each type. */
bool
wants(const Operation &receiver, unsigned type)
{
    return (receiver.item >> type & 1) != 0;
}

struct MailboxModel {
    World &world;
    size_t max_messages;
    std::deque<MessagePtr> waiting = {};
    std::vector<MessagePtr> received = {}; /* in the test's hands */
    bool is_closed = false;
    int64_t n_dropped = 0;
    WaitList receivers = {};
    WaitList callers = {};

    /* The caller of @message goes on. */
    void answer(const MessagePtr &message, int outcome, int64_t reply)
    {
        OperationPtr caller = std::move(message->caller);

        message->caller = nullptr;
        if (caller == nullptr || !caller->give_up) {
            n_dropped += reply != 0 ? 1 : 0;
            return;
        }
        take_out(callers, caller);
        caller->give_up = nullptr;
        world.ready.push_back([caller, outcome, reply] { caller->end(outcome, reply); });
    }

    void drop(const MessagePtr &message)
    {
        n_dropped++;
        answer(message, WEFT_ERROR_CLOSED, 0);
    }

    int deliver(const MessagePtr &message)
    {
        auto receiver =
            std::find_if(receivers.begin(), receivers.end(), [&](const OperationPtr &candidate) {
                return wants(*candidate, message->type);
            });

        if (is_closed || (receiver == receivers.end() && waiting.size() >= max_messages)) {
            n_dropped++;
            return is_closed ? WEFT_ERROR_CLOSED : WEFT_ERROR_LIMIT;
        }
        if (receiver == receivers.end()) {
            waiting.push_back(message);
            return SUCCEEDED;
        }
        OperationPtr served = *receiver;
        receivers.erase(receiver);
        served->give_up = nullptr;
        world.ready.push_back([this, served, message] {
            served->end(SUCCEEDED, message->number);
            received.push_back(message);
        });
        return SUCCEEDED;
    }

    void call(const OperationPtr &operation, const MessagePtr &message)
    {
        message->caller = operation;
        wait_in(world, callers, operation);
        const int outcome = deliver(message);
        if (outcome == SUCCEEDED)
            return;
        take_out(callers, operation);
        operation->give_up = nullptr;
        operation->end(outcome);
    }

    void receive(const OperationPtr &operation)
    {
        if (is_closed) {
            operation->end(WEFT_ERROR_CLOSED);
            return;
        }
        for (auto i = waiting.begin(); i != waiting.end(); ++i) {
            if (!wants(*operation, (*i)->type))
                continue;
            operation->end(SUCCEEDED, (*i)->number);
            received.push_back(*i);
            waiting.erase(i);
            return;
        }
        wait_in(world, receivers, operation);
    }

    void close()
    {
        is_closed = true;
        while (!receivers.empty())
            receivers.front()->interrupt(WEFT_ERROR_CLOSED);
        while (!waiting.empty()) {
            drop(waiting.front());
            waiting.pop_front();
        }
    }
};

class MailboxSchedule : public Schedule
{
  public:
    explicit MailboxSchedule(unsigned seed) : Schedule(seed), model{world, 1 + roll(5)}
    {
        n_dropped = 0;
        weft_mailbox_set_max_messages(mailbox, model.max_messages);
    }
    ~MailboxSchedule()
    {
        weft_mailbox_unref(mailbox);
    }

    void step()
    {
        switch (roll(12)) {
        case 0:
        case 1:
            send();
            break;
        case 2:
        case 3:
        case 4:
            begin_call();
            break;
        case 5:
        case 6:
        case 7:
            begin_receive();
            break;
        case 8:
        case 9:
            answer_some();
            break;
        case 10:
            cancel_some();
            break;
        case 11:
            sleep_ms(roll(20));
            break;
        }
        switch (roll(4)) {
        case 0:
            break;
        case 1:
            yield_once();
            break;
        default:
            settle_and_compare();
        }
    }

    void close()
    {
        weft_mailbox_close(mailbox);
        model.close();
    }

    void finish()
    {
        close();
        settle_and_compare();
        while (!received.empty())
            free_received(received.size() - 1);
        settle_and_compare();
        cancel_all();
    }

  private:
    MessagePtr new_message()
    {
        auto message = std::make_shared<ModelMessage>();

        message->number = ++n_made;
        message->type = roll(N_TYPES);
        return message;
    }

    void send()
    {
        MessagePtr message = new_message();
        g_autoptr(GError) error = nullptr;
        const bool succeeded =
            weft_mailbox_send(mailbox, &types[message->type], pointer_to(message->number), &error);

        EXPECT_EQ(outcome_of(succeeded, error), model.deliver(message));
    }

    void begin_call()
    {
        MessagePtr message = new_message();

        begin(
            [this, message](Operation &operation, GError **error) {
                gpointer reply = nullptr;
                if (!weft_mailbox_call(mailbox, &types[message->type], pointer_to(message->number),
                                       &reply, error))
                    return false;
                operation.result = number_of(reply);
                return true;
            },
            [this, message](const OperationPtr &operation) { model.call(operation, message); });
    }

    void begin_receive()
    {
        const unsigned wanted = 1 + roll(7); /* any set of the three that is not empty */

        begin(
            [this, wanted](Operation &operation, GError **error) {
                WeftMessage *message = receive(wanted, error);
                if (message == nullptr)
                    return false;
                operation.result = number_of(weft_message_payload(message));
                received.push_back(message);
                return true;
            },
            [this, wanted](const OperationPtr &operation) {
                operation->item = wanted;
                model.receive(operation);
            });
    }

    WeftMessage *receive(unsigned wanted, GError **error)
    {
        const WeftMessageType *set[N_TYPES];
        size_t n = 0;

        for (unsigned type = 0; type < N_TYPES; type++)
            if ((wanted >> type & 1) != 0)
                set[n++] = &types[type];
        if (n == N_TYPES)
            return weft_mailbox_receive(mailbox, error);
        if (n == 1)
            return weft_mailbox_receive_type(mailbox, set[0], error);
        return weft_mailbox_receive_types(mailbox, set, n, error);
    }

    void answer_some()
    {
        ASSERT_EQ(received.size(), model.received.size());
        if (received.empty())
            return;
        const size_t which = roll(received.size());
        switch (roll(3)) {
        case 0: {
            const int64_t reply = ++n_made;
            weft_message_reply(received[which], pointer_to(reply));
            model.answer(model.received[which], SUCCEEDED, reply);
            break;
        }
        case 1:
            weft_message_reply_error(
                received[which], g_error_new(WEFT_ERROR, WEFT_ERROR_INVALID, "never heard of it"));
            model.answer(model.received[which], WEFT_ERROR_INVALID, 0);
            break;
        case 2:
            free_received(which);
            break;
        }
    }

    void free_received(size_t which)
    {
        weft_message_free(received[which]);
        received.erase(received.begin() + (ptrdiff_t)which);
        model.drop(model.received[which]);
        model.received.erase(model.received.begin() + (ptrdiff_t)which);
    }

    void settle_and_compare()
    {
        settle();
        EXPECT_EQ(weft_mailbox_n_messages(mailbox), model.waiting.size());
        EXPECT_EQ(n_dropped, model.n_dropped);
        ASSERT_EQ(received.size(), model.received.size());
        for (size_t i = 0; i < received.size(); i++) {
            const ModelMessage &message = *model.received[i];

            EXPECT_EQ(number_of(weft_message_payload(received[i])), message.number);
            EXPECT_EQ(weft_message_type(received[i]), &types[message.type]);
            EXPECT_EQ(weft_message_wants_reply(received[i]),
                      message.caller != nullptr && message.caller->give_up != nullptr);
        }
    }

    MailboxModel model;
    WeftMailbox *mailbox = weft_mailbox_new();
    std::vector<WeftMessage *> received;
    int64_t n_made = 0;
};

class MailboxModelTest : public FakeClock
{
};

} // namespace

TEST_F(MailboxModelTest, ShowsTheSameAfterAnySchedule)
{
    for (unsigned seed = 1; seed <= N_SEEDS && !HasFailure(); seed++) {
        SCOPED_TRACE(seed);
        in_fiber([&] {
            MailboxSchedule schedule(seed);

            for (int i = 0; i < N_STEPS && !HasFailure(); i++) {
                if (i > N_STEPS - 60 && schedule.roll(8) == 0)
                    schedule.close();
                schedule.step();
            }
            schedule.finish();
        });
    }
}
