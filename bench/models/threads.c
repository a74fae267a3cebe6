/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread per connection: threads PORT.  Straight code; what threads share has a lock.
 */
#include "keys.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *
serve(void *data)
{
    const int fd = (int)(intptr_t)data;
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
        pthread_mutex_lock(&mutex);
        const size_t size = keys_answer(&command, value, answer);
        pthread_mutex_unlock(&mutex);
        if (send(fd, answer, size, MSG_NOSIGNAL) < 0)
            break;
    }
    fclose(input);
    return NULL;
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
        perror("threads");
        exit(1);
    }
    return listener;
}

int
main(int argc, char **argv)
{
    const int listener = listen_at(argc > 1 ? atoi(argv[1]) : 7070);
    pthread_t thread;

    keys_init();
    for (;;) {
        const int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
        else
            close(fd);
    }
}
