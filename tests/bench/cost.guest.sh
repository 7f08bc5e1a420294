# SPDX-License-Identifier: GPL-2.0-only
# In the guest: instructions per operation without observer, with empty probes, with memwatch,
# turn by turn, so that what drifts drifts for all. The guest's clock is recalibrated once after
# boot: wait for that. The layout of a process is the same each time, or forks differ.
. /lib.sh
count() {
	ops "$1" fault pipe fork
}
sleep 60
echo 0 >/proc/sys/kernel/randomize_va_space
count warm >/dev/null
case $MEMWATCH_PARAMS in *slab=1*) floor=slab=1 ;; *) floor= ;; esac
for _ in 1 2 3 4; do
	count base
	insmod /files/mw_floor.ko $floor && count floor && rmmod mw_floor
	count base
	mw_load && count memwatch
	mw_unload
done
