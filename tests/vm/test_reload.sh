# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: stress file_storm
# timeout: 600
#
# Load and unload, 20 times (with --append mw_rounds=200 as often as that), while
# everything that makes the module count goes on; then 10 times more while every file is
# being read, held open, polled and written.
# The harness fails the run if the kernel complains; here: each load counts events,
# the page map and the table are given back, and the machine still works.

. /lib.sh

available_kb() {
	awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo
}

rounds=$(mw_setting rounds 20)
stress "$(mw_setting workers 2)" 0 &
sleep 1
before=$(available_kb)
silent=0
round=0
while [ "$round" -lt "$rounds" ]; do
	mw_load
	sleep 0.2
	[ "$(mw_status events.mm_page_alloc)" -gt 0 ] || silent=$((silent + 1))
	cat /proc/memwatch/* >/dev/null || mw_fail "unreadable under load"
	mw_unload
	round=$((round + 1))
done
mw_ok "$round loads and unloads under load"
mw_equal "each load saw allocations" "$silent" 0
killall stress
sleep 0.5
lost=$((before - $(available_kb)))
# One load takes 3.4 MB: as few as twenty that leaked would show.
mw_holds "memory is given back ($lost KiB less available than before)" [ "$lost" -lt 16384 ]

# A descriptor does not keep the module; what is in the middle of an access delays it.
mw_load
# shellcheck disable=SC2217 # open is all that is wanted
sleep 30 </proc/memwatch/tasks &
holder=$!
sleep 0.3
mw_holds "a file that is open does not keep the module" rmmod memwatch
mw_holds "and nothing is left of its files" [ ! -e /proc/memwatch ]
kill "$holder"
wait "$holder" 2>/dev/null

mw_load
file_storm "$(mw_long 12)" >/tmp/storm &
storm=$!
round=0
while kill -0 "$storm" 2>/dev/null; do
	sleep 0.5
	mw_unload
	sleep 0.1
	mw_load
	round=$((round + 1))
done
mw_holds "$round unloads while every file is in use" [ "$round" -ge 2 ]
wait "$storm"
storm_status=$?
cat /tmp/storm
mw_equal "each access went well, or said that the module was gone" "$storm_status" 0
mw_unload

mw_load
mw_holds "and it loads again" grep -q "^1 " /proc/memwatch/tasks
mw_unload
mw_end
