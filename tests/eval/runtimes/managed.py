# SPDX-License-Identifier: GPL-2.0-only
"""A CPython program whose memory is made of the parts that its arguments name, each
moved on ten times a second. As native.cc: seconds=S part=value..., KiB and seconds;
$EVAL_TRUTH gets how much it has leaked.

leak=RATE [begin=S]   dict=RATE   cycles=RATE (collected, or leaked with nogc=1)
base=SIZE   garbage=RATE keep=SIZE   cache=SIZE fill=RATE   warm=SIZE over=S
ramp=SIZE over=S   batch=SIZE period=S   fork=SIZE period=S   lives=S
"""
import gc
import math
import os
import random
import sys
import time

ARGS = {name: float(value) for name, value in (one.split("=") for one in sys.argv[1:])}
STATE = {"leaked": 0.0, "garbage": 0, "base": 0, "warm": 0, "filled": 0, "forked": 0.0}
HELD, YOUNG, SLOTS, JOB, TABLE = [], [], {}, [], {}


class Node:
    """One end of a cycle that only the collector can free."""

    def __init__(self):
        self.other, self.data = None, block()


def arg(name, otherwise=0.0):
    return ARGS.get(name, otherwise)


def due(name, t):
    return arg(name) * max(0.0, t - arg("begin"))


def block():
    """1,024 bytes with CPython's header; above 512 it comes from malloc."""
    return bytes(1024 - 33)


def rounded(thing):
    """Its bytes as CPython's allocator gives them."""
    return (sys.getsizeof(thing) + 15) // 16 * 16


def tell_truth(time_s):
    if "EVAL_TRUTH" in os.environ:
        with open(os.environ["EVAL_TRUTH"], "a", encoding="ascii") as file:
            file.write(f"{time_s:.3f} {STATE['leaked']:.1f}\n")


def leak(t):
    while STATE["leaked"] < due("leak", t):
        HELD.append(block())
        STATE["leaked"] += (1024 + 16 + 9) / 1024
    while STATE["leaked"] < due("dict", t):
        number = len(TABLE)
        key, row = f"session-{number}", [str(number), {"user": number}]
        table = sys.getsizeof(TABLE)
        TABLE[key] = row
        STATE["leaked"] += (sum(map(rounded, (key, row, row[0], row[1], number)))
                            + sys.getsizeof(TABLE) - table) / 1024
    while STATE["leaked"] < due("cycles", t):
        one, two = Node(), Node()
        one.other, two.other = two, one
        # twice: object with its dict of 2 (about 160), its data
        STATE["leaked"] += 2 * (1040 + 160) / 1024


def garbage(t):
    while STATE["garbage"] < arg("garbage") * t:
        YOUNG.append(block())
        STATE["garbage"] += 1
        if len(YOUNG) > arg("keep", 1000):
            YOUNG.clear()


def hold(t):
    target = arg("warm") * (1 - math.exp(-t / arg("over", 10)))
    target = max(target, arg("ramp") * min(1.0, t / arg("over", 10)))
    while STATE["warm"] < arg("base") + target:
        HELD.append(block())
        STATE["warm"] += 1


def cache(t):
    while arg("cache") and STATE["filled"] < arg("fill", 100) * t:
        SLOTS[random.randrange(int(arg("cache")))] = block()
        STATE["filled"] += 1


def batch(t):
    at = t % arg("period", 30) / arg("period", 30)
    if at > 0.7:
        JOB.clear()
    while at <= 0.7 and len(JOB) < arg("batch") * at / 0.7:
        JOB.append(block())


def fork(t):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    if not arg("fork") or t - STATE["forked"] < arg("period", 5):
        return
    STATE["forked"] = t
    if os.fork() == 0:
        work = [block() for _ in range(int(arg("fork")))]
        time.sleep(arg("period", 5) * 1.5)
        os._exit(len(work) & 1)


def live(seconds):
    begun, told, t = time.time(), False, 0.0
    while t < seconds:
        for advance in (leak, garbage, hold, cache, batch, fork):
            advance(t)
        if not told and t >= arg("begin"):
            tell_truth(begun + t)
            told = True
        time.sleep(0.1)
        t = time.time() - begun
    tell_truth(begun + t)


def main():
    if arg("nogc"):
        gc.disable()
    left = arg("seconds", 10)
    while left > 0:
        span = min(left, arg("lives", left))
        left -= span
        if not arg("lives"):
            live(span)
        elif os.fork() == 0:
            live(span)
            os._exit(0)
        else:
            os.wait()


main()
