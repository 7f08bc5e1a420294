# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# kernels: 5.10 6.1 6.1-rt 6.12 6.12-rt 7.x
# options: --mem 1024
# times: an alert comes before half of the way to the limit, which takes a minute or two
#
# The fire drill, to the OOM kill: leaks of each shape and class run into the limits of
# control groups, side by side, and the daemon must have told of each well before, at
# its true rate, and of nothing else. `make drill` shows it. Not in the debug kernel, where
# what leaks does not keep its rate (804 of 1,536 KiB/s) against which the daemon's is held.

. /lib.sh

# Half of the way would be late; steps take longer to be told from deploys.
LATEST_PART=0.5
LATEST_PART_OF_STEPS=0.75
RATE_ERROR=0.1

# number NAME KEY, word NAME KEY: of what that drill printed.
number() {
	sed -n "s/.*\"$2\":\([-0-9.]*\)[,}].*/\1/p" "/tmp/$1.json"
}

word() {
	sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p" "/tmp/$1.json"
}

drills='line stairs saw shared threads'
waiting=

# start NAME OPTIONS...: one leak, to its end, in the background.
start() {
	name=$1
	shift
	(
		memwatch drill --alerts /out/alerts.jsonl --limit 80M --rate 1536K --to-the-end --json \
			"$@" >"/tmp/$name.json" 2>"/tmp/$name.err"
		echo $? >"/tmp/$name.status"
	) &
	waiting="$waiting $!"
}

# judge NAME CLASSES [LATEST]: what came of one.
judge() {
	cat "/tmp/$1.err" "/tmp/$1.json"
	mw_equal "$1: the daemon told of it" "$(cat "/tmp/$1.status")" 0
	mw_equal "$1: the limit was a control group's" "$(word "$1" limit_by)" cgroup
	mw_equal "$1: the kernel killed it there" "$(word "$1" end)" killed
	mw_holds "$1: named as what it is, $(word "$1" alert_class)" \
		sh -c "echo ' $2 ' | grep -q ' $(word "$1" alert_class) '"
	mw_holds "$1: at $(number "$1" part_of_way) of the way, $(number "$1" margin_s) s before the kill" \
		awk -v a="$(number "$1" part_of_way)" -v b="${3:-$LATEST_PART}" 'BEGIN { exit !(a > 0 && a < b) }'
	# Before 6.2 a thread keeps up to 64 pages to itself: of those with few, RSS knows nothing.
	if [ "$1" = threads ] && [ "$batches" = yes ]; then
		return
	fi
	mw_holds "$1: $(number "$1" alert_rate_kib_per_s) of $(number "$1" rate_kib_per_s) KiB/s" \
		awk -v a="$(number "$1" alert_rate_kib_per_s)" -v b="$(number "$1" rate_kib_per_s)" \
		-v error="$RATE_ERROR" 'BEGIN { off = a / b - 1; exit !(off < error && off > -error) }'
}

case $(uname -r) in
5.* | 6.[01].* | 6.1-*) batches=yes ;;
*) batches=no ;;
esac

in_order() {
	echo "$*" | tr ' ' '\n' | sort -n | tr '\n' ' '
}

# As in test_stress: the trace of a kill is no fault, and the taint tells of one.
dmesg -n 1
echo 0 >/proc/sys/vm/oom_dump_tasks

mw_load
memwatch watch --interval 200ms --json >/out/alerts.jsonl 2>/tmp/watch.err &
watch=$!
sleep 1
# Innocent, and its kernel pages rise with the leak of threads: slabs are shared.
(while :; do sleep 0.1; done) &
forker=$!
start line
start stairs --shape stairs
start saw --shape saw
start shared --class shared
start threads --class threads
# shellcheck disable=SC2086 # one word a process
wait $waiting
kill "$forker"

judge line heap-growth
# Steps of a few samples are a staircase or, seen from far, a line.
judge stairs "staircase heap-growth rising-floor" "$LATEST_PART_OF_STEPS"
judge saw rising-floor
judge shared shared-memory
judge threads threads
mw_holds "no group is left" sh -c '! ls -d /sys/fs/cgroup/memwatch-drill-* 2>/dev/null'
pids=
for name in $drills; do
	pids="$pids $(number "$name" pid)"
done
# Pid 0 is no process: the slabs of the leaked threads may be told as well.
accused=$(sed -n 's/.*"state":"firing".*"pid":\([1-9][0-9]*\),.*/\1/p' /out/alerts.jsonl | tr '\n' ' ')
# shellcheck disable=SC2086 # one word a number
mw_equal "and no other process was accused" "$(in_order $accused)" "$(in_order $pids)"
kill "$watch"
wait "$watch"
mw_unload
# W is a warning, D an oops, B a bad page, L a lockup.
mw_equal "the kernel did not complain" "$(($(cat /proc/sys/kernel/tainted) & (512 | 128 | 32 | 16384)))" 0
dmesg -n 7
mw_end
