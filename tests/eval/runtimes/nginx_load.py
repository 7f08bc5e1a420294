# SPDX-License-Identifier: GPL-2.0-only
"""nginx under a load: `steady` answers requests, `burst` has waves of uploads that end,
`reload` replaces its workers every period, `uploads` leaks: clients that never finish,
each of which keeps its body's buffer in the worker (client_body_timeout is an hour).
Truth: what was sent into those buffers."""
import os
import signal
import socket

import load
from load import MODE, arg

CONFIG = """
daemon off; pid {work}/nginx.pid; error_log {work}/error.log; user root;
worker_processes 1; worker_rlimit_nofile 8000; worker_shutdown_timeout 2;
events {{ worker_connections 8000; }}
http {{
	access_log off; client_body_timeout 3600; client_body_buffer_size 64k;
	client_body_temp_path {work}/body; proxy_temp_path {work}/proxy;
	fastcgi_temp_path {work}/fastcgi; uwsgi_temp_path {work}/uwsgi;
	scgi_temp_path {work}/scgi;
	server {{
		listen unix:{work}/sock;
		location / {{ root {work}/www; gzip on; gzip_types *; }}
		location /up {{ proxy_pass http://unix:{work}/none; }}
	}}
}}
"""
BODY = 60000


def connect():
    made = socket.socket(socket.AF_UNIX)
    made.connect(load.path("sock"))
    return made


def unfinished_upload():
    client = connect()
    client.sendall(b"POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (BODY + 1)
                   + b"x" * BODY)
    return client


def get(count):
    for _ in range(count):
        client = connect()
        client.sendall(b"GET /page HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")
        while client.recv(65536):
            pass
        client.close()


def burst(t, clients):
    wanted = int(arg("peak") * max(0.0, 0.7 - t % arg("period", 30) / arg("period", 30)))
    while len(clients) < wanted:
        clients.append(unfinished_upload())
    for client in clients[wanted:]:
        client.close()
    del clients[wanted:]


def main():
    os.chmod(load.WORK, 0o755)
    os.mkdir(load.path("www"))
    with open(load.path("www/page"), "w", encoding="ascii") as file:
        file.writelines(f"line {i} of a page\n" for i in range(3000))
    with open(load.path("conf"), "w", encoding="ascii") as file:
        file.write(CONFIG.format(work=load.WORK))
    server = load.start([load.link_to("/usr/sbin/nginx"), "-c", load.path("conf"), "-e",
                         load.path("error.log")])
    load.wait_for(connect).close()
    load.watch(load.wait_for(lambda: children(server.pid)))
    done, reloads, clients = 0, 0, []
    load.tell_truth(0)
    for t in load.pace():
        due = int(arg("rate", 5) * t)
        if MODE == "uploads":
            clients += [unfinished_upload() for _ in range(done, due)]
        elif MODE == "burst":
            burst(t, clients)
        else:
            get(due - done)
        done = due
        if MODE == "reload" and t > arg("period", 20) * (reloads + 1):
            server.send_signal(signal.SIGHUP)
            reloads += 1
    # the body, a connection's and a request's pool, and their events
    load.tell_truth(len(clients) * (BODY + 512 + 4096 + 1024) / 1024)
    load.stop(server)


def children(pid):
    return load.children(pid)[0]


main()
