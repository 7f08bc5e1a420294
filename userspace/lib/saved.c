// SPDX-License-Identifier: GPL-2.0-only
/*
 * saved.c - records of numbered fields. What is read is not trusted: a checksum tells damage
 * from a record, and no length is believed before it was compared with what is there.
 */
#include "saved.h"

#include <errno.h>
#include <string.h>

/* Where the parts of the head stand. */
struct head {
	uint32_t kind;
	uint16_t version;
	uint16_t reserved;
	uint32_t length; /* of the fields */
	uint32_t checksum;
};

_Static_assert(sizeof(struct head) == MW_SAVED_HEAD, "the head has no holes");

struct field_head {
	uint16_t number;
	uint16_t size;
};

_Static_assert(sizeof(struct field_head) == MW_SAVED_EACH, "nor has that of a field");

/* 32-bit FNV-1a. */
static uint32_t checksum(const unsigned char *bytes, size_t size)
{
	uint32_t hash = 0x811c9dc5u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x01000193u;
	return hash;
}

void mw_saved_begin(struct mw_saved_writer *writer, void *data, size_t size, uint32_t kind,
		    uint16_t version)
{
	const struct head head = { .kind = kind, .version = version };

	memcpy(data, &head, sizeof(head));
	*writer = (struct mw_saved_writer){ data, size, sizeof(head) };
}

void mw_saved_put(struct mw_saved_writer *writer, uint16_t number, const void *bytes, size_t size)
{
	const struct field_head head = { number, (uint16_t)size };

	if (size > UINT16_MAX || writer->used > writer->size ||
	    writer->size - writer->used < sizeof(head) + size) {
		writer->used = writer->size + 1;
		return;
	}
	memcpy(writer->data + writer->used, &head, sizeof(head));
	memcpy(writer->data + writer->used + sizeof(head), bytes, size);
	writer->used += sizeof(head) + size;
}

void mw_saved_put_fields(struct mw_saved_writer *writer, const struct mw_saved_field *fields,
			 size_t count, const void *base)
{
	for (size_t i = 0; i < count; i++)
		mw_saved_put(writer, fields[i].number, (const char *)base + fields[i].offset,
			     fields[i].size);
}

size_t mw_saved_end(struct mw_saved_writer *writer)
{
	struct head head;

	if (writer->used > writer->size)
		return 0;
	memcpy(&head, writer->data, sizeof(head));
	head.length = (uint32_t)(writer->used - sizeof(head));
	head.checksum = checksum(writer->data + sizeof(head), head.length);
	memcpy(writer->data, &head, sizeof(head));
	return writer->used;
}

int mw_saved_open(struct mw_saved_reader *reader, const void *data, size_t size, uint32_t kind,
		  uint16_t version)
{
	const unsigned char *bytes = data;
	struct head head;

	if (size < sizeof(head))
		return -EBADMSG;
	memcpy(&head, bytes, sizeof(head));
	if (head.kind != kind || head.length != size - sizeof(head) ||
	    head.checksum != checksum(bytes + sizeof(head), head.length))
		return -EBADMSG;
	if (head.version > version)
		return -EPROTO;
	*reader = (struct mw_saved_reader){ bytes + sizeof(head), head.length };
	return 0;
}

bool mw_saved_next(struct mw_saved_reader *reader, uint16_t *ret_number, const void **ret_bytes,
		   size_t *ret_size)
{
	struct field_head head;

	if (reader->left < sizeof(head))
		return false;
	memcpy(&head, reader->data, sizeof(head));
	if (reader->left - sizeof(head) < head.size)
		return false;
	*ret_number = head.number;
	*ret_bytes = reader->data + sizeof(head);
	*ret_size = head.size;
	reader->data += sizeof(head) + head.size;
	reader->left -= sizeof(head) + head.size;
	return true;
}

bool mw_saved_take(const struct mw_saved_field *fields, size_t count, void *base, uint16_t number,
		   const void *bytes, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].number != number)
			continue;
		if (fields[i].size != size)
			return false;
		memcpy((char *)base + fields[i].offset, bytes, size);
	}
	return true;
}
