# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: gc_sawtooth steady_noise leaker stress
#
# Counts against the kernel's own: a tracefs histogram of the same event, by thread
# and order, for programs that allocate and free as fast as they can while others
# do too. The programs have one thread, so a thread of the histogram is a process of
# ours; what interrupts allocated meanwhile is left out of both.

. /lib.sh

EVENT=/sys/kernel/debug/tracing/events/kmem/mm_page_alloc

# traced PID: pages that the histogram saw it allocate outside interrupts (flag bits 8 and 16).
traced() {
	awk -v pid="$1" '
		/common_pid:/ {
			gsub(/[{},:]/, " ")
			for (i = 1; i < NF; i++)
				value[$i] = $(i + 1)
			block = 1
			for (i = 0; i < value["order"]; i++)
				block *= 2
			if (value["common_pid"] == pid && int(value["common_flags"] / 8) % 4 == 0)
				pages += value["hitcount"] * block
		}
		END { printf "%d\n", pages }' /tmp/histogram
}

mw_load
if [ ! -e "$EVENT/hist" ]; then
	mw_skip "page_allocs are those traced" "this kernel has no histogram triggers"
	mw_unload
	mw_end
fi
echo 'hist:keys=common_pid,order,common_flags:size=16384' >"$EVENT/trigger" ||
	mw_fail "the histogram is refused"
gc_sawtooth --period 0.5 >/tmp/gc &
steady_noise --period 0.01 >/tmp/noise &
leaker --rate 8192 >/tmp/leaker &
stress 2 0 &
sleep 5
pids=$(pidof gc_sawtooth steady_noise leaker)
killall -STOP gc_sawtooth steady_noise leaker stress
sleep 0.5
cat "$EVENT/hist" >/tmp/histogram
echo '!hist:keys=common_pid,order,common_flags:size=16384' >"$EVENT/trigger"

mw_holds "the histogram dropped nothing" grep -q 'Dropped: 0' /tmp/histogram
for pid in $pids; do
	pages=$(traced "$pid")
	mw_equal "page_allocs of $(cat "/proc/$pid/comm") are those traced" \
		"$(mw_task "$pid" page_allocs)" "$pages"
	mw_holds "which are many ($pages)" [ "$pages" -gt 1000 ]
done
killall -KILL gc_sawtooth steady_noise leaker stress
mw_unload
mw_end
