# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# kernels: debug
# files: fail_load
# timeout: 600
#
# As test_failslab.sh, with one allocation and all behind it failing: no other way is left.

. /lib.sh

[ -e /proc/self/fail-nth ] || mw_fail "this kernel injects no faults"
mw_run fail_load /memwatch.ko slab=2 rest
mw_run fail_load /memwatch.ko slab=0 rest
mw_end
