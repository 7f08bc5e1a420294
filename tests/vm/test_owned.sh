# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: holdings
#
# Ownership against a program that holds known numbers of pages of every kind and
# gives them back by every route. A file system with a page cache is made on the
# disk that the guest has for its results.

. /lib.sh

mkdir -p /mnt
busybox mke2fs -F -m 0 -b 4096 /dev/nvme0n1 65536 >/dev/null || mw_fail "mke2fs"
mount -t ext2 /dev/nvme0n1 /mnt || mw_fail "mount: $(dmesg | tail -2)"
dd if=/dev/zero of=/mnt/cached bs=4k count=1000 2>/dev/null
sync
echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
echo 0 >/proc/sys/vm/compaction_proactiveness
mw_load
mw_holds "every kind and every route" holdings /tmp /mnt/cached
mw_unload
umount /mnt
mw_end
