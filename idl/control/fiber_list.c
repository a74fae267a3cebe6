/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the text of a dump to a list: a line of two blanks begins a fiber, those of four are the
 * frames of its stack.
 */

#include "fiber_list.h"

#include <string.h>
#include <weft/scan.h>

#define FIBER_MARK "  fiber "
#define FRAME_MARK "    "

/* More are left out. */
#define MAX_FIBERS 10000
#define MAX_FRAMES 32

typedef struct {
    const char *text;
    size_t length;
} Line;

static gboolean
begins_with(Line line, const char *mark)
{
    return line.length >= strlen(mark) && memcmp(line.text, mark, strlen(mark)) == 0;
}

static gboolean
next_line(Line *rest, Line *ret_line)
{
    if (rest->length == 0)
        return FALSE;

    const char *end = memchr(rest->text, '\n', rest->length);
    const size_t length = end != NULL ? (size_t)(end - rest->text) : rest->length;
    const size_t n_used = MIN(length + 1, rest->length);

    *ret_line = (Line){rest->text, length};
    rest->text += n_used;
    rest->length -= n_used;
    return TRUE;
}

static WeftString
copy(WeftArena *arena, const char *text, size_t length)
{
    return (WeftString){weft_arena_strndup(arena, text, length), (uint32_t)length};
}

/* `12 "name" parked in ...` */
static WeftControlFiber
parse_fiber(WeftArena *arena, const char *text, size_t length)
{
    WeftControlFiber fiber = {0};
    uint64_t id = 0;
    const size_t n_digits = weft_scan_decimal(text, length, &id);
    const char *name = memchr(text, '"', length);
    const char *end = text + length;

    fiber.id = n_digits > 0 ? (int64_t)id : 0;
    const char *close = name != NULL ? memchr(name + 1, '"', (size_t)(end - name - 1)) : NULL;
    if (close == NULL)
        return fiber;
    fiber.name = copy(arena, name + 1, (size_t)(close - name - 1));
    for (close++; close < end && *close == ' '; close++)
        ;
    fiber.state = copy(arena, close, (size_t)(end - close));
    return fiber;
}

static void
add_frame(WeftArena *arena, WeftControlFiber *fiber, Line line)
{
    WeftStringList *frames = &fiber->frames;

    if (frames->items == NULL)
        frames->items = weft_arena_alloc(arena, MAX_FRAMES * sizeof *frames->items);
    if (frames->n_items < MAX_FRAMES)
        frames->items[frames->n_items++] =
            copy(arena, line.text + strlen(FRAME_MARK), line.length - strlen(FRAME_MARK));
}

static uint32_t
count_fibers(Line rest)
{
    uint32_t n_fibers = 0;
    Line line;

    while (next_line(&rest, &line))
        n_fibers += begins_with(line, FIBER_MARK) ? 1 : 0;
    return MIN(n_fibers, MAX_FIBERS);
}

WeftControlFiberList
weft_control_fiber_list(WeftArena *arena, const char *dump, size_t length)
{
    Line rest = {dump, length};
    const uint32_t room = count_fibers(rest);
    WeftControlFiberList list = {0};
    Line line;

    list.items = weft_arena_alloc(arena, room * sizeof *list.items);
    while (next_line(&rest, &line)) {
        if (begins_with(line, FIBER_MARK)) {
            if (list.n_items == room)
                break;
            list.items[list.n_items++] = parse_fiber(arena, line.text + strlen(FIBER_MARK),
                                                     line.length - strlen(FIBER_MARK));
        } else if (begins_with(line, FRAME_MARK) && list.n_items > 0) {
            add_frame(arena, &list.items[list.n_items - 1], line);
        }
    }
    return list;
}
