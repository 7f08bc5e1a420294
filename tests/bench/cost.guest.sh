# SPDX-License-Identifier: GPL-2.0-only
# In the guest: instructions per operation without observer, with empty probes,
# with memwatch, and without again. The guest's clock is recalibrated once after
# boot: wait for that.
. /lib.sh
sleep 60
ops warm 5 >/dev/null
ops base
ops warm 5 >/dev/null
insmod /files/mw_floor.ko && ops floor && rmmod mw_floor
mw_load && ops memwatch
mw_unload
ops base2
