/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The service that every model serves: values by key, in lines.
 *
 *     put KEY SIZE\n and SIZE bytes    OK\n
 *     get KEY\n                        VALUE SIZE\n and SIZE bytes, or NONE\n
 *
 * Whoever says something else is hung up on.  The table is shared by the processes that come of
 * this one; several at a time in it is the model's concern.
 */

#include <stdbool.h>
#include <stddef.h>

enum {
    KEYS_MAX_LINE = 64,
    KEYS_MAX_KEY = 32,
    KEYS_MAX_VALUE = 512,
    KEYS_MAX_ANSWER = KEYS_MAX_LINE + KEYS_MAX_VALUE
};

typedef struct {
    bool is_put;
    char key[KEYS_MAX_KEY + 1];
    size_t size; /* of the value that follows a put; 0 for get */
} KeysCommand;

/* Make the table.  Once, before the first connection. */
void keys_init(void);

/* @line: with its '\n'.  Returns: false: no command */
bool keys_parse(const char *line, size_t length, KeysCommand *ret_command);

/*
 * Do @command, whose value is at @value.
 * @answer: room for KEYS_MAX_ANSWER
 * Returns: the answer's size
 */
size_t keys_answer(const KeysCommand *command, const char *value, char *answer);
