// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostile_name - a process with a name that breaks naive parsers: a parenthesis,
 * spaces, a newline, or what else the first argument says after printf's escapes
 * \n, \t and \\ are resolved. Sleeps for the seconds of the second.
 */
#include "workload.h"

static void unescape(char *to, const char *from)
{
	for (; *from; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		from++;
		if (!*from)
			errx(2, "the name ends in a lone backslash");
		*to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
	}
	*to = '\0';
}

int main(int argc, char **argv)
{
	char name[64];

	if (argc != 3 || strlen(argv[1]) >= sizeof(name))
		errx(2, "usage: hostile_name NAME SECONDS");
	unescape(name, argv[1]);
	if (prctl(PR_SET_NAME, name, 0, 0, 0))
		err(1, "PR_SET_NAME");
	printf("hostile_name pid=%d\n", getpid());
	fflush(stdout);
	workload_sleep(workload_number("SECONDS", argv[2]));
	return 0;
}
