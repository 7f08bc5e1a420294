# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: the same work on every processor, while a plugin of QEMU's counts which cache
# lines are written (lines.c). One line a window of the plugin's, in its order:
#
#	CPUS WORKLOAD operations
#
# What is the module's the plugin tells by its address: no other module may be there.

. /lib.sh

cpus=$(grep -c ^processor /proc/cpuinfo)
echo never >/sys/kernel/mm/transparent_hugepage/enabled
mw_load
[ "$(wc -l </proc/modules)" -eq 1 ] || mw_fail "other modules are loaded: $(cat /proc/modules)"
echo 0 >/proc/sys/kernel/kptr_restrict
grep '\[memwatch\]' /proc/kallsyms >/out/symbols
for work in fault:400 threads:400 fork:40 pipe:200 switch:200; do
	line=$(setsid lines "${work%:*}" "${work#*:}") || mw_fail "$work did not end well"
	echo "$cpus $line"
done
mw_unload
