# SPDX-License-Identifier: GPL-2.0-only
"""One backend of PostgreSQL under a load: `prepare` and `cursors` leak (statements that
are never deallocated, held cursors that are never closed), `sort` is a batch, `select`
is steady, `buffers` reads a table into shared buffers and holds, `catalog` visits many
tables, `connections` makes sessions that end. Truth: the sum of the backend's own
pg_backend_memory_contexts; of cursors none, since their contexts are not all touched."""
import os
import random
import shutil
import subprocess

import load
from load import MODE, arg

BIN = max(f"/usr/lib/postgresql/{one}/bin" for one in os.listdir("/usr/lib/postgresql"))
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


class Session:
    """psql on a pipe: an answer ends with a line that we ask for."""

    def __init__(self):
        self.psql = subprocess.Popen(
            AS_POSTGRES + [f"{BIN}/psql", "-XqAt", "-h", load.WORK, "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = int(self.do("SELECT pg_backend_pid();")[0])

    def do(self, sql):
        self.psql.stdin.write(sql + "\n\\echo ---\n")
        self.psql.stdin.flush()
        lines = []
        while True:
            line = self.psql.stdout.readline()
            if not line:
                raise ValueError("psql has ended")
            if line == "---\n":
                return lines
            lines.append(line)

    def used_kib(self):
        return float(self.do(
            "SELECT sum(total_bytes) / 1024.0 FROM pg_backend_memory_contexts;")[0])

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(30)


def start():
    shutil.chown(load.WORK, "postgres")
    data = load.path("data")
    subprocess.run(AS_POSTGRES + [f"{BIN}/initdb", "-D", data, "-A", "trust", "--no-sync"],
                   check=True, stdout=subprocess.DEVNULL, cwd="/")
    link = load.link_to(f"{BIN}/postgres")
    return load.start(AS_POSTGRES + [
        link, "-D", data, "-k", load.WORK, "-c", "listen_addresses=", "-c", "fsync=off",
        "-c", f"shared_buffers={int(arg('buffers', 16384))}kB", "-c", "work_mem=64MB",
        "-c", "autovacuum=off", "-c", "jit=off"], cwd="/")


def prepare(session):
    if MODE in ("sort", "buffers", "select"):
        session.do(f"CREATE TABLE t AS SELECT g AS id, md5(g::text) || repeat('x', 150) AS "
                   f"text FROM generate_series(1, {int(arg('rows', 1000))}) g;")
        session.do("ALTER TABLE t SET (parallel_workers = 0);")
    if MODE == "catalog":
        session.do("\n".join(f"CREATE TABLE t{i} (a int PRIMARY KEY, b text, c int);"
                             for i in range(int(arg("tables", 500)))))


def statement(number):
    if MODE == "prepare":
        return f"PREPARE s{number} AS SELECT relname FROM pg_class WHERE oid = $1;"
    if MODE == "cursors":
        return f"DECLARE c{number} CURSOR WITH HOLD FOR SELECT repeat('x', 500) AS a;"
    if MODE == "catalog":
        return f"SELECT count(*) FROM t{random.randrange(int(arg('tables', 500)))};"
    if MODE == "buffers":
        first = number * 200
        return f"SELECT count(text) FROM t WHERE ctid = ANY(ARRAY(SELECT format('(%s,1)', g)" \
               f"::tid FROM generate_series({first}, {first + 199}) g));"
    if MODE == "sort":
        return "SELECT count(*) FROM (SELECT text FROM t ORDER BY text DESC OFFSET 10) s;"
    return f"SELECT text FROM t WHERE id = {number % 1000};"


def connect(t, sessions, opened):
    if t > opened * 2.0:
        sessions.append(Session())
        sessions[-1].do("SELECT count(*) FROM pg_attribute;")
        opened += 1
    if len(sessions) > 3:
        sessions.pop(0).close()
    return opened


def main():
    server = start()
    maker = load.wait_for(Session)
    prepare(maker)
    maker.close()
    session = Session()
    load.watch(session.pid)
    done, opened, sessions = 0, 0, []
    before = session.used_kib()
    load.tell_truth(0)
    for t in load.pace():
        due = int(arg("rate", 5) * t)
        if MODE == "connections":
            opened = connect(t, sessions, opened)
        elif due > done:
            session.do("\n".join(statement(i) for i in range(done, due)))
        done = due
    if MODE == "prepare":
        load.tell_truth(session.used_kib() - before)
    for one in sessions + [session]:
        one.close()
    load.stop(server)


main()
