# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: known_pages
#
# Counts against a program that allocates a known number of pages: exact, to the
# page. known_pages holds 0, 0, 1000, 3000 and 500 pages in turn (the first 0 is
# for what a program does once) and rests at each while its line is read.

. /lib.sh

# state N: the program's line while it rests for the Nth time, as "columns".
state() {
	mw_wait_for 20 reached "$1"
	# Until it sleeps in sigwait it is not at rest.
	mw_wait_for 20 grep -q '^State:.S' "/proc/$pid/status"
	for column in page_allocs page_frees owned_user_pages owned_kernel_pages anon_kb rss_kb; do
		eval "${column}_$1=$(mw_task "$pid" "$column")"
	done
	eval "page_tables_$1=$(($(mw_proc_kb "$pid" VmPTE) / 4))"
	eval "detectors_$1=$(detectors)"
	kill -USR1 "$pid"
}

# detectors: pages of slabs and of stack traces, where kmemleak keeps an object beside each other
# one, KASAN keeps what was freed, and lockdep's locks are objects: a slab or a pool of
# traces that is new is whose who needed it first. Elsewhere 0, and none is let pass.
detectors() {
	if [ -e /sys/kernel/debug/kmemleak ]; then
		echo 1 >/proc/sys/vm/stat_refresh
		echo $(($(awk '$1 == "Slab:" { print int($2 / 4) }' /proc/meminfo) +
			4 * $(awk '$1 == "pools:" { print $2 }' /sys/kernel/debug/stackdepot/stats)))
	else
		echo 0
	fi
}

# taken FROM TO: kernel pages that the process has more, beside page tables; 0 without detectors.
taken() {
	# shellcheck disable=SC2154 # by state()
	if [ "$detectors_1" -gt 0 ]; then
		echo $(($(moved owned_kernel_pages "$1" "$2") - $(moved page_tables "$1" "$2")))
	else
		echo 0
	fi
}

reached() {
	[ "$(wc -l </tmp/held)" -eq "$1" ]
}

# moved COLUMN FROM TO: by how much the column changed between two states.
moved() {
	eval "echo \$((${1}_$3 - ${1}_$2))"
}

# is_near SENTENCE GOT WANTED: the kernel's own RSS is exact from 6.2 on; before, each
# thread keeps back some 64 changes, here in each of two readings.
is_near() {
	case $(uname -r) in
	5.* | 6.[01].*) mw_holds "$1, to 132 pages ($2)" [ $(($2 - $3)) -ge -528 -a $(($2 - $3)) -le 528 ] ;;
	*) mw_equal "$1" "$2" "$3" ;;
	esac
}

mw_load
known_pages 0 0 1000 3000 500 0 >/tmp/held &
pid=$!
for rest in 1 2 3 4 5; do
	state "$rest"
done

mw_equal "at rest nothing is allocated" "$(moved page_allocs 1 2)" "$(taken 1 2)"
mw_equal "1000 pages more are 1000 user pages more" "$(moved owned_user_pages 2 3)" 1000
mw_equal "1000 pages are 1000 allocations" "$(moved page_allocs 2 3)" $((1000 + $(taken 2 3)))
is_near "1000 pages are 4000 KiB of anonymous memory" "$(moved anon_kb 2 3)" 4000
is_near "1000 pages are 4000 KiB of RSS" "$(moved rss_kb 2 3)" 4000
mw_equal "2000 more are 2000 user pages" "$(moved owned_user_pages 3 4)" 2000
mw_equal "2000 more are 2000 allocations" "$(moved page_allocs 3 4)" $((2000 + $(taken 3 4)))
mw_equal "while growing nothing is freed" "$(moved page_frees 2 4)" 0
mw_equal "giving 2500 back leaves 500 user pages" "$(moved owned_user_pages 2 5)" 500
# Freeing many pages at once takes a few for the lists of what to free: they come
# back at once, so they are in both counts.
# 7.x gives back the page tables, too, that become empty.
tables=$(moved page_tables 4 5)
mw_equal "giving 2500 back is 2500 frees more than allocations, and $((-tables)) page tables" \
	"$(($(moved page_frees 4 5) - $(moved page_allocs 4 5)))" $((2500 - tables - $(taken 4 5)))
mw_holds "of which one a list of 500 pages ($(moved page_allocs 4 5))" [ "$(moved page_allocs 4 5)" -le 6 ]
mw_equal "kernel pages change by page tables alone, and $(taken 2 5) of detectors" \
	"$(moved owned_kernel_pages 2 5)" $(($(moved page_tables 2 5) + $(taken 2 5)))
most=$(moved detectors 1 5)
mw_holds "which slabs and traces can be ($most)" [ "$(taken 1 5)" -ge 0 -a "$(taken 1 5)" -le "${most#-}" ]
kill "$pid"

# What a process allocated is its own until it is freed, whoever frees it: a shell
# fills 300 pages of a file, and another process removes the file.
mkfifo /tmp/fifo
# shellcheck disable=SC2016 # for the inner shell
sh -c 'i=0; while [ $i -lt 300 ]; do printf %4096s .; i=$((i + 1)); done >/tmp/left
	echo written >/tmp/ready; read -r never </tmp/fifo; exit 0' &
writer=$!
mw_wait_for 20 test -s /tmp/ready
sleep 0.3
full=$(mw_task "$writer" owned_user_pages)
rm /tmp/left
mw_equal "pages freed by another process leave the one that allocated them" \
	"$((full - $(mw_task "$writer" owned_user_pages)))" 300
kill "$writer"

mw_unload
mw_end
