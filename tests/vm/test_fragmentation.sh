# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: extfrag
#
# The indices of each zone and order are those of the kernel's debugfs, at the same
# moment: at rest, and with memory broken into pieces.

. /lib.sh

mw_load
echo 0 >/proc/sys/vm/compaction_proactiveness
mw_holds "at rest" extfrag 0
free=$(awk '$1 == "MemFree:" { print int($2 / 4) }' /proc/meminfo)
mw_holds "with a third of memory in pieces" extfrag $((free / 3))
# Nearly all: requests of high orders would fail.
mw_holds "with nearly all of it in pieces" extfrag $((free - 4500))
mw_unload
mw_end
