// SPDX-License-Identifier: GPL-2.0-only
/*
 * extfrag - the indices of /proc/memwatch/fragmentation against the kernel's own in
 * debugfs, at the same moment: the module's file is read between two readings of
 * the kernel's, again until these agree, and then ours must be the same to the
 * thousandth, for each zone and order.
 *
 *	extfrag PAGES	after touching this many pages and giving back every other
 *
 * Prints TAP.
 */
#include <sys/prctl.h>

#include "truth.h"

#define DEBUGFS	 "/sys/kernel/debug/extfrag/"
#define TEXT_MAX 65536
#define TRIES	 500

static struct truth_file ours, unusable, extfrag;

/* The kernel's file as "node zone order index" lines, in the order of ours. */
static void spread(const char *text, char *ret_lines, size_t size)
{
	static char copy[TEXT_MAX];
	size_t length = 0;
	char *next = copy;

	snprintf(copy, sizeof(copy), "%s", text);
	ret_lines[0] = '\0';
	for (char *line = truth_line(&next); line; line = truth_line(&next)) {
		char *words[TRUTH_COLUMNS];
		int count = truth_cut(line, words);

		/* Node 0, zone DMA32 0.000 ... */
		for (int i = 4; i < count; i++)
			length +=
				(size_t)snprintf(ret_lines + length, size - length, "%d %s %d %s\n",
						 atoi(words[1]), words[3], i - 4, words[i]);
	}
}

static void spread_ours(const char *text, const char *column, char *ret_lines, size_t size)
{
	static char copy[TEXT_MAX];
	struct truth_table table;
	char *row[TRUTH_COLUMNS];
	size_t length = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	table = truth_table(copy);
	ret_lines[0] = '\0';
	while (truth_row(&table, row))
		length += (size_t)snprintf(
			ret_lines + length, size - length, "%s %s %s %s\n",
			row[truth_column(&table, "node")], row[truth_column(&table, "zone")],
			row[truth_column(&table, "order")], row[truth_column(&table, column)]);
}

static int lines_of(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* How many of @text's lines are not "... 0.000" or "... -1.000", the two easy values. */
static int telling(const char *text)
{
	int count = 0;

	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		size_t length = (size_t)(strchr(line, '\n') - line);

		count += strncmp(line + length - 6, " 0.000", 6) &&
			 strncmp(line + length - 7, " -1.000", 7);
	}
	return count;
}

static void compare(struct truth_file *file, const char *column)
{
	static char before[TEXT_MAX], theirs[TEXT_MAX], mine[TEXT_MAX];
	int tries = 0;

	do {
		spread(truth_read_anew(file), before, sizeof(before));
		truth_read_anew(&ours);
		spread(truth_read_anew(file), theirs, sizeof(theirs));
		truth_sleep(0.005);
	} while (strcmp(before, theirs) && ++tries < TRIES);
	if (tries == TRIES)
		errx(2, "%s never stood still", file->path);
	spread_ours(ours.text, column, mine, sizeof(mine));
	if (!truth_check(!strcmp(mine, theirs),
			 "%s of %d zones and orders is debugfs's (%d are neither 0 nor -1)", column,
			 lines_of(theirs), telling(theirs)))
		printf("# theirs\n%s# ours\n%s", theirs, mine);
}

/* @pages are taken one by one and every other is given back: only small blocks are left. */
static void fragment(size_t pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(2, "%zu pages", pages);
	for (size_t i = 0; i < pages; i++)
		memory[i * page] = 1;
	for (size_t i = 0; i < pages; i += 2)
		madvise(memory + i * page, page, MADV_DONTNEED);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: extfrag PAGES");
	ours = truth_open("/proc/memwatch/fragmentation", TEXT_MAX);
	unusable = truth_open(DEBUGFS "unusable_index", TEXT_MAX);
	extfrag = truth_open(DEBUGFS "extfrag_index", TEXT_MAX);
	fragment((size_t)truth_number(argv[1]));
	compare(&unusable, "unusable_index");
	compare(&extfrag, "extfrag_index");
	return truth_end();
}
