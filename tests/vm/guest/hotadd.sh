# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2046,SC2086
#
# Memory is added while memwatch is loaded: its map of page owners grows with it, pages of
# it are counted for their owner, and none is outside of the map. tests/vm/hotadd runs this.

. /lib.sh

total_kb() {
	awk '/^MemTotal/ { print $2 }' /proc/meminfo
}

has_grown() {
	[ "$(total_kb)" -ge $((before + 262144)) ]
}

# sums: pages allocated and not freed, and pages owned, over all owners.
sums() {
	cat /proc/memwatch/tasks /proc/memwatch/exited | awk '
		/^#/ { sub(/^# /, ""); for (i = 1; i <= NF; i++) at[$i] = i; next }
		{
			live += $at["page_allocs"] - $at["page_frees"]
			owned += $at["owned_user_pages"] + $at["owned_kernel_pages"]
		}
		END { print live, owned }'
}

owns_enough() {
	[ "$(mw_task $holder owned_user_pages)" -ge "$want" ]
}

echo 0 >/proc/sys/vm/compaction_proactiveness
mw_load
before=$(total_kb)
map=$(mw_status memory_page_owner_bytes)
echo online_movable >/sys/devices/system/memory/auto_online_blocks
for driver in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_mem; do
	[ ! -e /files/$driver.ko ] || insmod /files/$driver.ko || mw_fail "insmod $driver: $(dmesg | tail -2)"
done
mw_wait_for 60 has_grown
mw_ok "memory was added: MemTotal $before to $(total_kb) kB"
# Two bytes for each page of 256 MiB, in whole sections.
mw_holds "the page map grew with it, from $map to $(mw_status memory_page_owner_bytes) bytes" \
	[ "$(mw_status memory_page_owner_bytes)" -ge $((map + 131072)) ]

want=$((before / 4 + 8192))
holder $want /memwatch.ko 0 >/dev/null &
holder=$!
mw_wait_for 120 owns_enough
mw_ok "a process owns $(mw_task $holder owned_user_pages) pages, more than there were without it"
mw_equal "none is outside of the map" "$(mw_status unmapped_allocs) $(mw_status unmapped_frees)" "0 0"
kill $holder
wait $holder 2>/dev/null
sleep 1
set -- $(sums)
mw_equal "what is owned is what was allocated and not freed" "$2" "$1"
mw_unload
mw_end
