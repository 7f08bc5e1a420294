# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
#
# load - does the module load, can every file be read, does it go again? For
# tests/matrix; prints what the kernel lacks.

. /lib.sh

mw_load
for file in /proc/memwatch/*; do
	[ "$file" = /proc/memwatch/trigger ] || cat "$file" >/dev/null || mw_fail "$file"
done
grep -E '^(tracepoint|hook)\.' /proc/memwatch/status | grep absent
mw_unload
exit 0
