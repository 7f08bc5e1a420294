# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# kernels: debug
# files: fail_load
# timeout: 600
#
# Memory that runs out at the worst moment: every allocation of the module's at load and
# unload fails in turn, alone. Each time a refusal that leaves nothing behind, or a whole
# success; what is lost all the same, kmemleak finds at the end. All from one on:
# test_failslab_rest.sh; files: test_failslab_files.sh. They can go side by side.

. /lib.sh

[ -e /proc/self/fail-nth ] || mw_fail "this kernel injects no faults"

# What slab=2 allocates begins with what the defaults do.
mw_run fail_load /memwatch.ko slab=2 one
mw_end
