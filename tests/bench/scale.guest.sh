# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: instructions of a page fault (with its free) and of a fork (with its exit),
# with 10, 1,000 and 10,000 processes, by one of them and by all in turn; without observer,
# with the module, with a table that has hardly room for them, and with one that has room for
# half. Turn by turn, so that what drifts drifts for all.
#
#	PROCESSES LABEL EVENT lowest highest passes

. /lib.sh

mkfifo /tmp/orders

measure() {
	echo "$1" >&8
	mw_wait_for 600 grep -q "^done $1\$" /tmp/figures
	sed -n "s/^$1 /$count $1 /p" /tmp/figures
	: >/tmp/figures
}

# with LABEL [PARAMETER...]
with() {
	label=$1
	shift
	mw_load "$@"
	measure "$label"
	echo "$count $label table $(mw_status slots_used) $(mw_status slots_max) $(mw_status slots_overflowed)"
	mw_unload
}

# The guest's clock is set right once after boot: wait for that.
sleep 60
for count in ${MW_PROCESSES:-10 1000 10000}; do
	: >/tmp/figures
	setsid scale "$count" 64 </tmp/orders >>/tmp/figures &
	exec 8>/tmp/orders
	mw_wait_for 600 grep -q "^done populate" /tmp/figures
	for _ in $(seq "${MW_TURNS:-2}"); do
		measure none
		with memwatch
		[ "$count" -ge 1000 ] || continue
		with memwatch-full max_tasks=$((count + 150))
		with memwatch-overflow max_tasks=$((count / 2))
	done
	measure none
	exec 8>&-
	wait
	sleep 3
done
