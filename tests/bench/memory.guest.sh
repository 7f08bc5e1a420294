# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: memory that is available before the module is loaded and after, and what the
# module says of itself. `RAM_KB BEFORE_KB AFTER_KB UNLOADED_KB CPUS`, then its memory_* lines.
#
# The lowest of a few looks: what the kernel has at hand comes and goes.

. /lib.sh

available_kb() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 2
	for _ in 1 2 3 4 5; do
		awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo
		sleep 0.2
	done | sort -n | sed -n 3p
}

# pages_kb: memory of the machine as page frames, holes left out.
ram_kb=$(awk '$1 == "present" { sum += $2 } END { print sum * 4 }' /proc/zoneinfo)
sleep 5
# Once for what the kernel keeps of the first module ever: its own tables.
mw_load
mw_unload
before=$(available_kb)
mw_load
after=$(available_kb)
grep ^memory_ /proc/memwatch/status >/tmp/memory
mw_unload
echo "figures $ram_kb $before $after $(available_kb) $(grep -c ^processor /proc/cpuinfo)"
cat /tmp/memory
