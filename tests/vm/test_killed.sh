# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
# files: totals killstorm
# timeout: 300
#
# Processes killed at any moment of what they do (killstorm), with slab objects counted by
# process and every file read beside: 1000 (--append mw_kills=N). Afterwards no page is
# lost, no slot is, and none of the dead is thought to live.

. /lib.sh

# Records of the dead that own nothing.
records_of_nothing() {
	awk '
		/^#/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ n += !$at["owned_user_pages"] && !$at["owned_kernel_pages"] }
		END { print n + 0 }' /proc/memwatch/exited
}

# Names the dead that own a user page, with how many.
owners_of_user_pages() {
	awk '
		/^#/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["owned_user_pages"] { print $at["comm"], $at["owned_user_pages"] }' \
		/proc/memwatch/exited | xargs
}

# Slots of the living are as many as there are processes; looked at without another one.
slots_are_right() {
	while IFS='=' read -r key value; do
		case $key in
		slots_used) used=$value ;;
		slots_exited) exited=$value ;;
		esac
	done </proc/memwatch/status
	set -- /proc/[0-9]*
	[ $((used - exited)) -eq $# ]
}

# Of those that own nothing a few may stand in a stock of a CPU.
records_are_gone() {
	[ "$(records_of_nothing)" -le 16 ]
}

echo 0 >/proc/sys/vm/compaction_proactiveness
echo never >/sys/kernel/mm/transparent_hugepage/enabled
mw_load slab=2
offsets=$(totals quiet)
while :; do
	cat /proc/memwatch/tasks /proc/memwatch/exited /proc/memwatch/growth /proc/memwatch/slab \
		/proc/memwatch/fragmentation /proc/memwatch/status /proc/memwatch/config >/dev/null
done &
reader=$!
killstorm "$(mw_setting kills 1000)" >/tmp/storm
status=$?
kill "$reader"
wait "$reader" 2>/dev/null
sed 's/^not ok/ok/; s/^ok -/#/' /tmp/storm
mw_equal "processes were killed in each kind of work: $(tail -1 /tmp/storm)" "$status" 0
sleep 1
mw_holds "no page is lost" totals same $offsets
mw_equal "none of the dead is thought to live" "$(grep -c ' killstorm ' /proc/memwatch/tasks)" 0
mw_wait_for 30 slots_are_right
mw_ok "the living have $((used - exited)) slots, one each"
mw_equal "no process lacked a slot" "$(mw_status slots_overflowed)" 0
# What killstorm printed is a page of its own; and each CPU holds a few pages on their way
# to the lists of reclaim.
rm /tmp/storm
echo 3 >/proc/sys/vm/drop_caches
totals drain
mw_equal "the dead own no user page" "$(owners_of_user_pages)" ""
echo 'keep_exited 0' >/proc/memwatch/config
mw_wait_for 30 records_are_gone
mw_ok "slots of the dead are given back: $(mw_status slots_exited) that own a page are kept"
mw_holds "and again no page is lost" totals same $offsets
mw_unload
mw_end
