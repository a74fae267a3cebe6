/* SPDX-License-Identifier: Apache-2.0 */

#include <weft/mailbox.h>

#include <string>
#include <vector>

#include "../in_fiber.h"

using namespace weft_test;

namespace
{

class Mailbox : public FakeClock
{
};

const WeftMessageType SAY = {"say", g_free, nullptr};
const WeftMessageType ASK = {"ask", g_free, g_free};
const WeftMessageType STOP = {"stop", nullptr, nullptr};

std::string
text_of(const WeftMessage *message)
{
    return static_cast<const char *>(weft_message_payload(message));
}

/* Answers each question with itself in brackets, until told to stop. */
void
answer_all(WeftMailbox *mailbox)
{
    for (;;) {
        g_autoptr(WeftMessage) message = weft_mailbox_receive(mailbox, nullptr);

        if (message == nullptr || weft_message_type(message) == &STOP)
            return;
        weft_message_reply(message, g_strdup_printf("(%s)", text_of(message).c_str()));
    }
}

} // namespace

TEST_F(Mailbox, SendDoesNotWaitAndKeepsTheOrder)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        std::vector<std::string> said;

        for (const char *text : {"a", "b", "c"})
            EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup(text), nullptr));
        EXPECT_EQ(weft_mailbox_n_messages(mailbox), 3u);
        while (WeftMessage *message = weft_mailbox_try_receive(mailbox)) {
            EXPECT_FALSE(weft_message_wants_reply(message));
            said.push_back(text_of(message));
            weft_message_free(message);
        }
        EXPECT_EQ(said, (std::vector<std::string>{"a", "b", "c"}));
    });
}

TEST_F(Mailbox, CallGetsTheReply)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        gpointer reply = nullptr;

        spawn(group, [&] { answer_all(mailbox); });
        ASSERT_TRUE(weft_mailbox_call(mailbox, &ASK, g_strdup("why"), &reply, nullptr));
        EXPECT_STREQ(static_cast<char *>(reply), "(why)");
        g_free(reply);
        EXPECT_TRUE(weft_mailbox_call(mailbox, &ASK, g_strdup("never mind"), nullptr, nullptr));
        EXPECT_TRUE(weft_mailbox_send(mailbox, &STOP, nullptr, nullptr));
        join(group);
    });
}

TEST_F(Mailbox, ReplyMayBeAnError)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;

        spawn(group, [&] {
            g_autoptr(WeftMessage) message = weft_mailbox_receive(mailbox, nullptr);
            weft_message_reply_error(
                message, g_error_new_literal(WEFT_ERROR, WEFT_ERROR_INVALID, "no such thing"));
        });
        EXPECT_FALSE(weft_mailbox_call(mailbox, &ASK, g_strdup("why"), nullptr, &error));
        EXPECT_STREQ(error->message, "no such thing");
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_INVALID));
        join(group);
    });
}

TEST_F(Mailbox, ALateReplyIsDropped)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();

        spawn(group, [&] {
            g_autoptr(WeftMessage) message = weft_mailbox_receive(mailbox, nullptr);
            EXPECT_TRUE(weft_message_wants_reply(message));
            sleep_ms(100);
            EXPECT_FALSE(weft_message_wants_reply(message));
            weft_message_reply(message, g_strdup("too late"));
        });
        {
            g_autoptr(GError) error = nullptr;
            g_auto(WeftDeadlineScope) budget = weft_deadline_scope_ms(50);
            EXPECT_FALSE(weft_mailbox_call(mailbox, &ASK, g_strdup("why"), nullptr, &error));
            EXPECT_TRUE(failed_with(&error, WEFT_ERROR_TIMED_OUT));
        }
        join(group);
    });
}

TEST_F(Mailbox, ACallNobodyAnswersFails)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;

        spawn(group, [&] { weft_message_free(weft_mailbox_receive(mailbox, nullptr)); });
        EXPECT_FALSE(weft_mailbox_call(mailbox, &ASK, g_strdup("why"), nullptr, &error));
        EXPECT_STREQ(error->message, "call \"ask\": nobody answered");
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        join(group);
    });
}

TEST_F(Mailbox, CallersFailWhenTheReceiverGoes)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;
        int n_failed = 0;

        for (int i = 0; i < 3; i++) {
            spawn(group, [&] {
                g_autoptr(GError) failure = nullptr;
                EXPECT_FALSE(weft_mailbox_call(mailbox, &ASK, g_strdup("why"), nullptr, &failure));
                n_failed += failed_with(&failure, WEFT_ERROR_CLOSED);
            });
        }
        settle();
        weft_mailbox_close(mailbox);
        EXPECT_TRUE(weft_mailbox_is_closed(mailbox));
        join(group);
        EXPECT_EQ(n_failed, 3);
        EXPECT_FALSE(weft_mailbox_send(mailbox, &SAY, g_strdup("hello?"), &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        EXPECT_EQ(weft_mailbox_receive(mailbox, &error), nullptr);
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
    });
}

TEST_F(Mailbox, SomebodyElseMayReplyAfterTheMailboxIsGone)
{
    in_fiber([] {
        WeftMailbox *mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        std::string answer;

        spawn(group, [&] {
            gpointer reply = nullptr;
            ASSERT_TRUE(weft_mailbox_call(mailbox, &ASK, g_strdup("why"), &reply, nullptr));
            answer = static_cast<char *>(reply);
            g_free(reply);
        });
        settle();
        g_autoptr(WeftMessage) message = weft_mailbox_receive(mailbox, nullptr);
        weft_mailbox_unref(mailbox);
        weft_message_reply(message, g_strdup("because"));
        join(group);
        EXPECT_EQ(answer, "because");
    });
}

TEST_F(Mailbox, AFiberHasOneOfItsOwnThatEndsWithIt)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = nullptr;
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;

        spawn(group, [&] {
            mailbox = weft_mailbox_ref(weft_mailbox_mine());
            g_autoptr(WeftMessage) message = weft_mailbox_receive(weft_mailbox_mine(), nullptr);
            EXPECT_EQ(text_of(message), "hello");
        });
        settle();
        EXPECT_NE(mailbox, weft_mailbox_mine());
        EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup("hello"), nullptr));
        EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup("nobody reads this"), nullptr));
        EXPECT_FALSE(weft_mailbox_call(mailbox, &ASK, g_strdup("nor this"), nullptr, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_CLOSED));
        join(group);
        EXPECT_TRUE(weft_mailbox_is_closed(mailbox));
    });
}

TEST_F(Mailbox, ReceiveOfATypeLeavesTheOthers)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        const WeftMessageType *stop_or_ask[] = {&STOP, &ASK};

        EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup("a"), nullptr));
        spawn(group, [&] {
            g_autoptr(WeftMessage) message =
                weft_mailbox_receive_types(mailbox, stop_or_ask, 2, nullptr);
            EXPECT_EQ(weft_message_type(message), &STOP);
        });
        settle();
        EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup("b"), nullptr));
        EXPECT_TRUE(weft_mailbox_send(mailbox, &STOP, nullptr, nullptr));
        join(group);
        for (const char *text : {"a", "b"}) {
            g_autoptr(WeftMessage) message = weft_mailbox_receive_type(mailbox, &SAY, nullptr);
            EXPECT_EQ(text_of(message), text);
        }
    });
}

TEST_F(Mailbox, RefusesMoreThanItsLimitButNotWhatIsWaitedFor)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();
        g_autoptr(WeftGroup) group = weft_group_new();
        g_autoptr(GError) error = nullptr;

        weft_mailbox_set_max_messages(mailbox, 2);
        EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup("a"), nullptr));
        EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup("b"), nullptr));
        EXPECT_FALSE(weft_mailbox_send(mailbox, &SAY, g_strdup("c"), &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_LIMIT));
        EXPECT_FALSE(weft_mailbox_call(mailbox, &ASK, g_strdup("d"), nullptr, &error));
        EXPECT_TRUE(failed_with(&error, WEFT_ERROR_LIMIT));
        spawn(group,
              [&] { weft_message_free(weft_mailbox_receive_type(mailbox, &STOP, nullptr)); });
        settle();
        EXPECT_TRUE(weft_mailbox_send(mailbox, &STOP, nullptr, nullptr));
        join(group);
    });
}

TEST_F(Mailbox, APayloadMayBeStolen)
{
    in_fiber([] {
        g_autoptr(WeftMailbox) mailbox = weft_mailbox_new();

        EXPECT_TRUE(weft_mailbox_send(mailbox, &SAY, g_strdup("mine"), nullptr));
        g_autoptr(WeftMessage) message = weft_mailbox_receive(mailbox, nullptr);
        g_autofree char *text = static_cast<char *>(weft_message_steal_payload(message));
        EXPECT_STREQ(text, "mine");
        EXPECT_EQ(weft_message_payload(message), nullptr);
    });
}
