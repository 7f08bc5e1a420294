# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# reader.lib.sh - daemons that watch processes, side by side: CPU time and memory of each over
# rounds of the same period. For bash on a host and busybox's sh in a guest. Programs are on
# PATH; what is missing, and why, stands in $work/absent as `PROGRAM: why`.
#
#	reader_start NAME PROGRAM [ARGUMENT...]
#	reader_scrape NAME PORT      asked each round; the caller calls reader_rest for rounds
#	reader_measure COUNT INTERVAL WARM_UP ROUNDS
#
# reader_measure prints, for each that was started, and ends them:
#
#	COUNT NAME cpu_ns_a_round rss_kb peak_kb rounds     or     COUNT NAME - why not

: "${work:?work must name a directory for logs}"
names='' ports=''

reader_start() {
	name=$1
	shift
	names="$names $name"
	: >"$work/$name.why"
	rm -f "$work/$name.pid"
	if ! command -v "$1" >/dev/null; then
		sed -n "s/^$1: //p" "$work/absent" >"$work/$name.why"
		[ -s "$work/$name.why" ] || echo "there is no $1" >"$work/$name.why"
		return
	fi
	# Without CAP_SYS_PACCT atop does not switch on the accounting of the whole machine. (In
	# a guest that does not matter, and busybox's setpriv cannot do it.)
	if setpriv --bounding-set=-sys_pacct true 2>/dev/null; then
		setpriv --bounding-set=-sys_pacct "$@" >"$work/$name.log" 2>&1 7>&- &
	else
		"$@" >"$work/$name.log" 2>&1 7>&- &
	fi
	echo $! >"$work/$name.pid"
}

reader_scrape() {
	ports="$ports $1:$2"
}

get() {
	if command -v curl >/dev/null; then
		curl -sf -m 60 -o /dev/null "$1"
	else
		wget -q -O /dev/null "$1" 2>/dev/null
	fi
}

# One period: every exporter is asked once. One that does not answer is told of.
reader_round() {
	sleep "$1" &
	period=$!
	for at in $ports; do
		name=${at%:*}
		[ -s "$work/$name.why" ] || get "http://127.0.0.1:${at#*:}/metrics" ||
			echo "it did not answer: $(tail -n 1 "$work/$name.log")" >"$work/$name.why"
	done
	wait $period
}

reader_rest() {
	left=$2
	while [ "$left" -gt 0 ]; do
		reader_round "$1"
		left=$((left - 1))
	done
}

reader_clocks() {
	for name in $names; do
		[ -s "$work/$name.why" ] && continue
		cpuclock "$(cat "$work/$name.pid")" >"$work/$name.$1" 2>/dev/null ||
			echo "it ended by itself: $(tail -n 1 "$work/$name.log")" >"$work/$name.why"
	done
}

# tell COUNT NAME ROUNDS
tell() {
	if [ -s "$work/$2.why" ]; then
		echo "$1 $2 - $(tr ',"' '  ' <"$work/$2.why")"
		return
	fi
	awk -v count="$1" -v name="$2" -v rounds="$3" -v from="$(cat "$work/$2.from")" \
		-v to="$(cat "$work/$2.to")" '
		$1 == "VmRSS:" { rss = $2 }
		$1 == "VmHWM:" { peak = $2 }
		END { printf "%s %s %.0f %s %s %d\n", count, name, (to - from) / rounds, rss, peak, rounds }
	' "/proc/$(cat "$work/$2.pid")/status"
}

# An exporter looks at every process before it listens: at 5,000 for longer than a round.
reader_await() {
	for at in $ports; do
		name=${at%:*}
		tries=120
		while [ ! -s "$work/$name.why" ] && ! get "http://127.0.0.1:${at#*:}/"; do
			tries=$((tries - 1))
			if [ "$tries" -eq 0 ]; then
				echo "it does not listen: $(tail -n 1 "$work/$name.log")" >"$work/$name.why"
				break
			fi
			sleep 1
		done
	done
}

reader_measure() {
	reader_await
	reader_rest "$2" "$3"
	reader_clocks from
	reader_rest "$2" "$4"
	reader_clocks to
	for name in $names; do
		tell "$1" "$name" "$4"
	done
	for name in $names; do
		[ ! -s "$work/$name.pid" ] || kill "$(cat "$work/$name.pid")" 2>/dev/null || true
	done
	for name in $names; do
		[ ! -s "$work/$name.pid" ] || wait "$(cat "$work/$name.pid")" 2>/dev/null || true
	done
	names='' ports=''
}
