/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tree.h - a directory of files made for one test, in place of / with its /proc
 * and /sys. Tests only; every failure ends the test.
 */
#ifndef MW_TEST_TREE_H
#define MW_TEST_TREE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
	char root[64];
};

static inline void tree_new(struct tree *tree)
{
	snprintf(tree->root, sizeof(tree->root), "/tmp/memwatch-test-XXXXXX");
	assert_non_null(mkdtemp(tree->root));
}

static inline const char *tree_path(const struct tree *tree, const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s/%s", tree->root, path);
	return full;
}

/* The file and every directory above it. */
static inline void tree_write_bytes(const struct tree *tree, const char *path, const void *data,
				    size_t len)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s", tree_path(tree, path));
	for (char *slash = strchr(full + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline void tree_write(const struct tree *tree, const char *path, const char *text)
{
	tree_write_bytes(tree, path, text, strlen(text));
}

/* A file, or a directory with all that is in it. */
static inline void tree_remove(const struct tree *tree, const char *path)
{
	char command[600];

	snprintf(command, sizeof(command), "rm -rf -- '%s'", tree_path(tree, path));
	assert_int_equal(system(command), 0);
}

static inline void tree_free(const struct tree *tree)
{
	tree_remove(tree, "");
}

#endif /* MW_TEST_TREE_H */
