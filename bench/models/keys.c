/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of fixed size with open addressing: nothing is ever removed.
 */
#include "keys.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { N_SLOTS = 4096 }; /* a power of two */

typedef struct {
    char key[KEYS_MAX_KEY + 1]; /* empty: a free slot */
    uint16_t size;
    char value[KEYS_MAX_VALUE];
} Slot;

static Slot *slots;

void
keys_init(void)
{
    slots = mmap(NULL, N_SLOTS * sizeof *slots, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    if (slots == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
}

static bool
parse_size(const char *text, const char *end, size_t *ret_size)
{
    size_t size = 0;

    if (text == end)
        return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return false;
        size = size * 10 + (size_t)(*text - '0');
        if (size > KEYS_MAX_VALUE)
            return false;
    }
    *ret_size = size;
    return true;
}

bool
keys_parse(const char *line, size_t length, KeysCommand *ret_command)
{
    const char *key = line + 4;
    const char *end = line + length - 1;

    if (length < 6 || *end != '\n')
        return false;
    ret_command->is_put = memcmp(line, "put ", 4) == 0;
    ret_command->size = 0;
    if (!ret_command->is_put && memcmp(line, "get ", 4) != 0)
        return false;

    const char *key_end = ret_command->is_put ? memchr(key, ' ', (size_t)(end - key)) : end;
    if (key_end == NULL || key_end == key || key_end - key > KEYS_MAX_KEY)
        return false;
    memcpy(ret_command->key, key, (size_t)(key_end - key));
    ret_command->key[key_end - key] = '\0';
    return !ret_command->is_put || parse_size(key_end + 1, end, &ret_command->size);
}

/* Returns: @key's slot, or the free one where it would be; NULL: the table is full */
static Slot *
find_slot(const char *key)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (const char *at = key; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    for (uint32_t i = 0; i < N_SLOTS; i++) {
        Slot *slot = &slots[(hash + i) % N_SLOTS];
        if (slot->key[0] == '\0' || strcmp(slot->key, key) == 0)
            return slot;
    }
    return NULL;
}

static size_t
put_text(char *answer, const char *text)
{
    const size_t size = strlen(text);

    memcpy(answer, text, size);
    return size;
}

static size_t
put_value(char *answer, const Slot *slot)
{
    const size_t n_head = (size_t)sprintf(answer, "VALUE %u\n", (unsigned)slot->size);

    memcpy(answer + n_head, slot->value, slot->size);
    return n_head + slot->size;
}

size_t
keys_answer(const KeysCommand *command, const char *value, char *answer)
{
    Slot *slot = find_slot(command->key);

    if (!command->is_put)
        return slot == NULL || slot->key[0] == '\0' ? put_text(answer, "NONE\n")
                                                    : put_value(answer, slot);
    if (slot == NULL)
        return put_text(answer, "FULL\n");
    memcpy(slot->key, command->key, sizeof slot->key);
    memcpy(slot->value, value, command->size);
    slot->size = (uint16_t)command->size;
    return put_text(answer, "OK\n");
}
