# SPDX-License-Identifier: GPL-2.0-only
"""What the drivers of servers share: the arguments (MODE part=value...; KiB and
seconds), a server started from a link of its own name in $EVAL_WORK, a pace, and
the two files that record-all reads: the pid to record, and the truth."""
import os
import subprocess
import sys
import time

WORK = os.environ["EVAL_WORK"]
MODE = sys.argv[1]
ARGS = dict(one.split("=") for one in sys.argv[2:])
BEGUN = time.time()


def arg(name, otherwise=0.0):
    return float(ARGS.get(name, otherwise))


def path(name):
    return os.path.join(WORK, name)


def link_to(program):
    """The server under the recording's name, which is then its comm."""
    link = path(os.path.basename(WORK))
    os.symlink(program, link)
    return link


def start(command, **options):
    with open(path("server.log"), "wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, **options)


def stop(server):
    server.terminate()
    server.wait(30)


def wait_for(try_it, seconds=30.0):
    """What try_it() returns once it no longer raises."""
    until = time.time() + seconds
    while True:
        try:
            return try_it()
        except (OSError, ValueError, IndexError):
            if time.time() > until:
                raise
            time.sleep(0.1)


def watch(pid):
    with open(path("pid.new"), "w", encoding="ascii") as file:
        file.write(f"{pid}\n")
    os.rename(path("pid.new"), path("pid"))


def tell_truth(leaked_kib):
    with open(path("truth"), "a", encoding="ascii") as file:
        file.write(f"{time.time():.3f} {leaked_kib:.1f}\n")


def pace(each=0.1):
    """Yields the time since now, until `seconds` have passed."""
    begun = time.time()
    while True:
        t = time.time() - begun
        if t >= arg("seconds", 10):
            return
        yield t
        time.sleep(each)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(one) for one in file.read().split()]
