// SPDX-License-Identifier: GPL-2.0-only
/*
 * tagger - many processes, one after the other, each of which gives itself a tag of
 * its own and ends. Says how many could, and with which error the first could not.
 *
 *	tagger COUNT PREFIX	tags are PREFIX and a number
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "workload.h"

/* In the child: 0, or the errno. */
static int tag_self(const char *prefix, int number)
{
	char tag[32];
	int len = snprintf(tag, sizeof(tag), "%s%d", prefix, number);
	int fd = open("/proc/memwatch/tag", O_WRONLY);

	if (fd < 0)
		return errno;
	return write(fd, tag, (size_t)len) == len ? 0 : errno;
}

int main(int argc, char **argv)
{
	int tagged = 0, error = 0, count, status;

	if (argc != 3 || strlen(argv[2]) > 16)
		errx(2, "usage: tagger COUNT PREFIX");
	count = (int)workload_number("COUNT", argv[1]);
	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid)
			_exit(tag_self(argv[2], i));
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
			errx(1, "a child did not end by itself");
		tagged += !WEXITSTATUS(status);
		error = error ? error : WEXITSTATUS(status);
	}
	printf("tagged=%d error=%s\n", tagged, error ? strerrorname_np(error) : "none");
	return 0;
}
