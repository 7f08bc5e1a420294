# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: stress
# timeout: 600
#
# Load and unload, 20 times, while everything that makes the module count goes on.
# The harness fails the run if the kernel complains; here: each load counts events,
# the page map and the table are given back, and the machine still works.

. /lib.sh

available_kb() {
	awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo
}

stress 2 0 &
sleep 1
before=$(available_kb)
silent=0
rounds=0
while [ "$rounds" -lt 20 ]; do
	mw_load
	sleep 0.2
	[ "$(mw_status events.mm_page_alloc)" -gt 0 ] || silent=$((silent + 1))
	cat /proc/memwatch/* >/dev/null || mw_fail "unreadable under load"
	mw_unload
	rounds=$((rounds + 1))
done
mw_equal "20 loads and unloads under load" "$rounds" 20
mw_equal "each load saw allocations" "$silent" 0
killall stress
sleep 0.5
lost=$((before - $(available_kb)))
# One load takes 3.4 MB: twenty that leaked would show.
mw_holds "memory is given back ($lost KiB less available than before)" [ "$lost" -lt 16384 ]

# Unloading while files are held open is refused or safe, never a crash.
mw_load
# shellcheck disable=SC2217 # open is all that is wanted
sleep 30 </proc/memwatch/tasks &
holder=$!
sleep 0.3
rmmod memwatch 2>/dev/null || true
kill "$holder"
wait "$holder" 2>/dev/null
if [ -d /proc/memwatch ]; then
	mw_unload
fi
mw_holds "an open file does not keep the module for ever" [ ! -e /proc/memwatch ]
mw_load
mw_holds "and it loads again" grep -q "^1 " /proc/memwatch/tasks
mw_unload
mw_end
