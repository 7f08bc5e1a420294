/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * marks.h - two instructions that do nothing, by which a program in the guest tells a plugin
 * of QEMU's where what it shall watch begins and ends: nopl N(%rax), N as no compiler has it.
 */
#ifndef MARKS_H
#define MARKS_H

#define MARK_BYTES 7
#define MARK_BEGIN "\x0f\x1f\x80\x01\x00\x57\x4d"
#define MARK_END   "\x0f\x1f\x80\x02\x00\x57\x4d"

static inline void mark_begin(void)
{
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x01, 0x00, 0x57, 0x4d" ::: "memory");
}

static inline void mark_end(void)
{
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80, 0x02, 0x00, 0x57, 0x4d" ::: "memory");
}

#endif /* MARKS_H */
