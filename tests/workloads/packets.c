// SPDX-License-Identifier: GPL-2.0-only
/*
 * packets - sends packets to itself over the loopback, as fast as they go: their
 * memory is taken by the sender and given back in softirq.
 *
 *	packets udp|tcp N	until the loopback has received N packets more
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "truth.h"

#define RECEIVED "/sys/class/net/lo/statistics/rx_packets"

static struct truth_file received;

static long long packets(void)
{
	return truth_number(truth_read(&received));
}

static int bound(int type, struct sockaddr_in *ret_address)
{
	socklen_t length = sizeof(*ret_address);
	int fd = socket(AF_INET, type, 0);

	*ret_address = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	if (fd < 0 || bind(fd, (struct sockaddr *)ret_address, sizeof(*ret_address)) ||
	    getsockname(fd, (struct sockaddr *)ret_address, &length))
		err(2, "socket");
	return fd;
}

static int connected(int type, const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, type, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		err(2, "connect");
	return fd;
}

/* Datagrams of all sizes up to 32 KiB: from slab objects and from pages. */
static void udp(long long until)
{
	static char data[32768];
	struct sockaddr_in address;
	int to = bound(SOCK_DGRAM, &address);
	int from = connected(SOCK_DGRAM, &address);

	for (size_t size = 1; packets() < until; size = size * 7 % 32749 + 1) {
		for (int i = 0; i < 4; i++)
			if (send(from, data, size, 0) < 0)
				err(2, "send");
		for (int i = 0; i < 4; i++)
			if (recv(to, data, sizeof(data), 0) < 0)
				err(2, "recv");
	}
	close(to);
	close(from);
}

static void drain(int listening)
{
	static char data[65536];
	int fd = accept(listening, NULL, NULL);
	ssize_t got;

	if (fd < 0)
		err(2, "accept");
	do {
		got = read(fd, data, sizeof(data));
	} while (got > 0);
	_exit(got < 0);
}

static void tcp(long long until)
{
	static char data[65536];
	struct sockaddr_in address;
	int listening = bound(SOCK_STREAM, &address);
	int on = 1, from, status;
	pid_t reader;

	if (listen(listening, 1))
		err(2, "listen");
	reader = fork();
	if (!reader)
		drain(listening);
	from = connected(SOCK_STREAM, &address);
	setsockopt(from, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	for (size_t size = 1; packets() < until; size = size * 7 % 65521 + 1)
		for (int i = 0; i < 4; i++)
			if (write(from, data, size) < 0)
				err(2, "write");
	close(from);
	close(listening);
	if (waitpid(reader, &status, 0) != reader || status)
		errx(2, "the reader failed");
}

int main(int argc, char **argv)
{
	long long until;

	if (argc != 3 || (strcmp(argv[1], "udp") && strcmp(argv[1], "tcp")))
		errx(2, "usage: packets udp|tcp N");
	received = truth_open(RECEIVED, 4096);
	until = packets() + truth_number(argv[2]);
	if (!strcmp(argv[1], "udp"))
		udp(until);
	else
		tcp(until);
	return 0;
}
