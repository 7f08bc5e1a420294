// SPDX-License-Identifier: GPL-2.0-only
/*
 * access - who may do what with /proc/memwatch, by processes with less than all
 * rights, and what a process in another pid namespace sees.
 *
 *	access rights		TAP: CAP_SYS_ADMIN is needed to write config, by who opened it
 *				and by who writes; without rights nothing is read
 *	access namespace	TAP: a reader in a child pid namespace sees its own
 */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "truth.h"

#define CONFIG	"/proc/memwatch/config"
#define SETTING "keep_exited 77"
#define STACK	65536

static struct truth_file config;

static void drop_sys_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		err(2, "capget");
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	data[0].permitted &= ~(1U << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, data))
		err(2, "capset");
}

static void become_nobody(void)
{
	if (setgid(65534) || setuid(65534))
		err(2, "setuid");
}

/* 0, or the error of writing @text to @fd. */
static int write_error(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0 ? errno : 0;
}

/* Runs @act in a process of its own and returns what it returns. */
static int in_child(int (*act)(int fd), int fd)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(act(fd));
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		err(2, "child");
	return WEXITSTATUS(status);
}

static int open_and_write_without_admin(int fd)
{
	(void)fd;
	drop_sys_admin();
	fd = open(CONFIG, O_RDWR);
	return fd < 0 ? 0 : write_error(fd, SETTING);
}

static int write_without_admin(int fd)
{
	drop_sys_admin();
	return write_error(fd, SETTING);
}

static int write_as_nobody(int fd)
{
	become_nobody();
	return write_error(fd, SETTING);
}

static int open_as_nobody(int fd)
{
	static const char *const names[] = { "status", "tasks",	 "growth",	 "exited",
					     "slab",   "config", "fragmentation" };
	char path[64];

	become_nobody();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "/proc/memwatch/%s", names[i]);
		fd = open(path, O_RDONLY);
		if (fd >= 0 || errno != EACCES)
			return 1;
	}
	return 0;
}

/* A descriptor that somebody without the right opened, written by us who have it. */
static int opened_without_admin(void)
{
	int fd, saved;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2], less[2];

	if (syscall(SYS_capget, &header, data))
		err(2, "capget");
	memcpy(less, data, sizeof(less));
	less[0].effective &= ~(1U << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &header, less))
		err(2, "capset");
	fd = open(CONFIG, O_RDWR);
	if (fd < 0 || syscall(SYS_capset, &header, data))
		err(2, "%s", CONFIG);
	saved = write_error(fd, SETTING);
	close(fd);
	return saved;
}

static bool is_unchanged(const char *before)
{
	return !strcmp(truth_read_anew(&config), before);
}

static void check_rights(void)
{
	char before[4096];
	int fd;

	config = truth_open(CONFIG, 65536);
	snprintf(before, sizeof(before), "%s", truth_read(&config));
	fd = open(CONFIG, O_RDWR);
	if (fd < 0)
		err(2, "%s", CONFIG);
	truth_check(in_child(open_as_nobody, -1) == 0,
		    "nobody gets EACCES for every file that is read");
	truth_check(in_child(open_and_write_without_admin, -1) == EPERM,
		    "root without CAP_SYS_ADMIN gets EPERM from a write");
	truth_check(in_child(write_without_admin, fd) == EPERM,
		    "so does a writer without it, through a descriptor of root's");
	truth_check(in_child(write_as_nobody, fd) == EPERM, "and nobody through it");
	truth_check(opened_without_admin() == EPERM,
		    "and root, through a descriptor that was opened without the right");
	truth_check(is_unchanged(before), "none of them changed anything");
	truth_check(write_error(fd, SETTING) == 0 && !is_unchanged(before),
		    "root itself may, and it is set");
}

/* In the new namespace: pid 1, with one child, 2, that sleeps and one, 3, that is dead. */
static int look_around(void *argument)
{
	struct truth_file tasks = truth_open("/proc/memwatch/tasks", 1 << 20);
	struct truth_file exited = truth_open("/proc/memwatch/exited", 1 << 22);
	int seen = 0, strangers = 0, pseudos = 0, dead = 0, dead_strangers = 0;
	char *row[TRUTH_COLUMNS];
	struct truth_table table;
	pid_t second, third;

	(void)argument;
	second = fork();
	if (!second) {
		pause();
		_exit(0);
	}
	third = fork();
	if (!third)
		_exit(0);
	if (getpid() != 1 || second != 2 || third != 3 || waitpid(third, NULL, 0) != third)
		errx(2, "this is no new pid namespace");
	truth_sleep(0.2);
	table = truth_table(truth_read(&tasks));
	while (truth_row(&table, row)) {
		long long tgid = truth_number(row[0]);

		pseudos += !tgid;
		seen += tgid == 1 || tgid == 2;
		strangers += tgid > 2;
	}
	table = truth_table(truth_read(&exited));
	while (truth_row(&table, row)) {
		dead += truth_number(row[0]) == 3;
		dead_strangers += truth_number(row[0]) != 3;
	}
	truth_check(
		seen == 2 && !strangers,
		"in a pid namespace of two, two are listed by their numbers there (%d, and %d others)",
		seen, strangers);
	truth_check(dead == 1 && !dead_strangers,
		    "and the one that died there, with its number (%d, and %d others)", dead,
		    dead_strangers);
	truth_check(pseudos > 0, "beside the pseudo-owners");
	return truth_end();
}

static void check_namespace(void)
{
	static char stack[STACK] __attribute__((aligned(16)));
	struct truth_file tasks = truth_open("/proc/memwatch/tasks", 1 << 20);
	char name[16], *row[TRUTH_COLUMNS];
	struct truth_table table;
	int status;
	pid_t child;

	fflush(stdout);
	child = clone(look_around, stack + STACK, CLONE_NEWPID | SIGCHLD, NULL);
	if (child < 0)
		err(2, "CLONE_NEWPID");
	snprintf(name, sizeof(name), "%d", child);
	truth_check(truth_find(truth_read(&tasks), "tgid", name, &table, row),
		    "seen from outside it has its number here");
	if (waitpid(child, &status, 0) != child)
		err(2, "waitpid");
	truth_check(WIFEXITED(status) && !WEXITSTATUS(status), "all held in there");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "rights"))
		check_rights();
	else if (argc == 2 && !strcmp(argv[1], "namespace"))
		check_namespace();
	else
		errx(2, "usage: access rights | namespace");
	return truth_end();
}
