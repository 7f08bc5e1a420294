// SPDX-License-Identifier: GPL-2.0-only
/*
 * family_saved.c - what of a family is kept, by number (saved.h). Owns the numbers; must never
 * judge. All of struct family stands in the table but for the name of its class, which is
 * written as text, and its place among those that were heard of last.
 */
#include "family_saved.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "family_internal.h"
#include "saved.h"

#define KIND	     0x6d66776du /* "mwfm" */
#define VERSION	     1

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NUMBER_CLASS 32
#define CLASS_MAX    32

static const struct mw_saved_field fields[] = {
	MW_SAVED_FIELD(1, struct family, name),
	MW_SAVED_FIELD(2, struct family, end_s),
	MW_SAVED_FIELD(3, struct family, length_s),
	MW_SAVED_FIELD(4, struct family, level),
	MW_SAVED_FIELD(5, struct family, growth),
	MW_SAVED_FIELD(6, struct family, since_s),
	MW_SAVED_FIELD(7, struct family, alert_s),
	MW_SAVED_FIELD(8, struct family, growth_sum),
	MW_SAVED_FIELD(9, struct family, came_back_kib),
	MW_SAVED_FIELD(10, struct family, rates),
	MW_SAVED_FIELD(11, struct family, low),
	MW_SAVED_FIELD(12, struct family, high),
	MW_SAVED_FIELD(13, struct family, slowest),
	MW_SAVED_FIELD(14, struct family, fastest),
	MW_SAVED_FIELD(15, struct family, lives),
	MW_SAVED_FIELD(16, struct family, run),
};

/* Of what a process can be told; a class of another version is the plainest of them. */
static const char *class_named(const char *name)
{
	static const char *const classes[] = {
		"heap-growth", "rising-floor",	"staircase",	 "fragmentation",
		"threads",     "shared-memory", "kernel-memory",
	};

	for (size_t i = 0; i < COUNT(classes); i++)
		if (strcmp(classes[i], name) == 0)
			return classes[i];
	return classes[0];
}

static size_t save(const struct family *family, void *data, size_t size)
{
	char class_name[CLASS_MAX] = "";
	struct mw_saved_writer writer;

	mw_saved_begin(&writer, data, size, KIND, VERSION);
	mw_saved_put_fields(&writer, fields, COUNT(fields), family);
	if (family->class_name != NULL && strlen(family->class_name) < sizeof(class_name)) {
		memcpy(class_name, family->class_name, strlen(family->class_name));
		mw_saved_put(&writer, NUMBER_CLASS, class_name, sizeof(class_name));
	}
	return mw_saved_end(&writer);
}

void mw_families_save(struct mw_families *families, bool all, mw_family_saved_fn fn, void *arg)
{
	for (size_t i = 0; i < families->most; i++) {
		const struct family *family = &families->family[i];
		unsigned char data[MW_FAMILY_SAVED_MAX];
		size_t size;

		if (family->touched == 0 || (!all && family->touched <= families->saved) ||
		    (family->run == 0 && !(family->came_back_kib > 0.0)))
			continue;
		size = save(family, data, sizeof(data));
		if (size > 0)
			fn(family->name, data, size, arg);
	}
	families->saved = families->touches;
}

static bool is_sound(const struct family *family)
{
	return family->name[0] != '\0' &&
	       memchr(family->name, '\0', sizeof(family->name)) != NULL &&
	       (family->run == 0 || (isfinite(family->end_s) && isfinite(family->length_s))) &&
	       family->came_back_kib >= 0.0;
}

static int load(const void *data, size_t size, struct family *ret_family)
{
	struct mw_saved_reader reader;
	char class_name[CLASS_MAX] = "";
	const void *bytes;
	uint16_t number;
	size_t length;
	int err = mw_saved_open(&reader, data, size, KIND, VERSION);

	if (err < 0)
		return err;
	while (mw_saved_next(&reader, &number, &bytes, &length)) {
		if (number == NUMBER_CLASS && length == sizeof(class_name))
			memcpy(class_name, bytes, sizeof(class_name));
		else if (!mw_saved_take(fields, COUNT(fields), ret_family, number, bytes, length))
			return -EBADMSG;
	}
	class_name[sizeof(class_name) - 1] = '\0';
	ret_family->class_name = class_named(class_name);
	return reader.left == 0 && is_sound(ret_family) ? 0 : -EBADMSG;
}

static struct family *find_place(struct mw_families *families, const char *name)
{
	struct family *place = NULL;

	for (size_t i = 0; i < families->most; i++) {
		struct family *family = &families->family[i];

		if (family->touched == 0 && place == NULL)
			place = family;
		if (family->touched != 0 && strcmp(family->name, name) == 0)
			return family;
	}
	return place;
}

int mw_families_load(struct mw_families *families, const void *data, size_t size, double shift_s)
{
	struct family family = { .since_s = NAN, .alert_s = NAN, .end_s = NAN };
	struct family *place;
	int err = load(data, size, &family);

	if (err < 0)
		return err;
	place = find_place(families, family.name);
	if (place == NULL)
		return -ENOSPC;
	if (place->touched != 0)
		return 0;
	family.end_s += shift_s;
	family.since_s += shift_s;
	family.alert_s += shift_s;
	family.touched = ++families->touches;
	families->saved = families->touches;
	*place = family;
	return 0;
}
