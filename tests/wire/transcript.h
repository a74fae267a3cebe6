/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Transcripts: what a client sends and what must come back, written down as they go over the wire.
 *
 *     # a comment; empty lines are nothing
 *     == Title            a new connection
 *     C: GET / HTTP/1.1   send the line, with CRLF
 *     C~ abc              send it without
 *     C*100~ abc          send it a hundred times
 *     C: <finish>         no more will be sent
 *     S: HTTP/1.1 200 *   this line must come; '*' stands for anything
 *     S: ...              lines up to the empty one, that included
 *     S~ abc              these bytes must come; S*100~ as above
 *     S: <close>          the end of the stream must come
 *     S: Lock-Token: <{token}>
 *                         {token} stands for what comes, and from then on for the same: in If, too
 *
 * One blank behind the mark is not part of the text.  In it \r \n \t \0 \\ and \xNN are bytes.
 */

#include <string>

namespace weft_test
{

/** Play the transcript @file to the server at @address; what differs is a failure of the test. */
void play_transcript(const std::string &file, const std::string &address);

} // namespace weft_test
