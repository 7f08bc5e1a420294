# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# kernels: debug
# files: fail_load fail_access
# timeout: 600
#
# Memory that runs out at the worst moment: every allocation of the module's in turn, at
# load and unload, when files are opened, read and written, when triggers are armed and
# features switched. Each time a refusal that leaves nothing behind, or a whole success;
# what is lost all the same, kmemleak finds at the end.

. /lib.sh

[ -e /proc/self/fail-nth ] || mw_fail "this kernel injects no faults"

# run PROGRAM [ARGUMENT...]: its checks are ours
run() {
	"$@" >/tmp/checks
	status=$?
	cat /tmp/checks
	mw_passed=$((mw_passed + $(grep -c '^ok ' /tmp/checks)))
	mw_failed=$((mw_failed + $(grep -c '^not ok ' /tmp/checks)))
	[ "$status" -le 1 ] || mw_fail "$* ended with $status"
}

# What slab=2 allocates begins with what the defaults do.
run fail_load /memwatch.ko slab=2
run fail_load /memwatch.ko slab=0 rest
mw_load
run fail_access
mw_holds "what was switched is on again" sh -c '
	[ "$(grep -cE "^(pages|growth|stalls|fragmentation)=1$" /proc/memwatch/config)" -eq 4 ]'
mw_unload
mw_end
