/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * http_server.h - a receiver of webhooks that behaves as it is told: each letter
 * of its plan is what it does with one connection, the last one stands for all
 * that follow. What it was sent goes to a file, a line each. A child process on a
 * free port of the loopback.
 *
 *	o 200	e 500	b 400	s silence	c cut off in the middle of the answer
 *	h cut off after half of the request
 */
#ifndef MW_TEST_HTTP_SERVER_H
#define MW_TEST_HTTP_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct http_server {
	pid_t pid;
	int port;
	char url[64];
};

/* A bound socket of the loopback: *@port of 0 takes a free one, and tells which. */
static inline int http_listen(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;

	address.sin_port = htons((uint16_t)*port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
		perror("http_listen");
		exit(1);
	}
	*port = ntohs(address.sin_port);
	return fd;
}

/* Reads one request; returns its body, or NULL when the client left. */
static inline char *http_request(int fd, char *text, size_t size)
{
	size_t used = 0;

	for (;;) {
		ssize_t got = read(fd, text + used, size - 1 - used);
		char *body, *length;

		if (got <= 0)
			return NULL;
		used += (size_t)got;
		text[used] = '\0';
		body = strstr(text, "\r\n\r\n");
		length = strstr(text, "Content-Length: ");
		if (body != NULL && length != NULL &&
		    strlen(body + 4) >= (size_t)atol(length + strlen("Content-Length: ")))
			return body + 4;
	}
}

static inline void http_serve(int fd, char what, FILE *log)
{
	static const char answer[] = "HTTP/1.1 %s\r\nContent-Length: 5\r\n\r\nwell\n";
	char text[65536];
	char *body;

	if (what == 'h') {
		if (read(fd, text, 20) < 0)
			perror("http_serve");
		return;
	}
	body = http_request(fd, text, sizeof(text));
	if (body == NULL)
		return;
	fprintf(log, "%s\n", body);
	fflush(log);
	if (what == 's')
		pause();
	else if (what == 'c')
		dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhal");
	else
		dprintf(fd, answer,
			what == 'o'   ? "200 OK"
			: what == 'b' ? "400 Bad Request"
				      : "500 Oops");
}

/* @port: 0 for a free one. */
static inline void http_start(struct http_server *server, int port, const char *plan,
			      const char *log_path)
{
	int listener;

	server->port = port;
	listener = http_listen(&server->port);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d/alerts", server->port);
	server->pid = fork();
	if (server->pid == 0) {
		FILE *log = fopen(log_path, "ae");

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			int fd = accept(listener, NULL, NULL);

			http_serve(fd, *plan, log);
			close(fd);
			if (plan[1] != '\0')
				plan++;
		}
	}
	close(listener);
}

static inline void http_stop(struct http_server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
}

#endif /* MW_TEST_HTTP_SERVER_H */
