# SPDX-License-Identifier: GPL-2.0-only
# In the guest: instructions per operation without observer, with empty probes,
# with memwatch, turn by turn, so that what drifts drifts for all. The guest's clock is recalibrated once after
# boot: wait for that.
. /lib.sh
sleep 60
ops warm 5 >/dev/null
case $MEMWATCH_PARAMS in *slab=1*) floor=slab=1 ;; *) floor= ;; esac
for _ in 1 2 3 4; do
	ops base
	insmod /files/mw_floor.ko $floor && ops floor && rmmod mw_floor
	ops base
	mw_load && ops memwatch
	mw_unload
done
