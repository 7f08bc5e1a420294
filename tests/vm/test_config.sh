# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: access stress
#
# Settings: what is refused and changes nothing, what a feature that is off costs and
# shows, who may set, and module parameters out of range.

. /lib.sh

CONFIG=/proc/memwatch/config
KPROBES=/sys/kernel/debug/kprobes/list

# refused TEXT: printf's escapes in it are resolved; prints the error.
refused() {
	# shellcheck disable=SC2059 # the escapes are wanted
	printf "$1" | dd of=$CONFIG bs=4k 2>&1 | sed -n 's/.*error writing.*: //p; s/.*write error: //p'
}

# column NAME: what it is for this shell.
column() {
	mw_task $$ "$1"
}

# busy EVENT: does work that raises it; prints by how much.
busy() {
	busy_before=$(mw_status "events.$1")
	stress 2 1
	echo $(($(mw_status "events.$1") - busy_before))
}

mw_load
before=$(cat $CONFIG)
for bad in 'nonsense 1' 'pages' 'pages 2' 'pages -1' 'pages 1 1' 'pages 01x' 'pages=0' \
	'PAGES 0' 'keep_exited 16385' 'keep_exited 99999999999999999999' 'max_tasks 100' \
	'page_owner 0' 'proc_gid 1' '\n' 'pages 0\npages 0' 'pages 0\0' ' ' \
	"$(printf 'pages %0100d' 0)"; do
	mw_equal "refused: '$(printf '%.30s' "$bad")'" "$(refused "$bad")" "Invalid argument"
done
mw_equal "what is refused changes nothing" "$(cat $CONFIG)" "$before"
mw_holds "and is told in the log" sh -c 'dmesg | grep -q "memwatch: config: "'

# Off: - for what is not known, no probe runs and no function is hooked.
mw_holds "hooks are the kernel's kprobes" grep -qE "folio_migrate_flags|migrate_page_states" $KPROBES
mw_holds "with pages on, events come" [ "$(busy mm_page_alloc)" -gt 100 ]
echo 'pages 0' >$CONFIG
for name in page_allocs page_frees owned_user_pages owned_kernel_pages; do
	mw_equal "with pages off $name is -" "$(column $name)" -
done
mw_equal "and no page event comes" "$(busy mm_page_alloc) $(busy mm_page_free)" "0 0"
mw_equal "and nothing is hooked" "$(cat $KPROBES)" ""
echo 'pages 1' >$CONFIG
mw_holds "pages on again: the hooks are back" grep -qE "folio_migrate_flags|migrate_page_states" $KPROBES
mw_holds "and events come" [ "$(busy mm_page_alloc)" -gt 100 ]
mw_holds "and a count is a count" [ "$(column page_allocs)" -gt 0 ]
mw_holds "of what was there before, [unknown] has the most" \
	[ "$(mw_column /proc/memwatch/tasks page_allocs comm '[unknown]')" -gt 100 ]

echo 'growth 0' >$CONFIG
mw_equal "with growth off its rates are -" \
	"$(column growth10_kib_s) $(column growth60_kib_s) $(column growth300_kib_s)" "- - -"
mw_equal "and no event of it comes" "$(busy rss_stat)" 0
echo 'growth 1' >$CONFIG
mw_holds "growth on again" [ "$(busy rss_stat)" -gt 100 ]

echo 'stalls 0' >$CONFIG
mw_equal "with stalls off stall_us is -" "$(column stall_us)" -
echo 'stalls 1' >$CONFIG
mw_holds "stalls on again" [ "$(column stall_us)" -ge 0 ]

mw_equal "slab is off to begin with" "$(column slab_alloc_kb)" -
mw_equal "and counts nothing" "$(busy kmem_cache_alloc) $(busy kmalloc)" "0 0"
echo 'slab 1' >$CONFIG
mw_holds "slab on: objects are counted" [ "$(busy kmem_cache_alloc)" -gt 100 ]
mw_equal "but no bytes" "$(column slab_alloc_kb)" -
echo 'slab 2' >$CONFIG
mw_holds "objects with bytes: counted anew" [ "$(busy kmem_cache_alloc)" -gt 100 ]
mw_holds "and bytes" [ "$(column slab_alloc_kb)" -gt 0 ]
echo 'slab 0' >$CONFIG
mw_equal "and off again" "$(busy kmem_cache_alloc) $(column slab_alloc_kb)" "0 -"
mw_holds "rights" access rights
mw_unload
mw_equal "unloaded, nothing is hooked" "$(cat $KPROBES)" ""

# wrong PARAMETER RANGE: the load fails and the log names the range.
wrong() {
	dmesg -c >/dev/null
	mw_holds "insmod $1 fails" sh -c "! insmod /memwatch.ko $1 2>/dev/null"
	mw_holds "and says: $2" sh -c "dmesg | grep -q \"memwatch: .*$2\""
	mw_holds "and leaves nothing" [ ! -e /proc/memwatch ]
}

wrong slab=3 'slab=3 is out of range: 0 to 2'
wrong max_tasks=63 'max_tasks=63 is out of range: 64 to 32762'
wrong max_tasks=32763 'max_tasks=32763 is out of range: 64 to 32762'
wrong max_tasks=0 'max_tasks=0 is out of range'
wrong proc_gid=4294967295 'proc_gid=4294967295 is not a group'

# listed FILE TGID: has it a line?
listed() {
	grep -q "^$2 " "/proc/memwatch/$1"
}

# unlisted FILE TGID
unlisted() {
	! listed "$1" "$2"
}

# sleeps TGID: has it come to that?
# shellcheck disable=SC2317 # called by mw_wait_for
sleeps() {
	grep -q '^Name:.sleep$' "/proc/$1/status" && grep -q '^State:.S' "/proc/$1/status"
}

# lives: what follows forks, execs and exits, as status has it.
lives() {
	for event in fork exec exit free; do
		mw_status "tracepoint.sched_process_$event"
	done | sort | uniq -c | sed 's/^ *//'
}

mw_load off=1
mw_equal "off=1: nothing is hooked" "$(cat $KPROBES)" ""
mw_equal "and nothing counts" "$(busy mm_page_alloc) $(column page_allocs)" "0 -"
mw_equal "nor is anybody followed" "$(lives), $(busy sched_process_fork) forks" "4 off, 0 forks"

# The files are as true as before: what nobody followed is looked for.
sleep 600 &
pid=$!
mw_wait_for 20 sleeps $pid
mw_equal "a process that began unseen is there, with its RSS" \
	"$(mw_task $pid comm) $(mw_task $pid rss_kb)" "sleep $(mw_proc_kb $pid VmRSS)"
mw_equal "every process is" "$(for at in /proc/[0-9]*; do
	listed tasks "${at#/proc/}" || [ ! -d "$at" ] || echo "${at#/proc/}"
done)" ""
mw_equal "growth since an exec that nobody saw is -" "$(mw_task $pid growth_kb)" -
mw_equal "in growth, too" "$(awk '!/^#/ { print $4, $5, $8; exit }' /proc/memwatch/growth)" "- - -"
kill $pid
wait $pid 2>/dev/null
mw_holds "when it has gone it is not" unlisted tasks $pid
mw_holds "nor is it told how it ended" unlisted exited $pid
mkfifo /tmp/go
sh -c 'sh -c "read go </tmp/go; exit 7" & echo $! >/tmp/zombie; exec sleep 600' &
pid=$!
mw_wait_for 20 [ -s /tmp/zombie ]
mw_holds "one that will be a zombie is met" listed tasks "$(cat /tmp/zombie)"
echo >/tmp/go
mw_wait_for 20 grep -q '^State:.*Z' "/proc/$(cat /tmp/zombie)/status"
mw_equal "a zombie has exited: with its code" \
	"$(mw_column /proc/memwatch/exited state tgid "$(cat /tmp/zombie)") $(
	mw_column /proc/memwatch/exited exit_code tgid "$(cat /tmp/zombie)")" "Z $((7 << 8))"

# Tags are inherited at fork, so that somebody has to look.
mw_equal "without a tag there is none" "$(cat /proc/memwatch/tag; lives)" "$(echo -; echo 4 off)"
echo >/proc/memwatch/tag
mw_equal "to take none away is nothing" "$(lives)" "4 off"
echo job >/proc/memwatch/tag
mw_equal "with a tag lives are followed" "$(lives)" "4 attached"
mw_equal "and a child has it" "$(sh -c 'cat /proc/memwatch/tag; :')" job

echo 'pages 1' >$CONFIG
mw_holds "switched on, pages are counted" [ "$(busy mm_page_alloc)" -gt 100 ]
kill $pid
wait $pid 2>/dev/null
mw_equal "who began unseen is seen to exit" \
	"$(mw_column /proc/memwatch/exited exit_code tgid $pid)" 15
mw_unload

# Off and on again, with lives that end and pids that come again meanwhile; in a table
# that has not room for all who are seen in passing.
mw_load max_tasks=128
sleep 601 &
old=$!
sleep 602 &
stays=$!
mw_wait_for 20 sleeps $stays
start=$(mw_task $old start_ns)
began=$(mw_task $stays first_seen_ns)
for feature in pages growth stalls; do
	echo "$feature 0" >$CONFIG
done
mw_equal "as long as one feature is on lives are followed" "$(lives)" "4 attached"
echo 'fragmentation 0' >$CONFIG
mw_equal "with the last they are not" "$(lives)" "4 off"
kill $old
wait $old 2>/dev/null
again=
if [ -e /proc/sys/kernel/ns_last_pid ]; then
	echo $((old - 1)) >/proc/sys/kernel/ns_last_pid
	sleep 603 &
	again=$!
	mw_equal "the pid comes again" $again "$old"
else
	mw_skip "the pid comes again" "this kernel has no ns_last_pid"
fi
seen=0
while [ $seen -lt 60 ]; do
	seen=$((seen + 1))
	(read -r _ </proc/memwatch/tasks)
done
sleep 604 &
last=$!
mw_holds "after 60 processes that were met in 128 slots another finds one" listed tasks $last
echo 'growth 1' >$CONFIG
mw_equal "on again: lives are followed" "$(lives)" "4 attached"
[ -z "$again" ] ||
	mw_holds "a pid that came again is another life" [ "$(mw_task $old start_ns)" -gt "$start" ]
mw_holds "of the other nothing is told" unlisted exited $old
mw_equal "who stayed is the same" "$(mw_task $stays first_seen_ns)" "$began"
mw_equal "growth is from now on" "$(mw_task $stays growth_kb)" 0
# shellcheck disable=SC2086 # there may be none
kill $again $stays $last
wait 2>/dev/null
mw_equal "their ends are seen" "$(mw_column /proc/memwatch/exited exit_code tgid $last) $(
	mw_column /proc/memwatch/exited exit_code tgid $stays)" "15 15"
mw_unload
mw_end
