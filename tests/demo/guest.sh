# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# guest.sh - the demo inside the virtual machine: one leaking program and four
# innocent ones, what the module shows of them, and whom the reader accuses. Leaves
# /out/alerts.jsonl and /out/leaker.log; demo/run judges them outside.

. /lib.sh

WATCH_S=24

heading() {
	printf '\n\033[1m%s\033[0m\n' "$*"
}

# table FILE PATTERN COLUMN...: those columns of the lines that match, aligned.
table() {
	file=$1 pattern=$2
	shift 2
	awk -v pattern="$pattern" -v columns="$*" '
		BEGIN { count = split(columns, want, " ") }
		/^#/ {
			sub(/^# */, "")
			for (i = 1; i <= NF; i++)
				at[$i] = i
		}
		NR == 1 || $0 ~ pattern {
			line = ""
			for (i = 1; i <= count; i++)
				line = line sprintf("  %" (i == 1 ? "-14" : length(want[i])) "s", $at[want[i]])
			print line
		}' "$file"
}

start_programs() {
	gc_sawtooth --period 2 >/tmp/gc_sawtooth &
	cache_fill --period 6 >/tmp/cache_fill &
	daily_wave --period 6 >/tmp/daily_wave &
	steady_noise --period 0.1 --seed 7 >/tmp/steady_noise &
	leaker --rate 1024 --duration $((WATCH_S + 1)) >/out/leaker.log &
}

start_watching() {
	memwatch watch --interval 200ms --duration "${WATCH_S}s" --json >/out/alerts.jsonl 2>/dev/null &
	memwatch watch --interval 200ms --duration "${WATCH_S}s" >/tmp/sentences 2>&1 &
	watcher=$!
}

show_module() {
	heading '/proc/memwatch/tasks'
	table /proc/memwatch/tasks ' (leaker|gc_sawtooth|cache_fill|daily_wave|steady_noise) ' \
		comm rss_kb growth_kb page_allocs page_frees owned_user_pages owned_kernel_pages
	heading '/proc/memwatch/slab'
	table /proc/memwatch/slab . cache live_kb | head -6
	heading '/proc/memwatch/fragmentation'
	table /proc/memwatch/fragmentation ' (DMA32|Normal) (0|3|6|9|10) ' \
		zone order free_blocks free_kb unusable_index
}

mw_load
heading "memwatch is loaded in Linux $(uname -r)"
echo 'One second here stands for four hours: a daily wave lasts 6 s.'
start_programs
start_watching
sleep 6
show_module
heading "memwatch watch (for $WATCH_S s; it looks at every process of the machine)"
tail -f -n +1 /tmp/sentences &
wait "$watcher"
sleep 2
mw_unload
