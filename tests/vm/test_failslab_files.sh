# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# kernels: debug
# files: fail_access
# timeout: 600
#
# Every allocation of the module's fails in turn, alone and with all behind it, when files
# are opened, read and written, when triggers are armed and features switched: it goes well,
# or is refused and changes nothing. What is lost, kmemleak finds at the end.

. /lib.sh

[ -e /proc/self/fail-nth ] || mw_fail "this kernel injects no faults"
mw_load
mw_run fail_access
mw_holds "what was switched is on again" sh -c '
	[ "$(grep -cE "^(pages|growth|stalls|fragmentation)=1$" /proc/memwatch/config)" -eq 4 ]'
mw_unload
mw_end
