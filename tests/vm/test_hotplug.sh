# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: holder
# options: --mem 1024
#
# Memory that goes offline and comes back: the page map follows it, pages on it are
# counted again, and the sums hold. What memory there is the kernel says.

. /lib.sh

# sums: pages allocated, freed and owned over all owners.
sums() {
	awk '!/^#/ { a += $17; f += $18; o += $19 + $20 } END { print a - f, o }' \
		/proc/memwatch/tasks /proc/memwatch/exited
}

hold_conservation() {
	# shellcheck disable=SC2046 # two words
	set -- $(sums)
	[ "$1" = "$2" ] || mw_fail "$3: allocated less freed is $1, owned is $2"
}

# movable_block: the highest memory block that can be taken away and is online.
movable_block() {
	for block in $(ls -d /sys/devices/system/memory/memory* | sort -t y -k 4 -n -r); do
		[ "$(cat "$block/state")" = online ] || continue
		echo offline 2>/dev/null >"$block/state" || continue
		echo "$block"
		return
	done
}

echo 1..5
mw_load
map=$(mw_status memory_page_owner_bytes)
total=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)
block=$(movable_block)
if [ -z "$block" ]; then
	for n in 1 2 3 4 5; do
		echo "ok - $n # skip no memory block can be taken offline here"
	done
	exit 0
fi
left=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)
[ "$left" -lt "$total" ] || mw_fail "$block went, but MemTotal is still $left kB"
echo "ok - $block went offline: MemTotal $total to $left kB"

without=$(mw_status memory_page_owner_bytes)
[ "$without" -eq $((map - 65536)) ] ||
	mw_fail "the page map has $without bytes without the block, $map with it"
echo "ok - its part of the page map is given back: $map to $without bytes"
hold_conservation offline

echo online >"$block/state" || mw_fail "$block does not come back"
[ "$(mw_status memory_page_owner_bytes)" -eq "$map" ] ||
	mw_fail "the page map has not grown again with the block"
echo "ok - it came back, and so did its part of the map"

# More than what is left without the block: the pages come from it, too.
want=$((left / 4 * 3 / 4))
holder $want /memwatch.ko 0 >/tmp/holder & holder_pid=$!
# It says when it has touched them all: on the debug kernel after 22 s.
mw_wait_for 120 grep -q holding /tmp/holder
owned=$(mw_task $holder_pid owned_user_pages)
[ "$owned" -ge "$want" ] || mw_fail "$owned pages owned of $want that were touched"
[ "$(mw_status unmapped_allocs)" = 0 ] || mw_fail "pages were allocated outside of the map"
echo "ok - $owned pages owned of $want touched, none outside of the map"
kill $holder_pid
wait $holder_pid 2>/dev/null
hold_conservation "after all"
echo "ok - the sums hold"
mw_unload
