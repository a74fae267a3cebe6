# SPDX-License-Identifier: Apache-2.0
"""gdb commands for fibers, on live processes and on core files.

    (gdb) source weft_gdb.py
    (gdb) info fibers              all fibers: id, name, state, what they wait for
    (gdb) fiber 12                 show the stack of fiber 12: bt, up, down, info locals work on it
    (gdb) fiber 12 bt              one command there
    (gdb) fiber apply all bt       a command for each fiber
    (gdb) fiber thread             back to the thread's own stack

A parked fiber is its saved stack pointer, frame pointer and address to go on at (struct WeftFiber,
fiber/fiber.h).  An unwinder hands these to gdb in place of the innermost frame of the thread.
"""

import gdb
from gdb.unwinder import Unwinder

LAYOUT = 1


def c_string(value):
    return value.string() if int(value) != 0 else "?"


def schedulers():
    layout = gdb.lookup_global_symbol("weft_debug_layout")
    if layout is None:
        raise gdb.GdbError("no weft in this program, or no symbols for it")
    if int(layout.value()) != LAYOUT:
        raise gdb.GdbError("this script is for another version of weft")
    scheduler = gdb.lookup_global_symbol("weft_schedulers").value()
    while int(scheduler) != 0:
        yield scheduler
        scheduler = scheduler["next"]


def fibers():
    for scheduler in schedulers():
        group = scheduler["newest_group"]
        while int(group) != 0:
            fiber = group["newest"]
            while int(fiber) != 0:
                yield fiber
                fiber = fiber["older"]
            group = group["older"]


def find_fiber(number):
    for fiber in fibers():
        if int(fiber["id"]) == number:
            return fiber
    raise gdb.GdbError('no fiber %d: see "info fibers"' % number)


def state_of(fiber):
    if int(fiber["is_parked"]):
        return "parked"
    return "running" if int(fiber["scheduler"]["current"]) == int(fiber) else "ready"


def describe(fiber):
    state = state_of(fiber)
    text = "%6d  %-8s %-24s" % (int(fiber["id"]), state, c_string(fiber["name"]))
    if state == "parked":
        waited_us = int(fiber["scheduler"]["now_us"]) - int(fiber["waiting_since_us"])
        text += " in %s for %.3f s" % (c_string(fiber["waits_for"]), waited_us / 1e6)
    return text.rstrip()


class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class FiberUnwinder(Unwinder):
    """While a fiber is selected, the innermost frame of the thread is followed by the fiber's."""

    REGISTERS = {"i386:x86-64": ("rsp", "rip", "rbp"), "aarch64": ("sp", "pc", "x29")}

    def __init__(self):
        super().__init__("weft-fiber")
        self.context = None

    def __call__(self, pending_frame):
        if self.context is None:
            return None
        names = self.REGISTERS.get(pending_frame.architecture().name())
        if names is None:
            return None
        here = [pending_frame.read_register(name) for name in names[:2]]
        thread = self.thread_registers
        if [int(value) for value in here] != thread:
            return None

        types = [value.type for value in here] + [here[0].type]
        info = pending_frame.create_unwind_info(FrameId(here[0], here[1]))
        for name, field, kind in zip(names, ("sp", "pc", "fp"), types):
            info.add_saved_register(name, self.context[field].cast(kind))
        return info

    def select(self, fiber):
        self.context = None
        gdb.invalidate_cached_frames()
        if fiber is None:
            return
        names = self.REGISTERS[gdb.newest_frame().architecture().name()]
        self.thread_registers = [int(gdb.newest_frame().read_register(name)) for name in names[:2]]
        self.context = fiber["context"]
        gdb.invalidate_cached_frames()
        gdb.execute("select-frame 1")


UNWINDER = FiberUnwinder()
gdb.unwinder.register_unwinder(None, UNWINDER, replace=True)


def run_on(fiber, command):
    print(describe(fiber))
    if state_of(fiber) == "running":
        UNWINDER.select(None)
        gdb.execute(command)
        return
    if int(fiber["context"]["fp"]) == 0:
        print("        has not run yet")
        return
    UNWINDER.select(fiber)
    try:
        gdb.execute(command)
    finally:
        UNWINDER.select(None)


class InfoFibers(gdb.Command):
    """List all fibers: id, state, name, what they wait for."""

    def __init__(self):
        super().__init__("info fibers", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        for fiber in fibers():
            print(describe(fiber))


class Fiber(gdb.Command):
    """fiber ID [COMMAND] | fiber apply all COMMAND | fiber thread"""

    def __init__(self):
        super().__init__("fiber", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = argument.split()
        if not words:
            raise gdb.GdbError(self.__doc__)
        if words == ["thread"]:
            UNWINDER.select(None)
        elif words[:2] == ["apply", "all"] and len(words) > 2:
            for fiber in list(fibers()):
                run_on(fiber, " ".join(words[2:]))
        elif len(words) == 1:
            fiber = find_fiber(int(words[0]))
            print(describe(fiber))
            UNWINDER.select(fiber if state_of(fiber) != "running" else None)
        else:
            run_on(find_fiber(int(words[0])), " ".join(words[1:]))


InfoFibers()
Fiber()
