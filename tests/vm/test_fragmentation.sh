# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: extfrag
#
# The indices of each zone and order are those of the kernel's debugfs, at the same
# moment: at rest, and with memory broken into pieces.

. /lib.sh

# Pages that the kernel keeps from us before it kills: below the low watermarks, and on the
# lists of CPUs (4171 on the debug kernel).
kept() {
	awk '$1 == "low" || $1 == "count:" { n += $2 } END { print n + 0 }' /proc/zoneinfo
}

mw_load
echo 0 >/proc/sys/vm/compaction_proactiveness
mw_holds "at rest" extfrag 0
free=$(awk '$1 == "MemFree:" { print int($2 / 4) }' /proc/meminfo)
mw_holds "with a third of memory in pieces" extfrag $((free / 3))
# Nearly all: requests of high orders would fail. Page tables take one page of 512.
reserve=$(($(kept) + free / 512))
echo "# $free pages are free, $reserve of them stay"
mw_holds "with nearly all of it in pieces" extfrag $((free - (reserve > 4500 ? reserve : 4500)))
mw_unload
mw_end
