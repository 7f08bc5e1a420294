// SPDX-License-Identifier: GPL-2.0-only
/*
 * leak_saved.c - what of a detector is kept, by number (saved.h). Owns the numbers; must never
 * judge. Every field of struct mw_leak and of what it holds stands in a table here but for its
 * pointers, and test_leak_saved.c compares the bytes. A field that an older memwatch did not
 * write is all zero, as in a detector that begins: choose its meaning so.
 *
 * Windows that a measure has none of are not written. A life of which only the heap moves takes
 * 1.4 KiB.
 */
#include "leak_saved.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "entity.h"
#include "leak_internal.h"
#include "saved.h"

#define KIND	     0x6b6c776du /* "mwlk" */
#define VERSION	     1

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Times and lengths that a sound detector cannot have; beyond them arithmetic would overflow. */
#define LATEST_S   1e12
#define SHORTEST_S 1e-6
#define MOST_KIB   1e15

enum {
	NUMBER_FLOORS = 128, /* and one for each measure */
	NUMBER_HEAP = 144,
};

static const struct mw_saved_field leak_fields[] = {
	MW_SAVED_FIELD(1, struct mw_leak, pid),
	MW_SAVED_FIELD(2, struct mw_leak, start_ticks),
	MW_SAVED_FIELD(3, struct mw_leak, comm),
	MW_SAVED_FIELD(4, struct mw_leak, first_alert_s),
	MW_SAVED_FIELD(5, struct mw_leak, crowd_kib),
	MW_SAVED_FIELD(6, struct mw_leak, came_back_kib),
	MW_SAVED_FIELD(7, struct mw_leak, learnt_kib),
	MW_SAVED_FIELD(8, struct mw_leak, known_kib),
	MW_SAVED_FIELD(9, struct mw_leak, fell_t),
	MW_SAVED_FIELD(10, struct mw_leak, rss_kb),
	MW_SAVED_FIELD(11, struct mw_leak, limit_kb),
	MW_SAVED_FIELD(12, struct mw_leak, ignored),
	MW_SAVED_FIELD(13, struct mw_leak, heap_source),
	MW_SAVED_FIELD(14, struct mw_leak, entity),
	MW_SAVED_FIELD(15, struct mw_leak, passes),
	MW_SAVED_FIELD(16, struct mw_leak, behind),
	MW_SAVED_FIELD(17, struct mw_leak, falls),
	MW_SAVED_FIELD(18, struct mw_leak, leak),
	MW_SAVED_FIELD(19, struct mw_leak, has_waited),
	MW_SAVED_FIELD(20, struct mw_leak, is_expected),
	MW_SAVED_FIELD(32, struct mw_leak, series.origin_s),
	MW_SAVED_FIELD(33, struct mw_leak, series.width_s),
	MW_SAVED_FIELD(34, struct mw_leak, series.first_s),
	MW_SAVED_FIELD(35, struct mw_leak, series.last_s),
	MW_SAVED_FIELD(36, struct mw_leak, series.base),
	MW_SAVED_FIELD(37, struct mw_leak, series.samples),
	MW_SAVED_FIELD(38, struct mw_leak, series.recent_first),
	MW_SAVED_FIELD(39, struct mw_leak, series.seen),
	MW_SAVED_FIELD(40, struct mw_leak, series.recent_seen),
	MW_SAVED_FIELD(41, struct mw_leak, series.life_count),
	MW_SAVED_FIELD(42, struct mw_leak, series.recent_count),
	MW_SAVED_FIELD(64, struct mw_leak, found.since_t),
	MW_SAVED_FIELD(65, struct mw_leak, found.until_t),
	MW_SAVED_FIELD(66, struct mw_leak, found.level),
	MW_SAVED_FIELD(67, struct mw_leak, found.growth),
	MW_SAVED_FIELD(68, struct mw_leak, found.slope),
	MW_SAVED_FIELD(69, struct mw_leak, found.low),
	MW_SAVED_FIELD(70, struct mw_leak, found.high),
	MW_SAVED_FIELD(71, struct mw_leak, found.p_value),
	MW_SAVED_FIELD(72, struct mw_leak, found.departure),
	MW_SAVED_FIELD(73, struct mw_leak, found.tooth),
	MW_SAVED_FIELD(74, struct mw_leak, found.heap_growth),
	MW_SAVED_FIELD(75, struct mw_leak, found.kernel_growth),
	MW_SAVED_FIELD(76, struct mw_leak, found.live_growth),
	MW_SAVED_FIELD(77, struct mw_leak, found.thread_growth),
	MW_SAVED_FIELD(78, struct mw_leak, found.windows),
	MW_SAVED_FIELD(79, struct mw_leak, found.risen),
	MW_SAVED_FIELD(80, struct mw_leak, found.why),
	MW_SAVED_FIELD(81, struct mw_leak, found.measure),
	MW_SAVED_FIELD(82, struct mw_leak, found.is_staircase),
};

/* The first of them says that there is one. */
static const struct mw_saved_field extra_fields[] = {
	MW_SAVED_FIELD(96, struct mw_leak_extra, watermark.has_begun),
	MW_SAVED_FIELD(97, struct mw_leak_extra, watermark.low),
	MW_SAVED_FIELD(98, struct mw_leak_extra, watermark.width),
	MW_SAVED_FIELD(99, struct mw_leak_extra, watermark.last_s),
	MW_SAVED_FIELD(100, struct mw_leak_extra, watermark.above_s),
	MW_SAVED_FIELD(101, struct mw_leak_extra, watermark.total),
	MW_SAVED_FIELD(102, struct mw_leak_extra, watermark.seconds),
	MW_SAVED_FIELD(112, struct mw_leak_extra, rate.count),
	MW_SAVED_FIELD(113, struct mw_leak_extra, rate.last_s),
	MW_SAVED_FIELD(114, struct mw_leak_extra, rate.since_s),
	MW_SAVED_FIELD(115, struct mw_leak_extra, rate.fast),
	MW_SAVED_FIELD(116, struct mw_leak_extra, rate.slow),
	MW_SAVED_FIELD(117, struct mw_leak_extra, rate.spread),
	MW_SAVED_FIELD(118, struct mw_leak_extra, rate.before),
	MW_SAVED_FIELD(119, struct mw_leak_extra, rate.age_s),
	MW_SAVED_FIELD(120, struct mw_leak_extra, rate.has_begun),
};

size_t mw_leak_saved_max(void)
{
	return MW_SAVED_HEAD + mw_leak_size() +
	       (COUNT(leak_fields) + COUNT(extra_fields) + MW_MEASURES + 1) * MW_SAVED_EACH;
}

size_t mw_leak_save(const struct mw_leak *leak, void *ret_data, size_t size)
{
	const struct mw_series *series = &leak->series;
	struct mw_saved_writer writer;

	if (size < MW_SAVED_HEAD)
		return 0;
	mw_saved_begin(&writer, ret_data, size, KIND, VERSION);
	mw_saved_put_fields(&writer, leak_fields, COUNT(leak_fields), leak);
	for (unsigned int i = 0; i < MW_MEASURES; i++)
		if (series->floors[i] != NULL)
			mw_saved_put(&writer, (uint16_t)(NUMBER_FLOORS + i), series->floors[i],
				     sizeof(*series->floors[i]));
	if (series->heap != NULL)
		mw_saved_put(&writer, NUMBER_HEAP, series->heap, sizeof(*series->heap));
	if (leak->extra != NULL)
		mw_saved_put_fields(&writer, extra_fields, COUNT(extra_fields), leak->extra);
	return mw_saved_end(&writer);
}

double mw_leak_crowd_kib(const struct mw_leak *leak)
{
	return leak->crowd_kib;
}

/* ---- back ---- */

/* Returns 0, -EBADMSG when it is not of this size, or -ENOMEM. */
static int take_block(void **block, size_t want, const void *bytes, size_t size)
{
	if (size != want)
		return -EBADMSG;
	if (*block == NULL)
		*block = malloc(want);
	if (*block == NULL)
		return -ENOMEM;
	memcpy(*block, bytes, want);
	return 0;
}

static int take_extra(struct mw_leak *leak, uint16_t number, const void *bytes, size_t size)
{
	if (leak->extra == NULL)
		leak->extra = calloc(1, sizeof(*leak->extra));
	if (leak->extra == NULL)
		return -ENOMEM;
	return mw_saved_take(extra_fields, COUNT(extra_fields), leak->extra, number, bytes, size)
		       ? 0
		       : -EBADMSG;
}

static int take_field(struct mw_leak *leak, uint16_t number, const void *bytes, size_t size)
{
	struct mw_series *series = &leak->series;

	if (number >= NUMBER_FLOORS && number < NUMBER_FLOORS + MW_MEASURES)
		return take_block((void **)&series->floors[number - NUMBER_FLOORS],
				  sizeof(struct mw_floors), bytes, size);
	if (number == NUMBER_HEAP)
		return take_block((void **)&series->heap, sizeof(*series->heap), bytes, size);
	if (number >= extra_fields[0].number &&
	    number <= extra_fields[COUNT(extra_fields) - 1].number)
		return take_extra(leak, number, bytes, size);
	return mw_saved_take(leak_fields, COUNT(leak_fields), leak, number, bytes, size) ? 0
											 : -EBADMSG;
}

static bool is_time(double time_s)
{
	return fabs(time_s) < LATEST_S;
}

static bool is_length(double length_s)
{
	return length_s == 0.0 || (length_s >= SHORTEST_S && length_s < LATEST_S);
}

static bool is_series_sound(const struct mw_series *series)
{
	return is_time(series->origin_s) && is_time(series->last_s) &&
	       series->last_s >= series->origin_s && is_length(series->width_s) &&
	       is_length(series->first_s) && series->life_count < MW_SERIES_LIFE &&
	       series->recent_count <= MW_SERIES_RECENT &&
	       (double)series->recent_first < LATEST_S / SHORTEST_S &&
	       (series->heap != NULL) == (series->floors[MW_MEASURE_HEAP] != NULL);
}

static bool is_extra_sound(const struct mw_leak_extra *extra)
{
	const struct mw_watermark *watermark = &extra->watermark;

	for (int i = 0; i < MW_WATERMARK_BINS; i++)
		if (!(watermark->seconds[i] >= 0.0f && (double)watermark->seconds[i] < LATEST_S))
			return false;
	return fabs(watermark->low) < MOST_KIB && watermark->width >= 0.0 &&
	       watermark->width < MOST_KIB && watermark->total >= 0.0f &&
	       (double)watermark->total < LATEST_S && is_time(watermark->last_s) &&
	       is_time(extra->rate.last_s);
}

/* The byte of a bool may be anything until this was asked. */
static bool is_flag(const bool *flag)
{
	unsigned char byte;

	memcpy(&byte, flag, sizeof(byte));
	return byte <= 1;
}

/* Can the detector go on with it without reading what is not there? */
static bool is_sound(const struct mw_leak *leak)
{
	return leak->pid >= 0 && memchr(leak->comm, '\0', sizeof(leak->comm)) != NULL &&
	       leak->heap_source <= MW_HEAP_RSS && leak->entity <= MW_ENTITY_HOST &&
	       leak->found.why <= MW_TREND_RISING && leak->found.measure < MW_MEASURES &&
	       fabs(leak->crowd_kib) < MOST_KIB && is_flag(&leak->leak) &&
	       is_flag(&leak->has_waited) && is_flag(&leak->is_expected) &&
	       is_series_sound(&leak->series) &&
	       (leak->extra == NULL || is_extra_sound(leak->extra));
}

static void shift(struct mw_leak *leak, double by_s)
{
	mw_series_shift(&leak->series, by_s);
	leak->first_alert_s += by_s;
	if (leak->extra == NULL)
		return;
	leak->extra->watermark.last_s += by_s;
	leak->extra->watermark.above_s += by_s;
	leak->extra->rate.last_s += by_s;
	leak->extra->rate.since_s += by_s;
}

/* It is not known to the crowd until it is sound. */
static void discard(struct mw_leak *leak)
{
	leak->crowd_kib = 0.0;
	mw_leak_free(leak);
}

int mw_leak_load(const struct mw_leak_config *config, const void *data, size_t size, double shift_s,
		 struct mw_leak **ret_leak)
{
	struct mw_saved_reader reader;
	struct mw_leak *leak;
	const void *bytes;
	uint16_t number;
	size_t length;
	int err = mw_saved_open(&reader, data, size, KIND, VERSION);

	if (err < 0)
		return err;
	leak = mw_leak_new(config);
	if (leak == NULL)
		return -ENOMEM;
	while (err == 0 && mw_saved_next(&reader, &number, &bytes, &length))
		err = take_field(leak, number, bytes, length);
	if (err == 0 && (reader.left > 0 || !is_sound(leak)))
		err = -EBADMSG;
	if (err < 0) {
		discard(leak);
		return err;
	}
	shift(leak, shift_s);
	*ret_leak = leak;
	return 0;
}
