/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One connection of a third-party library, as its manual says to use it: nothing in a client knows
 * of fibers.  hundred_calls.cc drives a hundred of them.
 */

#include <memory>
#include <string>

/* Where the server answers; what else a client must know of it comes from the environment. */
struct Place {
    std::string host;
    int port;
    int number; /* of this client, from 0 */
};

class Client
{
  public:
    virtual ~Client() = default; /* closes the connection, in whatever state it is */

    /* Connect, and sign in where there is such a thing.  FALSE: failed, and why() tells. */
    virtual bool connect() = 0;

    /* Ask what the server answers after 100 ms, and look at the answer. */
    virtual bool call() = 0;

    /* What the library said when it last failed. */
    std::string why() const
    {
        return reason;
    }

  protected:
    bool failed(const std::string &message)
    {
        reason = message;
        return false;
    }

    bool expect(bool answer_is_right)
    {
        return answer_is_right || failed("the answer is wrong");
    }

    std::string reason;
};

/* TRUE once the caller shall give up.  For libraries whose user writes the loop that waits. */
using ShallGiveUp = bool (*)();

/* Each program has the client of one library.  What its manual wants done before there are threads:
 */
void prepare_library();

std::unique_ptr<Client> make_client(const Place &place, ShallGiveUp shall_give_up);
