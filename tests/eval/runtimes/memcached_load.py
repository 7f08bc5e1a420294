# SPDX-License-Identifier: GPL-2.0-only
"""memcached under a load: `fill` sets random keys until it evicts, `steady` reads what
it has, `ttl` sets with expiry, `burst` opens and closes connections in waves, `clients`
leaks: clients that begin an upload and never end it, each of which keeps its item.
Truth: the chunks in use of the server's own `stats slabs`, and its read buffers."""
import random
import socket

import load
from load import MODE, arg

VALUE = b"x" * 900


class Memcached:
    def __init__(self):
        self.server = load.start([load.link_to("/usr/bin/memcached"), "-u", "root", "-s",
                                  load.path("sock"), "-m", str(int(arg("mib", 64))), "-c",
                                  "8000", "-t", "1"])
        self.socket = load.wait_for(self.connect)
        self.file = self.socket.makefile("rb")

    @staticmethod
    def connect():
        made = socket.socket(socket.AF_UNIX)
        made.connect(load.path("sock"))
        return made

    def set(self, keys, expiry=0):
        self.socket.sendall(b"".join(b"set key%d 0 %d %d\r\n%s\r\n" % (
            key, expiry, len(VALUE), VALUE) for key in keys))
        for _ in keys:
            self.file.readline()

    def get(self, keys):
        for key in keys:
            self.socket.sendall(b"get key%d\r\n" % key)
            while not self.file.readline().startswith(b"END"):
                pass

    def stats(self, what):
        """The words of each line of an answer, without STAT."""
        self.socket.sendall(what + b"\r\n")
        while True:
            words = self.file.readline().split()
            if words[0] == b"END":
                return
            yield words[1:]

    def used_kib(self):
        size, used = {}, 0.0
        for name, value in self.stats(b"stats"):
            if name == b"read_buf_bytes":
                used += int(value) / 1024
        for name, value in self.stats(b"stats slabs"):
            number, _, what = name.partition(b":")
            if what == b"chunk_size":
                size[number] = int(value)
            elif what == b"used_chunks":
                used += size[number] * int(value) / 1024
        return used


def unfinished_upload():
    """A client that says 50,000 bytes and sends all but the last."""
    client = Memcached.connect()
    client.sendall(b"set up%d 0 0 50000\r\n" % random.randrange(10 ** 9) + b"x" * 49999)
    return client


def advance(server, t, done, clients):
    keys = int(arg("keys", 1000))
    due = int(arg("rate", 50) * t)
    if MODE == "clients":
        clients += [unfinished_upload() for _ in range(done, due)]
    elif MODE == "burst":
        wanted = int(arg("peak") * max(0.0, 0.7 - t % arg("period", 30) / arg("period", 30)))
        while len(clients) < wanted:
            clients.append(unfinished_upload())
        for client in clients[wanted:]:
            client.close()
        del clients[wanted:]
    elif MODE == "fill":
        server.set([random.randrange(keys) for _ in range(done, due)])
    elif MODE == "ttl":
        server.set(range(done, due), expiry=int(arg("ttl", 15)))
    else:
        server.get([random.randrange(keys) for _ in range(done, due)])
    return due


def main():
    server = Memcached()
    load.watch(server.server.pid)
    if MODE == "steady":
        # in parts: what it answers has to be read before its socket is full
        for first in range(0, int(arg("keys", 1000)), 100):
            server.set(range(first, first + 100))
    done, clients = 0, []
    before = server.used_kib()
    load.tell_truth(0)
    for t in load.pace():
        done = advance(server, t, done, clients)
    load.tell_truth(server.used_kib() - before)
    load.stop(server.server)


main()
