# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files:
# times: the tick stops, and comes back, within a second or two
#
# An idle machine has no timer of ours: the tick stops by itself, and comes back with
# the first process whose RSS changes.

. /lib.sh

echo 1..3
mw_load
busybox sleep 1
[ "$(mw_status tick)" = armed ] || mw_fail "processes ran, but no tick is to come"
echo "ok - the tick is armed while processes change"

# The shell waits in read: nothing runs for 20 s but the sleep, which ends it.
before=$(mw_status ticks)
busybox sleep 20
after=$(mw_status ticks)
# One finds what the reading above changed, one nothing, and one may be of the end.
[ $((after - before)) -le 4 ] ||
	mw_fail "$((after - before)) ticks in 20 idle seconds, a timer is ticking"
echo "ok - $((after - before)) ticks in 20 idle seconds, of 10 that a ticking timer would make"

before=$(mw_status ticks)
for _ in 1 2 3 4 5 6 7; do
	busybox sleep 1
done
after=$(mw_status ticks)
[ "$after" -gt "$before" ] || mw_fail "no tick in 7 s of work after the pause"
echo "ok - the tick came back with work"
mw_unload
