// SPDX-License-Identifier: GPL-2.0-only
/*
 * io.c - what the kernel allocates for input and output: pipes, messages, pages of
 * tmpfs and of the page cache. The file is on a RAM disk (/ram), so that nobody waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ops.h"

#define FILE_NAME "/ram/file"
#define FILE_BYTES (32UL << 20)
#define CHUNK (64UL << 10)
#define CGROUP "/sys/fs/cgroup/ops"

static char buffer[CHUNK];

static unsigned long make_pipe(void)
{
	enum { TIMES = 2000 };

	for (int i = 0; i < TIMES; i++) {
		int fds[2];

		if (pipe(fds))
			die("pipe");
		close(fds[0]);
		close(fds[1]);
	}
	return TIMES;
}

static int sockets[2];

static void open_sockets(void)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		die("socketpair");
}

static void close_sockets(void)
{
	close(sockets[0]);
	close(sockets[1]);
}

/* A few wait in the queue, as where a reader is behind. */
static unsigned long send_messages(void)
{
	enum { TIMES = 800, QUEUED = 8, BYTES = 1000 };

	for (int i = 0; i < TIMES; i++) {
		for (int j = 0; j < QUEUED; j++)
			if (send(sockets[0], buffer, BYTES, 0) != BYTES)
				die("send");
		for (int j = 0; j < QUEUED; j++)
			if (recv(sockets[1], buffer, BYTES, MSG_WAITALL) != BYTES)
				die("recv");
	}
	return TIMES * QUEUED;
}

static void write_file(int fd, unsigned long bytes)
{
	for (unsigned long i = 0; i < bytes; i += CHUNK)
		if (write(fd, buffer, CHUNK) != CHUNK)
			die("write");
}

static unsigned long read_file(int fd)
{
	unsigned long bytes = 0;
	ssize_t got;

	while ((got = read(fd, buffer, CHUNK)) > 0)
		bytes += got;
	if (got < 0)
		die("read");
	return bytes / PAGE;
}

static unsigned long fill_tmpfs(void)
{
	enum { BYTES = 8 << 20 };
	int fd = open("/dev/shm/ops", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unsigned long pages;

	if (fd < 0)
		die("/dev/shm/ops");
	write_file(fd, BYTES);
	lseek(fd, 0, SEEK_SET);
	pages = read_file(fd);
	close(fd);
	unlink("/dev/shm/ops");
	return pages;
}

static int file = -1;

static void make_file(void)
{
	file = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (file < 0)
		die(FILE_NAME);
	write_file(file, FILE_BYTES);
	if (fsync(file) || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED))
		die(FILE_NAME);
}

static void remove_file(void)
{
	close(file);
	unlink(FILE_NAME);
}

static unsigned long read_and_drop(void)
{
	unsigned long pages;

	lseek(file, 0, SEEK_SET);
	pages = read_file(file);
	posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
	return pages;
}

/* A control group with room for a fourth of the file: to read on, it has to reclaim. */
static void enter_small_group(void)
{
	char self[32];

	make_file();
	put("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	if (mkdir(CGROUP, 0700) && errno != EEXIST)
		die(CGROUP);
	put(CGROUP "/memory.max", "8M");
	snprintf(self, sizeof(self), "%d", getpid());
	put(CGROUP "/cgroup.procs", self);
}

static unsigned long read_on(void)
{
	lseek(file, 0, SEEK_SET);
	return read_file(file);
}

static void leave_small_group(void)
{
	char self[32];

	snprintf(self, sizeof(self), "%d", getpid());
	put("/sys/fs/cgroup/cgroup.procs", self);
	rmdir(CGROUP);
	remove_file();
}

const struct operation op_pipe = { "pipe", "pipe made and closed", .run = make_pipe };
const struct operation op_socket = { "socket", "message of 1,000 bytes sent and received",
				     open_sockets, send_messages, close_sockets };
const struct operation op_tmpfs = { "tmpfs", "page of tmpfs written, read and freed",
				    .run = fill_tmpfs };
const struct operation op_file = { "file", "page of a file read into the page cache and dropped",
				   make_file, read_and_drop, remove_file };
const struct operation op_reclaim = { "reclaim", "page of a file read in place of one reclaimed",
				      enter_small_group, read_on, leave_small_group };
