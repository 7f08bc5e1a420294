// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_shape.c - walks the events of libyaml beside a schema of libcyaml. libcyaml
 * itself stops at its first error and keeps no lines; this says all of them, with the
 * line of each, before libcyaml reads the text. It never expands an alias: a text of
 * 400 bytes can stand for gigabytes that way, so that one alias or anchor ends it.
 */
#include "config_shape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/* Keys of one mapping; no schema has as many. */
#define KEYS_MAX 64

struct mw_config_line {
	unsigned int line;
	char path[MW_CONFIG_PATH_MAX];
};

struct walk {
	yaml_parser_t parser;
	struct mw_config_errors *errors;
	struct mw_config_lines *lines;
	size_t nodes;
	unsigned int depth;
	int err; /* -ENOMEM, or -EBADMSG after a complaint that nothing can follow */
};

static unsigned int line_of(const yaml_event_t *event)
{
	return (unsigned int)event->start_mark.line + 1;
}

unsigned int mw_config_lines_find(const struct mw_config_lines *lines, const char *path)
{
	for (size_t i = 0; i < lines->count; i++)
		if (strcmp(lines->list[i].path, path) == 0)
			return lines->list[i].line;
	return 0;
}

void mw_config_lines_free(struct mw_config_lines *lines)
{
	free(lines->list);
	memset(lines, 0, sizeof(*lines));
}

static void keep_line(struct walk *walk, const char *path, unsigned int line)
{
	struct mw_config_lines *lines = walk->lines;

	if (lines->count == lines->size) {
		size_t size = lines->size > 0 ? lines->size * 2 : 64;
		struct mw_config_line *list = realloc(lines->list, size * sizeof(*list));

		if (list == NULL) {
			walk->err = -ENOMEM;
			return;
		}
		lines->list = list;
		lines->size = size;
	}
	lines->list[lines->count].line = line;
	snprintf(lines->list[lines->count++].path, MW_CONFIG_PATH_MAX, "%s", path);
}

/* Steps of insertion, removal and replacement from @a to @b; more than 31 bytes are never near. */
static size_t distance(const char *a, const char *b)
{
	size_t row[33], len_a = strlen(a), len_b = strlen(b);

	if (len_a > 31 || len_b > 31)
		return SIZE_MAX;
	for (size_t j = 0; j <= len_b; j++)
		row[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

			best = above + 1 < best ? above + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			diagonal = above;
		}
	}
	return row[len_b];
}

const char *mw_nearest(const char *text, const char *const *words, size_t count)
{
	size_t least = strlen(text) / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t steps = distance(text, words[i]);

		if (steps < least) {
			least = steps;
			nearest = words[i];
		}
	}
	return nearest;
}

static void complain_of_yaml(struct walk *walk)
{
	const yaml_parser_t *parser = &walk->parser;

	if (parser->error == YAML_MEMORY_ERROR) {
		walk->err = -ENOMEM;
		return;
	}
	walk->err = -EBADMSG;
	mw_config_complain(walk->errors, (unsigned int)parser->problem_mark.line + 1, NULL, NULL,
			   "this is not YAML: %s%s%s (column %zu); indent with blanks, and quote "
			   "values that begin with one of * & ! %% @ `",
			   parser->problem != NULL ? parser->problem : "unreadable",
			   parser->context != NULL ? " " : "",
			   parser->context != NULL ? parser->context : "",
			   parser->problem_mark.column + 1);
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT: return event->data.alias.anchor;
	case YAML_SCALAR_EVENT: return event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT: return event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT: return event->data.mapping_start.anchor;
	default: return NULL;
	}
}

/* The next event, within the bounds; false with walk->err set when there is none to use. */
static bool next_event(struct walk *walk, yaml_event_t *ret_event)
{
	if (walk->err != 0)
		return false;
	if (!yaml_parser_parse(&walk->parser, ret_event)) {
		complain_of_yaml(walk);
		return false;
	}
	if (anchor_of(ret_event) != NULL) {
		walk->err = -EBADMSG;
		mw_config_complain(walk->errors, line_of(ret_event), NULL,
				   (const char *)anchor_of(ret_event),
				   "anchors (&) and aliases (*) are not allowed here; write the "
				   "value out, or quote it if it begins with one of them");
	} else if (++walk->nodes > MW_CONFIG_NODES_MAX) {
		walk->err = -EBADMSG;
		mw_config_complain(walk->errors, line_of(ret_event), NULL, NULL,
				   "more than %d keys, values and lists", MW_CONFIG_NODES_MAX);
	}
	if (walk->err == 0)
		return true;
	yaml_event_delete(ret_event);
	return false;
}

static void walk_value(struct walk *walk, const yaml_event_t *event,
		       const cyaml_schema_value_t *schema, const char *path);

/* What is below a key that nobody knows: passed over, still within the bounds. */
static const cyaml_schema_value_t anything = { .type = CYAML_IGNORE };

static void complain_of_key(struct walk *walk, const cyaml_schema_field_t *fields,
			    unsigned int line, const char *path, const char *key)
{
	const char *known[KEYS_MAX];
	char list[192] = "";
	const char *nearest;
	size_t count = 0, used = 0;

	for (; fields[count].key != NULL && count < KEYS_MAX; count++) {
		known[count] = fields[count].key;
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 count > 0 ? ", " : "", known[count]);
	}
	nearest = mw_nearest(key, known, count);
	if (nearest != NULL)
		mw_config_complain(walk->errors, line, path, NULL,
				   "no such key; did you mean '%s'?", nearest);
	else
		mw_config_complain(walk->errors, line, path, NULL, "no such key; there are %s",
				   list);
}

/* The field of a key, by its index; -1 after a complaint. */
static int find_field(struct walk *walk, const cyaml_schema_field_t *fields, uint64_t *seen,
		      unsigned int line, const char *path, const char *key)
{
	for (int i = 0; fields[i].key != NULL; i++) {
		if (strcmp(fields[i].key, key) != 0)
			continue;
		if (*seen & UINT64_C(1) << i)
			mw_config_complain(walk->errors, line, path, NULL,
					   "this key stands here twice; remove one");
		*seen |= UINT64_C(1) << i;
		return i;
	}
	complain_of_key(walk, fields, line, path, key);
	return -1;
}

static void complain_of_missing(struct walk *walk, const cyaml_schema_field_t *fields,
				uint64_t seen, unsigned int line, const char *path)
{
	for (int i = 0; fields[i].key != NULL; i++)
		if (!(fields[i].value.flags & CYAML_FLAG_OPTIONAL) && !(seen & UINT64_C(1) << i))
			mw_config_complain(walk->errors, line, path, NULL,
					   "the key '%s' is missing", fields[i].key);
}

static void walk_key(struct walk *walk, const yaml_event_t *key, const cyaml_schema_field_t *fields,
		     uint64_t *seen, const char *parent)
{
	const cyaml_schema_value_t *schema = &anything;
	const char *name = (const char *)key->data.scalar.value;
	char path[MW_CONFIG_PATH_MAX];
	yaml_event_t value;
	int field;

	if (snprintf(path, sizeof(path), "%s%s%s", parent, parent[0] != '\0' ? "." : "", name) >=
	    (int)sizeof(path))
		path[sizeof(path) - 1] = '\0';
	keep_line(walk, path, line_of(key));
	if (fields != NULL) {
		field = find_field(walk, fields, seen, line_of(key), path, name);
		if (field >= 0)
			schema = &fields[field].value;
	}
	if (!next_event(walk, &value))
		return;
	walk_value(walk, &value, schema, path);
	yaml_event_delete(&value);
}

static void walk_mapping(struct walk *walk, unsigned int line, const cyaml_schema_field_t *fields,
			 const char *path)
{
	uint64_t seen = 0;
	yaml_event_t key;

	while (next_event(walk, &key)) {
		bool is_end = key.type == YAML_MAPPING_END_EVENT;

		if (key.type == YAML_SCALAR_EVENT) {
			walk_key(walk, &key, fields, &seen, path);
		} else if (!is_end) {
			walk->err = -EBADMSG;
			mw_config_complain(walk->errors, line_of(&key), path, NULL,
					   "a key has to be a word, not a list or a mapping");
		}
		yaml_event_delete(&key);
		if (is_end)
			break;
	}
	if (walk->err == 0 && fields != NULL)
		complain_of_missing(walk, fields, seen, line, path);
}

static void walk_sequence(struct walk *walk, const cyaml_schema_value_t *schema, unsigned int line,
			  const char *parent)
{
	const cyaml_schema_value_t *entry =
		schema->type == CYAML_SEQUENCE ? schema->sequence.entry : &anything;
	uint32_t count = 0;
	yaml_event_t event;

	while (next_event(walk, &event)) {
		bool is_end = event.type == YAML_SEQUENCE_END_EVENT;
		char path[MW_CONFIG_PATH_MAX + 12];

		snprintf(path, sizeof(path), "%s[%u]", parent, count);
		path[MW_CONFIG_PATH_MAX - 1] = '\0';
		if (!is_end) {
			keep_line(walk, path, line_of(&event));
			walk_value(walk, &event, entry, path);
			count++;
		}
		yaml_event_delete(&event);
		if (is_end)
			break;
	}
	if (walk->err == 0 && schema->type == CYAML_SEQUENCE && count > schema->sequence.max)
		mw_config_complain(walk->errors, line, parent, NULL,
				   "has %u elements; at most %u are taken", count,
				   schema->sequence.max);
	if (walk->err == 0 && schema->type == CYAML_SEQUENCE && count < schema->sequence.min)
		mw_config_complain(walk->errors, line, parent, NULL, "is empty");
}

static void complain_of_type(struct walk *walk, const yaml_event_t *event,
			     const cyaml_schema_value_t *schema, const char *path)
{
	const char *wanted = schema->type == CYAML_MAPPING    ? "keys with values below it"
			     : schema->type == CYAML_SEQUENCE ? "a list: [a, b], or lines with '- '"
							      : "a single value";
	const char *found = event->type == YAML_MAPPING_START_EVENT    ? "keys with values"
			    : event->type == YAML_SEQUENCE_START_EVENT ? "a list"
								       : "a single value";

	if (event->type == YAML_SCALAR_EVENT && event->data.scalar.length == 0)
		found = "nothing";
	mw_config_complain(walk->errors, line_of(event), path, NULL, "has %s, but needs %s", found,
			   wanted);
}

static bool has_right_type(const yaml_event_t *event, const cyaml_schema_value_t *schema)
{
	switch (schema->type) {
	case CYAML_IGNORE: return true;
	case CYAML_MAPPING: return event->type == YAML_MAPPING_START_EVENT;
	case CYAML_SEQUENCE: return event->type == YAML_SEQUENCE_START_EVENT;
	default: return event->type == YAML_SCALAR_EVENT;
	}
}

static void walk_value(struct walk *walk, const yaml_event_t *event,
		       const cyaml_schema_value_t *schema, const char *path)
{
	if (!has_right_type(event, schema)) {
		complain_of_type(walk, event, schema, path);
		schema = &anything;
	}
	if (event->type == YAML_SCALAR_EVENT)
		return;
	if (++walk->depth > MW_CONFIG_DEPTH_MAX) {
		walk->err = -EBADMSG;
		mw_config_complain(walk->errors, line_of(event), path, NULL,
				   "is nested more than %d deep", MW_CONFIG_DEPTH_MAX);
		return;
	}
	if (event->type == YAML_SEQUENCE_START_EVENT)
		walk_sequence(walk, schema, line_of(event), path);
	else
		walk_mapping(walk, line_of(event),
			     schema->type == CYAML_MAPPING ? schema->mapping.fields : NULL, path);
	walk->depth--;
}

static void walk_document(struct walk *walk, const cyaml_schema_value_t *schema)
{
	yaml_event_t event;

	if (!next_event(walk, &event))
		return;
	walk_value(walk, &event, schema, "");
	yaml_event_delete(&event);
	/* The end of the document. */
	if (next_event(walk, &event))
		yaml_event_delete(&event);
}

/* The stream: no document, or one. */
static bool walk_stream(struct walk *walk, const cyaml_schema_value_t *schema)
{
	unsigned int documents = 0;
	yaml_event_t event;

	while (next_event(walk, &event)) {
		yaml_event_type_t type = event.type;

		if (type == YAML_DOCUMENT_START_EVENT && documents++ > 0) {
			walk->err = -EBADMSG;
			mw_config_complain(walk->errors, line_of(&event), NULL, NULL,
					   "a second document begins here (---); only one is read");
		}
		yaml_event_delete(&event);
		if (type == YAML_DOCUMENT_START_EVENT && walk->err == 0)
			walk_document(walk, schema);
		if (type == YAML_STREAM_END_EVENT)
			break;
	}
	return documents == 0;
}

int mw_config_shape_check(const char *text, size_t len, const cyaml_schema_value_t *schema,
			  struct mw_config_errors *errors, struct mw_config_lines *ret_lines,
			  bool *ret_is_empty)
{
	struct walk walk = { .errors = errors, .lines = ret_lines };

	memset(ret_lines, 0, sizeof(*ret_lines));
	if (!yaml_parser_initialize(&walk.parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&walk.parser, (const unsigned char *)text, len);
	*ret_is_empty = walk_stream(&walk, schema) && walk.err == 0;
	yaml_parser_delete(&walk.parser);
	return walk.err == -ENOMEM ? -ENOMEM : 0;
}
