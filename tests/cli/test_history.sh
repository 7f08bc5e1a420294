#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# times: waits some seconds for what a busy host may delay
#
# memwatch history: what the daemon's store holds, read while it is written; and
# the store itself on a disk that is full and under kill -9. The store is filled by
# a small program of its own, in the place of a daemon that would need a month.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

# fill STATE [PAUSE]: samples of a recording on standard input into the store, as the daemon
# would; a line in which rss_kb is 0 ends that process; PAUSE ms after each sample.
cat >"$work/fill.c" <<'END_OF_C'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "source_csv.h"
#include "store.h"

static struct mw_history_life lives[100];
static struct mw_store *store;
static int pause_ms;
static double last_s, begin_s;

static void note(const char *sentence, void *arg)
{
	(void)arg;
	fprintf(stderr, "%s\n", sentence);
}

static void alert(double now_s, enum mw_alert_state state)
{
	struct mw_message message = {
		.state = state, .severity = MW_SEVERITY_WARNING, .fingerprint = "00000000000000aa",
		.time_s = now_s, .starts_s = now_s, .ends_s = NAN, .host = "h", .rule = "leak",
		.comm = "api", .pid = 1, .sentence = "api leaks.",
	};
	char json[200];

	snprintf(json, sizeof(json), "{\"state\":\"%s\",\"time_s\":%.3f,\"host\":\"h\",\"rule\":\"leak\","
		 "\"fingerprint\":\"00000000000000aa\",\"comm\":\"api\",\"pid\":1}", mw_state_name(state), now_s);
	message.json = json;
	mw_store_event(store, &message);
}

static int take(const struct mw_sample *sample, void *arg)
{
	(void)arg;
	if (sample->time_s != last_s)
		mw_store_pump(store, sample->time_s);
	last_s = sample->time_s;
	if (sample->rss_kb == 0)
		mw_store_life_end(store, &lives[sample->pid], sample->time_s);
	else
		mw_store_sample(store, &lives[sample->pid], sample, sample->pid < 10 ? "api.service" : "");
	usleep((unsigned int)pause_ms * 1000);
	return 0;
}

static void problem(const struct mw_csv_problem *problem, void *arg)
{
	(void)problem;
	(void)arg;
}

int main(int argc, char **argv)
{
	struct mw_source *source = mw_source_csv_new(0, problem, NULL);
	struct mw_store_config config;
	struct mw_store_status status;
	char error[MW_NOTICE_MAX];

	mw_store_defaults(&config);
	config.path = argv[1];
	config.notice = note;
	config.settle_s = 0;
	begin_s = atof(getenv("BEGIN"));
	pause_ms = argc > 2 ? atoi(argv[2]) : 0;
	if (pause_ms > 0)
		config.flush_s = 0;
	if (mw_store_open(&config, begin_s, &store, error) < 0) {
		fprintf(stderr, "%s\n", error);
		return 4;
	}
	alert(begin_s + 100, MW_STATE_FIRING);
	while (source->ops->read(source, 0, take, NULL) == 0)
		;
	alert(begin_s + 86400, MW_STATE_RESOLVED);
	mw_store_status(store, &status);
	fprintf(stderr, "generation %d\n", (int)status.generation);
	mw_store_close(store);
	source->ops->free(source);
	return 0;
}
END_OF_C
cc -O1 -iquote userspace/lib -o "$work/fill" "$work/fill.c" build/libmemwatch.a -lcjson -lsqlite3 -lm

# Yesterday, from the beginning of an hour on.
begin=$((($(date +%s) - 90000) / 3600 * 3600))
export TZ=UTC BEGIN=$begin

# A day: a leak, one that holds, one that ends and comes back as another process.
recording() {
	awk -v from="${1:-0}" -v to="${2:-8640}" -v begin="$begin" 'BEGIN {
		print "time_s,pid,start_ticks,comm,rss_kb,anon_kb,threads"
		for (i = from; i < to; i++) {
			time = begin + i * 10
			printf "%d,1,5,api,%d,%d,3\n", time, 20000 + i, 10000 + i
			printf "%d,20,5,holds,5000,4000,1\n", time
			if (i < 4000)
				printf "%d,2,6,api,%d,900,1\n", time, i == 3999 ? 0 : 1000 + i % 7
			else
				printf "%d,3,%d,api,%d,900,1\n", time, 9, 2000 + i % 7
		}
	}'
}

state=$work/state.db
recording | "$work/fill" "$state" 2>"$work/err"
mw history --state "$state"
check "the processes that were seen" all_of 'exits 0' '[ "$(wc -l <"$work/out")" -eq 5 ]' \
	'says " holds "' '[ "$(grep -c "  ended$" "$work/out")" -eq 1 ]'
mw history --state "$state" --json --pid 1
check "one of them, with its numbers" all_of 'exits 0' 'is_json "$work/out"' 'jq -e "
	.comm == \"api\" and .pid == 1 and .start_ticks == 5 and .family == \"api.service\" and
	.first_s < $((begin + 20)) and .last_s > $((begin + 86000)) and .end_s == null and
	.last_rss_kb > 28500 and .peak_rss_kb == .last_rss_kb and .samples > 1000" "$work/out" >/dev/null'
mw history --state "$state" --families --json
check "families, across restarts" all_of 'exits 0' 'jq -se "
	(map({(.family): .}) | add) | .[\"api.service\"].lives == 3 and
	.[\"api.service\"].not_ended == 2 and .holds.lives == 1" "$work/out" >/dev/null'
mw history --state "$state" --since $((begin + 3600)) --until $((begin + 7200)) --series --pid 1
check "a span of one" all_of 'exits 0' '[ "$(wc -l <"$work/out")" -ge 61 ]' '[ "$(wc -l <"$work/out")" -le 140 ]' \
	'says "$(date -d @$((begin + 3600)) "+%F %H:0")"' '! says "$(date -d @$((begin + 7200)) "+%F %H:")"'
mw history --state "$state" --alerts
check "alerts" all_of 'exits 0' 'says "firing    warning   api leaks."' '[ "$(wc -l <"$work/out")" -eq 2 ]'
mw history --state "$state" --alerts --json --since $((begin + 200))
check "alerts of a time" all_of 'exits 0' 'jq -e ".state == \"resolved\" and .severity == \"warning\"" "$work/out" >/dev/null'
mw history --state "$state" --csv --comm api --comm holds
cp "$work/out" "$work/day.csv"
check "samples as CSV" all_of 'exits 0' '[ "$(head -1 "$work/day.csv" | tr , "\n" | wc -l)" -eq 19 ]' \
	'awk -F, "NR > 1 && NF != 19 { bad = 1 } END { exit bad }" "$work/day.csv"'
# What held was stored once in ten minutes and is given again, so that there are no gaps.
check "without gaps" awk -F, 'NR > 1 && last[$2] && $1 - last[$2] > 620 { bad = 1 }
	NR > 1 && $1 < last[$2] { bad = 1 } { last[$2] = $1 } END { exit bad || NR < 1000 }' "$work/day.csv"
mw analyze --json "$work/day.csv"
check "analyze judges it as it would the recording" all_of '[ "$status" -le 1 ]' '[ -z "$err" ]' 'jq -se "
	(map({(.pid | tostring): .}) | add) | (.[\"1\"] | .leak and
	.rate_kib_per_s > 0.095 and .rate_kib_per_s < 0.105) and (.[\"20\"].leak | not)" "$work/out" >/dev/null'

# --- before and after, from the history itself -------------------------------------------------------
mw diff --state "$state" --json --by-pid --pid 1 $begin..$((begin + 40000)) $((begin + 40000))..$((begin + 86400))
check "diff of two times" all_of 'exits 0' 'jq -e ".outcome == \"same\" and
	(.rate_kib_per_s | .a > 0.09 and .a < 0.11 and .b > 0.09 and .b < 0.11)" "$work/out" >/dev/null'

# --- while the daemon writes ---------------------------------------------------------------------------
recording 8640 8900 | "$work/fill" "$state" 5 2>"$work/fill.err" &
filler=$!
bad=0
for _ in $(seq 10); do
	mw history --state "$state" --json
	# shellcheck disable=SC2034 # the condition below uses it
	{ exits 0 && is_json "$work/out"; } || bad=1
	sleep 0.1
done
check "it can be read while it is written" all_of '[ "$bad" -eq 0 ]' 'kill -0 "$filler"'
kill -KILL "$filler"
wait "$filler" 2>/dev/null
mw history --state "$state" --json --pid 1
check "kill -9 leaves it whole" all_of 'exits 0' 'jq -e ".last_s > $((begin + 86390))" "$work/out" >/dev/null'
recording 8900 8910 | "$work/fill" "$state" 2>"$work/err"
err=$(cat "$work/err")
check "and the next run goes on with it" all_of '[ "$err" = "generation 0" ]'

# --- bad input -----------------------------------------------------------------------------------------------
mw history --state "$work/none.db"
check "no file" all_of 'exits 4' 'complains "cannot open $work/none.db: No such file"'
head -c 10000 /dev/urandom >"$work/junk.db"
mw history --state "$work/junk.db"
check "no database" all_of 'exits 4' 'complains "$work/junk.db is no database of memwatch"'
mw history --state "$work"
check "a directory" exits 4
mw history --since never --state "$state"
check "a time that is none" all_of 'exits 2' "complains \"--since: 'never' is no moment\""
status=0
"$MEMWATCH" history --state "$state" --csv >/dev/full 2>"$work/err" || status=$?
err=$(cat "$work/err") out=''
check "output that cannot be written" all_of 'exits 4' 'complains "cannot write standard output: "'
size=$(stat -c %s "$state")
dd if=/dev/urandom of="$state" bs=4096 seek=$((size / 8192)) count=40 conv=notrunc 2>/dev/null
rm -f "$state-wal" "$state-shm"
mw history --state "$state" --csv
check "a read that fails halfway is said" all_of 'exits 4' 'complains "cannot read $state: "'
recording 8910 8920 | "$work/fill" "$state" 2>"$work/err"
said=$(cat "$work/err")
mw history --state "$state" --json --pid 1
check "the daemon keeps it aside and begins anew" all_of 'exits 0' \
	'[[ $said == *"state.db was corrupt: kept as $state.corrupt-$(date -d @$begin +%Y%m%dT%H%M%SZ), begun anew"* ]]' \
	'[ -s "$state.corrupt-$(date -d @$begin +%Y%m%dT%H%M%SZ)" ]' 'jq -e ".samples >= 9" "$work/out" >/dev/null'

# --- a full disk -------------------------------------------------------------------------------------------------
mkdir "$work/disk"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=2m tmpfs "$work/disk" 2>/dev/null; then
	trap 'umount -l "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
	recording 0 100 | "$work/fill" "$work/disk/state.db" 2>"$work/err"
	mkfifo "$work/samples"
	"$work/fill" "$work/disk/state.db" 1 <"$work/samples" 2>"$work/err" &
	filler=$!
	exec 7>"$work/samples"
	recording 100 300 >&7
	# The store is open when the samples have been taken from the pipe.
	for _ in $(seq 100); do
		[ ! -e "$work/disk/state.db-wal" ] || break
		sleep 0.1
	done
	dd if=/dev/zero of="$work/disk/ballast" bs=4096 2>/dev/null
	recording 300 900 | tail -n +2 >&7
	# It takes its time to come to them.
	for _ in $(seq 200); do
		! grep -q 'No space left on device' "$work/err" || break
		sleep 0.1
	done
	# shellcheck disable=SC2034 # the condition below uses it
	said=$(grep -c 'No space left on device; going on in memory' "$work/err")
	rm "$work/disk/ballast"
	recording 900 1000 | tail -n +2 >&7
	exec 7>&-
	status=0
	wait "$filler" || status=$?
	err=$(cat "$work/err")
	check "a full disk is said once and ends nothing" all_of 'exits 0' '[ "$said" -eq 1 ]' \
		'[ "$(grep -c "No space left" "$work/err")" -eq 1 ]'
	check "when there is room again it goes on" all_of 'complains "state.db takes writes again; "' \
		'complains "generation 1"'
	mw history --state "$work/disk/state.db" --json --pid 1
	check "and what comes then is there" all_of 'exits 0' 'jq -e ".last_s >= $((begin + 9900))" "$work/out" >/dev/null'
	dd if=/dev/zero of="$work/disk/ballast" bs=4096 2>/dev/null
	mw_fill_status=0
	recording 1000 1010 | "$work/fill" "$work/disk/state.db" 2>"$work/err" || mw_fill_status=$?
	err=$(cat "$work/err") status=$mw_fill_status
	check "it starts on a full disk" all_of 'exits 0' 'complains "going on in memory, trying again"'
	umount -l "$work/disk"
else
	echo "ok - a full disk # SKIP needs root, to mount a small tmpfs"
fi
finish
