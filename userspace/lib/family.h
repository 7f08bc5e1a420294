/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * family.h - process lives that follow each other are one story: does a service
 * leak in each of its lives, though none lasts long enough to tell? No clock, no
 * files; memory for a bounded number of families.
 */
#ifndef MW_FAMILY_H
#define MW_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "leak.h"
#include "verdict.h"

/* Longest name kept, with its NUL: a comm, a unit, a container id or the end of a cgroup's path. */
#define MW_FAMILY_NAME_MAX 80

struct mw_families;

/**
 * struct mw_family_verdict - what is said of one family
 * @name:    as given
 * @leak:    its last lives leaked, one after the other
 * @lives:   lives that ended so far
 * @run:     of these the last ones in a row that rose until their end
 * @rate_kib_per_s, @rate_low, @rate_high: median of the rates of a run, and the widest of
 *           their intervals (NAN without a run)
 * @growth_kib: mean growth of a life of the run
 * @since_s: when the first life of the run began to rise, or NAN
 * @alert_s: when the run was long enough, or NAN
 * @class_name: of the last life
 */
struct mw_family_verdict {
	char name[MW_FAMILY_NAME_MAX];
	bool leak;
	size_t lives;
	size_t run;
	double rate_kib_per_s;
	double rate_low;
	double rate_high;
	double growth_kib;
	double since_s;
	double alert_s;
	const char *class_name;
};

/** mw_families_new() - none yet, at most @most at a time; NULL without memory */
struct mw_families *mw_families_new(size_t most);

/** mw_families_free() - NULL is allowed */
void mw_families_free(struct mw_families *families);

/** mw_families_bytes() - memory that they take */
size_t mw_families_bytes(const struct mw_families *families);

/**
 * mw_families_end() - a life of the family @name has ended, or the data has
 * Lives are to be given in the order of their ends. A new family takes the place of the one
 * that was heard of least recently when there are too many; those that leak go last.
 * Returns true when this changed the verdict on the family.
 */
bool mw_families_end(struct mw_families *families, const char *name, const struct mw_leak *leak);

/**
 * mw_families_teach() - tell a new life of the family @name what earlier ones came back from
 * To be called before its first sample. An unknown family teaches nothing.
 */
void mw_families_teach(const struct mw_families *families, const char *name, struct mw_leak *leak);

/**
 * mw_families_learn() - remember what this life of the family @name has come back from
 * To be called after each of its samples: next to free unless it has given back more than
 * before. A new family takes a place as in mw_families_end().
 */
void mw_families_learn(struct mw_families *families, const char *name, struct mw_leak *leak);

/** mw_families_get() - the verdict on a family; false, and nothing changed, for an unknown one */
bool mw_families_get(const struct mw_families *families, const char *name,
		     struct mw_family_verdict *ret_verdict);

/** mw_families_each() - call @fn for each family that leaks, in the order of their alerts */
void mw_families_each(const struct mw_families *families,
		      void (*fn)(const struct mw_family_verdict *verdict, void *arg), void *arg);

/**
 * mw_family_accuse() - a family's verdict carried to one of its lives
 * @verdict: of @leak; becomes a leak, with the family's alert and a reason that says so, if the
 *           life is one of the run and was not told by itself
 */
void mw_family_accuse(const struct mw_family_verdict *family, const struct mw_leak *leak,
		      struct mw_verdict *verdict);

/** mw_family_sentence() - a readable sentence; returns its length, cut to @size - 1 */
size_t mw_family_sentence(const struct mw_family_verdict *verdict, char *ret_text, size_t size);

#endif /* MW_FAMILY_H */
