/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process per connection: fork PORT.  Straight code; what processes share must be put into shared
 * memory, its lock included.
 */
#include "keys.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t *mutex;

static void
make_shared_mutex(void)
{
    pthread_mutexattr_t attributes;

    mutex = mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED)
        exit(1);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attributes);
}

static void
serve(int fd)
{
    FILE *input = fdopen(fd, "r");
    char line[KEYS_MAX_LINE + 1];
    char value[KEYS_MAX_VALUE];
    char answer[KEYS_MAX_ANSWER];
    KeysCommand command;

    while (fgets(line, sizeof line, input) != NULL) {
        if (!keys_parse(line, strlen(line), &command))
            break;
        if (fread(value, 1, command.size, input) < command.size)
            break;
        pthread_mutex_lock(mutex);
        const size_t size = keys_answer(&command, value, answer);
        pthread_mutex_unlock(mutex);
        if (send(fd, answer, size, MSG_NOSIGNAL) < 0)
            break;
    }
    exit(0);
}

static int
listen_at(int port)
{
    const int on = 1;
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 4096) != 0) {
        perror("fork");
        exit(1);
    }
    return listener;
}

int
main(int argc, char **argv)
{
    const int listener = listen_at(argc > 1 ? atoi(argv[1]) : 7070);

    keys_init();
    make_shared_mutex();
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        const int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        if (fork() == 0) {
            close(listener);
            serve(fd);
        }
        close(fd);
    }
}
