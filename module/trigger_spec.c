// SPDX-License-Identifier: GPL-2.0-only
/*
 * trigger_spec.c - parses the lines of trigger_spec.h. Pure: writes into the
 * caller's memory only, and that only once the whole line is understood.
 */
#include "trigger_spec.h"

static const char * const kind_names[] = {
	[MW_TRIGGER_GROWTH] = "growth",
	[MW_TRIGGER_RSS] = "rss",
	[MW_TRIGGER_FRAG] = "frag",
	[MW_TRIGGER_SLAB] = "slab",
};

/* A word of the line; none has a length of 0. */
struct word {
	const char *start;
	size_t len;
};

/**
 * struct parser - a line under way
 * @at:  what has not been taken yet
 * @end: behind the last byte
 */
struct parser {
	const char *at;
	const char *end;
	struct mw_trigger_fault *fault;
};

const char *mw_trigger_kind_name(enum mw_trigger_kind kind)
{
	return kind_names[kind];
}

static int refuse(struct parser *parser, int err, const char *key, struct word word,
		  const char *why)
{
	*parser->fault = (struct mw_trigger_fault){ key, word.start, word.len, why };
	return err;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct word next_word(struct parser *parser)
{
	struct word word;

	while (parser->at < parser->end && is_blank(*parser->at))
		parser->at++;
	word.start = parser->at;
	while (parser->at < parser->end && !is_blank(*parser->at))
		parser->at++;
	word.len = parser->at - word.start;
	return word;
}

static bool word_is(struct word word, const char *text)
{
	return word.len == strlen(text) && !memcmp(word.start, text, word.len);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * The digits that @word begins with, which are taken off it. What does not fit
 * becomes the largest number: that is out of every range. Returns false if there
 * is none.
 */
static bool take_number(struct word *word, u64 *ret_value)
{
	u64 value = 0;
	bool any = false;

	for (; word->len && is_digit(*word->start); word->start++, word->len--) {
		u64 digit = (u64)(*word->start - '0');

		value = value > (~0ULL - digit) / 10 ? ~0ULL : value * 10 + digit;
		any = true;
	}
	if (any)
		*ret_value = value;
	return any;
}

static int parse_integer(struct parser *parser, const char *key, struct word word, u64 min,
			 u64 max, const char *range, u64 *ret_value)
{
	struct word rest = word;
	u64 value;

	if (!take_number(&rest, &value) || rest.len)
		return refuse(parser, -EINVAL, key, word, "it wants a decimal number");
	if (value < min || value > max)
		return refuse(parser, -ERANGE, key, word, range);
	*ret_value = value;
	return 0;
}

/* How far a unit shifts to the left, or -1. */
static int unit_shift(struct word unit)
{
	static const char units[] = "KMGT";

	if (!unit.len)
		return 0;
	for (int i = 0; unit.len == 1 && units[i]; i++)
		if (*unit.start == units[i])
			return 10 * (i + 1);
	return -1;
}

static int parse_size(struct parser *parser, struct mw_trigger_spec *spec)
{
	struct word word = next_word(parser);
	struct word unit = word;
	int shift;
	u64 value;

	if (!take_number(&unit, &value))
		return refuse(parser, -EINVAL, "size", word,
			      "it wants bytes or a number with K, M, G or T, such as 64M");
	shift = unit_shift(unit);
	if (shift < 0)
		return refuse(parser, -EINVAL, "size", word, "its unit is none of K, M, G, T");
	if (!value || value > (MW_TRIGGER_SIZE_MAX_KB << 10) >> shift)
		return refuse(parser, -ERANGE, "size", word, "it goes from 1 byte to 1024T");
	spec->size_kb = ((value << shift) + 1023) >> 10;
	return 0;
}

static int parse_window(struct parser *parser, struct mw_trigger_spec *spec)
{
	struct word word = next_word(parser);
	struct word unit = word;
	u64 value;
	u32 factor;

	if (!take_number(&unit, &value))
		return refuse(parser, -EINVAL, "window", word, "it wants a duration, such as 60s");
	if (word_is(unit, "s"))
		factor = 1;
	else if (word_is(unit, "m"))
		factor = 60;
	else if (word_is(unit, "h"))
		factor = 3600;
	else
		return refuse(parser, -EINVAL, "window", word, "its unit is none of s, m, h");
	if (value > MW_TRIGGER_WINDOW_MAX_S / factor || value * factor < MW_TRIGGER_WINDOW_MIN_S)
		return refuse(parser, -ERANGE, "window", word, "it goes from 2s to 24h");
	spec->window_s = (u32)value * factor;
	return 0;
}

static int parse_tgid(struct parser *parser, struct mw_trigger_spec *spec)
{
	struct word word = next_word(parser);
	u64 value;
	int err;

	if (!word.len)
		return 0;
	err = parse_integer(parser, "tgid", word, 1, MW_TRIGGER_TGID_MAX,
			    "it goes from 1 to 4194304", &value);
	if (!err)
		spec->tgid = (s32)value;
	return err;
}

static int parse_order(struct parser *parser, unsigned int max_order,
		       struct mw_trigger_spec *spec)
{
	u64 value;
	int err;

	err = parse_integer(parser, "order", next_word(parser), 1, max_order,
			    "it goes from 1 to the highest order of this kernel", &value);
	if (!err)
		spec->order = (unsigned int)value;
	return err;
}

/* Thousandths: what is before the point, and up to three digits behind it. */
static int parse_index(struct parser *parser, struct mw_trigger_spec *spec)
{
	static const unsigned int scale[] = { 1000, 100, 10, 1 };
	struct word word = next_word(parser);
	struct word rest = word;
	u64 whole, part = 0;
	size_t digits = 0;

	if (!take_number(&rest, &whole))
		goto malformed;
	if (rest.len) {
		digits = rest.len - 1;
		if (*rest.start != '.' || !digits || digits >= ARRAY_SIZE(scale))
			goto malformed;
		rest.start++;
		rest.len--;
		if (!take_number(&rest, &part) || rest.len)
			goto malformed;
	}
	part *= scale[digits];
	if (whole > 1 || whole * 1000 + part > 1000 || !(whole + part))
		return refuse(parser, -ERANGE, "index", word, "it goes from 0.001 to 1.000");
	spec->index = (unsigned int)(whole * 1000 + part);
	return 0;

malformed:
	return refuse(parser, -EINVAL, "index", word,
		      "it wants a fraction of at most three decimals, such as 0.800");
}

static int parse_cache(struct parser *parser, struct mw_trigger_spec *spec)
{
	struct word word = next_word(parser);

	if (word.len > MW_TRIGGER_CACHE_MAX)
		return refuse(parser, -EINVAL, "cache", word, "it is longer than 63 bytes");
	memcpy(spec->cache, word.start, word.len);
	return 0;
}

static int parse_kind(struct parser *parser, struct mw_trigger_spec *spec)
{
	struct word word = next_word(parser);

	for (unsigned int kind = 0; kind < ARRAY_SIZE(kind_names); kind++) {
		if (word_is(word, kind_names[kind])) {
			spec->kind = (enum mw_trigger_kind)kind;
			return 0;
		}
	}
	return refuse(parser, -EINVAL, "kind", word, "it is none of growth, rss, frag, slab");
}

static int parse_arguments(struct parser *parser, unsigned int max_order,
			   struct mw_trigger_spec *spec)
{
	bool has_window = spec->kind == MW_TRIGGER_GROWTH || spec->kind == MW_TRIGGER_SLAB;
	int err;

	if (spec->kind == MW_TRIGGER_FRAG) {
		err = parse_order(parser, max_order, spec);
		return err ? err : parse_index(parser, spec);
	}
	err = parse_size(parser, spec);
	if (!err && has_window)
		err = parse_window(parser, spec);
	if (err)
		return err;
	return spec->kind == MW_TRIGGER_SLAB ? parse_cache(parser, spec) : parse_tgid(parser, spec);
}

static size_t without_end(const char *line, size_t len)
{
	if (len && !line[len - 1])
		len--;
	if (len && line[len - 1] == '\n')
		len--;
	return len;
}

int mw_trigger_spec_parse(const char *line, size_t len, unsigned int max_order,
			  struct mw_trigger_spec *ret_spec, struct mw_trigger_fault *ret_fault)
{
	size_t used = without_end(line, len);
	struct parser parser = { line, line + used, ret_fault };
	struct mw_trigger_spec spec = {};
	struct word rest;
	int err;

	if (used > MW_TRIGGER_LINE_MAX)
		return refuse(&parser, -EINVAL, "line", (struct word){ line, used },
			      "it is longer than 95 bytes");
	err = parse_kind(&parser, &spec);
	if (!err)
		err = parse_arguments(&parser, max_order, &spec);
	if (err)
		return err;
	rest = next_word(&parser);
	if (rest.len)
		return refuse(&parser, -EINVAL, kind_names[spec.kind], rest,
			      "the line should end before it");
	memcpy(spec.line, line, used);
	*ret_spec = spec;
	return 0;
}
