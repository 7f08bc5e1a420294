// SPDX-License-Identifier: GPL-2.0-only
/*
 * watched.c - the lives that are judged. Nearly all processes of a host never grow: of such
 * a life 64 bytes are kept (flat.h) and no detector, no limit is looked up and nothing is
 * allocated in a round. A process that renames itself is chosen anew, and stays chosen while
 * an alert of it stands.
 */
#include "watched.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/flat.h"
#include "../lib/source_live.h"
#include "../lib/subject.h"

/* What is no process (entity.h) has ended when nothing was heard of it for so long. */
#define ENTITY_S 600.0
/* Growth below this part of the least that is told says nothing yet. */
#define QUIET_PART 4

/* One process life. */
struct life {
	struct mw_leak *leak; /* NULL while it is flat */
	char *family;	      /* of one that is not flat; NULL without memory */
	struct mw_flat flat;
	struct mw_history_life history;
	uint64_t start_ticks;
	int32_t pid;
	uint32_t round; /* in which it was last seen */
	double seen_s;
	double kept_s; /* when its detector was told to watched_each_detector() */
	uint32_t name; /* hash of the name by which it was chosen; 0: not yet */
	uint32_t shmem_kb;
	bool is_chosen;
	bool is_leaking;
	bool is_kept;
};

int watched_init(struct watched *watched)
{
	watched->lives = mw_lives_new(sizeof(struct life));
	return watched->lives != NULL ? 0 : -ENOMEM;
}

static void free_life(void *block, void *arg)
{
	struct life *life = block;

	(void)arg;
	mw_leak_free(life->leak);
	free(life->family);
}

void watched_free(struct watched *watched)
{
	mw_lives_free(watched->lives, free_life, NULL);
	watched->lives = NULL;
}

void watched_begin(struct watched *watched, double now_s)
{
	watched->now_s = now_s;
	watched->samples = 0;
	watched->round++;
}

/* ---- which ---- */

static uint32_t hash_name(const char *name)
{
	uint32_t hash = 0x811c9dc5u;

	while (*name != '\0')
		hash = (hash ^ (unsigned char)*name++) * 0x01000193u;
	return hash | 1;
}

static bool selects_all(const struct mw_selection *selection)
{
	return selection->include_count == 0 && selection->exclude_count == 0;
}

static bool is_chosen(struct watched *watched, struct life *life, const struct mw_sample *sample)
{
	uint32_t name;

	if (selects_all(watched->selection))
		return true;
	name = hash_name(sample->comm);
	if (life->name != name) {
		struct mw_subject_texts texts;
		struct mw_subject subject;

		mw_subject_read(watched->proc, sample->pid, sample->comm, &texts, &subject);
		life->is_chosen = mw_selection_wants(watched->selection, &subject);
		life->name = name;
	}
	return life->is_chosen ||
	       mw_alerting_has(watched->alerting, sample->pid, sample->start_ticks);
}

static void choose_anew(void *life, void *arg)
{
	(void)arg;
	((struct life *)life)->name = 0;
}

void watched_choose_anew(struct watched *watched)
{
	mw_lives_each(watched->lives, choose_anew, NULL);
}

/* ---- judging ---- */

/* The life has begun to move: a detector that knows its past. */
static int wake(struct watched *watched, struct life *life, const struct mw_sample *sample)
{
	char family[MW_FAMILY_NAME_MAX];
	struct mw_subject_texts texts;
	struct mw_subject subject;
	struct mw_sample past;

	life->leak = mw_leak_new(watched->thresholds);
	if (life->leak == NULL)
		return -ENOMEM;
	life->kept_s = watched->now_s;
	watched->detectors++;
	mw_subject_read(watched->proc, sample->pid, sample->comm, &texts, &subject);
	kin_name(&subject, family);
	life->family = strdup(family);
	mw_families_teach(watched->kin->families, family, life->leak);
	for (unsigned int i = 0; mw_flat_replay(&life->flat, i, sample, &past); i++)
		mw_leak_add(life->leak, &past);
	return 0;
}

static bool is_flat(const struct watched *watched, struct life *life,
		    const struct mw_sample *sample)
{
	int64_t quiet_kb = (int64_t)(watched->thresholds->min_growth_kib / QUIET_PART);

	if (life->leak != NULL ||
	    mw_alerting_has(watched->alerting, sample->pid, sample->start_ticks))
		return false;
	return mw_flat_add(&life->flat, sample, quiet_kb);
}

static int judge(struct watched *watched, struct life *life)
{
	double born_s = watched->boot_s + (double)life->start_ticks / (double)sysconf(_SC_CLK_TCK);
	struct mw_subject_texts texts;
	struct mw_subject subject;
	struct mw_verdict verdict;

	mw_leak_verdict(life->leak, &verdict);
	mw_subject_read(watched->proc, life->pid, verdict.comm, &texts, &subject);
	return mw_alerting_judge(watched->alerting, &verdict, &subject, born_s, watched->now_s);
}

/* Its verdict has changed: what is known of it is worth keeping at once. */
static void turn(struct watched *watched, struct life *life)
{
	life->is_leaking = !life->is_leaking;
	life->kept_s = -INFINITY;
	watched->has_turned = true;
}

static int add_sample(struct watched *watched, struct life *life, const struct mw_sample *sample)
{
	struct mw_sample limited = *sample;
	int err = life->leak == NULL ? wake(watched, life, sample) : 0;

	if (err < 0)
		return err;
	if (limited.limit_kb == MW_UNKNOWN && limited.pid > 0)
		limited.limit_kb = mw_source_live_limit_kb(watched->source, sample);
	snapshots_offer(watched->snapshots, &limited);
	if (mw_leak_add(life->leak, &limited))
		turn(watched, life);
	if (life->family != NULL)
		mw_families_learn(watched->kin->families, life->family, life->leak);
	if (!life->is_leaking &&
	    !mw_alerting_has(watched->alerting, sample->pid, sample->start_ticks))
		return 0;
	return judge(watched, life);
}

/* Of all lives, also those that this round does not look at. */
static void count_shmem(struct watched *watched, struct life *life, const struct mw_sample *sample)
{
	uint32_t shmem_kb = sample->shmem_kb > 0 && sample->shmem_kb < UINT32_MAX
				    ? (uint32_t)sample->shmem_kb
				    : 0;

	watched->shmem_kb += (int64_t)shmem_kb - (int64_t)life->shmem_kb;
	life->shmem_kb = shmem_kb;
}

/* Its group is looked up once, when its first sample is stored. */
static void store(struct watched *watched, struct life *life, const struct mw_sample *sample)
{
	char group[MW_GROUP_MAX] = "";

	if (sample->pid > 0 &&
	    mw_store_wants_family(watched->store, &life->history, sample->time_s)) {
		struct mw_subject_texts texts;
		struct mw_subject subject;

		mw_subject_read(watched->proc, sample->pid, sample->comm, &texts, &subject);
		mw_group_name(texts.unit, texts.cgroup, group);
	}
	mw_store_sample(watched->store, &life->history, sample, group);
}

int watched_look(const struct mw_sample *sample, void *arg)
{
	struct watched *watched = arg;
	struct life *life;
	bool is_new;

	life = mw_lives_get(watched->lives, sample->pid, sample->start_ticks, &is_new);
	if (life == NULL)
		return -ENOMEM;
	life->pid = sample->pid;
	life->start_ticks = sample->start_ticks;
	life->round = watched->round;
	life->seen_s = watched->now_s;
	count_shmem(watched, life, sample);
	if (!is_chosen(watched, life, sample))
		return 0;
	watched->samples += sample->pid > 0;
	if (watched->store != NULL)
		store(watched, life, sample);
	if (is_flat(watched, life, sample))
		return 0;
	return add_sample(watched, life, sample);
}

static bool is_alive(void *block, void *arg)
{
	struct watched *watched = arg;
	struct life *life = block;

	if (life->round == watched->round)
		return true;
	if (life->pid == 0 && watched->now_s < life->seen_s + ENTITY_S)
		return true;
	if (watched->source->ops->has != NULL &&
	    watched->source->ops->has(watched->source, life->pid, life->start_ticks))
		return true;
	mw_alerting_end(watched->alerting, life->pid, life->start_ticks,
			life->pid > 0 ? "the process has ended" : "nothing of it is seen any more",
			watched->now_s);
	if (watched->store != NULL)
		mw_store_life_end(watched->store, &life->history, watched->now_s);
	if (life->pid > 0 && life->leak != NULL && life->family != NULL)
		kin_end(watched->kin, life->family, life->leak, watched->now_s);
	if (life->is_kept && watched->forget != NULL)
		watched->forget(life->pid, life->start_ticks, watched->forget_arg);
	watched->detectors -= life->leak != NULL;
	watched->shmem_kb -= life->shmem_kb;
	free_life(life, NULL);
	return false;
}

void watched_end(struct watched *watched)
{
	size_t left = mw_lives_filter(watched->lives, is_alive, watched);

	if (watched->store != NULL)
		mw_store_lives(watched->store, left);
}

/* ---- what is kept ---- */

int watched_adopt(struct watched *watched, struct mw_leak *leak, const char *family, double now_s)
{
	struct mw_verdict verdict;
	struct life *life;
	bool is_new;

	mw_leak_verdict(leak, &verdict);
	life = mw_lives_get(watched->lives, verdict.pid, verdict.start_ticks, &is_new);
	if (life == NULL || !is_new) {
		mw_leak_free(leak);
		return life == NULL ? -ENOMEM : -EEXIST;
	}
	life->pid = verdict.pid;
	life->start_ticks = verdict.start_ticks;
	life->round = watched->round;
	life->seen_s = now_s;
	life->leak = leak;
	life->is_leaking = verdict.leak;
	life->family = strdup(family);
	life->kept_s = now_s;
	life->is_kept = true;
	watched->detectors++;
	return 0;
}

struct telling {
	double before_s;
	double now_s;
	size_t most;
	watched_detector_fn fn;
	void *arg;
};

static bool is_due(const struct life *life, const struct telling *telling)
{
	if (life->leak == NULL || telling->most == 0)
		return false;
	/* What was not looked at since is as it was. */
	return isinf(telling->before_s) ||
	       (life->kept_s < telling->before_s && life->seen_s > life->kept_s);
}

static void tell_detector(void *block, void *arg)
{
	struct telling *telling = arg;
	struct life *life = block;
	struct watched_detector detector = {
		.pid = life->pid,
		.start_ticks = life->start_ticks,
		.family = life->family != NULL ? life->family : "",
		.leak = life->leak,
	};

	if (!is_due(life, telling))
		return;
	telling->fn(&detector, telling->arg);
	telling->most--;
	life->kept_s = telling->now_s;
	life->is_kept = true;
}

void watched_each_detector(struct watched *watched, double before_s, size_t most, double now_s,
			   watched_detector_fn fn, void *arg)
{
	struct telling telling = { before_s, now_s, most, fn, arg };

	mw_lives_each(watched->lives, tell_detector, &telling);
}

bool watched_has(const struct watched *watched, int32_t pid, uint64_t start_ticks)
{
	return mw_lives_find(watched->lives, pid, start_ticks) != NULL;
}

size_t watched_count(const struct watched *watched)
{
	return mw_lives_count(watched->lives);
}
