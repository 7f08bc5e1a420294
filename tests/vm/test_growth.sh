# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: ramp
# options: --icount
# timeout: 600
#
# Rates against a program that grows and shrinks by known slopes: within 2 % after
# three windows, for each window, right after a long idle as well. The guest's clock
# counts instructions and leaps over idle time, so that minutes pass in seconds and a
# busy host changes nothing.

. /lib.sh

# Up to 6.1 a thread tells of its pages 64 at a time: 256 KiB come at once, and weigh
# 256 KiB by the time constant of the window (N * 3 / ln 50, that is N * 0.7668), half of
# that on average. Later kernels tell of each page, which weighs as much of 4 KiB; and the
# program itself grows in steps of 20 ms (ramp.c).
case $(uname -r) in
5.* | 6.[01].*) step_kib=256 ;;
*) step_kib=4 ;;
esac

# rate SENTENCE WINDOW WANTED: to 2 %, and what a step weighs.
rate() {
	got=$(mw_task "$pid" "growth$2_kib_s")
	mw_holds "$1: $got KiB/s over $2 s, wanted $3" \
		awk -v got="$got" -v want="$3" -v step="$step_kib" -v window="$2" 'BEGIN {
			off = got - want; bound = want * 0.02
			if (off < 0) off = -off
			if (bound < 0) bound = -bound
			own = want < 0 ? -want * 0.02 : want * 0.02
			exit !(off <= bound + (step + own) / (window * 0.7668)) }'
}

# nothing SENTENCE WINDOW WAS: what came three windows ago weighs 2 % of itself.
nothing() {
	got=$(mw_task "$pid" "growth$2_kib_s")
	mw_holds "$1: $got KiB/s over $2 s" awk -v got="$got" -v was="$3" \
		'BEGIN { if (got < 0) got = -got; exit !(got <= was * 0.02) }'
}

mw_load
# Grows at once for 1000 s; then rests for 900 s, grows for 200 s, shrinks for 200 s, rests.
ramp 100:1000 0:900 400:200 -250:200 0:1000 >/tmp/ramp &
pid=$!
sleep 31
rate "after 31 s of growth" 10 100
sleep 150
rate "after 181 s" 60 100
rate "after 181 s" 10 100
sleep 721
rate "after 902 s" 300 100
rate "after 902 s" 60 100
grown=$(mw_task "$pid" growth_kb)
mw_holds "and it grew by $grown KiB in all" [ "$grown" -ge 89000 -a "$grown" -le 92000 ]
sleep 135
nothing "37 s after the end of growth" 10 100
# At 1900 s growth begins again. What is run between the sleeps takes time, too: on the debug
# kernel it was 0.7 s behind that moment, with no sleep to spare.
sleep 853
nothing "after 890 s of rest" 60 100
sleep 41
rate "31 s after a long rest" 10 400
sleep 150
rate "181 s after a long rest" 60 400
# What is to be forgotten here is not 0 but growth by 400: four windows.
sleep 60
rate "41 s into shrinking" 10 -250
mw_holds "growth lists it, with what tasks say" grep -q "^ *$pid *ramp " /proc/memwatch/growth
kill "$pid"
mw_unload
mw_end
