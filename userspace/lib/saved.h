/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * saved.h - bytes that outlive the program: fields by number, so that a newer memwatch reads
 * what an older one wrote. Pure: no allocation, no files.
 *
 * A record is a head (what it is, version, length, checksum) and fields: a number, a length
 * and the bytes as they lie in memory. It is read on the machine that wrote it, so that byte
 * order is of no matter. A number is never used for anything else again; a field whose meaning
 * changes gets a new one. Fields that are not known are passed over, fields that are not there
 * stay as they are. The version rises only when an older memwatch would go wrong by reading it.
 */
#ifndef MW_SAVED_H
#define MW_SAVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct mw_saved_field - a part of a struct that is kept as it is
 * @number: of the field, from 1 on
 * @size:   bytes
 * @offset: in the struct
 */
struct mw_saved_field {
	uint16_t number;
	uint16_t size;
	uint32_t offset;
};

/* clang-format off */
#define MW_SAVED_FIELD(number_, type, member) \
	{ number_, sizeof(((type *)0)->member), offsetof(type, member) }
/* clang-format on */

/** struct mw_saved_writer - a record that grows in the caller's buffer */
struct mw_saved_writer {
	unsigned char *data;
	size_t size;
	size_t used;
};

/** struct mw_saved_reader - what is left of a record */
struct mw_saved_reader {
	const unsigned char *data;
	size_t left;
};

/* Bytes of a record besides its fields', and of each field besides its own. */
#define MW_SAVED_HEAD 16
#define MW_SAVED_EACH 4

/** mw_saved_begin() - a record of @kind into @size bytes at @data, at least MW_SAVED_HEAD */
void mw_saved_begin(struct mw_saved_writer *writer, void *data, size_t size, uint32_t kind,
		    uint16_t version);

/** mw_saved_put() - append a field; one that does not fit makes mw_saved_end() fail */
void mw_saved_put(struct mw_saved_writer *writer, uint16_t number, const void *bytes, size_t size);

/** mw_saved_put_fields() - append @count fields of the struct at @base */
void mw_saved_put_fields(struct mw_saved_writer *writer, const struct mw_saved_field *fields,
			 size_t count, const void *base);

/** mw_saved_end() - returns the record's length, 0 when it did not fit */
size_t mw_saved_end(struct mw_saved_writer *writer);

/**
 * mw_saved_open() - begin to read
 * Returns 0, -EBADMSG when it is damaged or of another kind, -EPROTO when a newer memwatch
 * wrote it.
 */
int mw_saved_open(struct mw_saved_reader *reader, const void *data, size_t size, uint32_t kind,
		  uint16_t version);

/** mw_saved_next() - the next field; false at the end, or where one is longer than the record */
bool mw_saved_next(struct mw_saved_reader *reader, uint16_t *ret_number, const void **ret_bytes,
		   size_t *ret_size);

/**
 * mw_saved_take() - into the struct at @base, if the field is one of @fields
 * Returns false when it is, and has another size.
 */
bool mw_saved_take(const struct mw_saved_field *fields, size_t count, void *base, uint16_t number,
		   const void *bytes, size_t size);

#endif /* MW_SAVED_H */
