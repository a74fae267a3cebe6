/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transcripts: each line is done when it is read; a mismatch names the line and ends its
 * connection.
 */

#include "transcript.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <map>

namespace weft_test
{

namespace
{

/* How long an answer may take on a machine that does other things, too. */
const time_t PATIENCE_S = 120;

int
connect_to(const std::string &address)
{
    size_t colon = address.rfind(':');
    struct sockaddr_in to = {};
    struct timeval patience = {PATIENCE_S, 0};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
    inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    EXPECT_EQ(connect(fd, reinterpret_cast<struct sockaddr *>(&to), sizeof to), 0)
        << address << ": " << strerror(errno);
    return fd;
}

std::string
unescape(const std::string &text)
{
    static const std::string names = "rnt0\\";
    static const std::string bytes = std::string("\r\n\t\0\\", 5);
    std::string plain;

    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            plain += text[i];
            continue;
        }
        char next = text[++i];
        if (next == 'x') {
            plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            EXPECT_NE(names.find(next), std::string::npos) << "bad escape in " << text;
            plain += bytes[names.find(next)];
        }
    }
    return plain;
}

/* Iterative, with one place to come back to: the last '*'. */
bool
matches(const std::string &pattern, const std::string &text)
{
    size_t p = 0;
    size_t t = 0;
    size_t star = std::string::npos;
    size_t star_t = 0;

    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_t = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            p++;
            t++;
        } else if (star != std::string::npos) {
            p = star + 1;
            t = ++star_t;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        p++;
    return p == pattern.size();
}

/* One line of a transcript: "C*100~ abc" is {'C', 100, true, "abc"}. */
struct Step {
    char who;
    size_t n_times = 1;
    bool is_raw;
    std::string text;
};

bool
parse_step(const std::string &line, Step *step)
{
    size_t at = 1;

    step->who = line[0];
    if (step->who != 'C' && step->who != 'S')
        return false;
    if (line.size() > 1 && line[1] == '*') {
        size_t n_digits = 0;
        step->n_times = std::stoul(line.substr(2), &n_digits);
        at = 2 + n_digits;
    }
    if (at >= line.size() || (line[at] != ':' && line[at] != '~'))
        return false;
    step->is_raw = line[at++] == '~';
    if (at < line.size() && line[at] == ' ')
        at++;
    step->text = unescape(line.substr(at));
    return true;
}

class Dialogue
{
  public:
    explicit Dialogue(const std::string &address) : fd(connect_to(address))
    {
    }
    ~Dialogue()
    {
        close(fd);
    }
    Dialogue(const Dialogue &) = delete;

    bool play(Step step)
    {
        recall(&step.text);
        if (step.who == 'C')
            return say(step);
        send_unsent();
        if (step.is_raw)
            return expect_bytes(step);
        if (step.text == "<close>")
            return expect_close();
        if (step.text == "...")
            return expect_rest_of_head();
        return expect_line(step.text);
    }

  private:
    /* Put in what {names} stand for, as far as they are known. */
    void recall(std::string *text) const
    {
        for (const auto &[name, value] : names) {
            for (size_t at = 0; (at = text->find(name, at)) != std::string::npos;)
                text->replace(at, name.size(), value);
        }
    }

    /* The first {name} of a line that came, which begins as @pattern does. */
    void learn(const std::string &pattern, const std::string &line)
    {
        const size_t at = pattern.find('{');
        const size_t past = pattern.find('}', at);

        if (at == std::string::npos || past == std::string::npos || line.size() < at)
            return;
        const size_t until =
            past + 1 < pattern.size() ? line.find(pattern[past + 1], at) : line.size();
        names[pattern.substr(at, past + 1 - at)] = line.substr(at, until - at);
    }

    bool say(const Step &step)
    {
        if (!step.is_raw && step.text == "<finish>") {
            send_unsent();
            return shutdown(fd, SHUT_WR) == 0;
        }
        for (size_t i = 0; i < step.n_times; i++)
            unsent += step.text + (step.is_raw ? "" : "\r\n");
        return true;
    }

    /* What the client says without waiting goes together: what the server sees is the same each
     * time. */
    void send_unsent()
    {
        /* The server may have refused and closed: what it said is what counts. */
        for (size_t at = 0; at < unsent.size();) {
            ssize_t n_sent = send(fd, unsent.data() + at, unsent.size() - at, MSG_NOSIGNAL);
            if (n_sent < 0)
                break;
            at += static_cast<size_t>(n_sent);
        }
        unsent.clear();
    }

    /* FALSE at the end of the stream. */
    bool hear_more()
    {
        char bytes[4096];
        ssize_t n_read = recv(fd, bytes, sizeof bytes, 0);

        if (n_read <= 0) {
            end = n_read == 0 ? "the end of the stream" : strerror(errno);
            return false;
        }
        heard.append(bytes, static_cast<size_t>(n_read));
        return true;
    }

    bool hear_line(std::string *line)
    {
        size_t line_end;

        while ((line_end = heard.find('\n')) == std::string::npos) {
            if (!hear_more()) {
                ADD_FAILURE() << "a line was due, but came " << end << " behind \"" << heard
                              << "\"";
                return false;
            }
        }
        *line = heard.substr(0, line_end);
        heard.erase(0, line_end + 1);
        if (!line->empty() && line->back() == '\r')
            line->pop_back();
        return true;
    }

    bool expect_line(const std::string &pattern)
    {
        std::string line;

        if (!hear_line(&line))
            return false;
        learn(pattern, line);
        std::string known = pattern;
        recall(&known);
        EXPECT_TRUE(matches(known, line)) << "expected " << known << "\n     got " << line;
        return matches(known, line);
    }

    bool expect_rest_of_head()
    {
        std::string line = "-";

        while (!line.empty()) {
            if (!hear_line(&line))
                return false;
        }
        return true;
    }

    bool expect_bytes(const Step &step)
    {
        std::string expected;

        for (size_t i = 0; i < step.n_times; i++)
            expected += step.text;
        while (heard.size() < expected.size() && hear_more())
            ;
        std::string got = heard.substr(0, expected.size());
        heard.erase(0, got.size());
        EXPECT_EQ(got, expected);
        return got == expected;
    }

    bool expect_close()
    {
        while (hear_more())
            ;
        EXPECT_EQ(heard, "");
        EXPECT_EQ(end, "the end of the stream");
        return heard.empty();
    }

    int fd;
    std::map<std::string, std::string> names; /* "{token}" to what it stands for */
    std::string unsent;                       /* said since the server was last heard */
    std::string heard;                        /* and not yet expected */
    std::string end;                          /* why nothing more was heard */
};

} // namespace

void
play_transcript(const std::string &file, const std::string &address)
{
    std::ifstream transcript(file);
    std::unique_ptr<Dialogue> dialogue;
    std::string title;
    std::string line;

    ASSERT_TRUE(transcript.good()) << file;
    for (int number = 1; std::getline(transcript, line); number++) {
        SCOPED_TRACE(file + ":" + std::to_string(number) + ": " + title);
        Step step;

        if (line.empty() || line[0] == '#')
            continue;
        if (line.compare(0, 3, "== ") == 0) {
            title = line.substr(3);
            dialogue = std::make_unique<Dialogue>(address);
            continue;
        }
        ASSERT_TRUE(parse_step(line, &step)) << line;
        if (dialogue != nullptr && !dialogue->play(step))
            dialogue = nullptr; /* go on at the next title */
    }
}

} // namespace weft_test
