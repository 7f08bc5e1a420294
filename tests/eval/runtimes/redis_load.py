# SPDX-License-Identifier: GPL-2.0-only
"""Redis under a load: `keys` and `list` leak (keys without expiry, a log that nobody
trims), `lru` fills maxmemory and holds, `ttl` expires what it sets, `dataset` loads
and then reads, `batch` writes and deletes, `save` forks a BGSAVE every period.
Truth: the server's own used_memory."""
import random
import socket

import load
from load import MODE, arg


class Redis:
    def __init__(self):
        options = ["--port", "0", "--unixsocket", load.path("sock"), "--dir", load.WORK,
                   "--save", "", "--appendonly", "no"]
        if MODE == "lru":
            options += ["--maxmemory", f"{int(arg('size'))}kb",
                        "--maxmemory-policy", "allkeys-lru"]
        self.server = load.start([load.link_to("/usr/bin/redis-server")] + options)
        self.socket = load.wait_for(self.connect)
        self.file = self.socket.makefile("rb")

    @staticmethod
    def connect():
        made = socket.socket(socket.AF_UNIX)
        made.connect(load.path("sock"))
        return made

    def do(self, *commands):
        """Sends all, then reads as many answers; returns the last."""
        text = b""
        for command in commands:
            words = [str(word).encode() for word in command]
            text += b"*%d\r\n" % len(words)
            text += b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        self.socket.sendall(text)
        answer = b""
        for _ in commands:
            answer = self.file.readline()
            if answer.startswith(b"$") and int(answer[1:]) >= 0:
                answer = self.file.read(int(answer[1:]) + 2)
        return answer

    def used_kib(self):
        info = dict(line.split(":", 1) for line in
                    self.do(("INFO", "memory")).decode().split("\r\n") if ":" in line)
        return int(info["used_memory"]) / 1024


VALUE = "x" * 900


def command(number):
    keys = int(arg("keys", 1000))
    if MODE == "keys":
        return ("SET", f"session:{number}", VALUE)
    if MODE == "list":
        return ("LPUSH", "audit", VALUE)
    if MODE == "ttl":
        return ("SET", f"session:{number}", VALUE, "EX", int(arg("ttl", 20)))
    if MODE == "lru":
        return ("SET", f"page:{random.randrange(keys)}", VALUE)
    if MODE == "save" or number < keys:
        return ("SET", f"row:{number % keys}", VALUE)
    return ("GET", f"row:{random.randrange(keys)}")


def batch(redis, t, done):
    """Returns how many rows there are now."""
    at = t % arg("period", 30) / arg("period", 30)
    if at > 0.7:
        redis.do(("FLUSHALL",))
        return 0
    wanted = int(arg("keys") * at / 0.7)
    if wanted > done:
        redis.do(*(("SET", f"row:{i}", VALUE) for i in range(done, wanted)))
    return wanted


def main():
    redis = Redis()
    load.watch(redis.server.pid)
    done = saves = 0
    before = redis.used_kib()
    load.tell_truth(0)
    for t in load.pace():
        if MODE == "batch":
            done = batch(redis, t, done)
            continue
        due = int(arg("rate", 100) * t)
        if due > done:
            redis.do(*(command(i) for i in range(done, due)))
            done = due
        if MODE == "save" and t > arg("period", 15) * (saves + 1):
            redis.do(("BGSAVE",))
            saves += 1
    load.tell_truth(redis.used_kib() - before)
    load.stop(redis.server)


main()
