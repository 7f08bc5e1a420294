/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ops.h - operations whose cost is counted. Each file beside this one has some of a
 * kind; main.c counts. An operation does its work many times over in one run, keeps the
 * only processor busy throughout, and leaves things as it found them.
 */
#ifndef _BENCH_OPS_H
#define _BENCH_OPS_H

#include <stddef.h>

#define PAGE 4096UL

/**
 * struct operation - one kind of work
 * @name:    as in the results
 * @unit:    what is done once, in words
 * @prepare: before the first run, not counted; may be NULL
 * @run:     does it many times; returns how often
 * @finish:  after the last run, not counted; may be NULL
 */
struct operation {
	const char *name;
	const char *unit;
	void (*prepare)(void);
	unsigned long (*run)(void);
	void (*finish)(void);
};

extern const struct operation op_fault, op_thp, op_mmap;
extern const struct operation op_fork, op_exec, op_thread;
extern const struct operation op_pipe, op_socket, op_tmpfs, op_file, op_reclaim;
extern const struct operation op_compile, op_redis;

/* Says what failed, and why, and ends the program. */
void die(const char *what) __attribute__((noreturn));

/* Writes @text to the file at @path; dies if that fails. */
void put(const char *path, const char *text);

#endif /* _BENCH_OPS_H */
